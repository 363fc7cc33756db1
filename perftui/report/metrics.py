"""The metrics of the paper (PerfCodeGen, arXiv 2412.03578), and what should stand beside them.

All are taken from the latest attempt of each problem. Shares are between 0 and 1. Each figure at k is a
mean over problems; docs/metrics.md says of what, over which, and after whom.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from perftui.report import at_k
from perftui.report.at_k import Values, best_at, steps
from perftui.report.facts import ProblemFacts
from perftui.report.statistics import Interval, Mean, arithmetic_mean, geometric_mean, mean_intervals

ByK = dict[str, float | None]
"""A figure for each k, as `{"1": …, "4": …}`; None where nothing was measured."""

IntervalByK = dict[str, Interval | None]
"""The 95 % bootstrap interval over problems of a figure for each k; None for fewer than two problems."""


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


class FinalSlowerThanSeed(msgspec.Struct, frozen=True, kw_only=True):
    """How many problems end with a program that is slower than the seed of its own chain.

    None may, where the best program of a chain is kept. It happens where the last is taken, as the
    paper does, and where another goal than time is pursued.

    Attributes:
        problems: whose final program is its seed, or was measured against it.
        slower: how many of them are slower.
        share: slower over problems; None where there are none.
    """

    problems: int
    slower: int
    share: float | None


class Raw(msgspec.Struct, frozen=True, kw_only=True):
    """The paper's figures with its own rule: each ratio is taken as the search saw it, however noisy.

    Attributes:
        opt: %Opt@k.
        speedup: Speedup@k.
        speedup_problems: how many problems the latter rests on.
    """

    opt: ByK
    speedup: ByK
    speedup_problems: dict[str, int]


class Intervals(msgspec.Struct, frozen=True, kw_only=True):
    """How sure the figures of the same names are."""

    correct: IntervalByK
    opt: IntervalByK
    opt_sure: IntervalByK
    speedup: IntervalByK
    pass_at_k: IntervalByK
    best_at_k: IntervalByK
    best_or_reference: IntervalByK


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
        opt_sure: like `opt`, of programs that are faster beyond doubt.
        best_at_k: Best@k: expected ratio of the best of k chains drawn at random, over the draws
            and problems of which it is known.
        best_or_reference: the same over all draws and all problems with a reference; it counts as
            1 where the draw has nothing faster.
        raw: the paper's figures with its own rule.
        intervals: of the figures at k.
        independent: whether no chain was shown another's program; where one was, pass@k and Best@k
            at k below K say little.
        with_reference: problems with a reference that passes its own tests here.
        solved: problems with a correct program in any chain.
        measured: solved problems whose ratio to the reference is known.
        unmeasured: solved problems whose ratio is not known.
        geometric_mean_speedup: over the measured problems, with all chains.
        slower_than_seed: how often a refinement was slower.
        final_slower_than_seed: how often what the run ends with is.
    """

    correct: ByK
    opt: ByK
    speedup: ByK
    speedup_problems: dict[str, int]
    pass_at_k: ByK
    opt_sure: ByK
    best_at_k: ByK
    best_or_reference: ByK
    raw: Raw
    intervals: Intervals
    independent: bool
    with_reference: int
    solved: int
    measured: int
    unmeasured: int
    geometric_mean_speedup: Mean | None
    slower_than_seed: SlowerThanSeed
    final_slower_than_seed: FinalSlowerThanSeed


def metrics(
    problems: Sequence[ProblemFacts], chains: int, *, at: Sequence[int] = (), timed: bool = True
) -> Metrics:
    """The figures of a run.

    Args:
        problems: in any order.
        chains: K, the number of chains of the run.
        at: the k that figures are wanted for; none leaves it to `steps`.
        timed: whether anything was to be measured at all.
    """
    judged = [problem for problem in problems if problem.has_reference]
    solved = [problem for problem in problems if any(chain.correct for chain in problem.chains)]
    best = [speedup for problem in solved if (speedup := best_at(problem, chains)) is not None]
    ks = sorted(set(at)) or steps(chains)
    terms = {
        "correct": _by_k(at_k.solved, judged, ks, chains),
        "opt": _by_k(at_k.optimised if timed else _nothing, judged, ks, chains),
        "opt_sure": _by_k(at_k.surely_optimised if timed else _nothing, judged, ks, chains),
        "speedup": _by_k(at_k.speedups, judged, ks, chains),
        "pass_at_k": _by_k(at_k.passes, problems, ks, chains),
        "best_at_k": _by_k(at_k.bests, judged, ks, chains),
        "best_or_reference": _by_k(at_k.bests_or_reference if timed else _nothing, judged, ks, chains),
    }
    raw = {"opt": _by_k(at_k.raw_optimised if timed else _nothing, judged, ks, chains)}
    raw["speedup"] = _by_k(at_k.raw_speedups, judged, ks, chains)
    figures = {name: _means(by_k) for name, by_k in terms.items()}
    return Metrics(
        **figures,
        speedup_problems=_counts(terms["speedup"]),
        raw=Raw(
            opt=_means(raw["opt"]),
            speedup=_means(raw["speedup"]),
            speedup_problems=_counts(raw["speedup"]),
        ),
        intervals=_intervals(terms),
        independent=not any(chain.dependent for problem in problems for chain in problem.chains),
        with_reference=len(judged),
        solved=len(solved),
        measured=len(best),
        unmeasured=len(solved) - len(best),
        geometric_mean_speedup=geometric_mean(best),
        slower_than_seed=_slower_than_seed(problems),
        final_slower_than_seed=_final_slower(problems),
    )


def _nothing(judged: Sequence[ProblemFacts], k: int) -> list[float] | None:  # noqa: ARG001 - one of `Values`
    return None


def _by_k(
    values: Values, problems: Sequence[ProblemFacts], ks: Sequence[int], chains: int
) -> dict[str, list[float]]:
    """The terms at each k; none where there are fewer than k chains."""
    return {str(k): (values(problems, k) or []) if k <= chains else [] for k in ks}


def _means(by_k: dict[str, list[float]]) -> ByK:
    return {k: arithmetic_mean(values) for k, values in by_k.items()}


def _counts(by_k: dict[str, list[float]]) -> dict[str, int]:
    return {k: len(values) for k, values in by_k.items()}


def _intervals(terms: dict[str, dict[str, list[float]]]) -> Intervals:
    """All at once: figures over equally many problems share their draws."""
    found = iter(mean_intervals([values for by_k in terms.values() for values in by_k.values()]))
    return Intervals(**{name: {k: next(found) for k in by_k} for name, by_k in terms.items()})


def _slower_than_seed(problems: Sequence[ProblemFacts]) -> SlowerThanSeed:
    refinements = sum(chain.refinements for problem in problems for chain in problem.chains)
    slower = sum(chain.slower for problem in problems for chain in problem.chains)
    share = slower / refinements if refinements else None
    return SlowerThanSeed(refinements=refinements, slower=slower, share=share)


def _final_slower(problems: Sequence[ProblemFacts]) -> FinalSlowerThanSeed:
    known = [problem.final for problem in problems if problem.final not in {None, "unmeasured"}]
    slower = known.count("slower")
    share = slower / len(known) if known else None
    return FinalSlowerThanSeed(problems=len(known), slower=slower, share=share)
