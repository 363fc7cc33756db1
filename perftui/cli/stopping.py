"""What Ctrl-C and its like do: end a run in order, and leave nothing behind."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from perftui.engine.engine import Engine
from perftui.errors import ExitStatus
from perftui.store.lease import beside

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FORCE = 3
"""The signal that ends the process there and then."""


class Stopping:
    """What a signal ends: the set-up at first, and the engine once there is one.

    Attributes:
        engine: of the run, None before it begins.
        before_run: whether a signal came before there was an engine.
    """

    def __init__(self) -> None:
        self.engine: Engine | None = None
        self.before_run = False
        self._signals = 0
        self._set_up = anyio.CancelScope()

    @asynccontextmanager
    async def by_signals(self) -> AsyncIterator[None]:
        """Listen while the body runs; its errors leave as they are."""
        async with beside(self._listen):
            with self._set_up:
                yield

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
            self.before_run = True
            self._set_up.cancel()
        elif self._signals == 1:
            self.engine.notice("stopping; what runs is being ended and removed …")
            self.engine.steering.stop()
        else:
            self.engine.notice("still cleaning up; once more leaves at once, and leaves things behind")
