"""Ratios sorted into bins on a scale of logarithms, for every plot of a distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

_WIDTHS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Of a bin, in doublings."""

_MOST = 16


class Bin(msgspec.Struct, frozen=True):
    """Ratios that lie close together.

    Attributes:
        low: the least ratio that is in it.
        high: the least that is not, being above it.
        count: how many are.
    """

    low: float
    high: float
    count: int


def log_bins(ratios: Sequence[float]) -> list[Bin]:
    """Bins of equal width in logarithms, of which one has 1 in its middle; none of nothing.

    The width is the smallest of a few for which there are no more than sixteen.
    """
    if not ratios:
        return []
    doublings = [math.log2(ratio) for ratio in ratios]
    width = next((w for w in _WIDTHS if _count(doublings, w) <= _MOST), None)
    width = width or math.ceil((max(doublings) - min(doublings)) / (_MOST - 2))
    places = [_place(doubling, width) for doubling in doublings]
    return [
        Bin(2 ** (width * (place - 0.5)), 2 ** (width * (place + 0.5)), places.count(place))
        for place in range(min(places), max(places) + 1)
    ]


def _place(doubling: float, width: float) -> int:
    """Which bin holds a ratio: 0 for the one around 1."""
    return math.floor(doubling / width + 0.5)


def _count(doublings: Sequence[float], width: float) -> int:
    return _place(max(doublings), width) - _place(min(doublings), width) + 1
