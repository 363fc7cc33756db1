"""What Ctrl-C and its like do: end a run in order, and leave nothing behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import anyio
import click

from perftui.errors import ExitStatus

if TYPE_CHECKING:
    from perftui.engine.engine import Engine

T = TypeVar("T")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FORCE = 3
"""The signal that ends the process there and then."""


def run_to_end(work: Callable[[], Awaitable[T]]) -> T:
    """Run work that starts sandboxes; a signal ends it, and them.

    Raises:
        click.Abort: a signal came.
    """

    async def guarded() -> T:
        return await Stopping().guard(work)

    return anyio.run(guarded)


class Stopping:
    """What a signal ends: the set-up at first, and the engine once there is one.

    Attributes:
        engine: of the run, None before it begins.
    """

    def __init__(self) -> None:
        self.engine: Engine | None = None
        self._signals = 0
        self._set_up = anyio.CancelScope()

    async def guard(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do work while listening for signals.

        Raises:
            click.Abort: a signal ended it before there was an engine.
        """
        results: list[T] = []
        async with anyio.create_task_group() as group:
            group.start_soon(self._listen)
            with self._set_up:
                results.append(await work())
            group.cancel_scope.cancel()
        if not results:
            raise click.Abort
        return results[0]

    async def _listen(self) -> None:
        # One that is ignored from the start, as by nohup, is to be ignored.
        wanted = [one for one in SIGNALS if signal.getsignal(one) != signal.SIG_IGN]
        with anyio.open_signal_receiver(*wanted) as signals:
            async for _ in signals:
                self._stop()

    def _stop(self) -> None:
        self._signals += 1
        if self._signals >= FORCE:
            os._exit(ExitStatus.INTERRUPTED)
        if self.engine is None:
            self._set_up.cancel()
        elif self._signals == 1:
            self.engine.notice("stopping; what runs is being ended and removed …")
            self.engine.steering.stop()
        else:
            self.engine.notice("still cleaning up; once more leaves at once, and leaves things behind")
