"""Inputs from what a benchmark or a model gave: expressions and generators, run in the sandbox.

What they give is coded plain data like any output, and looked at here before it is used.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from anyio import to_thread

from perftui.preparing.answers import Answer, Answering
from perftui.problems.model import Problem
from perftui.values import CodeError, decode, encode

MAX_INPUT_BYTES = 8 << 20
"""How long a coded input may be: it is coded and decoded in every trial."""

_MODULES = "import collections, itertools, math, random, string"
_MAKE = "make_input"
_OPAQUE = '{"o":'
"""In a coded value only where something is no plain data: in a string the quotes would be escaped."""

GENERATE = "generate"


@dataclass(frozen=True)
class Made:
    """An input by the name that it will have; without one where it cannot be made.

    Attributes:
        name: stable for the same benchmark data.
        input: coded arguments or text of stdin; None where it could not be made.
    """

    name: str
    input: str | None


def given_inputs(problem: Problem) -> list[Made]:
    """The inputs of a problem's timing data that are values already."""
    return [Made(f"i{place}", text) for place, text in enumerate(problem.timing.inputs, start=1)]


async def evaluated(answering: Answering, named: Sequence[tuple[str, str]], kind: str) -> list[Made]:
    """What expressions give, by their names; texts that are no expression give nothing."""
    usable = await to_thread.run_sync(lambda: [pair for pair in named if is_expression(pair[1])])
    made = {name: Made(name, None) for name, _ in named}
    if usable:
        program = expression_program([text for _, text in usable])
        places = [encode((place,)) for place in range(len(usable))]
        answers = await answering.answers(program, _MAKE, places, output_bytes=MAX_INPUT_BYTES)
        # Values may be large: they are looked at in a thread.
        inputs = await to_thread.run_sync(_inputs_of, answers, kind)
        made |= {name: Made(name, value) for (name, _), value in zip(usable, inputs, strict=True)}
    return list(made.values())


async def generated(
    answering: Answering, generator: str, kind: str, wanted: Sequence[tuple[int, int]]
) -> list[Made]:
    """What a generator gives for pairs of size and seed."""
    coded = [encode(pair) for pair in wanted]
    answers = await answering.answers(generator, GENERATE, coded, output_bytes=MAX_INPUT_BYTES)
    inputs = await to_thread.run_sync(_inputs_of, answers, kind)
    return [Made(f"g{size}.{seed}", value) for (size, seed), value in zip(wanted, inputs, strict=True)]


def is_expression(text: str) -> bool:
    """Whether a text is one Python expression; nothing of it is run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # As it will stand in the program: what parses alone may still be refused there.
            compile(f"lambda: (\n{text.strip()}\n)", "<expression>", "eval")
            ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def expression_program(expressions: Sequence[str]) -> str:
    """A program whose `make_input(place)` gives the value of an expression."""
    makers = "".join(f"    lambda: (\n{text.strip()}\n    ),\n" for text in expressions)
    return f"{_MODULES}\n\n_MAKERS = [\n{makers}]\n\ndef {_MAKE}(place):\n    return _MAKERS[place]()\n"


def _inputs_of(answers: Sequence[Answer], kind: str) -> list[str | None]:
    return [_input_of(answer, kind) for answer in answers]


def _input_of(answer: Answer, kind: str) -> str | None:
    """What was made, as an input of a problem of that kind; None where it is none."""
    if answer.end != "returned" or len(answer.output) > MAX_INPUT_BYTES or _OPAQUE in answer.output:
        return None
    try:
        value = decode(answer.output)
    except CodeError:
        return None
    if kind == "stdin":
        return value if isinstance(value, str) else None
    if isinstance(value, list):
        return f'{{"t":{answer.output}}}'
    return answer.output if isinstance(value, tuple) else None
