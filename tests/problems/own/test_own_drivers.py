"""Tests whose arguments are of the program's own types: the program's process makes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from perftui.problems.model import DRIVEN, Check
from perftui.problems.own.load import load_own

POINTS = """
class Point:
    def __init__(self, x):
        self.x = x

    def doubled(self):
        return self.x * 2

def nearest(points, to):
    return min(points, key=lambda p: abs(p.x - to.x))

def many(n):
    return [Point(i) for i in range(n)]
"""
SLOWER = POINTS.replace("min(", "max(")


def checks(tmp_path: Path, tests: str) -> tuple[Check, ...]:
    path = tmp_path / "points.py"
    path.write_text(POINTS + tests)
    return load_own(path, "nearest").problems[0].checks


def passes(check: Check, program: str) -> bool:
    """Run a check with its driver as the sandbox does, both within one process."""
    assert check.driver
    beside: dict[str, Any] = {}
    exec(f"{program}\n\n{check.driver}", beside)
    output = beside[DRIVEN]()
    assert isinstance(output, int | list)
    within: dict[str, Any] = {DRIVEN: lambda: output}
    exec(check.code, within)
    try:
        within["check"](within[DRIVEN])
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize(
    "tests",
    [
        "assert nearest([Point(1), Point(5)], Point(4)).x == 5\n",
        "def test_a():\n    assert nearest([Point(1), Point(5)], Point(4)).doubled() == 10\n",
        "def test_a():\n    got = nearest(many(9), Point(7))\n    assert got.x == 7\n",
        (
            "def test_a():\n    wanted = 7\n    to = Point(wanted)\n"
            "    assert nearest(many(9), to).x == wanted\n"
        ),
        "def test_a():\n    assert [nearest([Point(1), Point(5)], Point(4)).x] == [5]\n",
    ],
)
def test_the_call_is_made_beside_the_program(tmp_path: Path, tests: str) -> None:
    (check,) = checks(tmp_path, tests)
    assert passes(check, POINTS)
    assert not passes(check, SLOWER)


def test_each_claim_is_a_check_of_its_own_and_what_is_expected_stays_away_from_the_program(
    tmp_path: Path,
) -> None:
    tests = (
        "def test_a():\n    points = many(9)\n    right = 5\n"
        "    assert nearest(points, Point(4.9)).x == right\n    assert nearest(points, Point(6)).x == 6 * 1\n"
    )
    found = checks(tmp_path, tests)
    assert [passes(check, POINTS) for check in found] == [True, True]
    assert "right" not in found[0].driver
    assert "6 * 1" not in found[1].driver
    assert "class Point" not in found[0].code
