"""A problem in two runs: which of their programs is faster, and whether beyond noise."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from perftui.events.state import ProblemState
from perftui.events.summary import Best, problem_best
from perftui.report.facts import has_passing_reference
from perftui.timing.model import Ratio

Standing = Literal["win", "loss", "tie", "unknown"]
"""Of the other run's program against the first's; `unknown` where one of both is not measured."""


class PairedProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A problem that both runs have.

    Attributes:
        problem: its id.
        title: its short name.
        correct_first: whether the first run has a correct program for it; None where that is not known,
            as it was cut short.
        correct_other: of the other run.
        first: how many times faster than the reference the first run's program is; None where unmeasured.
        other: of the other run.
        ratio: how many times faster the other's program is than the first's; 1 for the same program.
        low: lower end of its interval.
        high: upper end.
        noise_floor: what a gain or a loss has to clear: the larger of both runs'.
        standing: what follows.
        same_program: whether both ended with the same text.
    """

    problem: str
    title: str
    correct_first: bool | None
    correct_other: bool | None
    first: float | None
    other: float | None
    ratio: float | None
    low: float | None
    high: float | None
    noise_floor: float | None
    standing: Standing
    same_program: bool


def ratio_between(other: Ratio, first: Ratio) -> tuple[float, float, float]:
    """How many times faster the other's program is, with its interval, from both ratios to the reference.

    The interval is recovered from both (the MOVER of Zou and Donner 2008, on logarithms): the two
    measurements are apart, so their errors add as squares.
    """
    middle = math.log(other.estimate) - math.log(first.estimate)
    down = math.hypot(_below(other), _above(first))
    up = math.hypot(_above(other), _below(first))
    return math.exp(middle), math.exp(middle - down), math.exp(middle + up)


def standing(low: float, high: float, floor: float) -> Standing:
    """A win or a loss where the whole interval is beyond the noise floor, as in any measurement."""
    if low > floor:
        return "win"
    return "loss" if high < 1 / floor else "tie"


def _below(ratio: Ratio) -> float:
    return math.inf if ratio.low <= 0 else max(0.0, math.log(ratio.estimate) - math.log(ratio.low))


def _above(ratio: Ratio) -> float:
    return math.inf if ratio.high == math.inf else max(0.0, math.log(ratio.high) - math.log(ratio.estimate))


def paired(first_problem: ProblemState, other_problem: ProblemState, *, timed: bool) -> PairedProblem:
    """What two runs found out about the same problem.

    Args:
        first_problem: in the first run.
        other_problem: in the other.
        timed: whether both runs measured speed.
    """
    problems = (first_problem, other_problem)
    best = (problem_best(first_problem), problem_best(other_problem))
    compared = all(map(has_passing_reference, problems)) and timed
    first, other = ((_ratio(one) if compared else None) for one in best)
    same = None not in best and len({one.candidate for one in best if one is not None}) == 1
    found: tuple[float, float, float] | None = None
    floor = None
    how: Standing = "unknown"
    if first is not None and other is not None:
        found = (1.0, 1.0, 1.0) if same else ratio_between(other, first)
        floor = max(_floor(one) for one in best)
        how = standing(found[1], found[2], floor)
    return PairedProblem(
        problem=problems[0].head.id,
        title=problems[0].head.title,
        correct_first=_correct(problems[0], best[0]),
        correct_other=_correct(problems[1], best[1]),
        first=first.estimate if first is not None else None,
        other=other.estimate if other is not None else None,
        ratio=found[0] if found is not None else None,
        low=found[1] if found is not None else None,
        high=found[2] if found is not None else None,
        noise_floor=floor,
        standing=how,
        same_program=same,
    )


def _ratio(best: Best | None) -> Ratio | None:
    return best.vs_reference if best is not None else None


def _floor(best: Best | None) -> float:
    measured = best.measurement if best is not None else None
    return measured.noise_floor if measured is not None else 1.0


def _correct(problem: ProblemState, best: Best | None) -> bool | None:
    if best is not None:
        return True
    return False if problem.status == "unsolved" else None
