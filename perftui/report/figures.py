"""Figures as people read them."""

from __future__ import annotations

MISSING = "–"
"""Stands where nothing is known."""


def percent(share: float | None) -> str:
    """A share as a percentage."""
    return MISSING if share is None else f"{100 * share:.1f} %"


def factor(ratio: float | None) -> str:
    """How many times faster, with about three digits."""
    return MISSING if ratio is None else f"{_digits(ratio)}x"


def interval(ratio: float | None, low: float | None, high: float | None) -> str:
    """How many times faster, with its interval."""
    if ratio is None or low is None or high is None:
        return factor(ratio)
    return f"{factor(ratio)} [{_digits(low)}, {_digits(high)}]"


def number(value: float | None) -> str:
    """A count, with its thousands apart."""
    return MISSING if value is None else f"{value:,}"


def _digits(ratio: float) -> str:
    if ratio >= 100:
        return f"{ratio:,.0f}"
    return f"{ratio:.1f}" if ratio >= 10 else f"{ratio:.2f}"
