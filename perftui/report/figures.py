"""Figures as people read them, where some may be missing."""

from __future__ import annotations

from perftui import figures

MISSING = "–"
"""Stands where nothing is known."""


def percent(share: float | None) -> str:
    """A share as a percentage."""
    return MISSING if share is None else figures.percent(share, 1)


def factor(ratio: float | None) -> str:
    """How many times faster, with about three digits."""
    return MISSING if ratio is None else figures.times(ratio)


def interval(ratio: float | None, low: float | None, high: float | None) -> str:
    """How many times faster, with its interval."""
    if ratio is None or low is None or high is None:
        return factor(ratio)
    return figures.times_within(ratio, low, high)


def within(ratio: float | None, bounds: tuple[float, float] | None) -> str:
    """The same, with the ends of the interval together."""
    return interval(ratio, *(bounds or (None, None)))


def share_within(share: float | None, bounds: tuple[float, float] | None) -> str:
    """A share as a percentage, with its interval."""
    if share is None or bounds is None:
        return percent(share)
    low, high = (f"{100 * bound:.1f}" for bound in bounds)
    return f"{percent(share)} [{low}, {high}]"


def chance(p: float) -> str:
    """A p-value: `0.042`, `< 0.001`."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def dollars(amount: float | None) -> str:
    """An amount of money: `$0.0042`, `$1.30`."""
    if amount is None:
        return MISSING
    return f"${amount:,.2f}" if amount >= 1 else f"${amount:.3g}"


def number(value: float | None) -> str:
    """A count, with its thousands apart."""
    return MISSING if value is None else f"{value:,}"
