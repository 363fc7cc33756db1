"""What can be asked of the store."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path

import aiosqlite
import anyio.to_thread
import msgspec

from perftui.errors import BadInputError
from perftui.events.model import RunStarted, StoredEvent
from perftui.events.plan import RunPlan, RunPurpose
from perftui.events.state import RunStatus
from perftui.problems.model import Problem
from perftui.store.codec import TRIAL_FIELDS, event_of
from perftui.store.holder import COLUMNS, HolderRow, holder_of
from perftui.store.lease import is_live
from perftui.store.trouble import shown, told_in_one_line
from perftui.text import one_line
from perftui.timing.model import Trial

_RUNS = f"""
SELECT id, purpose, benchmark, model, strategy, chains, problems, started_at, ended_at, status,
    calls, prompt_tokens, completion_tokens,
    {", ".join(COLUMNS)}, heartbeat_at,
    (SELECT count(*) FROM problem_result WHERE run = run.id),
    (SELECT count(candidate) FROM problem_result WHERE run = run.id),
    (SELECT total(optimised) FROM problem_result WHERE run = run.id),
    (SELECT avg(log_speedup) FROM problem_result WHERE run = run.id)
FROM run ORDER BY started_at DESC, rowid DESC
"""  # noqa: S608 - the columns are ours
_EVENTS = """
SELECT event.seq, event.body, candidate.code FROM event
LEFT JOIN candidate ON event.kind = 'candidate-found'
    AND candidate.hash = json_extract(event.body, '$.candidate')
WHERE event.run = ? AND event.seq > ? ORDER BY event.seq LIMIT ?
"""
_START = "SELECT body FROM event WHERE run = ? AND kind = 'run-started' ORDER BY seq LIMIT 1"
_PROBLEM = "SELECT body FROM problem_text WHERE digest = ?"
_TRIALS = f"""
SELECT {", ".join("trial." + name for name in TRIAL_FIELDS)} FROM event
JOIN trial ON trial.seq = event.seq
WHERE event.run = ? AND event.kind = 'candidate-measured' AND json_extract(event.body, '$.candidate') = ?
    AND event.problem IS coalesce(?, event.problem)
ORDER BY trial.seq, trial.position
"""  # noqa: S608 - the names are those of a struct of ours
_TRIALS_OF_EVENT = f"""
SELECT {", ".join(TRIAL_FIELDS)} FROM trial WHERE seq = ? ORDER BY position
"""  # noqa: S608 - likewise

_UNLIKE = str.maketrans({"o": "0", "i": "1", "l": "1"})
"""Letters that run ids leave out, since they look like digits."""


class RunSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A run as a list shows it.

    Attributes:
        run: its id.
        purpose: what made it.
        benchmark: name or path.
        model: as the plan names it.
        strategy: preset name.
        chains: per problem (K).
        problems: how many.
        started_at: seconds since the epoch.
        ended_at: likewise, None where it never came to an end.
        status: where it stands; a run whose process died is `interrupted`.
        live: whether a process is at work on it.
        ended: problems that ended.
        solved: ended with a correct program.
        optimised: ended with a program that is over 10 % faster than the reference; None where
            nothing was measured.
        speedup: geometric mean against the reference; None where nothing was measured.
        calls: replies received.
        tokens: of all replies and their prompts.
    """

    run: str
    purpose: RunPurpose
    benchmark: str
    model: str
    strategy: str
    chains: int
    problems: int
    started_at: float
    ended_at: float | None
    status: RunStatus
    live: bool
    ended: int
    solved: int
    optimised: int | None
    speedup: float | None
    calls: int
    tokens: int


class _RunRow(msgspec.Struct, frozen=True, array_like=True):
    run: str
    purpose: RunPurpose
    benchmark: str
    model: str
    strategy: str
    chains: int
    problems: int
    started_at: float
    ended_at: float | None
    status: RunStatus
    calls: int
    prompt_tokens: int
    completion_tokens: int
    holder: HolderRow
    heartbeat_at: float | None
    ended: int
    solved: int
    optimised: float
    mean_log: float | None


