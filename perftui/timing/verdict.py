"""What may be said of a ratio, and how it is said in one line."""

from __future__ import annotations

from math import exp

from perftui.timing.estimate import MIN_BLOCKS, Estimate
from perftui.timing.model import Ratio, SpeedVerdict

SAME_WITHIN = 1.10
"""Two programs are the same where the whole interval lies within a factor of this, both ways."""

MAX_LOG_RATIO = 50.0
_UNTOLD = 100_000


def speed_verdict(low: float, high: float, floor: float) -> SpeedVerdict:
    """What an interval says, held against the noise floor.

    Args:
        low: lower end of the ratio's interval.
        high: upper end.
        floor: the noise floor, at least 1.
    """
    if low > floor:
        return "faster"
    if high < 1 / floor:
        return "slower"
    if low >= 1 / SAME_WITHIN and high <= SAME_WITHIN:
        return "same"
    return "unmeasured"


def ratio_of(estimate: Estimate, floor: float, confidence: float) -> Ratio:
    """The ratio with its verdict; with too few blocks, unmeasured.

    Args:
        estimate: in logarithms.
        floor: the noise floor.
        confidence: that the interval has over all looks together.
    """
    low, middle, high = (_bounded_exp(value) for value in (estimate.low, estimate.middle, estimate.high))
    enough = estimate.blocks >= MIN_BLOCKS
    return Ratio(
        estimate=middle,
        low=low,
        high=high,
        pairs=estimate.pairs,
        verdict=speed_verdict(low, high, floor) if enough else "unmeasured",
        confidence=confidence,
    )


def same_program(pairs: int, confidence: float) -> Ratio:
    """The ratio of a program to itself: 1 by identity, not by measurement."""
    return Ratio(estimate=1.0, low=1.0, high=1.0, pairs=pairs, verdict="same", confidence=confidence)


def show_factor(ratio: float) -> str:
    """A ratio as text, with as many digits as tell it from 1 or from its like: 1.04, 12.4, 130."""
    if ratio > _UNTOLD:
        return f">{_UNTOLD:,}"
    if ratio >= 100:
        return f"{ratio:,.0f}"
    return f"{ratio:.1f}" if ratio >= 10 else f"{ratio:.2f}"


def show_ratio(ratio: Ratio, floor: float) -> str:
    """The figures of a ratio in one line."""
    pairs = f"{ratio.pairs} pair" + ("" if ratio.pairs == 1 else "s")
    return (
        f"{show_factor(ratio.estimate)}x [{show_factor(ratio.low)}, {show_factor(ratio.high)}] "
        f"over {pairs}, noise floor {floor:.2f}"
    )


def _bounded_exp(value: float) -> float:
    """The exponential, finite whatever the measurement was."""
    return exp(min(MAX_LOG_RATIO, max(-MAX_LOG_RATIO, value)))
