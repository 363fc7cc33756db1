"""What one transaction writes: a run's beginning, or a batch of events with all that hangs on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import aiosqlite
import msgspec

from perftui.events.model import (
    CandidateFound,
    EventBase,
    GeneratorWritten,
    ReplyReceived,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
    RunUnpaused,
)
from perftui.events.state import RunStatus
from perftui.events.trials import without_trials
from perftui.problems.model import Problem
from perftui.store.codec import TRIAL_FIELDS, event_row, trial_rows
from perftui.store.lease import lost
from perftui.store.results import update_results

_RUN = """
INSERT INTO run (id, purpose, benchmark, model, strategy, chains, problems, started_at, status)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running')
"""
_PROBLEM = "INSERT OR IGNORE INTO problem_text (digest, body) VALUES (?, ?)"
_LAST = "SELECT seq FROM sqlite_sequence WHERE name = 'event'"
_EVENT = "INSERT INTO event (seq, body) VALUES (?, ?)"
_CANDIDATE = "INSERT OR IGNORE INTO candidate (hash, code) VALUES (?, ?)"
_TRIAL = f"""
INSERT INTO trial (seq, position, {", ".join(TRIAL_FIELDS)})
VALUES (?, ?{", ?" * len(TRIAL_FIELDS)})
"""  # noqa: S608 - the names are those of a struct of ours
_COUNT = """
UPDATE run SET calls = calls + ?, prompt_tokens = prompt_tokens + ?, completion_tokens = completion_tokens + ?
WHERE id = ? AND (owner_token = ? OR owner_token IS NULL AND NOT ?)
"""
_STATUS = "UPDATE run SET status = ?, ended_at = ? WHERE id = ?"


async def insert_run(
    connection: aiosqlite.Connection, started: RunStarted, problems: Sequence[Problem]
) -> None:
    """The row of a new run, and the texts of its problems."""
    plan = started.plan
    columns = (started.run, plan.purpose, plan.benchmark, plan.model, plan.strategy, plan.chains)
    await connection.execute(_RUN, (*columns, len(problems), started.at))
    await insert_problems(connection, problems)


async def insert_problems(connection: aiosqlite.Connection, problems: Sequence[Problem]) -> None:
    """The texts of problems, each once."""
    texts = [(problem.digest, msgspec.json.encode(problem).decode()) for problem in problems]
    await connection.executemany(_PROBLEM, texts)


async def write_batch(
    connection: aiosqlite.Connection, batch: Sequence[EventBase], token: str, held: Collection[str] = ()
) -> list[EventBase]:
    """Write events in their order, and what follows from them.

    Args:
        connection: in a transaction.
        batch: storable events.
        token: of the writer; a run that another owns is refused.
        held: the runs that the writer took for its own; such a run is refused as well where nobody
            owns it: another has taken it, and is done with it.

    Returns:
        The events with their `seq`, without raw trials.

    Raises:
        LeaseLostError: another process owns one of the runs.
    """
    async with connection.execute(_LAST) as cursor:
        row = await cursor.fetchone()
    first = 1 + (int(row[0]) if row is not None else 0)
    events = [msgspec.structs.replace(event, seq=first + index) for index, event in enumerate(batch)]
    await _count(connection, events, token, held)
    found = [(event.candidate, event.code) for event in events if isinstance(event, CandidateFound)]
    await _insert(connection, _CANDIDATE, found)
    await _insert(connection, _EVENT, [event_row(event) for event in events])
    await _insert(connection, _TRIAL, [row for event in events for row in trial_rows(event)])
    await update_results(connection, events)
    return [without_trials(event) for event in events]


async def _insert(
    connection: aiosqlite.Connection, statement: str, rows: Sequence[tuple[object, ...]]
) -> None:
    if rows:
        await connection.executemany(statement, rows)


async def _count(
    connection: aiosqlite.Connection, events: Sequence[EventBase], token: str, held: Collection[str]
) -> None:
    """The counters and the status of each run, unless somebody else owns it."""
    calls: Counter[str] = Counter()
    prompt: Counter[str] = Counter()
    completion: Counter[str] = Counter()
    for event in events:
        if isinstance(event, ReplyReceived | GeneratorWritten) and event.reply and not event.reply.reused:
            calls[event.run] += 1
            prompt[event.run] += event.reply.usage.prompt_tokens
            completion[event.run] += event.reply.usage.completion_tokens
    for run in dict.fromkeys(event.run for event in events):
        values = (calls[run], prompt[run], completion[run], run, token, run in held)
        async with connection.execute(_COUNT, values) as cursor:
            if cursor.rowcount == 0:
                raise lost(run)
    for event in events:
        status = _status_after(event)
        if status is not None:
            ended_at = event.at if isinstance(event, RunEnded) else None
            await connection.execute(_STATUS, (status, ended_at, event.run))


def _status_after(event: EventBase) -> RunStatus | None:
    match event:
        case RunStarted() | RunResumed() | RunUnpaused():
            return "running"
        case RunPaused():
            return "paused"
        case RunEnded(how=how):
            return how
    return None
