"""Whether a database is whole: its pages, its references, and what was worked out from its log."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

import msgspec

from perftui.errors import BadInputError
from perftui.events.model import ReplyReceived, RunStarted, StoredEvent
from perftui.events.outline import outline
from perftui.events.reduce import replay
from perftui.events.state import RunState
from perftui.events.summary import problem_best
from perftui.problems.model import Problem
from perftui.refine.candidate import candidate_hash
from perftui.store.pictures import pictures
from perftui.store.readers import Reader
from perftui.text import one_line

_MOST_LINES = 50
"""So many lines about one thing; a broken file may have thousands."""

_COUNTERS = "SELECT status, calls, prompt_tokens, completion_tokens FROM run WHERE id = ?"
_RESULTS = "SELECT problem, how, candidate FROM problem_result WHERE run = ?"
_HOMELESS = """
SELECT seq, json_extract(body, '$.candidate') FROM event WHERE kind = 'candidate-found'
    AND NOT EXISTS (SELECT 1 FROM candidate WHERE hash = json_extract(event.body, '$.candidate'))
"""
_TEXTLESS = """
SELECT DISTINCT event.run, json_extract(head.value, '$.digest')
FROM event, json_each(event.body, '$.heads') AS head
WHERE event.kind = 'run-started'
    AND NOT EXISTS (SELECT 1 FROM problem_text WHERE digest = json_extract(head.value, '$.digest'))
"""


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at, and what is wrong with it.

    Attributes:
        runs: how many.
        events: how many.
        faults: one printable line each; empty where all is well.
    """

    runs: int
    events: int
    faults: tuple[str, ...]


async def check(reader: Reader) -> Checked:
    """Look at all of a database, as it is at one moment.

    Raises:
        PerftuiError: it cannot be read at all.
    """
    async with _one_moment(reader):
        faults = [fault async for fault in _pages(reader)]
        runs = [str(row[0]) for row in await reader.rows("SELECT id FROM run ORDER BY rowid")]
        for run in runs:
            faults.extend(await _of_run(reader, run))
        for look in (_texts, _programs, _sweeps):
            try:
                faults.extend([fault async for fault in look(reader)])
            except BadInputError as error:
                faults.append(str(error))
        (count,) = await reader.rows("SELECT count(*) FROM event")
    return Checked(runs=len(runs), events=msgspec.convert(count[0], int), faults=tuple(faults))


@asynccontextmanager
async def _one_moment(reader: Reader) -> AsyncIterator[None]:
    """What other processes write meanwhile is not seen."""
    await reader.rows("BEGIN")
    try:
        yield
    finally:
        await reader.rows("ROLLBACK")


async def _pages(reader: Reader) -> AsyncIterator[str]:
    for (line,) in await reader.rows(f"PRAGMA integrity_check({_MOST_LINES})"):
        if line != "ok":
            yield f"the file: {one_line(str(line))}"
    rows = await reader.rows("PRAGMA foreign_key_check")
    for table, row, parent, _ in rows[:_MOST_LINES]:
        yield f"{table}: row {row} names something that is not in {parent}"
    for seq, candidate in (await reader.rows(_HOMELESS))[:_MOST_LINES]:
        yield f"event {seq}: its program {str(candidate)[:12]} is not there"


async def _of_run(reader: Reader, run: str) -> list[str]:
    try:
        events = await reader.events(run)
        if not events or not isinstance(events[0], RunStarted):
            return [f"run {run}: its log does not begin with its start"]
        state = replay(events)
        counters, results = await reader.rows(_COUNTERS, run), await reader.rows(_RESULTS, run)
    except BadInputError as error:
        return [f"run {run}: {one_line(str(error))}"]
    faults = [*_counted(state, counters[0]), *_listed(state, results), *_reused(events, state)]
    faults.extend([fault async for fault in _outlines(reader, state)])
    return [f"run {run}: {fault}" for fault in faults]


def _counted(state: RunState, row: tuple[object, ...]) -> Iterator[str]:
    told = (state.status, state.spent.calls, state.spent.prompt_tokens, state.spent.completion_tokens)
    names = ("status", "calls", "prompt tokens", "completion tokens")
    for name, stored, replayed in zip(names, row, told, strict=True):
        if stored != replayed:
            yield f"its {name} stand at {one_line(str(stored), 40)}, and its log says {replayed}"


def _listed(state: RunState, rows: Sequence[tuple[object, ...]]) -> Iterator[str]:
    """Whether the list of runs would say of each problem what the log says.

    Which program is the best is not looked at: a later perftui may have better grounds for it.
    """
    stored = {str(problem): (how, candidate is not None) for problem, how, candidate in rows}
    told = {
        id_: (problem.status, problem_best(problem) is not None)
        for id_, problem in state.problems.items()
        if problem.ended_at is not None
    }
    for id_ in sorted(stored.keys() | told.keys()):
        if stored.get(id_) != told.get(id_):
            yield f"what the list of runs says of {one_line(id_, 60)} is not what its log says"


async def _outlines(reader: Reader, state: RunState) -> AsyncIterator[str]:
    """Whether a run that is opened by its outlines is the one that its log tells of."""
    opened = state
    async for seen in pictures(reader, state.run):
        opened = seen
    for id_, problem in state.problems.items():
        told, stored = outline(problem), outline(opened.problems[id_])
        if told != stored:
            yield f"the outline of {one_line(id_, 60)} is not what its log says"


def _reused(events: Sequence[StoredEvent], state: RunState) -> Iterator[str]:
    """Whether each reply that was used again is one that another run paid for."""
    in_sweep = state.plan is not None and state.plan.cell is not None
    reused = sum(isinstance(event, ReplyReceived) and event.reply.reused for event in events)
    if reused and not in_sweep:
        yield f"{reused} of its replies are marked as another run's, and it is part of no sweep"


async def _texts(reader: Reader) -> AsyncIterator[str]:
    for digest, body in await reader.rows("SELECT digest, body FROM problem_text"):
        if hashlib.sha256(str(body).encode()).hexdigest() != digest:
            yield f"problem {str(digest)[:12]}: its text is not the one that was stored"
            continue
        try:
            msgspec.json.decode(str(body), type=Problem)
        except msgspec.MsgspecError as error:
            yield f"problem {str(digest)[:12]}: it cannot be read ({one_line(str(error), 80)})"
    rows = await reader.rows(_TEXTLESS)
    for run, digest in rows[:_MOST_LINES]:
        yield f"run {run}: its problem {str(digest)[:12]} is not there"


async def _programs(reader: Reader) -> AsyncIterator[str]:
    for hash_, code in await reader.rows("SELECT hash, code FROM candidate"):
        if candidate_hash(str(code)) != hash_:
            yield f"program {str(hash_)[:12]}: its text is not the one that was stored"


async def _sweeps(reader: Reader) -> AsyncIterator[str]:
    for (id_,) in await reader.rows("SELECT id FROM sweep"):
        sweep = await reader.sweep(str(id_))
        if sweep is None:
            continue
        for cell in sweep.cells:
            place = cell.plan.cell
            if cell.run is not None and (await reader.plan(cell.run)).cell != place:
                yield f"sweep {id_}: run {cell.run} does not know that it is part of it"
        await reader.sweep_problems(sweep)
