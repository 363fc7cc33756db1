"""Items compared whatever their order, in time that hostile outputs cannot drive up.

Equal items are found by their canonical text: it cannot be made to collide, as hashes of numbers can,
and it has an order, which items of several types have not. What tolerates differences is matched in
sorted order, which is exact for real numbers, and only then by trying pairs, within a bound.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Callable, Sequence

from perftui.problems.model import Comparison
from perftui.values import Value

MOST_MATCHED = 200
"""Items of either side that are matched by trying pairs."""

MOST_TRIED = 4_000_000
"""Characters of their canonical texts that all pairs together may have."""

Same = Callable[[Value, Value], bool]


class TooMuchError(Exception):
    """Items cannot be matched within the bounds; the text is one printable line."""


class Effort:
    """What is left of the work that one comparison may take, containers in containers together."""

    def __init__(self) -> None:
        self._left = MOST_TRIED

    def spend(self, items: int, characters: int) -> None:
        """Pay for trying pairs.

        Args:
            items: on either side.
            characters: of the canonical texts of all.

        Raises:
            TooMuchError: they are too many, or nothing is left.
        """
        self._left -= items * characters
        if items > MOST_MATCHED or self._left < 0:
            raise TooMuchError(f"{items:,} items that differ are too many to be matched with a tolerance")


def same_items(
    expected: list[Value], got: list[Value], within: Comparison, same: Same, effort: Effort
) -> bool:
    """Whether the items can be paired, each with one that is the same.

    Args:
        expected: the items.
        got: the items; hostile.
        within: the tolerance; without one, items are the same where they are equal.
        same: whether two items are, within it.
        effort: for all that the comparison does.

    Raises:
        TooMuchError: that would take too long to tell.
    """
    if len(expected) != len(got):
        return False
    if not within.tolerance and not within.relative:
        return _equal_items(expected, got)
    if _sorted_alike(expected, got, same):
        return True
    if all(type(item) is float for item in (*expected, *got)):
        return False
    wanted, found, length = _unequal(expected, got)
    effort.spend(len(wanted), length)
    return _paired(wanted, found, same)


def canonical(value: Value) -> str | None:
    """A text that two values have in common exactly where they are equal; None where nothing equals it."""
    match value:
        case None | str() | bytes():
            return repr(value)
        case int():
            return f"{value:x}"
        case float():
            return _float_text(value)
        case complex():
            return _float_text(value.real) if not value.imag else _complex_text(value)
        case list() | tuple():
            return _joined("[]" if isinstance(value, list) else "()", [canonical(item) for item in value])
        case set() | frozenset():
            return _sorted_texts("<>", [canonical(item) for item in value])
        case dict():
            pairs = [_joined("  ", [canonical(key), canonical(item)]) for key, item in value.items()]
            return _sorted_texts("{}", pairs)
    return None


def _float_text(value: float) -> str | None:
    if math.isnan(value):
        return None
    if value.is_integer():
        return f"{int(value):x}"
    return value.hex()


def _complex_text(value: complex) -> str | None:
    real, imaginary = _float_text(value.real), _float_text(value.imag)
    return None if real is None or imaginary is None else f"{real}j{imaginary}"


def _joined(brackets: str, texts: Sequence[str | None]) -> str | None:
    whole = [text for text in texts if text is not None]
    return f"{brackets[0]}{','.join(whole)}{brackets[1]}" if len(whole) == len(texts) else None


def _sorted_texts(brackets: str, texts: list[str | None]) -> str | None:
    return None if None in texts else _joined(brackets, sorted(text for text in texts if text is not None))


def _sorted_alike(expected: list[Value], got: list[Value], same: Same) -> bool:
    try:
        left, right = sorted(expected), sorted(got)  # type: ignore[type-var]
    except TypeError:
        return False
    return all(same(item, other) for item, other in zip(left, right, strict=True))


def _equal_items(expected: list[Value], got: list[Value]) -> bool:
    texts = [canonical(item) for item in got]
    return None not in texts and Counter(canonical(item) for item in expected) == Counter(texts)


def _unequal(expected: list[Value], got: list[Value]) -> tuple[list[Value], list[Value], int]:
    """What is left of both sides when equal items are taken away in pairs, and how long it is as text."""
    left, right = ([(canonical(item), item) for item in items] for items in (expected, got))
    common = Counter(text for text, _ in left if text is not None)
    common &= Counter(text for text, _ in right if text is not None)
    length = sum(len(text or "") for text, _ in (*left, *right))
    return _without(left, Counter(common)), _without(right, Counter(common)), length


def _without(items: list[tuple[str | None, Value]], common: Counter[str | None]) -> list[Value]:
    left = []
    for text, item in items:
        if common[text] > 0:
            common[text] -= 1
        else:
            left.append(item)
    return left


def _paired(expected: list[Value], got: list[Value], same: Same) -> bool:
    """Whether a perfect matching exists, found by augmenting paths."""
    near = [[place for place, item in enumerate(got) if same(wanted, item)] for wanted in expected]
    partner: dict[int, int] = {}
    return all(_augmented(start, near, partner) for start in range(len(expected)))


def _augmented(start: int, near: list[list[int]], partner: dict[int, int]) -> bool:
    """Pair one more expected item, and others anew where needed; `partner` is by place in the output."""
    came_from: dict[int, int] = {}
    waiting = deque([start])
    while waiting:
        wanted = waiting.popleft()
        for place in near[wanted]:
            if place in came_from:
                continue
            came_from[place] = wanted
            if place in partner:
                waiting.append(partner[place])
                continue
            _flip(start, place, came_from, partner)
            return True
    return False


def _flip(start: int, place: int, came_from: dict[int, int], partner: dict[int, int]) -> None:
    """Pair along the path that ends at a free place of the output."""
    before = {wanted: taken for taken, wanted in partner.items()}
    while True:
        wanted = came_from[place]
        partner[place] = wanted
        if wanted == start:
            return
        place = before[wanted]
