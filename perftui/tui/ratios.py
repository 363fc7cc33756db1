"""Ratios of speed as the screen shows them."""

from __future__ import annotations

from perftui.figures import interval, times, times_within
from perftui.timing.model import Ratio

_TO = "–"


def ratio(value: Ratio | None) -> str:
    """What may be said of a ratio: never a bare figure where the verdict is not a gain or a loss."""
    if value is None:
        return "–"
    if value.verdict == "unmeasured":
        return "unmeasured"
    if value.verdict == "same":
        return f"same {range_of(value)}"
    return times_within(value.estimate, value.low, value.high, _TO)


def short_ratio(value: Ratio | None) -> str:
    """A ratio in one word, for a narrow column."""
    if value is None:
        return "–"
    if value.verdict in {"unmeasured", "same"}:
        return "unmeas." if value.verdict == "unmeasured" else "same"
    return times(value.estimate)


def range_of(value: Ratio) -> str:
    """The interval of a ratio: `[1.08–1.33]`."""
    return interval(value.low, value.high, _TO)
