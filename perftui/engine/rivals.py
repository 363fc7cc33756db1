"""What a chain may learn of the other chains of its problem."""

from __future__ import annotations

from perftui.events.state import ProblemState
from perftui.events.summary import best_of
from perftui.refine.chain import Rival


def rival_of(problem: ProblemState, chain: int) -> Rival | None:
    """The fastest correct program of a problem's other chains whose ratio to the reference is known."""
    best = best_of(other for other in problem.chains if other.index != chain)
    if best is None or best.measurement is None or best.vs_reference is None:
        return None
    round_ = next(r for r in problem.chains[best.chain].rounds if r.index == best.round)
    return Rival(
        chain=best.chain, candidate=best.candidate, code=round_.code or "", measurement=best.measurement
    )
