from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Here

SQUARES = "def f(n):\n    total = 0\n    for i in range(n):\n        total += i * i\n    return total\n"
QUICKER = "def f(n):\n    return (n - 1) * n * (2 * n - 1) // 6\n"
PROBLEM = f"""\
id = "squares"
title = "squares"
kind = "function"
statement = "The sum of the first squares."
entry_point = "f"
reference = '''{SQUARES}'''

[[tests]]
input = "(5,)"
expected = "30"

[[tests]]
input = "(20000,)"
expected = "2666466670000"
"""


@pytest.fixture
def programs(here: Here) -> Here:
    here.write("p.toml", PROBLEM)
    here.write("a.py", SQUARES)
    here.write("b.py", QUICKER)
    here.write("wrong.py", "def f(n):\n    return 30  # \x1b[31m\n")
    return here


def measured(here: Here, a: str, b: str, *flags: str) -> str:
    ended = here.perftui("measure", a, b, "--problem", "p.toml", "--sandbox", "process", *flags)
    assert ended.status == 0, ended.err
    return ended.out


def test_two_programs_are_compared_and_the_evidence_is_printed(programs: Here) -> None:
    said = measured(programs, "a.py", "b.py", "--profile")
    assert "- A a.py: correct, 2/2 tests" in said
    assert "**B is faster than A**" in said
    assert "A against itself" in said
    assert "total += i * i" in said


def test_the_evidence_as_json(programs: Here) -> None:
    found = json.loads(measured(programs, "b.py", "a.py", "--format", "json"))
    result = found["result"]
    assert (found["a"], result["problem"]) == ("b.py", "squares")
    assert (result["verdict_a"]["kind"], result["verdict_b"]["kind"]) == ("correct", "correct")
    assert result["measurement"]["verdict"] == "slower"
    assert result["measurement"]["vs_reference"]["high"] < 1
    assert result["answers_from"] == "the reference"


def test_many_tests_and_hostile_outputs_fit_into_json(here: Here) -> None:
    cases = "".join(f'[[tests]]\ninput = "({n},)"\nexpected = "{n}"\n' for n in range(30))
    head = PROBLEM[: PROBLEM.index("[[tests]]")].replace(SQUARES, "def f(n):\n    return n\n")
    here.write("p.toml", head + cases)
    here.write("a.py", "def f(n):\n    return n\n")
    here.write("b.py", "def f(n):\n    return n if n < 29 else '\\x9b31m\\u202e'\n")
    said = measured(here, "a.py", "b.py", "--format", "json")
    assert len(json.loads(said)["result"]["verdict_a"]["results"]) == 30
    assert json.loads(said)["result"]["verdict_b"]["kind"] == "wrong-answer"
    assert said.replace("\n", "").isprintable()


def test_only_correct_programs_are_timed(programs: Here) -> None:
    said = measured(programs, "a.py", "wrong.py")
    assert "wrong-answer, 1/2 tests" in said
    assert "Not timed: only correct programs are." in said
    assert "Not timed: they are the same program." in measured(programs, "a.py", "a.py")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("a.py", "none.py", "--problem", "p.toml"), "no such file"),
        (("a.py", "b.py", "--problem", "problems"), "3 problems are there, one is wanted"),
        (("a.py", "b.py", "--problem", "Add/9", "--benchmark", "problems"), "no problem 'Add/9'"),
        (("a.py", "b.py", "--problem", "nowhere"), "unknown benchmark"),
        (("a.py", "b.py"), "--problem"),
    ],
)
def test_bad_input_is_told_in_one_line(programs: Here, arguments: tuple[str, ...], what: str) -> None:
    assert what in programs.refused("measure", *arguments, "--sandbox", "process")
