"""What feedback says of a failing test, and how it shows a test.

These are facts, ready to be shown; the prompt templates say them.
"""

from __future__ import annotations

from dataclasses import dataclass

from perftui.judging.model import TestResult
from perftui.judging.show import show, show_value
from perftui.judging.wording import how_compared
from perftui.problems.model import Problem, TestCase
from perftui.refine.chain import Round
from perftui.text import shorten
from perftui.values import CodeError, decode_arguments

VALUE_LIMIT = 800
"""Characters of one input or output."""
CHECK_LIMIT = 2_000
"""Characters of a test that is code."""


@dataclass(frozen=True)
class ShownTest:
    """A test as a prompt shows it; long values are cut, with their sizes said.

    Attributes:
        name: of the test.
        input: the call, such as `f([1, 2], 3)`, or the text of stdin; empty for a check.
        expected: what should come of it; empty for a check.
        check: the code of a test that is code; otherwise empty.
    """

    name: str
    input: str = ""
    expected: str = ""
    check: str = ""


@dataclass(frozen=True)
class Failure:
    """Why a program is not correct.

    Attributes:
        verdict: the verdict's name, or `no-program`.
        reason: one line.
        test: the failing test, None where it is not of one test.
        got: what the program gave for it; empty where it gave nothing.
        detail: more of that test, such as the error's type and line.
        passed: tests that passed before it.
        total: tests of the problem.
    """

    verdict: str
    reason: str
    test: ShownTest | None = None
    got: str = ""
    detail: str = ""
    passed: int = 0
    total: int = 0


def failure_of(problem: Problem, round_: Round) -> Failure:
    """Why a round's program is not correct, or why there is none."""
    verdict = round_.verdict
    if round_.code is None or verdict is None:
        return Failure(verdict="no-program", reason=round_.no_program or "the reply has no code")
    name = verdict.failed_test
    result = next((r for r in verdict.results if r.name == name), None)
    return Failure(
        verdict=verdict.kind,
        reason=verdict.reason,
        test=None if name is None else shown_test(problem, name),
        got=_got(result),
        detail="" if result is None else result.reason,
        passed=verdict.tests_passed,
        total=verdict.tests_total,
    )


def shown_test(problem: Problem, name: str) -> ShownTest | None:
    """A problem's test by its name, None where it has none of that name."""
    test = problem.find_input(name)
    if test is not None:
        return ShownTest(
            name=name,
            input=shown_input(problem, test, VALUE_LIMIT),
            expected=_shown_expected(problem, test),
        )
    check = next((c for c in problem.checks if c.name == name), None)
    return None if check is None else ShownTest(name=name, check=shorten(check.code.strip("\n"), CHECK_LIMIT))


def shown_input(problem: Problem, test: TestCase, limit: int) -> str:
    """The call, or the text of stdin, in about so many characters; what is cut is said with its size."""
    if problem.kind == "stdin":
        return shorten(test.input, limit)
    try:
        arguments = decode_arguments(test.input)
        each = max(limit // max(len(arguments), 1), 40)
        shown = ", ".join(show(argument, each) for argument in arguments)
    except CodeError:
        return show_value(test.input, limit)
    return f"{problem.entry_point}({shown})"


def _shown_expected(problem: Problem, test: TestCase) -> str:
    how = how_compared(test.comparison)
    if test.comparison.kind in {"true", "false"}:
        return how
    stdin = problem.kind == "stdin"
    shown = shorten(test.expected, VALUE_LIMIT) if stdin else show_value(test.expected, VALUE_LIMIT)
    return f"{shown} ({how})" if how else shown


def _got(result: TestResult | None) -> str:
    return "" if result is None or result.verdict != "wrong-answer" else shorten(result.got, VALUE_LIMIT)
