"""Coded values as a person reads them: like `repr`, on one line, cut to a length, never expensive."""

from __future__ import annotations

import math
from collections.abc import Iterable

from perftui.text import one_line, printable, shorten
from perftui.values import Array, CodeError, Opaque, Value, decode

_DECIMAL_BITS = 1_000
"""Larger integers are not turned into decimal, which takes time that grows with the square."""

_DECODED_CHARACTERS = 1 << 18
"""Longer coded values are shown in their coded form: decoding megabytes to show a line takes seconds."""

_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("frozenset({", "})"),
    dict: ("{", "}"),
}


def show_value(coded: str, limit: int) -> str:
    """A coded value as Python writes it, in about `limit` characters; what is cut is told by its size.

    A text that is no coded value, or a very long one, is shown as it is coded. The result is one printable
    line.
    """
    if len(coded) > _DECODED_CHARACTERS:
        return f"{one_line(coded, limit)} ({len(coded):,} characters as coded)"
    try:
        return show(decode(coded), limit)
    except CodeError:
        return one_line(coded, limit)


def show(value: Value, limit: int) -> str:
    """A plain value as Python writes it, in about `limit` characters; what is cut is told by its size."""
    writer = _Writer(max(limit, 8))
    writer.write(value)
    return "".join(writer.pieces)


def show_text(text: str, limit: int) -> str:
    """Printed text, its lines kept, cut to about `limit` characters."""
    # Two slices are made printable and not the whole: it may be megabytes.
    return shorten(printable(shorten(text, 2 * limit)), limit)


class _Writer:
    """Writes a value piece by piece until the room is used up."""

    def __init__(self, room: int) -> None:
        self.pieces: list[str] = []
        self._room = room

    def write(self, value: Value) -> None:
        if isinstance(value, Array):
            shape = "" if len(value.shape) == 1 else f", shape {value.shape}"
            self._container(value.items, "array([", f"]{shape})")
            return
        brackets = _BRACKETS.get(type(value))
        if brackets is None:
            self._put(self._leaf(value))
        elif isinstance(value, set | frozenset) and not value:
            self._put(f"{type(value).__name__}()")
        elif isinstance(value, list | tuple | set | frozenset | dict):
            self._container(value, *brackets)

    def _put(self, piece: str) -> None:
        self.pieces.append(piece)
        self._room -= len(piece)

    def _container(
        self,
        value: list[Value] | tuple[Value, ...] | set[Value] | frozenset[Value] | dict[Value, Value],
        opening: str,
        closing: str,
    ) -> None:
        self._put(opening)
        for position, item in enumerate(_ordered(value)):
            if self._room <= 0:
                self._put(f", … {len(value) - position:,} more" if position else f"… {len(value):,} items")
                break
            if position:
                self._put(", ")
            self.write(item)
            if isinstance(value, dict):
                self._put(": ")
                self.write(value[item])
        if isinstance(value, tuple) and len(value) == 1:
            self._put(",")
        self._put(closing)

    def _leaf(self, value: Value) -> str:
        match value:
            case bool() | None:
                return repr(value)
            case int():
                return _integer(value)
            case str() | bytes():
                return self._string(value)
            case Opaque():
                return f"<{one_line(value.type_name, 60)} object>"
        return repr(value)

    def _string(self, value: str | bytes) -> str:
        room = max(self._room, 8)
        if len(value) <= room:
            return repr(value)
        unit = "bytes" if isinstance(value, bytes) else "characters"
        return f"{value[:room]!r}… ({len(value):,} {unit})"


def _integer(value: int) -> str:
    if value.bit_length() <= _DECIMAL_BITS:
        return str(value)
    digits = int(value.bit_length() * math.log10(2)) + 1
    head = value >> (value.bit_length() - 64) if value > 0 else -(-value >> (value.bit_length() - 64))
    return f"{head:#x}… (an integer of about {digits:,} digits)"


def _ordered(value: Iterable[Value]) -> Iterable[Value]:
    """Items in an order that is the same in every process, where they have one."""
    if not isinstance(value, set | frozenset):
        return value
    try:
        return sorted(value)
    except (TypeError, RecursionError):
        return value
