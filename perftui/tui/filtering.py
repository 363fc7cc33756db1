"""The words of a filter: which rows of the list of problems are meant, and in which order. Pure.

Bare words match what a row says. `field:value` looks at one field, `field:>2` compares a number,
a `-` or `!` before a word turns it round, `sorted` sorts by gain and `sort:FIELD` by that field.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import get_args

from perftui.text import one_line
from perftui.tui.rows import ProblemRow, SortKey

Test = Callable[[ProblemRow], bool]

_NUMBERS: Mapping[str, Callable[[ProblemRow], float | None]] = {
    "gain": lambda row: row.gain or None,
    "seed": lambda row: row.seed_gain or None,
    "tests": lambda row: None if row.tests_passed is None else float(row.tests_passed),
    "rounds": lambda row: float(row.rounds),
    "time": lambda row: row.seconds,
    "slowest": lambda row: row.slowest_share or None,
    "attempt": lambda row: float(row.attempt),
}
_TEXTS: Mapping[str, Callable[[ProblemRow], str]] = {
    "status": lambda row: f"{row.status} {row.glyph.word} {row.state}",
    "stage": lambda row: row.glyph.word if row.working else "",
    "id": lambda row: row.name,
    "title": lambda row: row.title,
    "test": lambda row: row.slowest,
    "flag": lambda row: row.flags,
}
_IS: Mapping[str, Test] = {
    "held": lambda row: row.held,
    "flagged": lambda row: row.flagged,
    "running": lambda row: row.working,
    "ended": lambda row: not row.working and row.status not in {"waiting", "running"},
    "solved": lambda row: row.status == "solved",
    "failed": lambda row: row.status in {"unsolved", "infrastructure"},
    "faster": lambda row: row.faster,
    "unmeasured": lambda row: row.passed and row.gain == 0.0,
    "rerun": lambda row: row.attempt > 1,
}
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt,
    "=": operator.eq, "": operator.eq,
}  # fmt: skip
_NUMBER = re.compile(r"(>=|<=|>|<|=|)(\d+(?:\.\d+)?)(x|s|m|h|%|)")
_UNITS = {"x": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "%": 0.01, "": 1.0}

FIELDS = (*_TEXTS, *_NUMBERS, "is", "sort")
"""What may stand before a colon."""


@dataclass(frozen=True)
class Filter:
    """A filter that was read.

    Attributes:
        tests: that a row must pass.
        sort: the order that was asked for, None where none was.
        mistakes: a line each; the words they are about are ignored.
    """

    tests: tuple[Test, ...] = ()
    sort: SortKey | None = None
    mistakes: tuple[str, ...] = ()

    def rows(self, rows: Iterable[ProblemRow]) -> list[ProblemRow]:
        """Those that are meant, in the order that they came in."""
        return [row for row in rows if all(test(row) for test in self.tests)]


def read_filter(text: str) -> Filter:
    """The filter that a text stands for; any text is one."""
    tests: list[Test] = []
    mistakes: list[str] = []
    sort: SortKey | None = None
    for word in text.split():
        name, colon, value = word.casefold().partition(":")
        if word.casefold() == "sorted":
            sort = "gain"
        elif colon and name == "sort":
            found = next((key for key in get_args(SortKey) if value and key.startswith(value)), None)
            sort = found or sort
            if found is None:
                mistakes.append(f"sort: one of {', '.join(get_args(SortKey))}")
        else:
            test = _test(word.casefold())
            if isinstance(test, str):
                mistakes.append(test)
            else:
                tests.append(test)
    return Filter(tuple(tests), sort, tuple(mistakes))


def _test(word: str) -> Test | str:
    """The test that a word stands for, or what is wrong with it."""
    if word[0] in "-!" and len(word) > 1:
        inner = _test(word[1:])
        return inner if isinstance(inner, str) else lambda row: not inner(row)
    name, colon, value = word.partition(":")
    if not colon:
        return lambda row: word in row.haystack
    if name == "is":
        return _IS.get(value) or f"is: one of {', '.join(_IS)}"
    if name in _TEXTS:
        text = _TEXTS[name]
        return lambda row: value in text(row).casefold()
    if name in _NUMBERS:
        return _number(name, value)
    return f"{one_line(name, 20)}: no such field; there are {', '.join(FIELDS)}"


def _number(name: str, value: str) -> Test | str:
    found = _NUMBER.fullmatch(value)
    if found is None:
        return f"{name}: a number, such as {name}:>2"
    compare, of_row = _COMPARE[found[1]], _NUMBERS[name]
    wanted = float(found[2]) * _UNITS[found[3]]

    def test(row: ProblemRow) -> bool:
        figure = of_row(row)
        return figure is not None and compare(figure, wanted)

    return test
