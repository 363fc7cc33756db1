"""How much wall time timing may still take, and who may have it."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from perftui.events.plan import RunPlan, TimingBudget

LEAST_USEFUL_SECONDS = 0.25
"""With less than this, a measurement cannot say anything."""

USEFUL_SECONDS = 0.6
"""In this time a clear difference is found; no measurement is given less while there is more."""


USUAL_REFINEMENTS = 2
"""Most chains stop gaining after so many."""


def measurements_of(plan: RunPlan) -> int:
    """How many measurements a problem is likely to need: seeds, refinements, and the winner again."""
    if plan.purpose == "evaluate":
        return plan.chains
    return plan.chains * (2 + min(plan.settings.feedback_rounds, USUAL_REFINEMENTS)) + 1


@dataclass
class Ledger:
    """Shares the run's timing budget out evenly, so that no problem starves the others.

    Every problem is granted an equal share; what an ended problem did not use goes to a pot that
    all may draw on. Within a problem, each measurement leaves enough for those that may still come:
    the seeds of the first chains must not eat what the refinements of all need.

    Attributes:
        budget: what the run stated.
        problems: how many problems share it.
        measurements: how many a problem may need, over all its chains.
    """

    budget: TimingBudget
    problems: int
    measurements: int = 1
    _spent: dict[str, float] = field(default_factory=dict)
    _made: dict[str, int] = field(default_factory=dict)
    _closed: set[str] = field(default_factory=set)
    _pot: float = 0.0

    @property
    def share(self) -> float:
        """Seconds that each problem is granted."""
        if self.budget.run_seconds is None:
            return float("inf")
        return self.budget.run_seconds / max(1, self.problems)

    def allowance(self, problem: str) -> float:
        """Seconds that the problem's next measurement may take; 0 where nothing useful is left."""
        left = max(0.0, self.share - self._spent.get(problem, 0.0)) + self._pot
        if left < LEAST_USEFUL_SECONDS:
            return 0.0
        to_come = max(1, self.measurements - self._made.get(problem, 0))
        return min(self.budget.candidate_seconds, left, max(USEFUL_SECONDS, left / to_come))

    def spend(self, problem: str, seconds: float) -> None:
        """Take what a measurement took, from the problem's share first."""
        self._made[problem] = self._made.get(problem, 0) + 1
        before = self._spent.get(problem, 0.0)
        self._spent[problem] = before + seconds
        over = max(0.0, before + seconds - self.share) - max(0.0, before - self.share)
        self._pot = max(0.0, self._pot - over)

    def reopen(self, problem: str) -> None:
        """A person wants the problem solved anew: that is a share more than the run began with."""
        self._spent[problem] = 0.0
        self._made[problem] = 0
        self._closed.discard(problem)

    def retune(self, run_seconds: float | None) -> None:
        """The run's whole budget is another from here on; what was spent stays spent."""
        before = self.share
        self.budget = msgspec.structs.replace(self.budget, run_seconds=run_seconds)
        if run_seconds is not None and before != float("inf"):
            # Ended problems gave the rest of their share to the pot: so they do with the difference.
            self._pot = max(0.0, self._pot + (self.share - before) * len(self._closed))

    def close(self, problem: str) -> None:
        """An ended problem's unused share goes to the pot."""
        self._closed.add(problem)
        unused = self.share - self._spent.get(problem, 0.0)
        if self.budget.run_seconds is not None and unused > 0:
            self._pot += unused
            self._spent[problem] = self.share
