"""The tests of a round in the order and choice that a person wants to see them in. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from perftui.judging.model import TestResult
from perftui.problems.model import TestCase
from perftui.text import one_line
from perftui.tui.panes.round_view import RoundView

SLOW = 0.1
"""The share of the time of all tests from which on a test is slow."""

Order = Literal["failed first", "as they are", "slowest first"]
ORDERS: tuple[Order, ...] = get_args(Order)
STATES = ("failed", "passed", "slow", "unrun")
"""Words of a filter that stand for a state of a test."""

_SEARCHED = 20_000
"""Characters of a coded value that a filter looks at."""


@dataclass(frozen=True)
class JudgedTest:
    """A test, and how the program did on it.

    Attributes:
        place: among all tests of the problem, 0-based.
        name: of the test.
        case: the test; None where its benchmark is not at hand.
        result: None where it was not run.
        share: of the time of all tests that were run.
    """

    place: int
    name: str
    case: TestCase | None
    result: TestResult | None
    share: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether it was run and not passed."""
        return self.result is not None and not self.result.passed

    @property
    def slow(self) -> bool:
        """Whether it takes much of the time, or all that it may."""
        return self.share >= SLOW or (self.result is not None and self.result.verdict == "timeout")


@dataclass(frozen=True)
class Choice:
    """What of the tests is shown, and how.

    Attributes:
        words: a filter: words for states, or texts that its name, values or reason must hold; all must fit.
        order: of the tests.
        selected: the place of the test that is shown in full; -1 for the first that is shown.
    """

    words: str = ""
    order: Order = "failed first"
    selected: int = -1

    @property
    def next_order(self) -> Order:
        """The order after this one."""
        return ORDERS[(ORDERS.index(self.order) + 1) % len(ORDERS)]


def judged_tests(view: RoundView) -> list[JudgedTest]:
    """All tests as the problem orders them; those that are known by their results alone come last."""
    verdict = view.round.verdict if view.round is not None else None
    known = {result.name: result for result in verdict.results} if verdict is not None else {}
    cases = {case.name: case for case in view.source.tests} if view.source is not None else {}
    total = sum(result.cpu_ns for result in known.values())
    names = [*cases, *(name for name in known if name not in cases)]
    found: list[JudgedTest] = []
    for place, name in enumerate(names):
        result = known.get(name)
        share = result.cpu_ns / total if result is not None and total else 0.0
        found.append(JudgedTest(place, name, cases.get(name), result, share))
    return found


def chosen(tests: Sequence[JudgedTest], choice: Choice) -> list[JudgedTest]:
    """The tests that a filter admits, in the order that is wanted; ties stay as they are."""
    words = choice.words.lower().split()
    kept = [test for test in tests if all(_fits(test, word) for word in words)]
    match choice.order:
        case "failed first":
            kept.sort(key=lambda test: 0 if test.failed else 1 if test.result is None else 2)
        case "slowest first":
            kept.sort(key=lambda test: -test.share)
    return kept


def selected_of(tests: Sequence[JudgedTest], choice: Choice) -> int:
    """Which of the chosen tests is shown in full: the one that was selected, else the first."""
    return next((at for at, test in enumerate(tests) if test.place == choice.selected), 0)


def _fits(test: JudgedTest, word: str) -> bool:
    match word:
        case "failed":
            return test.failed
        case "passed":
            return test.result is not None and test.result.passed
        case "slow":
            return test.slow
        case "unrun":
            return test.result is None
    texts = [test.name]
    if test.case is not None:
        texts += [test.case.input[:_SEARCHED], test.case.expected[:_SEARCHED]]
    if test.result is not None:
        texts += [test.result.got, test.result.reason, test.result.verdict]
    return any(word in text.lower() for text in texts)


def told_choice(choice: Choice, shown: int, all_: int) -> str:
    """What is shown, and the keys that change it."""
    words = f" with {one_line(choice.words, 40)}" if choice.words else ""
    count = f"{shown:,} of {all_:,} tests" if shown != all_ else f"{all_:,} tests"
    return f"{count}{words}, {choice.order}   / filter  o order  J K next and last test in full"
