"""When to stop measuring: a short screen, then more pairs until the answer is clear.

Looking several times and stopping at a pleasing moment finds effects that are not there. So each
look spends a part of the error that the whole measurement may make (alpha, 1 %): once a share `t` of all
blocks is done, `alpha * t` has been spent (Lan and DeMets 1983, with the spending function of Hwang, Shih
and DeCani for gamma = 0). A look's interval has the confidence `1 - (spent now - spent before)`; by the
union bound the intervals of all looks hold together with 99 %, wherever the measurement stops. O'Brien and
Fleming's function would leave the screen with nothing to spend, and then a program 100 times slower could
not be told after 8 blocks; Pocock's would leave the last look, which small differences need, with little.

Giving up early needs no correction: it can only lose gains, never invent one.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import Literal

from perftui.timing.estimate import MIN_FLOOR
from perftui.timing.model import Ratio
from perftui.timing.verdict import SAME_WITHIN

Stop = Literal["clear", "screened", "futile", "end"]
"""`clear`: the verdict stands. `screened`: a short screen told that it is not better. `futile`: more
pairs would not tell. `end`: all blocks are done."""


_NEAR = 0.75


@dataclass(frozen=True, slots=True)
class Plan:
    """How a measurement may go on.

    Attributes:
        looks: after how many blocks it is looked at; the first is the screen.
        claim: a gain is claimed after this many blocks at the least.
        alpha: the error that all looks together may make.
    """

    looks: tuple[int, ...] = (8, 12, 24, 48, 96)
    claim: int = 12
    alpha: float = 0.01

    @property
    def most(self) -> int:
        """The largest number of blocks."""
        return self.looks[-1]

    @property
    def confidence(self) -> float:
        """Of all looks together."""
        return 1 - self.alpha


def fit(plan: Plan, affordable: int) -> Plan:
    """The plan for a budget that has room for so many blocks; the last look is then earlier.

    A look shortly before the last would spend the error that the last one needs.
    """
    last = max(1, min(plan.most, affordable))
    looks = (*(look for look in plan.looks if look <= _NEAR * last), last)
    return Plan(looks=looks, claim=min(plan.claim, last), alpha=plan.alpha)


def next_look(plan: Plan, blocks: int) -> int:
    """After how many blocks to look next."""
    return next((look for look in plan.looks if look > blocks), plan.most)


def look_confidence(plan: Plan, before: int, now: int, *, last: bool = False) -> float:
    """The confidence of the interval at a look.

    Args:
        plan: with the error to spend.
        before: blocks at the look before, 0 for the first.
        now: blocks at this look, more than before.
        last: whether the budget ends here. Time ends a measurement whatever its ratio is, so the
            last look may spend what is left.
    """
    return 1 - ((plan.alpha if last else _spent(plan, now)) - _spent(plan, before))


def decide(plan: Plan, ratio: Ratio, blocks: int, *, gate: bool) -> Stop | None:
    """Whether to stop after a look, and why; None to go on.

    Args:
        plan: the looks.
        ratio: the candidate against the program that decides, at this look.
        blocks: how many blocks are done.
        gate: whether only a gain matters (the chain's best is to be beaten): then a candidate that
            cannot become a gain is given up; else it is measured until something can be said.
    """
    screening = blocks <= plan.looks[0]
    if blocks >= plan.most:
        return "end"
    if ratio.verdict == "faster":
        return "clear" if blocks >= plan.claim else None
    if ratio.verdict == "slower":
        return "screened" if screening and gate else "clear"
    if _may_become_faster(plan, ratio, blocks):
        return None
    if gate:
        return "screened" if screening else "futile"
    if _may_become_faster(plan, _turned(ratio), blocks):
        return None
    if ratio.verdict == "same":
        return "clear"
    return None if screening or _may_be_told(plan, ratio, blocks) else "futile"


def _may_become_faster(plan: Plan, ratio: Ratio, blocks: int) -> bool:
    """Whether all blocks could show a gain if the truth were in the upper half of the interval.

    The interval is taken to shrink with the square root of the number of blocks about a point half-way
    between the estimate and the upper end.
    """
    middle, low, high = log(ratio.estimate), log(ratio.low), log(ratio.high)
    hoped = (middle + high) / 2
    return hoped - (middle - low) * sqrt(blocks / plan.most) > log(MIN_FLOOR)


def _may_be_told(plan: Plan, ratio: Ratio, blocks: int) -> bool:
    """Whether all blocks could show that the programs are the same."""
    return (log(ratio.high) - log(ratio.low)) * sqrt(blocks / plan.most) < 2 * log(SAME_WITHIN)


def _turned(ratio: Ratio) -> Ratio:
    """The other program against this one."""
    return Ratio(
        estimate=1 / ratio.estimate,
        low=1 / ratio.high,
        high=1 / ratio.low,
        pairs=ratio.pairs,
        verdict=ratio.verdict,
    )


def _spent(plan: Plan, blocks: int) -> float:
    return plan.alpha * min(1.0, blocks / plan.most)
