"""Figures as a person reads them."""

from __future__ import annotations


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
