"""A stored run as a watcher has it: its past at once, and what another process adds as it comes."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import anyio
import anyio.lowlevel

from perftui.errors import PerftuiError
from perftui.events.model import Event, StoredEvent
from perftui.events.state import RunState
from perftui.store.attached import Attached
from perftui.store.lease import beside
from perftui.store.readers import Reader
from perftui.store.remote import RemoteControl, notice

POLL_SECONDS = 0.25
"""How often the log is looked at for more."""

PAGE = 500
"""Events that are read at once."""


class StoredSession:
    """A run in the database; while another process is at work on it, that one can be commanded.

    It has the shape of `perftui.engine.control.RunSession`.

    Args:
        reader: of the database.
        run: the run's id.
        past: its events so far.
        attached: connects it with the process that runs it, None to see facts alone.
    """

    player: None = None
    start = RunState()

    def __init__(
        self, reader: Reader, run: str, past: Sequence[StoredEvent], attached: Attached | None = None
    ) -> None:
        self.run = run
        self._attached = attached
        self._reader = reader
        self._fresh: list[Event] = list(past)
        self._seen = past[-1].seq if past else 0
        self.is_reading = False
        if attached is not None:
            attached.with_pulse(past, None)

    @classmethod
    async def load(
        cls, reader: Reader, run: str, attached: Attached | None = None, *, at_first: int | None = None
    ) -> StoredSession:
        """A session with the run's past.

        Args:
            reader: of the database.
            run: the run's id, as `Reader.find_run` gives it.
            attached: connects it with the process that runs it, None to see facts alone.
            at_first: read so many events now and the others while it is followed; None reads all.

        Raises:
            BadInputError: the database is damaged.
        """
        limit = -1 if at_first is None else at_first
        session = cls(reader, run, await reader.events(run, limit=limit), attached)
        session.is_reading = at_first is not None
        return session

    @property
    def control(self) -> RemoteControl | None:
        """Takes commands to the run's owner, while it has one."""
        return None if self._attached is None else self._attached.control

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
        try:
            while True:
                await self.refresh()
                await anyio.sleep(POLL_SECONDS)
        except PerftuiError as error:
            self._fresh.append(notice(self.run, f"no more is seen of this run: {error}"))
            raise
        finally:
            if self._attached is not None:
                await self._attached.leave()

    async def refresh(self) -> None:
        """Take in what is new; it may be called while another call is under way."""
        # Before the facts are read: so that none is missing that the pulse goes on from.
        pulse = None if self._attached is None else await self._attached.beat()
        while True:
            page = await self._reader.events(self.run, after=self._seen, limit=PAGE)
            facts = [event for event in page if event.seq > self._seen]
            self._seen = facts[-1].seq if facts else self._seen
            whole = len(page) < PAGE
            if self._attached is not None:
                self._fresh.extend(self._attached.with_pulse(facts, pulse if whole else None))
            else:
                self._fresh.extend(facts)
            if whole:
                self.is_reading = False
                return
            # A long past is read between the keys of whoever looks.
            await anyio.lowlevel.checkpoint()


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
