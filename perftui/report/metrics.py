"""The metrics of the paper (PerfCodeGen, arXiv 2412.03578), and what should stand beside them.

All are taken from the latest attempt of each problem. Shares are between 0 and 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from perftui.events.state import ChainState, ProblemState, RunState
from perftui.events.summary import chain_best, confirmed, is_optimised
from perftui.report.statistics import Mean, geometric_mean

ByK = dict[str, float | None]
"""A figure for each k, as `{"1": …, "4": …}`; None where nothing was measured."""


class ChainFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What metrics need of a chain.

    Attributes:
        tried: whether it has a reply that could be judged; where the model gave none, or
            infrastructure failed it, nothing is known of the chain.
        correct: whether it has a correct program.
        speedup: of its best program against the reference; None where that was not measured.
        refinements: measured refinements of its seed.
        slower: how many of those are slower than the seed.
    """

    tried: bool = True
    correct: bool = False
    speedup: float | None = None
    refinements: int = 0
    slower: int = 0


class ProblemFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What metrics need of a problem.

    Attributes:
        has_reference: whether there is ground truth that passes its own tests here.
        chains: in order.
    """

    has_reference: bool
    chains: tuple[ChainFacts, ...]


class SlowerThanSeed(msgspec.Struct, frozen=True, kw_only=True):
    """How often the model made a correct program slower.

    Attributes:
        refinements: correct programs that were measured against their chain's seed.
        slower: how many of them are slower.
        share: slower over refinements; None where there are none.
    """

    refinements: int
    slower: int
    share: float | None


class Metrics(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a run.

    Attributes:
        correct: Correct%@k: problems with a correct chain among the first k, over those that have a
            reference.
        opt: %Opt@k: problems whose best program of the first k chains takes over 10 % less time than
            the reference, over the same problems; what is wrong or unmeasured is not optimised.
        speedup: Speedup@k: arithmetic mean of the best ratio to the reference among the first k
            chains, over the solved problems of which it was measured.
        speedup_problems: how many problems that mean rests on.
        pass_at_k: the unbiased estimator of Chen et al. 2021 over the problems with at least k
            chains that were tried.
        with_reference: problems with a reference that passes its own tests here.
        solved: problems with a correct program in any chain.
        measured: solved problems whose ratio to the reference is known.
        unmeasured: solved problems whose ratio is not known.
        geometric_mean_speedup: over the measured problems, with all chains.
        slower_than_seed: how often a refinement was slower.
    """

    correct: ByK
    opt: ByK
    speedup: ByK
    speedup_problems: dict[str, int]
    pass_at_k: ByK
    with_reference: int
    solved: int
    measured: int
    unmeasured: int
    geometric_mean_speedup: Mean | None
    slower_than_seed: SlowerThanSeed


def metrics(problems: Sequence[ProblemFacts], chains: int, *, timed: bool = True) -> Metrics:
    """The figures of a run.

    Args:
        problems: in any order.
        chains: K, the number of chains of the run.
        timed: whether anything was to be measured at all.
    """
    judged = [problem for problem in problems if problem.has_reference]
    solved = [problem for problem in problems if any(chain.correct for chain in problem.chains)]
    best = [speedup for problem in solved if (speedup := best_at(problem, chains)) is not None]
    ks = steps(chains)
    return Metrics(
        correct={str(k): correct_at(judged, k) for k in ks},
        opt={str(k): opt_at(judged, k) if timed else None for k in ks},
        speedup={str(k): speedup_at(judged, k) for k in ks},
        speedup_problems={str(k): len(_ratios(judged, k)) for k in ks},
        pass_at_k={str(k): pass_at(problems, k) for k in ks},
        with_reference=len(judged),
        solved=len(solved),
        measured=len(best),
        unmeasured=len(solved) - len(best),
        geometric_mean_speedup=geometric_mean(best),
        slower_than_seed=_slower_than_seed(problems),
    )


