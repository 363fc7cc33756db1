"""Ratios sorted into bins on a scale of logarithms, for every plot of a distribution."""

from __future__ import annotations

import math
from bisect import bisect_right
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
    """Bins of equal width in logarithms, each beginning at a power of the width; 1 begins one.

    The width is the smallest of a few for which there are no more than sixteen; none of nothing.
    """
    if not ratios:
        return []
    doublings = [math.log2(ratio) for ratio in ratios]
    low, high = min(doublings), max(doublings)
    width = next(
        (w for w in _WIDTHS if math.floor(high / w) - math.floor(low / w) < _MOST),
        max(1.0, math.ceil((high - low) / (_MOST - 1))),
    )
    first, last = math.floor(low / width), math.floor(high / width)
    edges = [2 ** (width * step) for step in range(first, last + 2)]
    counts = [0] * (len(edges) - 1)
    for ratio in ratios:
        place = bisect_right(edges, ratio) - 1
        counts[min(max(place, 0), len(counts) - 1)] += 1
    return [Bin(low, high, count) for low, high, count in zip(edges, edges[1:], counts, strict=False)]
