"""Runs that the screen begins: each with its own lease, sandboxes and engine, all in this process.

What a run needs is loaded when one begins: a screen that only looks is to be there at once.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio
from anyio.abc import TaskGroup, TaskStatus

from perftui.engine.control import RunSession
from perftui.engine.hub import LiveSession
from perftui.events.commands import Command
from perftui.events.plan import Fork
from perftui.store.writer import Store
from perftui.tui.launching import Checked, Choices, NewRun

if TYPE_CHECKING:
    from perftui.cli.launch import Launch, Live

_log = logging.getLogger(__name__)


class RunLauncher:
    """Begins runs beside a screen; see `perftui.tui.launching.Launcher`.

    Args:
        store: of the runs.
        group: holds the runs' tasks.
    """

    def __init__(self, store: Store, group: TaskGroup) -> None:
        self._store = store
        self._group = group
        self._live: dict[str, Live] = {}

    def session(self, run: str) -> RunSession | None:
        """A session of a run that this launcher began and that is still there."""
        live = self._live.get(run)
        return None if live is None else live.engine.watch()

    async def choices(self) -> Choices:
        """What the form offers."""
        from perftui.cli.forms import choices_of  # noqa: PLC0415 - see above

        return await choices_of(self._store)

    async def check(self, form: NewRun) -> Checked:
        """See whether a form can be run."""
        from perftui.cli.forms import check_form  # noqa: PLC0415 - see above

        return await anyio.to_thread.run_sync(check_form, form, self._store.path)

    async def start(self, form: NewRun) -> RunSession:
        """Begin a run."""
        from perftui.cli.forms import launch_of  # noqa: PLC0415 - see above

        launch = await anyio.to_thread.run_sync(launch_of, form, self._store.path, nobody)
        return await self._begin(launch)

    async def go_on(self, run: str, commands: Sequence[Command] = ()) -> RunSession:
        """Take up a stored run; one that is live here is asked at once."""
        from perftui.cli.again import launch_again  # noqa: PLC0415 - see above

        live = self._live.get(run)
        if live is not None:
            for command in commands:
                live.engine.steering.send(command)
            return live.engine.watch()
        return await self._begin(
            await launch_again(self._store, run, commands, db=self._store.path, watch=nobody)
        )

    async def fork(self, fork: Fork) -> RunSession:
        """Begin a run that goes on from a round of another."""
        from perftui.cli.again import launch_fork  # noqa: PLC0415 - see above

        return await self._begin(
            await launch_fork(self._store, fork, db=self._store.path, watch=nobody, linger=True)
        )

    def command_of(self, fork: Fork) -> str:
        """The command line that does the same."""
        from perftui.cli.fork import fork_command  # noqa: PLC0415 - see above

        return fork_command(fork)

    def stop(self) -> None:
        """Interrupt all runs; each cleans up before its task ends."""
        for live in self._live.values():
            live.engine.steering.stop()

    async def _begin(self, launch: Launch) -> LiveSession:
        session: LiveSession = await self._group.start(self._host, launch)
        return session

    async def _host(
        self, launch: Launch, *, task_status: TaskStatus[LiveSession] = anyio.TASK_STATUS_IGNORED
    ) -> None:
        from perftui.cli.launch import opened, supervised  # noqa: PLC0415 - see above
        from perftui.cli.own import own_in_use  # noqa: PLC0415 - likewise

        with own_in_use(launch.plan.strategies, launch.plan.prompts):
            async with opened(launch) as live:
                run = live.engine.state.run
                self._live[run] = live
                try:
                    task_status.started(live.engine.watch())
                    error = await supervised(live)
                finally:
                    del self._live[run]
                if error is not None:
                    live.engine.notice(str(error))
                    _log.warning("run %s ended: %s", run, error)


async def nobody(_live: Live) -> None:
    """Look at a run that the screen looks at by itself."""


@asynccontextmanager
async def launching(store: Store) -> AsyncIterator[RunLauncher]:
    """A launcher whose runs are stopped, and have cleaned up, at the end of the body."""
    async with anyio.create_task_group() as group:
        launcher = RunLauncher(store, group)
        try:
            yield launcher
        finally:
            launcher.stop()
