"""How many times faster one program is than another, with an interval; and what noise looks like.

The size of a program is the midmean of the logarithms of its costs, each held against the level of its
block (`timing/cost.py`): the mean of the middle half is as deaf to outliers as is needed here, and a quarter
closer to the truth than the median. The estimate is the difference of two sizes. Where the other one is the
baseline, the control's trials count as its own: they are the same program's. The interval is a bootstrap
over blocks (the trials of a block are drawn together, for they share a zygote and a moment): every step from
fractions to midmean is done anew on each resample, so the doubt about the harness's cost and about
charges is in it. The end that would let a program seem fast is that of its strict cost. The ends are found
for the smaller cost as a share of the larger: the noise of a program that takes next to nothing is
additive, and the logarithm of its cost has no bounds. Two things widen the interval:

* With few blocks the bootstrap is too sure of itself. The central 95 % of the resampled shares is
  stretched about the estimate by `(1 + 1/n) * t(confidence, n - 1) / z(95 %)` for `n` blocks:
  Student's t for the wanted confidence over the normal quantile of what was resampled. That also
  keeps extreme quantiles from resting on a handful of resamples. A side is never taken as narrower
  than the mean of both: of few pairs there is often no resample on one of the sides.
* The null program's cost may differ from what the harness costs a real program, by the resolution of
  the costs. That shifts both costs alike, so it hardly touches programs of like cost, and widens the
  interval of one that is a thousand times faster.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import exp, log

import numpy as np
from scipy.special import stdtrit

from perftui.timing.cost import Columns, Floats, Indices, all_pairs, costs, is_doubtful, midmean
from perftui.timing.model import ArmName

MIN_BLOCKS = 4
"""Under this many blocks nothing is said."""

MIN_FLOOR = 1.02
"""No gain under 2 % is claimed: names and code layout alone move programs by up to 1 %."""

_RESAMPLES = 600
_CENTRAL_PERCENTILES = (2.5, 97.5)
_CENTRAL_Z = 1.959964
_LEAST_PART = 0.01
_MOST = 50.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A ratio in logarithms: over 0, the program is faster than the other.

    Attributes:
        middle: difference of the two programs' sizes.
        low: lower end of the interval.
        high: upper end.
        pairs: how many pairs it rests on.
        blocks: how many blocks those stand in.
    """

    middle: float
    low: float
    high: float
    pairs: int
    blocks: int


def resample(blocks: int, per_block: int, seed: int) -> Indices:
    """Pairs by position, whole blocks drawn with replacement; the same for the same seed.

    Returns:
        Shape (resamples, blocks * per_block).
    """
    drawn = np.random.default_rng(seed).integers(0, blocks, size=(_RESAMPLES, blocks, 1), dtype=np.intp)
    within = np.arange(per_block, dtype=np.intp)
    return (drawn * per_block + within).reshape(_RESAMPLES, blocks * per_block)


def compare(columns: Columns, arm: ArmName, other: ArmName, *, confidence: float, drawn: Indices) -> Estimate:
    """How many times faster an arm is than another.

    Args:
        columns: at least two blocks.
        arm: the arm in question.
        other: what it is held against.
        confidence: two-sided, of the interval.
        drawn: resampled blocks, of `resample`.
    """
    stretch = _stretch(columns.blocks, confidence)
    found = partial(_bounds, columns, arm, other, drawn=drawn, stretch=stretch)
    middle, low, high = found(strict=None)
    if is_doubtful(columns, arm):
        low = min(low, found(strict=arm)[1])
    if is_doubtful(columns, other):
        high = max(high, found(strict=other)[2])
    below, above = _doubt(columns, arm, other)
    return Estimate(
        middle=middle, low=low - below, high=high + above, pairs=columns.pairs, blocks=columns.blocks
    )


def noise_floor(control: Estimate) -> float:
    """The ratio that a gain must clear, from the baseline against itself.

    A ratio's own interval already holds the noise of its own pairs. What it cannot show is an offset
    that sticks to an arm for the whole measurement (where its code lies in memory, say). The control
    is such an arm, with the same program as the baseline: whatever its ratio is away from 1 is offset
    and noise, and no smaller gain is claimed. Never under MIN_FLOOR.
    """
    return max(MIN_FLOOR, exp(min(abs(control.middle), _MOST)))


def _bounds(
    columns: Columns, arm: ArmName, other: ArmName, *, drawn: Indices, stretch: float, strict: ArmName | None
) -> tuple[float, float, float]:
    """The estimate and the ends of its interval; `strict` is whose doubtful excess is charged."""
    middle = float(_log_ratio(columns, arm, other, all_pairs(columns), strict)[0])
    return middle, *_interval(middle, _log_ratio(columns, arm, other, drawn, strict), stretch)


def _log_ratio(
    columns: Columns, arm: ArmName, other: ArmName, index: Indices, strict: ArmName | None
) -> Floats:
    mine = _size(columns, arm, other, index, strict=strict == arm)
    theirs = _size(columns, other, arm, index, strict=strict == other)
    ratios: Floats = theirs - mine
    return ratios


def _size(columns: Columns, arm: ArmName, other: ArmName, index: Indices, *, strict: bool) -> Floats:
    """Midmean of the logarithms of an arm's costs; the baseline's with those of the control beside it."""
    logs = np.log(costs(columns, arm, index, strict=strict))
    if arm == columns.baseline and other != "control":
        logs = np.concatenate([logs, np.log(costs(columns, "control", index))], axis=-1)
    return midmean(logs)


def _interval(middle: float, found: Floats, stretch: float) -> tuple[float, float]:
    """The ends of the interval, as log-ratios, from those of the smaller cost's share of the larger."""
    sign = 1.0 if middle >= 0 else -1.0
    share = exp(-sign * middle)
    low, high = (float(end) for end in np.percentile(np.exp(-sign * found), _CENTRAL_PERCENTILES))
    half = (high - low) / 2
    least = max(share - max(half, share - low) * stretch, share * _LEAST_PART)
    most = share + max(half, high - share) * stretch
    ends = (-sign * log(least), -sign * log(most))
    return min(ends), max(ends)


def _stretch(blocks: int, confidence: float) -> float:
    quantile = float(stdtrit(blocks - 1, 0.5 + confidence / 2))
    return (1 + 1 / blocks) * quantile / _CENTRAL_Z


def _doubt(columns: Columns, arm: ArmName, other: ArmName) -> tuple[float, float]:
    """How far the log-ratio falls and rises where both costs are off by the resolution."""
    mine, theirs = (float(np.median(costs(columns, name, all_pairs(columns)))) for name in (arm, other))
    shifted = [
        log(max(theirs + shift, theirs / 100)) - log(max(mine + shift, mine / 100)) - log(theirs / mine)
        for shift in (-columns.resolution, columns.resolution)
    ]
    return max(0.0, -min(shifted)), max(0.0, *shifted)
