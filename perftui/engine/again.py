"""A candidate timed once more because a person wants to see it: the decision that was made stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import msgspec

from perftui.engine.chains import Tools, contest_of
from perftui.engine.ready import Readier, ReferenceLostError
from perftui.events.commands import MeasureAgain
from perftui.events.model import EventBase, MeasuredAgain, Notice, SandboxLost, StageChanged
from perftui.events.state import ProblemState
from perftui.problems.model import Problem
from perftui.refine.chain import Chain, Round, measure_of
from perftui.text import one_line

E = TypeVar("E", bound=EventBase)


@dataclass(frozen=True, kw_only=True)
class Remeasurer:
    """Times one candidate again.

    Attributes:
        tools: what it works with.
        problem: what the candidate is for.
        wish: which candidate.
    """

    tools: Tools
    problem: Problem
    wish: MeasureAgain

    async def run(self) -> None:
        """Measure, and store what came of it; what cannot be measured is told."""
        hub, wish = self.tools.hub, self.wish
        state = await hub.whole(wish.problem)
        round_ = _round_of(state, wish)
        if round_ is None or round_.verdict is None or not round_.verdict.correct:
            self._tell("only a correct program of the latest attempt can be measured again")
            return
        hub.tell(self._placed(StageChanged(stage="lane")))
        try:
            ready = await Readier(tools=self.tools, problem=self.problem).ready()
        except ReferenceLostError as error:
            self._tell(str(error))
            return
        rounds = state.chains[wish.chain].rounds
        before = Chain(
            problem=ready.problem,
            index=wish.chain,
            rounds=tuple(r for r in rounds if r.index < wish.round),
        )
        contest = contest_of(
            ready, Chain(problem=ready.problem, index=wish.chain, rounds=rounds), measure_of(before, round_)
        )

        async def on_loss(reason: str, loss: int) -> None:
            await hub.record(self._placed(SandboxLost(reason=reason, retry=loss)))

        # A person's wish has a share of its own, as a rerun has: it takes none from the other problems.
        self.tools.timers.reopen(wish.problem)
        hub.tell(self._placed(StageChanged(stage="timing")))
        measurement = await self.tools.timers.confirmation(contest, on_loss=on_loss)
        again = MeasuredAgain(candidate=round_.candidate or "", measurement=measurement)
        await hub.record(self._placed(again))

    def _placed(self, event: E) -> E:
        wish = self.wish
        return msgspec.structs.replace(
            event, problem=wish.problem, attempt=wish.attempt, chain=wish.chain, round=wish.round
        )

    def _tell(self, why: str) -> None:
        text = one_line(f"{self.wish.problem} is not measured again: {why}")
        self.tools.hub.tell(Notice(text=text, severity="warning"))


def _round_of(state: ProblemState, wish: MeasureAgain) -> Round | None:
    if state.attempt != wish.attempt or not 0 <= wish.chain < len(state.chains):
        return None
    rounds = state.chains[wish.chain].rounds
    return next((round_ for round_ in rounds if round_.index == wish.round), None)
