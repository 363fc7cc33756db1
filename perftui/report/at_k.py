"""The terms of each figure at k: one number a problem, whose mean is the figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from perftui.events.summary import is_optimised
from perftui.report.facts import ChainFacts, ProblemFacts
from perftui.report.statistics import arithmetic_mean
from perftui.report.subsets import expected_best, expected_best_or, pass_chance

Values = Callable[[Sequence[ProblemFacts], int], list[float] | None]
"""The terms of a mean over problems, at a k; None where nothing may be said."""


def steps(chains: int) -> list[int]:
    """The k for which figures are given: 1, K, and powers of two between where K is 8 or more."""
    between = [1 << power for power in range(1, chains.bit_length())] if chains >= 8 else []
    return sorted({1, chains, *between}) if chains else []


def correct_at(judged: Sequence[ProblemFacts], k: int) -> float | None:
    """Share of problems with a correct chain among the first k; None for no problems."""
    return arithmetic_mean(solved(judged, k))


def opt_at(judged: Sequence[ProblemFacts], k: int) -> float | None:
    """Share of problems that are optimised by one of the first k chains.

    None for no problems, and where some are solved but none of those could be measured.
    """
    return arithmetic_mean(optimised(judged, k) or ())


def speedup_at(judged: Sequence[ProblemFacts], k: int) -> float | None:
    """Arithmetic mean of the best ratios among the first k chains; None where none was measured."""
    return arithmetic_mean(speedups(judged, k))


def pass_at(problems: Sequence[ProblemFacts], k: int) -> float | None:
    """Mean chance that k of a problem's chains, drawn at random, hold a correct one.

    None where no problem has k chains that were tried.
    """
    return arithmetic_mean(passes(problems, k))


def best_at_k(judged: Sequence[ProblemFacts], k: int) -> float | None:
    """Mean of what the best of k chains, drawn at random, is expected to reach; None where none is known."""
    return arithmetic_mean(bests(judged, k))


def best_or_reference_at(judged: Sequence[ProblemFacts], k: int) -> float | None:
    """The same, where the reference stands in for whatever is no faster."""
    return arithmetic_mean(bests_or_reference(judged, k) or ())


def best_at(problem: ProblemFacts, k: int) -> float | None:
    """The ratio to the reference of the program that the first k chains would end with.

    Which one that is, the search says; how fast it is, the measurement apart from the search.
    """
    best = _first(problem, k)
    return best.speedup if best is not None else None


def _first(problem: ProblemFacts, k: int) -> ChainFacts | None:
    correct = (chain for chain in problem.chains[:k] if chain.correct)
    return max(correct, key=lambda chain: chain.rank, default=None)


def solved(judged: Sequence[ProblemFacts], k: int) -> list[float]:
    """Whether each problem has a correct chain among the first k."""
    return [float(any(chain.correct for chain in problem.chains[:k])) for problem in judged]


def optimised(judged: Sequence[ProblemFacts], k: int) -> list[float] | None:
    """Whether each is optimised by one of the first k chains; None where some are solved, none measured."""
    return _told(judged, k, [best_at(problem, k) for problem in judged])


def surely_optimised(judged: Sequence[ProblemFacts], k: int) -> list[float] | None:
    """Whether each is so beyond doubt; None likewise."""
    if optimised(judged, k) is None:
        return None
    firsts = (_first(problem, k) for problem in judged)
    return [float(first is not None and first.sure) for first in firsts]


def raw_optimised(judged: Sequence[ProblemFacts], k: int) -> list[float] | None:
    """Whether each is, by the ratios that the search saw; None likewise."""
    return _told(judged, k, [_raw_at(problem, k) for problem in judged])


def _told(judged: Sequence[ProblemFacts], k: int, ratios: Sequence[float | None]) -> list[float] | None:
    """Which are optimised; None where some are solved but no ratio is known."""
    if all(ratio is None for ratio in ratios) and any(solved(judged, k)):
        return None
    return [float(ratio is not None and is_optimised(ratio)) for ratio in ratios]


def speedups(judged: Sequence[ProblemFacts], k: int) -> list[float]:
    """The best ratio among the first k chains, of each problem where it is known."""
    return [ratio for problem in judged if (ratio := best_at(problem, k)) is not None]


def raw_speedups(judged: Sequence[ProblemFacts], k: int) -> list[float]:
    """The best ratio that the search saw among the first k chains, of each problem that has one."""
    return [ratio for problem in judged if (ratio := _raw_at(problem, k)) is not None]


def _raw_at(problem: ProblemFacts, k: int) -> float | None:
    ratios = (chain.raw for chain in problem.chains[:k] if chain.correct)
    return max((ratio for ratio in ratios if ratio is not None), default=None)


def passes(problems: Sequence[ProblemFacts], k: int) -> list[float]:
    """The chance that k drawn chains hold a correct one, of each problem with k that were tried."""
    counts = [
        (sum(chain.tried for chain in problem.chains), sum(chain.correct for chain in problem.chains))
        for problem in problems
    ]
    return [pass_chance(n, correct, k) for n, correct in counts if n >= k]


def bests(judged: Sequence[ProblemFacts], k: int) -> list[float]:
    """What the best of k drawn chains is expected to reach, of each problem where that is known."""
    found = (expected_best(_ranked(problem), k) for problem in judged)
    return [ratio for ratio in found if ratio is not None]


def bests_or_reference(judged: Sequence[ProblemFacts], k: int) -> list[float] | None:
    """The same over all draws, of each problem; a draw without a faster program ends with the reference.

    None where some are solved but no ratio is known: that is no reason to count the reference.
    """
    if not any(chain.speedup is not None for problem in judged for chain in problem.chains) and any(
        chain.correct for problem in judged for chain in problem.chains
    ):
        return None
    found = (expected_best_or(_ranked(problem), k, 1.0) for problem in judged)
    return [ratio for ratio in found if ratio is not None]


def _ranked(problem: ProblemFacts) -> list[float | None]:
    """The ratios of all chains that were tried, in the order in which the search would choose them."""
    tried = sorted((chain for chain in problem.chains if chain.tried), key=lambda chain: chain.rank)
    return [chain.speedup if chain.correct else None for chain in tried]