def facts(state: RunState) -> list[ProblemFacts]:
    """What metrics need, from the picture of a run."""
    return [_problem_facts(problem) for problem in state.problems.values()]


def steps(chains: int) -> list[int]:
    """The k for which figures are given: 1, K, and powers of two between where K is 8 or more."""
    between = [1 << power for power in range(1, chains.bit_length())] if chains >= 8 else []
    return sorted({1, chains, *between}) if chains else []


def correct_at(judged: Sequence[ProblemFacts], k: int) -> float | None:
    """Share of problems with a correct chain among the first k; None for no problems."""
    if not judged:
        return None
    return sum(_solved_at(problem, k) for problem in judged) / len(judged)


def opt_at(judged: Sequence[ProblemFacts], k: int) -> float | None:
    """Share of problems that are optimised by one of the first k chains.

    None for no problems, and where some are solved but none of those could be measured.
    """
    ratios = _ratios(judged, k)
    if not judged or (not ratios and any(_solved_at(problem, k) for problem in judged)):
        return None
    return sum(is_optimised(ratio) for ratio in ratios) / len(judged)


def speedup_at(judged: Sequence[ProblemFacts], k: int) -> float | None:
    """Arithmetic mean of the best ratios among the first k chains; None where none was measured."""
    ratios = _ratios(judged, k)
    return math.fsum(ratios) / len(ratios) if ratios else None


def pass_at(problems: Sequence[ProblemFacts], k: int) -> float | None:
    """Mean chance that k of a problem's chains, drawn at random, hold a correct one.

    For n chains of which c are correct it is `1 - C(n-c, k) / C(n, k)` (Chen et al. 2021, Evaluating
    Large Language Models Trained on Code). None where no problem has k chains that were tried.
    """
    chances = []
    for problem in problems:
        n = sum(chain.tried for chain in problem.chains)
        c = sum(chain.correct for chain in problem.chains)
        if n >= k:
            chances.append(1 - math.comb(n - c, k) / math.comb(n, k))
    return math.fsum(chances) / len(chances) if chances else None


def best_at(problem: ProblemFacts, k: int) -> float | None:
    """The highest measured ratio to the reference among the first k chains."""
    return max((c.speedup for c in problem.chains[:k] if c.correct and c.speedup is not None), default=None)


def _solved_at(problem: ProblemFacts, k: int) -> bool:
    return any(chain.correct for chain in problem.chains[:k])


def _ratios(judged: Sequence[ProblemFacts], k: int) -> list[float]:
    return [ratio for problem in judged if (ratio := best_at(problem, k)) is not None]


def _slower_than_seed(problems: Sequence[ProblemFacts]) -> SlowerThanSeed:
    refinements = sum(chain.refinements for problem in problems for chain in problem.chains)
    slower = sum(chain.slower for problem in problems for chain in problem.chains)
    share = slower / refinements if refinements else None
    return SlowerThanSeed(refinements=refinements, slower=slower, share=share)


def _problem_facts(problem: ProblemState) -> ProblemFacts:
    broken = problem.reference is not None and not problem.reference.correct
    return ProblemFacts(
        has_reference=problem.head.has_reference and not broken,
        chains=tuple(_chain_facts(problem, chain) for chain in problem.chains),
    )


def _chain_facts(problem: ProblemState, chain: ChainState) -> ChainFacts:
    best = confirmed(problem, chain_best(chain))
    verdicts = [
        round_.measurement.vs_seed.verdict
        for round_ in chain.rounds
        if round_.measurement is not None and round_.measurement.vs_seed is not None
    ]
    measured = [verdict for verdict in verdicts if verdict != "unmeasured"]
    return ChainFacts(
        tried=any(round_.reply is not None for round_ in chain.rounds)
        and (best is not None or chain.how != "infrastructure"),
        correct=best is not None,
        speedup=best.vs_reference.estimate if best is not None and best.vs_reference is not None else None,
        refinements=len(measured),
        slower=measured.count("slower"),
    )
