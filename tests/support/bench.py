"""A small benchmark in the project's own format, replies and samples for it, and servers that give them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

from tests.support.model_server import CALL_HEADER, Answer, Asked, Stall, raw_stream, streamed

Call = tuple[str, int, int]
"""A call's place: problem, chain, turn."""

CALLS_OF_A_CHAIN = 3
"""How often a chain of `perfcodegen` asks where nothing is timed and each program is new and right."""

PROBLEM = """\
id = "Add/{n}"
title = "add_{n}"
kind = "function"
statement = "Add {n} to a number."
entry_point = "add_{n}"
stub = "def add_{n}(x):\\n"
reference = "def add_{n}(x):\\n    return x + {n}\\n"

[[tests]]
input = "(1,)"
expected = "{one}"

[[tests]]
input = "(-5,)"
expected = "{other}"
"""


def write_problems(folder: Path, count: int = 3) -> Path:
    """`Add/0` to `Add/{count - 1}`, each with two tests and a reference; gives the folder back."""
    folder.mkdir()
    for n in range(count):
        text = PROBLEM.format(n=n, one=n + 1, other=n - 5)
        (folder / f"add_{n}.toml").write_text(text, encoding="utf-8")
    return folder


def right(problem: str, mark: object = "") -> str:
    """A right program; marks make different programs."""
    n = problem.rpartition("/")[2]
    return f"def add_{n}(x):\n    {str(mark)!r}\n    return x + {n}\n"


def wrong(problem: str) -> str:
    """A program that fails the first test."""
    n = problem.rpartition("/")[2]
    return f"def add_{n}(x):\n    return x - {n} - 1\n"


def fenced(program: str) -> str:
    """A reply that holds a program."""
    return f"Here it is:\n\n```python\n{program}```\n"


def write_lines(path: Path, records: Sequence[object]) -> Path:
    """A JSON Lines file; gives its path back."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def write_replies(path: Path, problems: int = 3, chains: int = 2) -> Path:
    """Right replies for every call of `perfcodegen`."""
    return write_lines(
        path,
        [
            {
                "task_id": f"Add/{n}",
                "chain": chain,
                "turn": turn,
                "reply": fenced(right(f"Add/{n}", (chain, turn))),
            }
            for n in range(problems)
            for chain in range(chains)
            for turn in range(CALLS_OF_A_CHAIN)
        ],
    )


def call_of(asked: Asked) -> Call:
    """Which call a request is."""
    return call_in(asked.headers[CALL_HEADER])


def call_in(header: str) -> Call:
    """Which call a header names, or the key that a server counts a request under."""
    problem, _, rest = header.partition(" ")[0].partition(";")
    numbers = dict(part.split("=", 1) for part in rest.split(";"))
    return unquote(problem), int(numbers["chain"]), int(numbers["turn"])


def good_reply(asked: Asked) -> Answer:
    """A right program, another for every call."""
    call = call_of(asked)
    return streamed(fenced(right(call[0], call[1:])), piece=64)


def by_call(answers: Mapping[Call, Answer]) -> Callable[[Asked], Answer]:
    """A script of good replies, but for some calls."""
    return lambda asked: answers.get(call_of(asked)) or good_reply(asked)


class Dosed:
    """Answers so many requests; those beyond wait until they are hung up on."""

    def __init__(self, dose: int) -> None:
        self.left = dose

    def __call__(self, asked: Asked) -> Answer:
        if self.left <= 0:
            return raw_stream(Stall())
        self.left -= 1
        return good_reply(asked)
