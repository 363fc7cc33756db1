"""What feedback says of a failing test, of the slowest test and of what was tried, with its figures.

These are facts, ready to be shown; the prompt templates say them.
"""

from __future__ import annotations

from dataclasses import dataclass

from perftui.figures import nanoseconds, percent, times_within
from perftui.judging.model import TestResult
from perftui.judging.show import show, show_value
from perftui.judging.wording import how_compared
from perftui.problems.model import Problem, TestCase
from perftui.refine.chain import Chain, Round
from perftui.text import one_line, shorten
from perftui.timing.model import Ratio, TestTime
from perftui.values import CodeError, decode_arguments

VALUE_LIMIT = 800
"""Characters of one input or output."""
ROW_LIMIT = 100
"""Characters of an input in a table."""
CHECK_LIMIT = 2_000
"""Characters of a test that is code."""
ROWS = 5
"""Tests in a table."""

_SAID_OF_SPEED = {
    "faster": "faster",
    "slower": "slower",
    "same": "no real difference",
    "unmeasured": "cannot be told from noise",
}
_SAID_OF_OUTCOME = {
    "kept": "kept",
    "beats-reference": "kept",
    "same": "correct, no faster",
    "slower": "correct, slower",
    "unmeasured": "correct, gain not measurable",
    "wrong": "wrong",
    "no-program": "no program",
}


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


@dataclass(frozen=True)
class TimeRow:
    """A test's line in a table of times."""

    name: str
    time: str
    share: str
    input: str


@dataclass(frozen=True)
class Slowest:
    """The test that costs a program most.

    Attributes:
        name: of the test.
        test: what is known of it; None where the problem does not have it by that name.
        time: its time.
        total: the time of all tests.
        share: its part of that, such as `96 %`.
        level: names of tests that may be as slow, within the noise.
        rows: the most expensive tests, itself first.
        more: how many tests the table leaves out.
    """

    name: str
    test: ShownTest | None
    time: str
    total: str
    share: str
    level: tuple[str, ...]
    rows: tuple[TimeRow, ...]
    more: int


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


def slowest_of(problem: Problem, round_: Round) -> Slowest | None:
    """The test that takes a program longest; None where no test has a time.

    It rests on the measurement; where there is none, on the times that judging saw.
    """
    costs = sorted(_test_times(round_), key=lambda test: test.cpu_ns, reverse=True)
    total = sum(test.cpu_ns for test in costs)
    if not costs or total <= 0:
        return None
    worst = costs[0]
    return Slowest(
        name=worst.name,
        test=shown_test(problem, worst.name),
        time=nanoseconds(worst.cpu_ns),
        total=nanoseconds(total),
        share=_percent(worst.cpu_ns, total),
        level=tuple(test.name for test in costs[:ROWS] if test.level),
        rows=tuple(_row(problem, test, total) for test in costs[:ROWS]),
        more=max(0, len(costs) - ROWS),
    )


def speed_of(chain: Chain, best: Round) -> tuple[str, ...]:
    """How fast the best program is, a line each program that it was timed against."""
    measurement = best.measurement
    if measurement is None:
        return ()
    first = chain.seed is not None and chain.seed.index == best.index
    ratios = (
        ("your first correct program", None if first else measurement.vs_seed),
        ("a known good solution", measurement.vs_reference),
    )
    return tuple(_ratio_line(ratio, against) for against, ratio in ratios if ratio is not None)


def attempts_of(chain: Chain) -> tuple[str, ...]:
    """What was tried to make the program faster and what came of it, a line an attempt."""
    tried = (r for r in chain.rounds if r.ask.phase == "performance" and r.outcome is not None)
    return tuple(
        f"{r.ask.label}: {_SAID_OF_OUTCOME[r.outcome.kind]} ({r.outcome.reason})"
        for r in tried
        if r.outcome is not None and r.outcome.kind in _SAID_OF_OUTCOME
    )


def shown_test(problem: Problem, name: str) -> ShownTest | None:
    """A problem's test by its name, None where it has none of that name."""
    test = problem.find_input(name)
    if test is not None:
        return ShownTest(
            name=name,
            input=_shown_input(problem, test, VALUE_LIMIT),
            expected=_shown_expected(problem, test),
        )
    check = next((c for c in problem.checks if c.name == name), None)
    return None if check is None else ShownTest(name=name, check=shorten(check.code.strip("\n"), CHECK_LIMIT))


def _shown_input(problem: Problem, test: TestCase, limit: int) -> str:
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


def _test_times(round_: Round) -> tuple[TestTime, ...]:
    if round_.measurement is not None and round_.measurement.test_times:
        return round_.measurement.test_times
    results = () if round_.verdict is None else round_.verdict.results
    return tuple(TestTime(name=r.name, cpu_ns=r.cpu_ns, share=0.0) for r in results)


def _row(problem: Problem, cost: TestTime, total: int) -> TimeRow:
    test = problem.find_input(cost.name)
    shown = "" if test is None else one_line(_shown_input(problem, test, ROW_LIMIT), ROW_LIMIT)
    return TimeRow(
        name=cost.name, time=nanoseconds(cost.cpu_ns), share=_percent(cost.cpu_ns, total), input=shown
    )


def _ratio_line(ratio: Ratio, against: str) -> str:
    return (
        f"{times_within(ratio.estimate, ratio.low, ratio.high)} vs {against}: {_SAID_OF_SPEED[ratio.verdict]}"
    )


def _percent(part: int, whole: int) -> str:
    share = part / whole
    return percent(share) if share >= 0.01 or part == 0 else "<1 %"
