"""Proof that a repeat costs what a first call costs.

A cache that outlives its namespace makes every pass but the first cheap, and a mean over 400 passes
hides the first. But a first pass is dearer in honest programs too: caches are cold, code is not yet
specialised. The baseline's trials show how much: its first pass less its mean later pass is the cold
surplus of that block. What a candidate's first pass costs beyond its later passes and beyond that
surplus is work that repeats were spared.

It is held against the candidate (`cheaper`) where it is there beyond doubt (the 99 % lower bound of the
blocks' median), is as large as a later pass, and makes up half or more of what the candidate gains on
the baseline by its later passes. Where a pass is so short that the meter's noise in the first pass
could hide the whole gain, there is no proof either way (`unproven`), and that is told beside the verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
        baseline_later: the same for the baseline.
    """

    least: float
    most: float
    later: float
    baseline_later: float

    @property
    def cheaper(self) -> bool:
        """Whether repeats are too much cheaper than the first pass to stand for it."""
        return self.least > self.later and self.least > _SHARE_OF_GAIN * self._gain

    @property
    def unproven(self) -> bool:
        """Whether a whole gain could be what repeats were spared, and the first passes cannot tell."""
        return self._gain > 0 and not self.cheaper and self.most > self._gain

    @property
    def _gain(self) -> float:
        return self.baseline_later - self.later


def spared(blocks: Sequence[Block], candidate: ArmName, baseline: ArmName, repeats: int) -> Spared | None:
    """What the candidate's repeats were spared; None where there are no repeats to judge.

    Args:
        blocks: with trials of both arms and of the null program.
        candidate: the arm in question.
        baseline: the arm that shows the cold surplus.
        repeats: passes per trial.
    """
    if repeats < 2 or len(blocks) < 2 or candidate == baseline:
        return None
    surpluses, later, base_later = [], [], []
    for block in blocks:
        first_c, later_c = _first_and_later(block.facts(candidate), repeats)
        first_b, later_b = _first_and_later(block.facts(baseline), repeats)
        null = _first_and_later(block.facts("null"), repeats)[1]
        surpluses.append((first_c - later_c) - (first_b - later_b))
        later.append(later_c - null)
        base_later.append(later_b - null)
    return Spared(
        least=median_bound(surpluses, _TAIL),
        most=-median_bound([-surplus for surplus in surpluses], _TAIL),
        later=max(0.0, median(later)),
        baseline_later=max(0.0, median(base_later)),
    )


def _first_and_later(facts: Sequence[TrialFact], repeats: int) -> tuple[float, float]:
    first = fmean(float(sum(fact.first_ns)) for fact in facts)
    later = fmean(fact.rest_ns / (repeats - 1) for fact in facts)
    return first, later
