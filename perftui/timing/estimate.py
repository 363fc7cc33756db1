"""How many times faster one program is than another, with an interval; and what noise looks like.

The estimate is the median of paired log-ratios of cost. Its interval is a bootstrap over blocks
(the pairs of a block are drawn together, for they share a zygote and a moment): every step from
fractions to median is done anew on each resample, so the doubt about the harness's cost and about
charges is in it. The ends are found for the smaller cost as a share of the larger: the noise of a
program that takes next to nothing is additive, and the logarithm of its cost has no bounds. Two
things widen the interval:

* With few blocks the bootstrap is too sure of itself. The central 95 % of the resampled shares is
  stretched about the estimate by `(1 + 1/n) * t(confidence, n - 1) / z(95 %)` for `n` blocks:
  Student's t for the wanted confidence over the normal quantile of what was resampled. That also
  keeps extreme quantiles from resting on a handful of resamples. A side is never taken as narrower
  than the mean of both: a median of few pairs often has no resample on one of its sides.
* The null program's cost may differ from what the harness costs a real program, by the resolution of
  the costs. That shifts both costs alike, so it hardly touches programs of like cost, and widens the
  interval of one that is a thousand times faster.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

import numpy as np
from scipy.special import stdtrit

from perftui.timing.cost import Columns, Floats, Indices, all_pairs, costs
from perftui.timing.model import ArmName

MIN_BLOCKS = 4
"""Under this many blocks nothing is said."""

MIN_FLOOR = 1.03
"""No gain under 3 % is claimed: code layout and hash seeds alone move programs by that much."""

_RESAMPLES = 600
_CENTRAL_PERCENTILES = (2.5, 97.5)
_CENTRAL_Z = 1.959964
_LEAST_PART = 0.01


@dataclass(frozen=True, slots=True)
class Estimate:
    """A ratio in logarithms: over 0, the program is faster than the other.

    Attributes:
        middle: median of paired log-ratios.
        low: lower end of the interval.
        high: upper end.
        pairs: how many pairs it rests on.
        blocks: how many blocks those stand in.
        drift: 95th percentile of the resampled medians' distance from no difference.
    """

    middle: float
    low: float
    high: float
    pairs: int
    blocks: int
    drift: float


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
    middle = float(_median_log_ratio(columns, arm, other, all_pairs(columns))[0])
    medians = _median_log_ratio(columns, arm, other, drawn)
    low, high = _interval(middle, medians, _stretch(columns.blocks, confidence))
    below, above = _doubt(columns, arm, other)
    return Estimate(
        middle=middle,
        low=low - below,
        high=high + above,
        pairs=columns.pairs,
        blocks=columns.blocks,
        drift=float(np.percentile(np.abs(medians), 95)),
    )


def noise_floor(control: Estimate) -> float:
    """The ratio that a gain must clear, from the baseline against itself.

    A ratio's own interval already holds the noise of its own pairs. What it cannot show is an offset
    that sticks to an arm for the whole measurement (where its code lies in memory, say). The control
    is such an arm, with the same program as the baseline: whatever its median is away from 1 is
    offset and noise. The floor is the 95 % bound of that distance, and never under MIN_FLOOR.
    """
    return max(MIN_FLOOR, exp(control.drift))


def _median_log_ratio(columns: Columns, arm: ArmName, other: ArmName, index: Indices) -> Floats:
    logs = np.log(costs(columns, other, index)) - np.log(costs(columns, arm, index))
    medians: Floats = np.median(logs, axis=-1)
    return medians


def _interval(middle: float, medians: Floats, stretch: float) -> tuple[float, float]:
    """The ends of the interval, as log-ratios, from those of the smaller cost's share of the larger."""
    sign = 1.0 if middle >= 0 else -1.0
    share = exp(-sign * middle)
    low, high = (float(end) for end in np.percentile(np.exp(-sign * medians), _CENTRAL_PERCENTILES))
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
