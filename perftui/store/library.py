"""A stored run as a watcher has it: its past at once, and what another process adds as it comes."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import anyio

from perftui.events.model import Event, StoredEvent
from perftui.events.state import RunState
from perftui.store.lease import beside
from perftui.store.readers import Reader
from perftui.store.remote import Remote

POLL_SECONDS = 0.25
"""How often the log is looked at for more."""


class StoredSession:
    """A run in the database; while another process is at work on it, that one can be commanded.

    It has the shape of `perftui.engine.control.RunSession`.

    Args:
        reader: of the database.
        run: the run's id.
        past: its events so far.
        remote: the way to its owner, for who may command it and see what is no fact; else None.
    """

    player: None = None
    start = RunState()

    def __init__(
        self, reader: Reader, run: str, past: Sequence[StoredEvent], remote: Remote | None = None
    ) -> None:
        self.run = run
        self._remote = remote
        self._reader = reader
        self._fresh: list[Event] = list(past)
        self._seen = past[-1].seq if past else 0

    @classmethod
    async def load(cls, reader: Reader, run: str, remote: Remote | None = None) -> StoredSession:
        """A session with all of the run's past.

        Args:
            reader: of the database.
            run: the run's id, as `Reader.find_run` gives it.
            remote: the way to its owner.

        Raises:
            BadInputError: the database is damaged.
        """
        return cls(reader, run, await reader.events(run), remote)

    @property
    def control(self) -> Remote | None:
        """Takes commands to the run's owner, while it has one."""
        return self._remote if self._remote is not None and self._remote.is_live else None

    def clock(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def drain(self) -> Sequence[Event]:
        """All events since the last call, oldest first. The first call gives the whole past."""
        fresh, self._fresh = self._fresh, []
        return fresh

    async def follow(self) -> None:
        """Look for more until cancelled: another process may be at work on the run, or take it up.

        Raises:
            PerftuiError: the database cannot be read any more.
        """
        while True:
            await self.refresh()
            if self._remote is not None:
                self._fresh.extend(await self._remote.exchange())
            await anyio.sleep(POLL_SECONDS)

    async def refresh(self) -> None:
        """Take in what is new; it may be called while another call is under way."""
        for event in await self._reader.events(self.run, after=self._seen):
            if event.seq > self._seen:
                self._seen = event.seq
                self._fresh.append(event)


@asynccontextmanager
async def watching(reader: Reader, run: str) -> AsyncIterator[StoredSession]:
    """A session that follows its run while the body runs.

    Args:
        reader: of the database.
        run: the run's id, as `Reader.find_run` gives it.

    Raises:
        PerftuiError: the database cannot be read.
    """
    session = await StoredSession.load(reader, run)
    async with beside(session.follow):
        yield session
