"""The problem's best program, measured again apart from the search that chose it.

Of many candidates the one that was luckiest in its measurement is chosen, so what the search saw of it is
too good on average (the winner's curse). A gain is claimed by a measurement that had no part in the
choice, on inputs that the search never used where there are such.
"""

from __future__ import annotations

from perftui.engine.chains import Ready, Tools
from perftui.engine.timers import Contest, cheating
from perftui.events.model import CandidateJudged, SandboxLost, WinnerConfirmed
from perftui.events.state import ProblemState
from perftui.events.summary import Best, best_of
from perftui.judging.model import Verdict
from perftui.refine.actions import Measure
from perftui.timing.model import Measurement

_MOST_WINNERS = 5
"""How many programs of a problem are confirmed, where one after the other is caught cheating."""


async def confirm_winner(tools: Tools, ready: Ready) -> None:
    """Measure the winner again where the search says that it gains; one that is caught cheating is none."""
    for _ in range(_MOST_WINNERS):
        state = tools.hub.state.problems[ready.problem.id]
        best = best_of(state.chains, state.objective)
        if tools.plan.purpose == "evaluate" or best is None or not best.claims_gain:
            return
        known = state.confirmed
        if known is not None and known.candidate == best.candidate:
            measurement = known.measurement
        else:
            measurement = await _measured(tools, ready, state, best)
        verdict = next(r.verdict for r in state.chains[best.chain].rounds if r.index == best.round)
        caught = None if verdict is None else cheating(verdict, measurement)
        if caught is None:
            return
        await _tell(tools, state, best.candidate, caught)


async def _measured(tools: Tools, ready: Ready, state: ProblemState, best: Best) -> Measurement:
    async def on_loss(reason: str, loss: int) -> None:
        await tools.hub.record(
            SandboxLost(
                problem=state.head.id, attempt=state.attempt, chain=best.chain, reason=reason, retry=loss
            )
        )

    measurement = await tools.timers.confirmation(_contest(state, ready, best), on_loss=on_loss)
    await tools.hub.record(
        WinnerConfirmed(
            problem=state.head.id,
            attempt=state.attempt,
            candidate=best.candidate,
            measurement=measurement,
            held_out=bool(ready.held_out),
        )
    )
    return measurement


async def _tell(tools: Tools, state: ProblemState, candidate: str, caught: Verdict) -> None:
    """The verdict on a program, in every round that has it."""
    for chain in state.chains:
        for round_ in chain.rounds:
            if round_.candidate == candidate:
                await tools.hub.record(
                    CandidateJudged(
                        problem=state.head.id,
                        attempt=state.attempt,
                        chain=chain.index,
                        round=round_.index,
                        candidate=candidate,
                        verdict=caught,
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
