"""Runs compared problem by problem: who wins, by how much, and whether that may be chance.

docs/metrics.md says how each figure is made.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from perftui.events.plan import Environment, RunPlan
from perftui.events.state import RunState
from perftui.report.comparability import Doubt, common_problems, doubts
from perftui.report.pairs import PairedProblem, paired
from perftui.report.report import told_settings, was_timed
from perftui.report.significance import permutation_test, sign_test
from perftui.report.statistics import Mean, geometric_mean


class Correctness(msgspec.Struct, frozen=True, kw_only=True):
    """Who solved what, over the problems of which both outcomes are known.

    Attributes:
        problems: how many those are.
        both: solved by both.
        first_only: by the first run alone.
        other_only: by the other alone.
        neither: by none.
        p: of the exact sign test over those that one alone solved (McNemar's test).
    """

    problems: int
    both: int
    first_only: int
    other_only: int
    neither: int
    p: float


class Speed(msgspec.Struct, frozen=True, kw_only=True):
    """How much faster the other run's programs are, over the problems that both measured.

    Attributes:
        problems: how many those are.
        wins: on which the other run's program is faster beyond noise.
        losses: slower beyond noise.
        ties: neither.
        same_program: ties at which both ended with the same program.
        ratio: geometric mean of the ratios, over 1 where the other run is faster.
        sign_p: exact sign test over wins and losses.
        permutation_p: paired permutation test of the mean of the logarithms.
    """

    problems: int
    wins: int
    losses: int
    ties: int
    same_program: int
    ratio: Mean | None
    sign_p: float
    permutation_p: float | None


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the runs.

    Attributes:
        run: its id.
        benchmark: name or path.
        model: as its plan names it.
        strategy: name of the strategy.
        chains: per problem (K).
        problems: how many.
        calls: replies received.
        tokens: of all calls, prompts and completions.
        environment: where it ran.
        settings: what it was asked to do.
    """

    run: str
    benchmark: str
    model: str
    strategy: str
    chains: int
    problems: int
    calls: int
    tokens: int
    environment: Environment | None
    settings: RunPlan | None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Another run against the first.

    Attributes:
        other: the run that is compared.
        doubts: in what the runs differ, apart from what was meant to.
        common: problems that both have, text for text.
        correctness: who solved what.
        speed: who is faster.
        per_problem: every common problem, in the order of the first run.
    """

    other: Side
    doubts: tuple[Doubt, ...]
    common: int
    correctness: Correctness
    speed: Speed
    per_problem: tuple[PairedProblem, ...]


class Comparisons(msgspec.Struct, frozen=True, kw_only=True):
    """The object of `compare --format json`.

    Attributes:
        first: the run that the others are compared with.
        against: each of the others.
    """

    first: Side
    against: tuple[Comparison, ...]


def compare_all(states: Sequence[RunState]) -> Comparisons:
    """Compare runs with the first of them."""
    first, *others = states
    return Comparisons(first=_side(first), against=tuple(compare(first, other) for other in others))


def compare(first: RunState, other: RunState) -> Comparison:
    """Compare two runs; a problem that has not the same text in both is left out."""
    timed = was_timed(first) and was_timed(other)
    pairs = [
        paired(first.problems[name], other.problems[name], timed=timed)
        for name in common_problems(first, other)
    ]
    return Comparison(
        other=_side(other),
        doubts=tuple(doubts(first, other)),
        common=len(pairs),
        correctness=_correctness(pairs),
        speed=_speed(pairs),
        per_problem=tuple(pairs),
    )


def most_different(pairs: Sequence[PairedProblem], count: int) -> list[PairedProblem]:
    """The problems of which one run has a faster program beyond noise, the largest differences first."""
    decided = [pair for pair in pairs if pair.standing in {"win", "loss"} and pair.ratio is not None]
    return sorted(decided, key=lambda pair: (-abs(math.log(pair.ratio or 1)), pair.problem))[:count]


def _correctness(pairs: Sequence[PairedProblem]) -> Correctness:
    known = [
        (pair.correct_first, pair.correct_other)
        for pair in pairs
        if pair.correct_first is not None and pair.correct_other is not None
    ]
    first_only, other_only = known.count((True, False)), known.count((False, True))
    return Correctness(
        problems=len(known),
        both=known.count((True, True)),
        first_only=first_only,
        other_only=other_only,
        neither=known.count((False, False)),
        p=sign_test(first_only, other_only),
    )


def _speed(pairs: Sequence[PairedProblem]) -> Speed:
    measured = [pair for pair in pairs if pair.ratio is not None]
    ratios = [pair.ratio for pair in pairs if pair.ratio is not None]
    standings = [pair.standing for pair in measured]
    wins, losses = standings.count("win"), standings.count("loss")
    return Speed(
        problems=len(ratios),
        wins=wins,
        losses=losses,
        ties=standings.count("tie"),
        same_program=sum(pair.same_program for pair in measured),
        ratio=geometric_mean(ratios),
        sign_p=sign_test(wins, losses),
        permutation_p=permutation_test([math.log(ratio) for ratio in ratios]),
    )


def _side(state: RunState) -> Side:
    plan = state.plan
    return Side(
        run=state.run,
        benchmark=plan.benchmark if plan is not None else "",
        model=plan.model if plan is not None else "",
        strategy=plan.strategy if plan is not None else "",
        chains=plan.chains if plan is not None else 0,
        problems=len(state.problems),
        calls=0 if plan is not None and plan.purpose == "evaluate" else state.spent.calls,
        tokens=state.spent.prompt_tokens + state.spent.completion_tokens,
        environment=state.environment,
        settings=told_settings(plan),
    )
