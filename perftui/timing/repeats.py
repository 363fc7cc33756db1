"""Proof that a repeat costs what a first call costs.

A cache that outlives its namespace makes every pass but the first cheap, and a mean over 400 passes
hides the first. But a first pass is dearer in honest programs too: caches are cold, code is not yet
specialised. The trials of the program it is compared with show how much: their first pass less their
mean later pass is the cold surplus of that moment. What a candidate's first pass costs beyond its later
passes and beyond that surplus is work that repeats were spared.

It is held against the candidate (`cheaper`) where it is there beyond doubt (the 99 % lower bound of the
pairs' median), is as large as a later pass, and makes up half or more of what the candidate gains on
the other program by its later passes. Where the meter's noise in the first passes could hide the whole
gain, there is no proof that repeats are honest (`unproven`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, median

from perftui.sandbox.protocol import TrialFact
from perftui.timing.cost import Block
from perftui.timing.model import ArmName
from perftui.timing.ranks import median_bound

_SHARE_OF_GAIN = 0.5
_TAIL = 0.01


@dataclass(frozen=True, slots=True)
class Spared:
    """What repeats were spared, in ns per pass.

    Attributes:
        least: lower bound of what the first pass cost beyond a repeat and beyond the cold surplus.
        most: upper bound of the same.
        later: mean of the candidate's later passes.
        other_later: the same for the other program.
    """

    least: float
    most: float
    later: float
    other_later: float

    @property
    def cheaper(self) -> bool:
        """Whether repeats are too much cheaper than the first pass to stand for it."""
        return self.least > self.later and self.least > _SHARE_OF_GAIN * self._gain

    @property
    def unproven(self) -> bool:
        """Whether a whole gain could be what repeats were spared, and the first passes cannot tell."""
        return self._gain > 0 and not self.cheaper and self.most > self._gain

    def provable(self, growth: float) -> bool:
        """Whether so many times the pairs could prove a gain: the bounds close with its square root."""
        middle = (self.least + self.most) / 2
        return middle + (self.most - middle) / sqrt(growth) <= self._gain

    @property
    def _gain(self) -> float:
        return self.other_later - self.later


def spared(blocks: Sequence[Block], candidate: ArmName, other: ArmName, repeats: int) -> Spared | None:
    """What the candidate's repeats were spared; None where there are no repeats to judge.

    Args:
        blocks: with as many trials of both arms, and of the null program.
        candidate: the arm in question.
        other: the arm that it is compared with, which shows the cold surplus.
        repeats: passes per trial.
    """
    if repeats < 2 or candidate == other:
        return None
    surpluses, later, other_later = [], [], []
    for block in blocks:
        null = fmean(_later(fact, repeats) for fact in block.facts("null"))
        for mine, theirs in zip(block.facts(candidate), block.facts(other), strict=True):
            surpluses.append(_surplus(mine, repeats) - _surplus(theirs, repeats))
            later.append(_later(mine, repeats) - null)
            other_later.append(_later(theirs, repeats) - null)
    return Spared(
        least=median_bound(surpluses, _TAIL),
        most=-median_bound([-surplus for surplus in surpluses], _TAIL),
        later=max(0.0, median(later)),
        other_later=max(0.0, median(other_later)),
    )


def _later(fact: TrialFact, repeats: int) -> float:
    return fact.rest_ns / (repeats - 1)


def _surplus(fact: TrialFact, repeats: int) -> float:
    return sum(fact.first_ns) - _later(fact, repeats)
