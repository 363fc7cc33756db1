"""Examples of a function's documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from perftui.errors import BadInputError
from perftui.problems.model import Benchmark
from perftui.problems.own.load import load_own
from perftui.values import decode, decode_arguments


def load(tmp_path: Path, examples: str) -> Benchmark:
    path = tmp_path / "slow.py"
    body = "".join(f"    {line}\n" if line else "\n" for line in examples.split("\n"))
    path.write_text(f'LIMIT = 3\n\ndef f(x, y=2):\n    """Doc.\n\n{body}    """\n    return x\n')
    return load_own(path)


def test_examples_become_tests(tmp_path: Path) -> None:
    examples = (
        ">>> f(1)\n3\n>>> f('a', y=1)\n'b'\n>>> xs = [1,\n...       2]\n>>> f(xs)\n>>> sorted(f(3))\n[1, 2]"
    )
    (problem,) = load(tmp_path, examples).problems
    assert [(decode_arguments(test.input), decode(test.expected)) for test in problem.tests] == [
        ((1,), 3),
        (("a", 1), "b"),
        (([1, 2],), None),
        ((3,), [1, 2]),
    ]
    assert [test.comparison.kind for test in problem.tests] == ["equal", "equal", "equal", "unordered"]
    assert problem.checks == ()


def test_an_expected_exception_becomes_a_check(tmp_path: Path) -> None:
    examples = ">>> f(-1)\nTraceback (most recent call last):\n    ...\npkg.WrongError: no\n>>> f(1)\n1"
    (problem,) = load(tmp_path, examples).problems
    assert len(problem.tests) == 1
    (check,) = problem.checks
    assert "with pytest.raises(WrongError):\n        f(-1)" in check.code


def test_what_prints_no_value_is_left_out_with_a_note(tmp_path: Path) -> None:
    benchmark = load(
        tmp_path, ">>> f(1)\n1\n>>> print(f(2))\n2\n>>> f(3)\n<object>\n>>> LIMIT\n3\n>>> import os"
    )
    assert len(benchmark.problems[0].tests) == 1
    assert [note.split(":")[0] for note in benchmark.notes] == [
        f"slow.py, line {line}" for line in (8, 10, 12, 14)
    ]
    assert benchmark.notes[0].endswith("this example cannot be read as a test, and is left out")


def test_examples_that_are_laid_out_wrongly_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=re.escape(f"{tmp_path / 'slow.py'}, line 4: an example: ")):
        load(tmp_path, ">>> f(1)\n...  \n>>>f(2)\n3")
