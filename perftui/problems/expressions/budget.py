"""What an expression may cost: limits on steps and on the size of values."""

from __future__ import annotations

from collections.abc import Sequence

MAX_STEPS = 4_000_000
"""Visits to a node or to a part of a value."""
MAX_ITEMS = 200_000
MAX_TEXT = 1_000_000
MAX_BITS = 16_384


class ExpressionError(ValueError):
    """An expression cannot be evaluated; the text is one printable line."""


class Budget:
    """What is left of the steps that an expression may take."""

    def __init__(self) -> None:
        self._left = MAX_STEPS

    def spend(self, steps: int) -> None:
        """Pay for work.

        Raises:
            ExpressionError: the budget is spent.
        """
        self._left -= steps
        if self._left < 0:
            raise ExpressionError(f"takes over {MAX_STEPS:,} steps")

    def spend_on(self, value: object) -> None:
        """Pay for work that visits a whole value, parts that occur twice counted twice."""
        stack = [value]
        while stack:
            item = stack.pop()
            match item:
                case list() | tuple() | set() | frozenset():
                    self.spend(len(item) + 1)
                    stack.extend(item)
                case dict():
                    self.spend(2 * len(item) + 1)
                    stack.extend(item.keys())
                    stack.extend(item.values())
                case str() | bytes():
                    self.spend(len(item) // 64 + 1)
                case range():
                    self.spend(len(item) // 8 + 1)
                case int():
                    self.spend(integer_bits(item) // 64 + 1)
                case _:
                    self.spend(1)

    def room(self, items: int) -> None:
        """Refuse a container that is too long."""
        if items > MAX_ITEMS:
            raise ExpressionError(f"over {MAX_ITEMS:,} items in a container")

    def grow(self, kind: object, length: int) -> None:
        """Pay for a new sequence of the same kind as `kind`, or refuse it where it is too long."""
        if isinstance(kind, str | bytes):
            if length > MAX_TEXT:
                raise ExpressionError(f"a string of over {MAX_TEXT:,} characters")
            self.spend(max(length, 0) // 64)
        else:
            self.room(length)
            self.spend(max(length, 0))

    def iterate(self, value: object) -> Sequence[object]:
        """The items of a value, paid for.

        Raises:
            ExpressionError: it has none, or too many.
        """
        if isinstance(value, set | frozenset | dict):
            value = tuple(value)
        if not isinstance(value, str | bytes | list | tuple | range):
            raise ExpressionError(f"a {type(value).__name__} has no items")
        self.spend(len(value))
        return value


def integer_bits(value: int) -> int:
    """The size of an integer."""
    return int(value).bit_length()
