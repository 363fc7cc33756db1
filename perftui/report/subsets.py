"""What to expect of k chains drawn at random from n, without putting any back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache


def pass_chance(n: int, correct: int, k: int) -> float:
    """The chance that k of n chains hold a correct one: `1 - C(n-c, k) / C(n, k)`.

    Chen et al. 2021, Evaluating Large Language Models Trained on Code.

    Args:
        n: how many there are, at least k.
        correct: how many of them are correct.
        k: how many are drawn, at least one.
    """
    return 1 - math.comb(n - correct, k) / math.comb(n, k)


@cache
def best_chances(n: int, k: int) -> tuple[float, ...]:
    """For each of n chains, the worst first, the chance that it is the best of k that are drawn.

    The i-th from the worst is the best of `C(i-1, k-1)` of all `C(n, k)` draws (Qiu et al. 2024, How
    Efficient is LLM-Generated Code?, where it gives the unbiased eff@k). None can be where k is over n.
    """
    draws = math.comb(n, k)
    return tuple(math.comb(i - 1, k - 1) / draws for i in range(1, n + 1)) if draws else ()


def expected_best(ratios: Sequence[float | None], k: int) -> float | None:
    """What the best of k chains is expected to reach, given that its ratio is known.

    Args:
        ratios: of all chains, the worst first; None for those of which no ratio is known.
        k: how many are drawn.

    Returns:
        None where no draw ends with a known ratio.
    """
    chances = best_chances(len(ratios), k)
    known = [
        (chance, ratio)
        for chance, ratio in zip(chances, ratios, strict=False)
        if ratio is not None and chance
    ]
    if not known:
        return None
    told = math.fsum(chance for chance, _ in known)
    return math.fsum(chance * ratio for chance, ratio in known) / told


def expected_best_or(ratios: Sequence[float | None], k: int, fallback: float) -> float | None:
    """The same over all draws: one that ends without a ratio, or with a lower one, counts as the fallback.

    Returns:
        None where there are fewer than k chains.
    """
    chances = best_chances(len(ratios), k)
    if not chances:
        return None
    return math.fsum(
        chance * (fallback if ratio is None else max(ratio, fallback))
        for chance, ratio in zip(chances, ratios, strict=True)
    )
