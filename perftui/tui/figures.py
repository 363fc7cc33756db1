"""Figures as a person reads them: ratios with their interval, times, counts."""

from __future__ import annotations

import time

from perftui.timing.model import Ratio

_NS_UNITS = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us"))


def times(value: float) -> str:
    """A ratio with three digits that matter, such as `1.21x`, `48.2x`, `1,204x`."""
    if value >= 100:
        return f"{value:,.0f}x"
    return f"{value:.1f}x" if value >= 10 else f"{value:.2f}x"


def interval(low: float, high: float) -> str:
    """An interval of ratios, such as `[1.08–1.33]`."""
    return f"[{times(low)[:-1]}–{times(high)[:-1]}]"


def ratio(value: Ratio | None) -> str:
    """What may be said of a ratio: never a bare figure where the verdict is not a gain or a loss."""
    if value is None:
        return "–"
    if value.verdict == "unmeasured":
        return "unmeasured"
    figures = f"{times(value.estimate)} {interval(value.low, value.high)}"
    return f"same {interval(value.low, value.high)}" if value.verdict == "same" else figures


def short_ratio(value: Ratio | None) -> str:
    """A ratio in one word, for a narrow column."""
    if value is None:
        return "–"
    if value.verdict in {"unmeasured", "same"}:
        return "unmeas." if value.verdict == "unmeasured" else "same"
    return times(value.estimate)


def elapsed(seconds: float) -> str:
    """A span of time as a clock shows it: `12:41`, `1:02:03`."""
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def age(seconds: float) -> str:
    """A span of time in one unit: `3 s`, `4 min`, `2 h`."""
    if seconds < 100:
        return f"{max(0, int(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def nanoseconds(value: float) -> str:
    """A duration given in ns: `812 us`, `1.24 s`."""
    for size, unit in _NS_UNITS:
        if value >= size:
            amount = value / size
            return f"{amount:.0f} {unit}" if amount >= 100 else f"{amount:.3g} {unit}"
    return f"{value:.0f} ns"


def count(value: int) -> str:
    """A count in few cells: `702`, `41.2k`, `1.3M`."""
    if value < 10_000:
        return f"{value:,}"
    return f"{value / 1000:.0f}k" if value < 1_000_000 else f"{value / 1_000_000:.1f}M"


def size(value: int) -> str:
    """A size given in bytes, in MiB."""
    return f"{value / (1 << 20):.1f} MiB"


def percent(share: float) -> str:
    """A share of one: `96 %`."""
    return f"{share * 100:.0f} %"


def clock(at: float) -> str:
    """A moment (seconds since the epoch) as local time of day."""
    return time.strftime("%H:%M:%S", time.localtime(at))


def moment(at: float) -> str:
    """A moment (seconds since the epoch) as local date and time."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
