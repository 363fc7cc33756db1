"""Means with their uncertainty over problems."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import numpy as np

CONFIDENCE = 0.95
_RESAMPLES = 9999
_SEED = 20241203
_ROOM = 4_000_000
"""How many draws are held at once."""

Interval = tuple[float, float]


class Mean(msgspec.Struct, frozen=True, kw_only=True):
    """A geometric mean of ratios.

    Attributes:
        estimate: the mean.
        low: lower end of its interval, None where it rests on a single problem.
        high: upper end, likewise.
        confidence: of the interval.
        problems: how many it rests on.
    """

    estimate: float
    low: float | None
    high: float | None
    confidence: float
    problems: int


def arithmetic_mean(values: Sequence[float]) -> float | None:
    """The mean; None of nothing."""
    return math.fsum(values) / len(values) if values else None


def geometric_mean(ratios: Sequence[float]) -> Mean | None:
    """The geometric mean of positive ratios with a bootstrap interval over problems; None for none."""
    return geometric_means([ratios])[0]


def geometric_means(columns: Sequence[Sequence[float]]) -> list[Mean | None]:
    """The geometric mean of each column, whose interval is that of the mean of its logarithms."""
    logs = [[math.log(ratio) for ratio in column] for column in columns]
    return [_mean(column, interval) for column, interval in zip(logs, mean_intervals(logs), strict=True)]


def mean_intervals(columns: Sequence[Sequence[float]]) -> list[Interval | None]:
    """The percentile bootstrap interval of the mean of each column; None for fewer than two values.

    Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13: the values are drawn anew with
    replacement, as many as there are; the interval holds the middle 95 % of the means of 9,999 draws. The
    seed is fixed, and the order of the values is of no consequence.
    """
    found: list[Interval | None] = [None] * len(columns)
    places = defaultdict(list)
    for place, column in enumerate(columns):
        if len(column) > 1:
            places[len(column)].append(place)
    for size, alike in places.items():
        sorted_columns = [sorted(columns[place]) for place in alike]
        for place, interval in zip(alike, _intervals(sorted_columns, size), strict=True):
            found[place] = interval
    return found


def _mean(logs: Sequence[float], interval: Interval | None) -> Mean | None:
    middle = arithmetic_mean(logs)
    if middle is None:
        return None
    return Mean(
        estimate=math.exp(middle),
        low=None if interval is None else math.exp(interval[0]),
        high=None if interval is None else math.exp(interval[1]),
        confidence=CONFIDENCE,
        problems=len(logs),
    )


def _intervals(columns: Sequence[Sequence[float]], size: int) -> list[Interval]:
    # Slow to load, and needed by no other question.
    import numpy as np  # noqa: PLC0415

    values = np.array(columns).T
    generator = np.random.default_rng((_SEED, size))
    rows = max(1, _ROOM // size)
    parts = [min(rows, _RESAMPLES - begun) for begun in range(0, _RESAMPLES, rows)]
    means = np.concatenate([_draws(generator, part, size) @ values for part in parts]) / size
    tail = (1 - CONFIDENCE) / 2
    lows, highs = np.quantile(means, [tail, 1 - tail], axis=0)
    middles = [math.fsum(column) / size for column in columns]
    # Rounding must not push a mean out of its own interval, as where all values are equal.
    return [
        (min(float(low), middle), max(float(high), middle))
        for low, middle, high in zip(lows, middles, highs, strict=True)
    ]


def _draws(generator: np.random.Generator, rows: int, size: int) -> np.ndarray:
    """How often each value is drawn, a row for each draw of as many values as there are."""
    import numpy as np  # noqa: PLC0415

    drawn = generator.integers(0, size, (rows, size)) + size * np.arange(rows)[:, np.newaxis]
    return np.bincount(drawn.ravel(), minlength=rows * size).reshape(rows, size).astype(float)
