"""Tasks of MBPP+ that can be understood in two ways: what EvalPlus takes as right beside the reference."""

from __future__ import annotations

import math
from collections.abc import Callable

from perftui.values import Value, decode_arguments, encode


def others_right(entry_point: str, arguments: str) -> tuple[str, ...]:
    """Further outputs, coded, that are right for the coded arguments of a function."""
    oracle = _ORACLES.get(entry_point)
    return () if oracle is None else tuple(map(encode, oracle(*decode_arguments(arguments))))


def _surface_area(edge: Value, height: Value) -> list[object]:
    """Of a square pyramid, where the height is that of the apex over the base and not of a side."""
    if not isinstance(edge, int | float) or not isinstance(height, int | float):
        return []
    slant = math.hypot(edge / 2, height)
    return [round(edge**2 + 2 * edge * slant)]


def _digit_distance(left: Value, right: Value) -> list[object]:
    """Between the digits of two numbers, the shorter one with zeros before it."""
    if not isinstance(left, int) or not isinstance(right, int) or left < 0 or right < 0:
        return []
    width = max(len(str(left)), len(str(right)))
    pairs = zip(str(left).zfill(width), str(right).zfill(width), strict=True)
    return [sum(abs(int(digit) - int(other)) for digit, other in pairs)]


_ORACLES: dict[str, Callable[..., list[object]]] = {
    "are_equivalent": lambda *_: [True, False],
    "sum_div": lambda *_: [0],
    "surface_Area": _surface_area,
    "digit_distance_nums": _digit_distance,
}
"""By function, as EvalPlus has them (`_special_oracle.py`)."""
