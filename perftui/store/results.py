"""What became of each problem, kept beside the log so that a list of runs need not read it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import aiosqlite

from perftui.events.model import EventBase, ProblemEnded, ProblemStarted, StoredEvent
from perftui.events.plan import ProblemHead
from perftui.events.reduce import apply
from perftui.events.state import ChainState, ProblemState, RunState
from perftui.events.summary import Best, problem_best
from perftui.store.codec import event_of

_DELETE = "DELETE FROM problem_result WHERE run = ? AND problem = ?"
_INSERT = "INSERT OR REPLACE INTO problem_result VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_EVENTS = """
SELECT body FROM event WHERE run = ? AND problem = ? AND attempt = ? ORDER BY seq
"""


async def update_results(connection: aiosqlite.Connection, batch: Sequence[EventBase]) -> None:
    """Take in the ends and starts of problems among events that were just written; in their transaction."""
    for event in batch:
        match event:
            case ProblemStarted(run=run, problem=problem):
                await connection.execute(_DELETE, (run, problem))
            case ProblemEnded(run=run, problem=str(problem), attempt=attempt, how=how):
                best = await _best(connection, run, problem, attempt)
                await connection.execute(_INSERT, (run, problem, attempt, how, *_columns(best)))


async def _best(connection: aiosqlite.Connection, run: str, problem: str, attempt: int) -> Best | None:
    async with connection.execute(_EVENTS, (run, problem, attempt)) as cursor:
        events = [event_of(str(row[0]), None) async for row in cursor]
    return problem_best(_problem_of(events, problem, attempt))


def _problem_of(events: Sequence[StoredEvent], problem: str, attempt: int) -> ProblemState:
    """The picture of one problem in one attempt, from its own events."""
    chains = 1 + max((event.chain for event in events if event.chain is not None), default=-1)
    # Nothing of the head is looked at here.
    head = ProblemHead(id=problem, title="", kind="function", tests=0, has_reference=False, digest="")
    blank = ProblemState(
        head=head, attempt=attempt, chains=tuple(ChainState(index=index) for index in range(chains))
    )
    state = RunState(problems={problem: blank})
    for event in events:
        state = apply(state, event)
    return state.problems[problem]


def _columns(best: Best | None) -> tuple[str | None, float | None, float | None, bool]:
    if best is None:
        return None, None, None, False
    if best.vs_reference is None:
        return best.candidate, None, None, False
    speedup = best.vs_reference.estimate
    return best.candidate, speedup, math.log(speedup), best.optimised
