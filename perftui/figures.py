"""Figures as a person reads them: ratios, shares, counts, sizes, times."""

from __future__ import annotations

import time

_NS_UNITS = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us"))


def times(ratio: float) -> str:
    """A ratio with three digits that matter: `0.87x`, `1.21x`, `48.2x`, `1,204x`."""
    return f"{_three_digits(ratio)}x"


def interval(low: float, high: float, between: str = ", ") -> str:
    """An interval of ratios: `[1.08, 1.33]`."""
    return f"[{_three_digits(low)}{between}{_three_digits(high)}]"


def times_within(ratio: float, low: float, high: float, between: str = ", ") -> str:
    """A ratio and its interval: `1.21x [1.08, 1.33]`."""
    return f"{times(ratio)} {interval(low, high, between)}"


def percent(share: float, digits: int = 0) -> str:
    """A share of one: `94 %`, `93.8 %`."""
    return f"{100 * share:.{digits}f} %"


def count(number: int) -> str:
    """A count in few characters: `950`, `9,500`, `12.3k`, `4.56M`."""
    if number < 10_000:
        return f"{number:,}"
    return f"{number / 1000:.1f}k" if number < 1_000_000 else f"{number / 1_000_000:.2f}M"


def clock(seconds: float) -> str:
    """A span of time as a clock shows it: `0:08`, `12:05`, `3:20:00`."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def duration(seconds: float) -> str:
    """A span of time in words: `8 s`, `12 min 05 s`, `3 h 20 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def age(seconds: float) -> str:
    """A span of time in one unit: `3 s`, `4 min`, `2.5 h`."""
    if seconds < 100:
        return f"{max(0, int(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def span(low: float, high: float, dash: str = "-") -> str:
    """A range of seconds in one coarse unit: `20-40 s`, `3-5 min`, `1.5-2.2 h`."""
    if high < 90:
        unit, size, digits = "s", 1.0, 0
    elif high < 5400:
        unit, size, digits = "min", 60.0, 0
    else:
        unit, size, digits = "h", 3600.0, 1
    first, last = f"{low / size:.{digits}f}", f"{high / size:.{digits}f}"
    return f"{last} {unit}" if first == last else f"{first}{dash}{last} {unit}"


def time_of_day(at: float) -> str:
    """A moment (seconds since the epoch) as local time of day."""
    return time.strftime("%H:%M:%S", time.localtime(at))


def moment(at: float) -> str:
    """A moment (seconds since the epoch) as local date and time."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def size(number: int) -> str:
    """A size given in bytes, in MiB."""
    return f"{number / (1 << 20):.1f} MiB"


def nanoseconds(value: float) -> str:
    """A time given in ns, to three digits in the unit that suits it: `0.812 ms`, `14 us`, `7,200 s`."""
    for size, unit in _NS_UNITS:
        if value >= size / 2:
            amount = value / size
            return f"{amount:,.0f} {unit}" if amount >= 100 else f"{amount:.3g} {unit}"
    return f"{value:.0f} ns"


def _three_digits(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
