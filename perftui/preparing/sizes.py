"""Which sizes to ask a generator for: larger ones until the reference takes long enough. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import log

from perftui.timing.inputs import PASS_NS

FIRST_SIZES = (1, 4, 16, 64, 256, 1024)
"""The sizes to begin with."""

MOST_SIZE = 1 << 24

SEEDS = 4
"""Inputs of the final size in each part: shown and held out."""

_GROWTH = 4
_WANTED_NS = PASS_NS // SEEDS
_MOST_NS = PASS_NS * 8
_FITS_NS = PASS_NS
_LEAST_FACTOR = Fraction(1, 256)
_MOST_FACTOR = Fraction(256)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a size.

    Attributes:
        size: that was asked for.
        work_ns: what it costs the reference; None where it could not be made, or the reference fails.
    """

    size: int
    work_ns: int | None


def next_size(tried: Sequence[Tried]) -> int | None:
    """The next larger size to try; None where the last is long enough, or can grow no more.

    Args:
        tried: by size, ascending.
    """
    last = tried[-1] if tried else None
    if last is None or last.work_ns is None or last.work_ns >= _WANTED_NS:
        return None
    return last.size * _GROWTH if last.size * _GROWTH <= MOST_SIZE else None


def next_factor(factor: Fraction, work_ns: int | None, *, slow: bool) -> Fraction | None:
    """How many times its own size to try an input next; None where this is right, or it goes no further.

    Args:
        factor: of the last try.
        work_ns: what that cost the reference; None where it gave nothing.
        slow: whether that was for want of time.
    """
    if slow or (work_ns is not None and work_ns > _FITS_NS):
        return factor / _GROWTH if factor > _LEAST_FACTOR else None
    if work_ns is not None and work_ns < _WANTED_NS // 2:
        return factor * _GROWTH if factor < _MOST_FACTOR else None
    return None


def best_size(tried: Sequence[Tried]) -> int | None:
    """The size of which a few inputs fill a pass, or as near as was found; None where no size works.

    Between a size that is too short and the next, which is too long, the cost is taken to grow as a
    power of the size.

    Args:
        tried: by size, ascending.
    """
    good = [one for one in tried if one.work_ns is not None and one.work_ns <= _MOST_NS]
    if not good:
        return None
    long = next((place for place, one in enumerate(good) if (one.work_ns or 0) >= _WANTED_NS), None)
    if long is None:
        return good[-1].size
    if long == 0:
        return good[0].size
    return _between(good[long - 1], good[long])


def _between(small: Tried, large: Tried) -> int:
    low, high = max(1, small.work_ns or 0), max(2, large.work_ns or 0)
    share = log(_WANTED_NS / low) / log(high / low)
    grown: float = (large.size / small.size) ** share
    return round(small.size * grown)
