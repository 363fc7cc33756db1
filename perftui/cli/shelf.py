"""The store as the screen's library: runs to list and open, live or stored."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup

from perftui.cli.launcher import RunLauncher
from perftui.engine.control import RunSession
from perftui.errors import PerftuiError
from perftui.events.plan import Origin
from perftui.events.state import ProblemState
from perftui.events.summary import problem_best
from perftui.problems.model import Problem
from perftui.store.attached import Attached
from perftui.store.deleting import delete_run
from perftui.store.library import StoredSession
from perftui.store.replaying import ReplaySession
from perftui.store.summaries import RunSummary
from perftui.store.writer import Store
from perftui.timing.model import Trial
from perftui.tui.library import ExportForm, ForkEntry, RunEntry


class Shelf:
    """All runs of a database; the one that is live in this process can be commanded.

    Args:
        store: of the runs.
        group: holds the tasks that look for more of an opened run.
        live: the session of the run that this process began with.
        launcher: begins others.
        read_only: whether runs of other processes are looked at only.
    """

    def __init__(
        self,
        store: Store,
        group: TaskGroup,
        live: RunSession | None,
        launcher: RunLauncher | None = None,
        *,
        read_only: bool = False,
    ) -> None:
        self._read_only = read_only
        self._launcher = launcher
        self._reader = store
        self._group = group
        self._live = live

    async def runs(self) -> Sequence[RunEntry]:
        """Every run, newest first."""
        return [_entry(summary) for summary in await self._reader.runs()]

    async def open(self, run: str) -> RunSession:
        """A watcher's session of a run.

        Raises:
            PerftuiError: it cannot be read.
        """
        if self._live is not None and run == self._live.run:
            return self._live
        begun = self._launcher.session(run) if self._launcher is not None else None
        if begun is not None:
            return begun
        attached = Attached(self._reader, run, read_only=self._read_only)
        session = await StoredSession.opened(self._reader, run, attached)
        self._group.start_soon(_follow, session)
        return session

    async def replay(self, run: str, speed: float) -> RunSession:
        """A session that plays a stored run again."""
        session = await ReplaySession.load(self._reader, run, speed)
        self._group.start_soon(_follow, session)
        return session

    async def detail(self, run: str, problem_id: str, upto: int | None) -> ProblemState | None:
        """A problem with every text, as it stood at an event, or as it stands now."""
        return await self._reader.whole(run, problem_id, upto=upto)

    async def forks(self, run: str, problem_id: str) -> Sequence[ForkEntry]:
        """The runs that were forked from a problem of a run, oldest first."""
        return [
            await self._fork(summary, origin)
            for summary in reversed(await self._reader.runs())
            if (origin := (await self._reader.plan(summary.run)).origin) is not None
            and (origin.run, origin.problem) == (run, problem_id)
        ]

    async def _fork(self, summary: RunSummary, origin: Origin) -> ForkEntry:
        state = await self._reader.whole(summary.run, origin.problem)
        best = problem_best(state) if state is not None else None
        return ForkEntry(
            run=summary.run,
            origin=origin,
            model=summary.model,
            strategy=summary.strategy,
            status=summary.status,
            speedup=best.vs_reference if best is not None else None,
        )

    async def compare(self, base: str, other: str) -> str:
        """Two runs beside each other, as Markdown."""
        from perftui.cli.filing import compared  # noqa: PLC0415 - the commands import this module

        return await compared(self._reader, base, other)

    async def export(self, run: str, form: ExportForm) -> Path:
        """Write a run to a file of its own in the working directory; the file."""
        from perftui.cli.filing import exported  # noqa: PLC0415 - the commands import this module

        return await exported(self._reader, run, form, await to_thread.run_sync(Path.cwd))

    async def delete(self, run: str) -> None:
        """Forget a run for good."""
        await delete_run(self._reader, run)

    async def problem(self, run: str, problem_id: str) -> Problem | None:
        """The problem with its tests."""
        return await self._reader.problem(run, problem_id)

    async def trials(self, run: str, candidate: str) -> Sequence[Trial]:
        """The raw trials of a candidate's measurements, oldest first."""
        return await self._reader.trials(run, candidate)


@asynccontextmanager
async def shelf(
    store: Store, live: RunSession | None, launcher: RunLauncher | None = None, *, read_only: bool = False
) -> AsyncIterator[Shelf]:
    """A shelf whose opened runs are followed while the body runs."""
    async with anyio.create_task_group() as group:
        yield Shelf(store, group, live, launcher, read_only=read_only)
        group.cancel_scope.cancel()


async def _follow(session: StoredSession | ReplaySession) -> None:
    try:
        await session.follow()
    except PerftuiError:
        # The database went away under the screen: what was read stays to be looked at.
        return


def _entry(summary: RunSummary) -> RunEntry:
    return RunEntry(
        run=summary.run,
        started_at=summary.started_at,
        benchmark=summary.benchmark,
        model=summary.model,
        strategy=summary.strategy,
        chains=summary.chains,
        problems=summary.problems,
        ended=summary.ended,
        correct=summary.solved,
        optimised=summary.optimised,
        speedup=summary.speedup,
        status=summary.status,
        live=summary.live,
    )
