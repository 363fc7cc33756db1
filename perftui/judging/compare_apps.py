"""Outputs accepted as the published checker of APPS accepts them (`eval/testing_util.py`).

It is lenient on purpose, since some of its problems have several right answers: `docs/comparison.md` says
what it lets pass.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from perftui.problems.model import Comparison
from perftui.values import Value

MOST_CHARACTERS = 400
"""Longer words are no numbers: reading them as such takes time that grows with their square."""

_ABSOLUTE = 1e-8
_RELATIVE = 1e-5
_DECIMALS = 3


def apps(expected: Value, got: Value, _within: Comparison) -> bool:
    """Whether what a function returned is accepted.

    A tuple counts as a list, as do the tuples in a list of them; what is expected may be wrapped in a list.
    """
    returned = list(got) if isinstance(got, tuple) else got
    if returned == expected:
        return True
    if not isinstance(expected, list) or not expected:
        return False
    lists = _with_lists(returned)
    # Nothing at all may be what is expected, so that it cannot stand for what cannot be made.
    return expected[0] == returned or (lists is not None and expected[0] == lists)


def apps_text(expected: str, printed: str) -> bool:
    """Whether what a program printed is accepted.

    The lines must be the same without white space around them and without empty lines; or all
    be numbers, one a line, that are near; or be the same set of lines, each a set of words, or of
    numbers that are equal to three decimals.
    """
    lines = printed.splitlines()
    if expected.strip() in {_joined(lines), _joined(line.strip() for line in lines)}:
        return True
    wanted = [line.strip() for line in expected.split("\n") if line]
    filled = [line for line in lines if line]
    return wanted in (lines, filled) or _near(wanted, filled) or _same_sets(wanted, filled)


def _with_lists(returned: Value) -> list[Value] | None:
    """A list that begins with a tuple, its items as lists; None where they cannot be."""
    if not isinstance(returned, list) or not returned or not isinstance(returned[0], tuple):
        return None
    if not all(isinstance(item, Iterable) for item in returned):
        return None
    return [list(item) for item in returned]


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines).strip()


def _near(wanted: Sequence[str], printed: Sequence[str]) -> bool:
    if len(wanted) != len(printed):
        return False
    for want, line in zip(wanted, printed, strict=True):
        left, right = _number(want), _number(line)
        if left is None or right is None:
            return False
        if left != right and not _close(left, right):
            return False
    return True


def _close(wanted: float, printed: float) -> bool:
    return math.isfinite(wanted) and abs(printed - wanted) <= _ABSOLUTE + _RELATIVE * abs(wanted)


def _same_sets(wanted: Sequence[str], printed: Sequence[str]) -> bool:
    left = [line.split() for line in wanted]
    right = [words for line in printed if (words := line.split())]
    if set(map(_set_of, left)) == set(map(_set_of, right)):
        return True
    numbers, others = _rounded(left), _rounded(right)
    return numbers is not None and numbers == others


def _rounded(lines: Iterable[Sequence[str]]) -> set[str] | None:
    """Lines as sets of rounded numbers; None where a word is no number, or is not equal to itself."""
    found: set[str] = set()
    for line in lines:
        numbers = [_number(word) for word in line]
        if any(number is None or math.isnan(number) for number in numbers):
            return None
        # Zero is added so that there is one zero.
        found.add(_set_of(repr(round(number, _DECIMALS) + 0.0) for number in numbers if number is not None))
    return found


def _set_of(words: Iterable[str]) -> str:
    """A set of words as a text, which cannot be made to collide as the hashes of sets can."""
    return " ".join(sorted(set(words)))


def _number(word: str) -> float | None:
    if len(word) > MOST_CHARACTERS:
        return None
    try:
        return float(word)
    except ValueError:
        return None
