"""Figures in words: ratios with their intervals, and durations."""

from __future__ import annotations

from perftui.timing.model import Ratio

_UNITS = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us"))


def times(value: float) -> str:
    """A ratio to three digits, such as `1.21x`, `48.2x` or `1,204x`."""
    return f"{_number(value)}x"


def interval(ratio: Ratio) -> str:
    """A ratio with its interval, such as `1.21x [1.08, 1.33]`."""
    return f"{times(ratio.estimate)} [{_number(ratio.low)}, {_number(ratio.high)}]"


def duration(nanoseconds: int) -> str:
    """A time to three digits in the unit that suits it, such as `0.812 ms` or `14.0 us`."""
    for size, unit in _UNITS:
        if nanoseconds >= size / 2:
            value = nanoseconds / size
            return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"
    return f"{nanoseconds} ns"


def _number(value: float) -> str:
    if value < 10:
        return f"{value:.2f}"
    return f"{value:.1f}" if value < 100 else f"{value:,.0f}"
