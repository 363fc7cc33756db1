"""Plain values that are equal save for how far their floats may be off."""

from __future__ import annotations

import math
from collections.abc import Sequence

from perftui.judging.matching import same_items
from perftui.problems.model import Comparison
from perftui.values import Value

Number = int | float | complex


def approximate(expected: Value, got: Value, within: Comparison) -> bool:
    """Whether two values are equal, a float counting as equal where it is near.

    Containers must be of one kind and length. The keys of dicts must be equal; the items of sets are
    matched. Two integers must be equal, however large the tolerance.
    """
    if isinstance(expected, list | tuple) and isinstance(got, list | tuple):
        return isinstance(expected, list) is isinstance(got, list) and _in_order(expected, got, within)
    if isinstance(expected, dict) and isinstance(got, dict):
        return expected.keys() == got.keys() and all(
            approximate(item, got[key], within) for key, item in expected.items()
        )
    if isinstance(expected, set | frozenset) and isinstance(got, set | frozenset):
        return expected == got or same_items(list(expected), list(got), within, approximate)
    return near(expected, got, within)


def floats(expected: Value, got: Value, within: Comparison) -> bool:
    """Whether two values are equal, or are floats, or lists or tuples of them, that are near.

    So EvalPlus compares: the type of what is expected says whether a tolerance holds.
    """
    if expected == got:
        return True
    if not _is_floats(expected) or type(expected) is not type(got):
        return False
    return approximate(expected, got, within)


def near(expected: Value, got: Value, within: Comparison) -> bool:
    """Whether two leaves are equal, or numbers that are near, one of which is a float at least."""
    if expected == got:
        return True
    if not isinstance(expected, Number) or not isinstance(got, Number):
        return False
    if isinstance(expected, int) and isinstance(got, int):
        return False
    try:
        size = max(abs(expected), abs(got))
        return math.isfinite(size) and abs(got - expected) <= within.tolerance + within.relative * size
    except OverflowError:
        return False


def _in_order(expected: Sequence[Value], got: Sequence[Value], within: Comparison) -> bool:
    return len(expected) == len(got) and all(
        approximate(item, other, within) for item, other in zip(expected, got, strict=True)
    )


def _is_floats(value: Value) -> bool:
    if isinstance(value, list | tuple):
        return all(isinstance(item, float) for item in value)
    return isinstance(value, float)
