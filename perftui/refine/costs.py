"""What feedback says of a program's cost: its slowest tests, its hottest lines, its speed and memory.

These are facts, ready to be shown; the prompt templates say them.
"""

from __future__ import annotations

from dataclasses import dataclass

from perftui.figures import nanoseconds, percent, size, times_within
from perftui.problems.model import Problem
from perftui.refine.actions import Profile
from perftui.refine.chain import Chain, Rival, Round
from perftui.refine.feedback import ShownTest, shown_input, shown_test
from perftui.refine.objective import peak_of, surely_faster
from perftui.text import one_line
from perftui.timing.model import Ratio, TestTime
from perftui.timing.profile import source_lines

ROW_LIMIT = 100
"""Characters of an input in a table."""
ROWS = 5
"""Tests in a table."""
LINES = 8
"""Lines of a profile."""
LINE_LIMIT = 120
"""Characters of a line of code."""
DOMINANT = 0.5
"""A test with this share of the time is shown alone; otherwise those beside it are shown too …"""
SHOWN_TESTS = 3
"""… so many in all."""
_WORTH_SHOWING = 0.02
"""A line, or a test beside the slowest, with less than this share of the time is of no help."""

_SAID_OF_SPEED = {
    "faster": "faster",
    "slower": "slower",
    "same": "no real difference",
    "unmeasured": "cannot be told from noise",
}


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
        beside: where it does not dominate, the next most expensive tests, whole.
        rows: the most expensive tests, itself first.
        more: how many tests the table leaves out.
    """

    name: str
    test: ShownTest | None
    time: str
    total: str
    share: str
    level: tuple[str, ...]
    beside: tuple[ShownTest, ...]
    rows: tuple[TimeRow, ...]
    more: int


@dataclass(frozen=True)
class HotLine:
    """A line of a program that takes much of its time."""

    number: int
    share: str
    hits: str
    code: str


@dataclass(frozen=True)
class HotLines:
    """Where a program's time goes, line by line.

    Attributes:
        input: name of the input that it was run on.
        lines: those that took longest, the longest first.
        partial: whether it was stopped before its end.
    """

    input: str
    lines: tuple[HotLine, ...]
    partial: bool


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
        beside=_beside(problem, costs, total),
        rows=tuple(_row(problem, test, total) for test in costs[:ROWS]),
        more=max(0, len(costs) - ROWS),
    )


def profile_due(chain: Chain, round_: Round) -> Profile | None:
    """The profile that a prompt on a round's program should rest on, None where it has it or cannot."""
    if not (chain.settings.profile and chain.settings.timing) or round_.candidate is None:
        return None
    slowest = slowest_of(chain.problem, round_)
    if round_.profile is not None or slowest is None or chain.problem.find_input(slowest.name) is None:
        return None
    return Profile(candidate=round_.candidate, input=slowest.name)


def hot_lines(round_: Round) -> HotLines | None:
    """The lines in which a program spends its time; None where that was not looked at, or told nothing."""
    fact = round_.profile
    if fact is None or fact.profile is None or round_.code is None:
        return None
    if fact.profile.end == "raised" and round_.correct:
        return None  # it raises under the profiler alone: these are not the lines that it runs else
    source = source_lines(round_.code)
    lines = tuple(
        HotLine(
            number=line.number,
            share=percent(line.share),
            hits=f"{line.hits:,}",
            code=one_line(source[line.number - 1].strip(), LINE_LIMIT),
        )
        for line in fact.profile.hottest(LINES)
        if line.share >= _WORTH_SHOWING and line.number <= len(source)
    )
    return HotLines(input=fact.input, lines=lines, partial=fact.profile.partial) if lines else None


def speed_of(chain: Chain, best: Round) -> tuple[str, ...]:
    """How fast the best program is and what memory it takes, a line each program it is held against."""
    measurement = best.measurement
    if measurement is None:
        return ()
    first = chain.seed is not None and chain.seed.index == best.index
    ratios = (
        ("your first correct program", None if first else measurement.vs_seed),
        ("a known good solution", measurement.vs_reference),
    )
    lines = [_ratio_line(ratio, against) for against, ratio in ratios if ratio is not None]
    return (*lines, *_memory_lines(chain, best, first=first))


def rival_to_show(chain: Chain, best: Round) -> Rival | None:
    """Another chain's program that is surely faster than this chain's best and was not shown yet."""
    rival = chain.rival
    if not chain.settings.share_best or rival is None or rival.candidate == best.candidate:
        return None
    shown = any(round_.ask.rival == rival.candidate for round_ in chain.rounds)
    return None if shown or not surely_faster(rival, best) else rival


def rival_line(rival: Rival) -> str:
    """How fast another chain's program is."""
    ratio = rival.measurement.vs_reference
    return "" if ratio is None else _ratio_line(ratio, "a known good solution")


def _beside(problem: Problem, costs: list[TestTime], total: int) -> tuple[ShownTest, ...]:
    if costs[0].cpu_ns >= DOMINANT * total:
        return ()
    near = [test for test in costs[1:SHOWN_TESTS] if test.cpu_ns >= _WORTH_SHOWING * total]
    found = (shown_test(problem, test.name) for test in near)
    return tuple(test for test in found if test is not None)


def _test_times(round_: Round) -> tuple[TestTime, ...]:
    if round_.measurement is not None and round_.measurement.test_times:
        return round_.measurement.test_times
    results = () if round_.verdict is None else round_.verdict.results
    return tuple(TestTime(name=r.name, cpu_ns=r.cpu_ns, share=0.0) for r in results)


def _row(problem: Problem, cost: TestTime, total: int) -> TimeRow:
    test = problem.find_input(cost.name)
    shown = "" if test is None else one_line(shown_input(problem, test, ROW_LIMIT), ROW_LIMIT)
    return TimeRow(
        name=cost.name, time=nanoseconds(cost.cpu_ns), share=_percent(cost.cpu_ns, total), input=shown
    )


def _ratio_line(ratio: Ratio, against: str) -> str:
    return (
        f"{times_within(ratio.estimate, ratio.low, ratio.high)} vs {against}: {_SAID_OF_SPEED[ratio.verdict]}"
    )


def _memory_lines(chain: Chain, best: Round, *, first: bool) -> list[str]:
    peak = peak_of(best)
    if not peak:
        return []
    seed = None if first or chain.seed is None else peak_of(chain.seed)
    beside = f", your first correct program {size(seed)}" if seed else ""
    return [f"peak memory {size(peak)}{beside}"]


def _percent(part: int, whole: int) -> str:
    share = part / whole
    return percent(share) if share >= 0.01 or part == 0 else "<1 %"
