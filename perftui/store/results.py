"""What became of each problem, kept beside the log so that a list of runs or problems need not read it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import aiosqlite
import msgspec

from perftui.events.model import EventBase, MeasuredAgain, ProblemEnded, ProblemStarted, StoredEvent
from perftui.events.state import ProblemState
from perftui.events.summary import ENDED, Best, problem_best
from perftui.refine.chain import Objective
from perftui.store.codec import event_of
from perftui.store.pictures import blank_problem, outline_row, problem_now

_DELETE = "DELETE FROM problem_result WHERE run = ? AND problem = ?"
_INSERT = "INSERT OR REPLACE INTO problem_result VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_CHAINS = """
SELECT max(run.chains, 1 + coalesce((SELECT max(chain) FROM event WHERE run = run.id AND problem = ?), 0)),
    (SELECT json_extract(body, '$.plan.settings.objective') FROM event
        WHERE run = run.id AND kind = 'run-started' LIMIT 1)
FROM run WHERE id = ?
"""


async def update_results(connection: aiosqlite.Connection, batch: Sequence[EventBase]) -> None:
    """Take in the ends and starts of problems among events that were just written; in their transaction."""
    for event in batch:
        match event:
            case ProblemStarted(run=run, problem=problem):
                await connection.execute(_DELETE, (run, problem))
            case ProblemEnded(run=run, problem=str(problem), attempt=attempt, how=how):
                state = await _problem(connection, run, problem)
                columns = _columns(problem_best(state) if state.attempt == attempt else None)
                await connection.execute(_INSERT, (run, problem, attempt, how, *columns))
                await _store_outline(connection, run, state)
            case MeasuredAgain(run=run, problem=str(problem)):
                await _store_outline(connection, run, await _problem(connection, run, problem))


async def _store_outline(connection: aiosqlite.Connection, run: str, state: ProblemState) -> None:
    # One that was begun anew in the same moment goes on: it needs its texts.
    if state.status in ENDED:
        await connection.execute(*outline_row(run, state))


async def _problem(connection: aiosqlite.Connection, run: str, problem: str) -> ProblemState:
    writing = _Writing(connection)
    ((chains, objective),) = await writing.rows(_CHAINS, problem, run)
    blank = blank_problem(problem, msgspec.convert(chains, int))
    if objective is not None:
        blank = msgspec.structs.replace(blank, objective=msgspec.convert(objective, Objective))
    return await problem_now(writing, run, blank)


class _Writing:
    """Answers questions within a transaction."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def rows(self, question: str, *values: object) -> Sequence[tuple[object, ...]]:
        """The answer to a question in SQL."""
        async with self._connection.execute(question, values) as cursor:
            return [tuple(row) for row in await cursor.fetchall()]

    def event(self, body: object, code: object = None, seq: object = "") -> StoredEvent:  # noqa: ARG002
        """The event of a row."""
        return event_of(str(body), None if code is None else str(code))


def _columns(best: Best | None) -> tuple[str | None, float | None, float | None, bool]:
    if best is None:
        return None, None, None, False
    if best.vs_reference is None:
        return best.candidate, None, None, False
    speedup = best.vs_reference.estimate
    return best.candidate, speedup, math.log(speedup), best.optimised
