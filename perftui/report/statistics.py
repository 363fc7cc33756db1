"""Means with their uncertainty."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

CONFIDENCE = 0.95
_RESAMPLES = 9999
_SEED = 0


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


def geometric_mean(ratios: Sequence[float]) -> Mean | None:
    """The geometric mean of positive ratios with a bootstrap interval over problems; None for none.

    The interval is the percentile bootstrap of the mean of logarithms (Efron and Tibshirani, An
    Introduction to the Bootstrap, chapter 13) with a fixed seed; the order of the ratios is of no
    consequence.
    """
    if not ratios:
        return None
    logs = sorted(math.log(ratio) for ratio in ratios)
    middle = math.fsum(logs) / len(logs)
    low, high = _interval(logs) if len(logs) > 1 else (None, None)
    return Mean(
        estimate=math.exp(middle),
        low=None if low is None else math.exp(min(low, middle)),
        high=None if high is None else math.exp(max(high, middle)),
        confidence=CONFIDENCE,
        problems=len(logs),
    )


def _interval(logs: Sequence[float]) -> tuple[float, float]:
    if logs[0] == logs[-1]:
        return logs[0], logs[-1]
    # Slow to load, and needed by no other question.
    import numpy as np  # noqa: PLC0415
    from scipy import stats  # noqa: PLC0415

    result = stats.bootstrap(
        (np.asarray(logs),),
        np.mean,
        n_resamples=_RESAMPLES,
        batch=500,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(_SEED),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)