class Reader:
    """Questions to the store; nothing is changed by them.

    Args:
        connection: to read through.
        path: of the database.
    """

    def __init__(self, connection: aiosqlite.Connection, path: Path) -> None:
        self._reading = connection
        self.path = path

    async def runs(self) -> list[RunSummary]:
        """All runs, newest first."""
        rows = [_run_row(row) for row in await self._rows(_RUNS)]
        return await anyio.to_thread.run_sync(_summaries, rows, time.time())

    async def find_run(self, text: str) -> str:
        """The id of the run that a person means: an id, the only one that begins so, or `last`.

        Raises:
            BadInputError: there is none, or there are several.
        """
        known = [run.run for run in await self.runs()]
        if not known:
            raise BadInputError(f"there are no runs in {shown(self.path)} yet; start one with `perftui demo`")
        if text == "last":
            return known[0]
        wanted = text.lower().translate(_UNLIKE)
        matches = [run for run in known if run.startswith(wanted)] if wanted else []
        if len(matches) == 1:
            return matches[0]
        if wanted in matches:
            return wanted
        said = one_line(text, 40)
        if matches:
            raise BadInputError(f"{said} may be any of the runs {_some(matches)}; give more of the id")
        raise BadInputError(f"there is no run {said}; the latest are {_some(known)} (`last` is the first)")

    async def events(self, run: str, *, after: int = 0, limit: int = -1) -> list[StoredEvent]:
        """Events of a run in their order; measurements are without their raw trials.

        Args:
            run: its id.
            after: only those with a higher `seq`.
            limit: at most so many; -1 is no limit.

        Raises:
            BadInputError: the database is damaged.
        """
        return [self._event(*row) for row in await self._rows(_EVENTS, run, after, limit)]

    async def start(self, run: str) -> RunStarted:
        """The first event of a run: its plan, its environment and the heads of its problems.

        Raises:
            BadInputError: there is no such run.
        """
        for (body,) in await self._rows(_START, run):
            event = self._event(0, body, None)
            if isinstance(event, RunStarted):
                return event
        raise BadInputError(f"there is no run {one_line(run, 40)}; `perftui` lists the runs there are")

    async def plan(self, run: str) -> RunPlan:
        """The settings of a run.

        Raises:
            BadInputError: there is no such run.
        """
        return (await self.start(run)).plan

    async def problems(self, run: str) -> tuple[Problem, ...]:
        """The problems of a run as they were when it began, in its order.

        Raises:
            BadInputError: there is no such run, or the database is damaged.
        """
        return tuple([await self._problem(head.digest) for head in (await self.start(run)).heads])

    async def problem(self, run: str, problem: str) -> Problem | None:
        """One problem of a run, None where the run has no such problem.

        Raises:
            BadInputError: there is no such run, or the database is damaged.
        """
        heads = (await self.start(run)).heads
        digest = next((head.digest for head in heads if head.id == problem), None)
        return None if digest is None else await self._problem(digest)

    async def trials(self, run: str, candidate: str, *, problem: str | None = None) -> tuple[Trial, ...]:
        """The raw trials of all measurements of a candidate in a run, oldest first."""
        return tuple(map(_trial, await self._rows(_TRIALS, run, candidate, problem)))

    async def trials_of(self, seq: int) -> tuple[Trial, ...]:
        """The raw trials of one event; empty where it has none."""
        return tuple(map(_trial, await self._rows(_TRIALS_OF_EVENT, seq)))

    async def _problem(self, digest: str) -> Problem:
        for (body,) in await self._rows(_PROBLEM, digest):
            try:
                return msgspec.json.decode(str(body), type=Problem)
            except msgspec.MsgspecError as error:
                raise self._damaged(f"problem {digest[:12]}", error) from error
        raise self._damaged(f"problem {digest[:12]}", "it is missing")

    def _event(self, seq: object, body: object, code: object) -> StoredEvent:
        try:
            return event_of(str(body), None if code is None else str(code))
        except msgspec.MsgspecError as error:
            raise self._damaged(f"event {seq}", error) from error

    def _damaged(self, what: str, why: object) -> BadInputError:
        return BadInputError(
            f"{shown(self.path)} is damaged: {what} cannot be read ({one_line(str(why), 80)})"
        )

    async def _rows(self, question: str, *values: object) -> Sequence[tuple[object, ...]]:
        with told_in_one_line(self.path):
            async with self._reading.execute(question, values) as cursor:
                return [tuple(row) for row in await cursor.fetchall()]


def _run_row(row: tuple[object, ...]) -> _RunRow:
    end = 13 + len(COLUMNS)
    return msgspec.convert((*row[:13], row[13:end], *row[end:]), _RunRow)


def _summaries(rows: Sequence[_RunRow], now: float) -> list[RunSummary]:
    return [_summary(row, now) for row in rows]


def _summary(row: _RunRow, now: float) -> RunSummary:
    live = is_live(holder_of(row.holder), row.heartbeat_at, now)
    measured = row.mean_log is not None
    return RunSummary(
        run=row.run,
        purpose=row.purpose,
        benchmark=row.benchmark,
        model=row.model,
        strategy=row.strategy,
        chains=row.chains,
        problems=row.problems,
        started_at=row.started_at,
        ended_at=row.ended_at,
        status="interrupted" if row.status in {"running", "paused"} and not live else row.status,
        live=live,
        ended=row.ended,
        solved=row.solved,
        optimised=int(row.optimised) if measured else None,
        speedup=math.exp(row.mean_log) if row.mean_log is not None else None,
        calls=row.calls,
        tokens=row.prompt_tokens + row.completion_tokens,
    )


def _trial(row: tuple[object, ...]) -> Trial:
    return msgspec.convert(dict(zip(TRIAL_FIELDS, row, strict=True)), Trial)


def _some(runs: Sequence[str]) -> str:
    return ", ".join(runs[:5]) + (" …" if len(runs) > 5 else "")
