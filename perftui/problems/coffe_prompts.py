"""The prompts of COFFE, which are its only keys, and its generators as expressions. Nothing is run."""

from __future__ import annotations

import re

STRESS_SEED = 1024
"""The chances of COFFE's own runs."""

_HEAD = "You are an expert Python programmer, and here is your task:"
_CALL = re.compile(
    r"\s*Please write a Python function (?P<call>\w+.*?) for the task\.\s*```python\s*\Z", re.DOTALL
)
_ENDS = (
    _CALL,
    re.compile(
        r"\s*Do not give explanations, only give the Python code\.\s*Python Solution:\s*```python\s*\Z"
    ),
)
_GENERATE = "def generate_input():"


def task_in(prompt: str) -> str:
    """What a prompt asks for, without what it asks of the reply."""
    text = prompt.strip()
    if not text.startswith(_HEAD):
        return text
    for end in _ENDS:
        text = end.sub("", text)
    return text.removeprefix(_HEAD).strip()


def function_in(prompt: str) -> str | None:
    """The function that a prompt made of a task of MBPP asks for."""
    match = _CALL.search(prompt)
    name = "" if match is None else match["call"].partition("(")[0].strip()
    return name if name.isidentifier() and name != "None" else None


def words(text: str) -> str:
    """A text by its words alone, in no order: COFFE moved lines and blanks."""
    return " ".join(sorted(text.split()))


def generated_by(program: str, seed: int) -> str:
    """An expression for what `generate_input()` of a program gives, its chances fixed as COFFE fixes them."""
    code = f"import random\nrandom.seed({seed})\n" + program.replace(
        _GENERATE, f"random.seed({seed})\n{_GENERATE}"
    )
    return f"(lambda code, made: (exec(code, made), made['generate_input']())[-1])({code!r}, {{}})"
