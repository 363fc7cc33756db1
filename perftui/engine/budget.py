"""How much wall time timing may still take, and who may have it."""

from __future__ import annotations

from dataclasses import dataclass, field

from perftui.events.plan import TimingBudget

LEAST_USEFUL_SECONDS = 0.25
"""With less than this, a measurement cannot say anything."""


@dataclass
class Ledger:
    """Shares the run's timing budget out evenly, so that no problem starves the others.

    Every problem is granted an equal share; what an ended problem did not use goes to a pot that
    all may draw on when their own share is spent.

    Attributes:
        budget: what the run stated.
        problems: how many problems share it.
    """

    budget: TimingBudget
    problems: int
    _spent: dict[str, float] = field(default_factory=dict)
    _pot: float = 0.0

    @property
    def share(self) -> float:
        """Seconds that each problem is granted."""
        if self.budget.run_seconds is None:
            return float("inf")
        return self.budget.run_seconds / max(1, self.problems)

    def allowance(self, problem: str) -> float:
        """Seconds that the problem's next measurement may take; 0 where nothing useful is left."""
        own = max(0.0, self.share - self._spent.get(problem, 0.0))
        seconds = min(self.budget.candidate_seconds, own + self._pot)
        return seconds if seconds >= LEAST_USEFUL_SECONDS else 0.0

    def spend(self, problem: str, seconds: float) -> None:
        """Take what a measurement took, from the problem's share first."""
        before = self._spent.get(problem, 0.0)
        self._spent[problem] = before + seconds
        over = max(0.0, before + seconds - self.share) - max(0.0, before - self.share)
        self._pot = max(0.0, self._pot - over)

    def close(self, problem: str) -> None:
        """An ended problem's unused share goes to the pot."""
        unused = self.share - self._spent.get(problem, 0.0)
        if self.budget.run_seconds is not None and unused > 0:
            self._pot += unused
            self._spent[problem] = self.share
