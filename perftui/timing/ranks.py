"""A bound of a median that needs no distribution."""

from __future__ import annotations

from collections.abc import Sequence


def median_bound(values: Sequence[float], tail: float) -> float:
    """A lower bound of the median that needs no distribution (order statistics of the sign test).

    Returns:
        The largest value whose rank leaves the true median below it with at most `tail`
        probability; the smallest value where there are too few for that.
    """
    ordered = sorted(values)
    count = len(ordered)
    chance, term, rank = 0.0, 0.5**count, 0
    while chance + term <= tail and rank < count - 1:
        chance += term
        term *= (count - rank) / (rank + 1)
        rank += 1
    return ordered[max(0, rank - 1)]
