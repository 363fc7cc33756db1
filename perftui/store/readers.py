"""What can be asked of the store."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import aiosqlite
import anyio.to_thread
import msgspec

from perftui.errors import BadInputError
from perftui.events.model import RunStarted, StoredEvent
from perftui.events.plan import RunPlan
from perftui.events.reduce import replay
from perftui.events.state import ProblemState
from perftui.problems.model import Problem
from perftui.store.codec import TRIAL_FIELDS, event_of
from perftui.store.names import LAST, meant
from perftui.store.pictures import whole_problem
from perftui.store.summaries import RUNS, RunSummary, summaries
from perftui.store.sweeps import Sweep, read_sweep, read_sweeps
from perftui.store.trouble import shown, told_in_one_line
from perftui.text import one_line
from perftui.timing.model import Trial

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
        return await anyio.to_thread.run_sync(summaries, await self.rows(RUNS), time.time())

    async def find_run(self, text: str) -> str:
        """The id of the run that a person means: an id, the only one that begins so, or `last`.

        Raises:
            BadInputError: there is none, or there are several, or it is a sweep.
        """
        known = [run.run for run in await self.runs()]
        if text != LAST:
            sweep = await self.find_sweep(text)
            if sweep is not None:
                runs = [cell.run for cell in sweep.cells if cell.run is not None]
                which = f"name one of them: {', '.join(runs)}" if runs else "none of them has begun"
                raise BadInputError(f"{sweep.id} is a sweep of {len(sweep.cells)} runs; {which}")
        if not known:
            raise self._nothing_yet()
        return meant(text, known, "run")

    async def find_sweep(self, text: str) -> Sweep | None:
        """The sweep that a person means, None where a run is meant.

        `last` is a sweep where the newest run is one of its runs, or where it is newer than any run.

        Raises:
            BadInputError: there is neither, or there are several.
        """
        runs = await self.runs()
        sweeps = await read_sweeps(self.rows)
        if not sweeps:
            return None
        if text == LAST:
            return await self._last_sweep(runs, sweeps[0])
        known = sorted(
            [*((run.started_at, run.run) for run in runs), *((at, id_) for id_, at in sweeps)], reverse=True
        )
        return await self.sweep(meant(text, [id_ for _, id_ in known], "run or sweep"))

    async def sweep(self, id_: str) -> Sweep | None:
        """A sweep by its whole id, None where there is none.

        Raises:
            BadInputError: the database is damaged.
        """
        try:
            return await read_sweep(self.rows, id_)
        except msgspec.MsgspecError as error:
            raise self._damaged(f"sweep {id_}", error) from error

    async def sweep_problems(self, sweep: Sweep) -> tuple[Problem, ...]:
        """The problems of a sweep as they were when it was made, in its order.

        Raises:
            BadInputError: the database is damaged.
        """
        return tuple([await self._problem(digest) for digest in sweep.problems])

    async def _last_sweep(self, runs: Sequence[RunSummary], newest: tuple[str, float]) -> Sweep | None:
        if not runs or newest[1] > runs[0].started_at:
            return await self.sweep(newest[0])
        cell = (await self.plan(runs[0].run)).cell
        return None if cell is None else await self.sweep(cell.sweep)

    async def events(self, run: str, *, after: int = 0, limit: int = -1) -> list[StoredEvent]:
        """Events of a run in their order; measurements are without their raw trials.

        Args:
            run: its id.
            after: only those with a higher `seq`.
            limit: at most so many; -1 is no limit.

        Raises:
            BadInputError: the database is damaged.
        """
        return [
            self.event(body, code, seq) for seq, body, code in await self.rows(_EVENTS, run, after, limit)
        ]

    async def start(self, run: str) -> RunStarted:
        """The first event of a run: its plan, its environment and the heads of its problems.

        Raises:
            BadInputError: there is no such run.
        """
        for (body,) in await self.rows(_START, run):
            event = self.event(body)
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

    async def whole(self, run: str, problem: str, *, upto: int | None = None) -> ProblemState | None:
        """A problem of a run with all its texts, None where the run has no such problem.

        Args:
            run: the run's id.
            problem: the problem's id.
            upto: the last event that is to be in the picture, None for all.

        Raises:
            BadInputError: there is no such run, or the database is damaged.
        """
        blank = replay([await self.start(run)]).problems.get(problem)
        return None if blank is None else await whole_problem(self, run, blank, upto)

    async def trials(self, run: str, candidate: str, *, problem: str | None = None) -> tuple[Trial, ...]:
        """The raw trials of all measurements of a candidate in a run, oldest first."""
        return tuple(map(_trial, await self.rows(_TRIALS, run, candidate, problem)))

    async def trials_of(self, seq: int) -> tuple[Trial, ...]:
        """The raw trials of one event; empty where it has none."""
        return tuple(map(_trial, await self.rows(_TRIALS_OF_EVENT, seq)))

    async def _problem(self, digest: str) -> Problem:
        for (body,) in await self.rows(_PROBLEM, digest):
            try:
                return msgspec.json.decode(str(body), type=Problem)
            except msgspec.MsgspecError as error:
                raise self._damaged(f"problem {digest[:12]}", error) from error
        raise self._damaged(f"problem {digest[:12]}", "it is missing")

    def event(self, body: object, code: object = None, seq: object = "") -> StoredEvent:
        """The event of a row, with the code that was taken out of it.

        Raises:
            BadInputError: the database is damaged.
        """
        try:
            return event_of(str(body), None if code is None else str(code))
        except msgspec.MsgspecError as error:
            raise self._damaged(f"event {seq}".rstrip(), error) from error

    def _nothing_yet(self) -> BadInputError:
        return BadInputError(f"there are no runs in {shown(self.path)} yet; start one with `perftui demo`")

    def _damaged(self, what: str, why: object) -> BadInputError:
        return BadInputError(
            f"{shown(self.path)} is damaged: {what} cannot be read ({one_line(str(why), 80)})"
        )

    async def rows(self, question: str, *values: object) -> Sequence[tuple[object, ...]]:
        """The answer to a question in SQL, for modules of the store.

        Raises:
            PerftuiError: the database cannot be read.
        """
        with told_in_one_line(self.path):
            async with self._reading.execute(question, values) as cursor:
                return [tuple(row) for row in await cursor.fetchall()]


def _trial(row: tuple[object, ...]) -> Trial:
    return msgspec.convert(dict(zip(TRIAL_FIELDS, row, strict=True)), Trial)
