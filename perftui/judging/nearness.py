"""Plain values that are equal save for how far their floats may be off."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from perftui.judging.matching import Effort, same_items
from perftui.problems.model import Comparison
from perftui.values import Array, Value

Number = int | float | complex


def approximate(expected: Value, got: Value, within: Comparison) -> bool:
    """Whether two values are equal, a float counting as equal where it is near.

    Containers must be of one kind and length. The keys of dicts must be equal; the items of sets are
    matched. Two integers must be equal, however large the tolerance.

    Raises:
        TooMuchError: sets cannot be matched within the bounds.
    """
    return _Nearness(within).same(expected, got)


def unordered(expected: Value, got: Value, within: Comparison) -> bool:
    """Whether two lists, tuples or sets have the same items as often, in any order.

    Raises:
        TooMuchError: they cannot be matched within the bounds.
    """
    kinds = (list, tuple, set, frozenset)
    if not isinstance(got, kinds) or not isinstance(expected, kinds):
        return False
    return _Nearness(within).same_items(expected, got)


def floats(expected: Value, got: Value, within: Comparison) -> bool:
    """Whether two values are equal, or are floats, or lists or tuples of them, that are near.

    So EvalPlus compares: the type of what is expected says whether a tolerance holds.
    """
    if expected == got:
        return True
    if not _is_floats(expected) or type(expected) is not type(got):
        return False
    return approximate(expected, got, within)


def as_json(expected: Value, got: Value, within: Comparison) -> bool:
    """Whether two values are near once both went through JSON, which has lists and no tuples.

    Raises:
        TooMuchError: sets cannot be matched within the bounds.
    """
    return approximate(_with_lists(expected), _with_lists(got), within)


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


class _Nearness:
    """One comparison with a tolerance, and the effort that is left for it."""

    def __init__(self, within: Comparison) -> None:
        self._within = within
        self._effort = Effort()

    def same(self, expected: Value, got: Value) -> bool:
        if isinstance(expected, list | tuple) and isinstance(got, list | tuple):
            return isinstance(expected, list) is isinstance(got, list) and self._in_order(expected, got)
        if isinstance(expected, Array) and isinstance(got, Array):
            return expected.shape == got.shape and self._in_order(expected.items, got.items)
        if isinstance(expected, dict) and isinstance(got, dict):
            return expected.keys() == got.keys() and all(
                self.same(item, got[key]) for key, item in expected.items()
            )
        if isinstance(expected, set | frozenset) and isinstance(got, set | frozenset):
            return expected == got or self.same_items(expected, got)
        return near(expected, got, self._within)

    def same_items(self, expected: Iterable[Value], got: Iterable[Value]) -> bool:
        return same_items(list(expected), list(got), self._within, self.same, self._effort)

    def _in_order(self, expected: Sequence[Value], got: Sequence[Value]) -> bool:
        return len(expected) == len(got) and all(map(self.same, expected, got))


def _with_lists(value: Value) -> Value:
    """A value with a list for every tuple that is no item of a set and no key."""
    if isinstance(value, list | tuple):
        return [_with_lists(item) for item in value]
    if isinstance(value, dict):
        return {key: _with_lists(item) for key, item in value.items()}
    return value


def _is_floats(value: Value) -> bool:
    if isinstance(value, Array):
        value = value.items
    if isinstance(value, list | tuple):
        return all(isinstance(item, float) for item in value)
    return isinstance(value, float)
