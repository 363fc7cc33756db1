"""Repairing: a wrong optimisation is not lost, its failing test is shown and a repair asked for."""

from __future__ import annotations

from perftui.refine.actions import Ask
from perftui.refine.chain import Chain, Round
from perftui.refine.conversation import asked, next_turn
from perftui.refine.feedback import failure_of

_REPAIRABLE = frozenset({"wrong", "no-program", "dropped"})


def optimisations(chain: Chain) -> list[Round]:
    """The rounds of the performance phase."""
    return [r for r in chain.rounds if r.ask.phase == "performance"]


def repair(chain: Chain) -> Ask | None:
    """The repair of the last optimisation, where it is broken and there are repairs left for it."""
    best, broken = chain.best, _to_repair(chain)
    if best is None or broken is None:
        return None
    facts: dict[str, object] = {"failure": failure_of(chain.problem, broken), "best": best.code or ""}
    return next_turn(
        chain, phase="performance", label="repair", template="repair", facts=facts, parent=broken
    )


def _to_repair(chain: Chain) -> Round | None:
    done = optimisations(chain)
    last = done[-1] if done else None
    if last is None or last.outcome is None or last.outcome.kind not in _REPAIRABLE:
        return None
    repairs = 0
    for round_ in reversed(done):
        if asked(round_) != "repair":
            break
        repairs += 1
    return last if repairs < chain.settings.repair_rounds else None
