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


def number(value: float | None) -> str:
    """A count, with its thousands apart."""
    return MISSING if value is None else f"{value:,}"
