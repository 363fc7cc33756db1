"""The problem's best program, measured again apart from the search that chose it.

Of many candidates the one that was luckiest in its measurement is chosen, so what the search saw of it is
too good on average (the winner's curse). A gain is claimed by a measurement that had no part in the
choice, on inputs that the search never used where there are such.
"""

from __future__ import annotations

from perftui.engine.chains import Ready, Tools
from perftui.engine.timers import Contest
from perftui.events.model import SandboxLost, WinnerConfirmed
from perftui.events.state import ProblemState
from perftui.events.summary import Best, best_of
from perftui.refine.actions import Measure


async def confirm_winner(tools: Tools, ready: Ready) -> None:
    """Measure the winner again where the search says that it gains, once."""
    state = tools.hub.state.problems[ready.problem.id]
    best = best_of(state.chains)
    if tools.plan.purpose == "evaluate" or best is None or not best.claims_gain:
        return
    if state.confirmed is not None and state.confirmed.candidate == best.candidate:
        return

    async def on_loss(reason: str, loss: int) -> None:
        await tools.hub.record(
            SandboxLost(
                problem=state.head.id, attempt=state.attempt, chain=best.chain, reason=reason, retry=loss
            )
        )

    held_out = bool(ready.held_out)
    measurement = await tools.timers.confirmation(_contest(state, ready, best), on_loss=on_loss)
    await tools.hub.record(
        WinnerConfirmed(
            problem=state.head.id,
            attempt=state.attempt,
            candidate=best.candidate,
            measurement=measurement,
            held_out=held_out,
        )
    )


def _contest(state: ProblemState, ready: Ready, best: Best) -> Contest:
    rounds = state.chains[best.chain].rounds
    programs = {r.candidate: r.code for r in rounds if r.candidate and r.code}
    seed = next(r.candidate for r in rounds if r.candidate and r.verdict is not None and r.verdict.correct)
    if ready.reference is not None:
        programs.setdefault(*ready.reference)
    return Contest(
        problem=ready.problem,
        inputs=ready.held_out or ready.shown,
        measure=Measure(candidate=best.candidate, best=None, seed=seed),
        programs=programs,
        reference=ready.reference[0] if ready.reference else None,
        limits=ready.timing_limits,
    )
