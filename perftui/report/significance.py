"""Whether a difference between paired figures may be chance."""

from __future__ import annotations

import math
from collections.abc import Sequence

_EXACT = 16
"""Up to so many differences, all their signs are tried."""

_DRAWS = 20_000
_SEED = 20241203


def sign_test(one: int, other: int) -> float:
    """The exact two-sided sign test: how likely so uneven a split is where both sides are as likely.

    Of the pairs that differ in whether they are correct, it is McNemar's test in its exact form.

    Args:
        one: pairs in which the first is better; ties are in neither.
        other: pairs in which the second is.
    """
    total = one + other
    tail = sum(math.comb(total, lesser) for lesser in range(min(one, other) + 1))
    return min(1.0, 2 * tail / (1 << total))


def permutation_test(differences: Sequence[float]) -> float | None:
    """The two-sided paired permutation test of a mean difference of zero; None for no differences.

    Where both sides are alike, each difference could as well have the other sign. p is the share of all
    choices of signs whose sum is as far from zero as what was seen (Fisher 1935, The Design of
    Experiments). For more than sixteen differences, 20,000 choices are drawn with a fixed seed, and what was
    seen counts as one of them (Phipson and Smyth 2010), so that p is never 0.
    """
    # A tie changes no sum.
    sizes = sorted(abs(difference) for difference in differences if difference)
    if not differences:
        return None
    seen = abs(math.fsum(differences))
    if len(sizes) <= _EXACT:
        return _exact(sizes, seen)
    # Slow to load, and needed by no other question.
    import numpy as np  # noqa: PLC0415

    generator = np.random.default_rng(_SEED)
    values = np.array(sizes)
    reached = 0
    for _ in range(0, _DRAWS, 1000):
        signs = generator.integers(0, 2, (1000, len(sizes))) * 2 - 1
        reached += int(np.count_nonzero(np.abs(signs @ values) >= _just_below(seen)))
    return (reached + 1) / (_DRAWS + 1)


def _exact(sizes: Sequence[float], seen: float) -> float:
    sums = [0.0]
    for size in sizes:
        sums = [total + signed for total in sums for signed in (size, -size)]
    return sum(abs(total) >= _just_below(seen) for total in sums) / len(sums)


def _just_below(seen: float) -> float:
    """Sums of the same numbers in another order differ by rounding."""
    return seen * (1 - 1e-9) - 1e-12
