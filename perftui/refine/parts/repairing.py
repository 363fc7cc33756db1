"""Repairing: a wrong optimisation is not lost, its failing test is shown and a repair asked for."""

from __future__ import annotations

from perftui.refine.actions import Ask
from perftui.refine.attempts import to_repair
from perftui.refine.chain import Chain
from perftui.refine.conversation import next_turn
from perftui.refine.feedback import failure_of


def repair(chain: Chain) -> Ask | None:
    """The repair of the last optimisation, where it is broken and there are repairs left for it."""
    best, broken = chain.best, to_repair(chain)
    if best is None or broken is None:
        return None
    facts: dict[str, object] = {"failure": failure_of(chain.problem, broken), "best": best.code or ""}
    return next_turn(
        chain, phase="performance", label="repair", template="repair", facts=facts, parent=broken
    )
