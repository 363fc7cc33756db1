"""Figures as a person reads them."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """`8 s`, `12 min 05 s`, `3 h 20 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def clock(seconds: float) -> str:
    """`0:08`, `12:05`, `3:20:00`."""
    whole = max(0, int(seconds))
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}:{rest:02d}"
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def count(number: int) -> str:
    """`950`, `12.3k`, `4.56M`."""
    if number < 10_000:
        return str(number)
    if number < 1_000_000:
        return f"{number / 1000:.1f}k"
    return f"{number / 1_000_000:.2f}M"


def percent(share: float) -> str:
    """`93.8%`."""
    return f"{100 * share:.1f}%"


def times(ratio: float) -> str:
    """A speedup: `0.87x`, `1.43x`, `13.2x`, `980x`."""
    return f"{ratio:.2f}x" if ratio < 10 else f"{ratio:.1f}x" if ratio < 100 else f"{ratio:.0f}x"
