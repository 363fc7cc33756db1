"""Printed text held against what is expected, line by line."""

from __future__ import annotations

import re

from perftui.judging.nearness import near
from perftui.judging.show import show
from perftui.problems.model import Comparison
from perftui.text import one_line

SHOWN = 80
"""Characters of a value in a reason."""

MOST_DIGITS = 400
"""Longer words are no numbers: text of any length is compared in time that grows with its length alone."""

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)


def compare_text(expected: str, got: str, comparison: Comparison) -> str | None:
    """Hold what was printed against what should be: None where it matches, else why not, in one line.

    White space at the end of lines and of the whole does not count. With a tolerance, lines are
    compared word by word, and two words that are numbers may differ by it; integers may not.
    """
    if expected == got:
        return None
    wanted, printed = _lines(expected), _lines(got)
    if _alike(wanted, printed, comparison):
        return None
    if not printed:
        return f"printed nothing, expected {_count(wanted)}"
    for number, (want, line) in enumerate(zip(wanted, printed, strict=False), start=1):
        if not _same_line(want, line, comparison):
            return one_line(f"line {number}: printed {show(line, SHOWN)}, expected {show(want, SHOWN)}", 400)
    if len(printed) < len(wanted):
        missing = show(wanted[len(printed)], SHOWN)
        return one_line(f"printed {_count(printed)}, expected {_count(wanted)}; missing is {missing}", 400)
    extra = show(printed[len(wanted)], SHOWN)
    return one_line(f"printed {_count(printed)}, expected {_count(wanted)}; too much is {extra}", 400)


def _alike(wanted: list[str], printed: list[str], comparison: Comparison) -> bool:
    return wanted == printed or (
        len(wanted) == len(printed)
        and all(_same_line(want, line, comparison) for want, line in zip(wanted, printed, strict=True))
    )


def _same_line(want: str, line: str, comparison: Comparison) -> bool:
    if want == line:
        return True
    if not comparison.tolerance and not comparison.relative:
        return False
    words, others = want.split(), line.split()
    return len(words) == len(others) and all(
        word == other or _near(word, other, comparison) for word, other in zip(words, others, strict=True)
    )


def _near(word: str, other: str, comparison: Comparison) -> bool:
    left, right = _number(word), _number(other)
    return left is not None and right is not None and near(left, right, comparison)


def _number(word: str) -> int | float | None:
    if len(word) > MOST_DIGITS or not _NUMBER.fullmatch(word):
        return None
    return int(word) if word.lstrip("+-").isdecimal() else float(word)


def _lines(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _count(lines: list[str]) -> str:
    return "1 line" if len(lines) == 1 else f"{len(lines):,} lines"
