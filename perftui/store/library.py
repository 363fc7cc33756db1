"""A stored run as a watcher has it: its past at once, and what another process adds as it comes."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import anyio
import anyio.lowlevel

from perftui.errors import PerftuiError
from perftui.events.model import Event
from perftui.events.state import RunState
from perftui.store.attached import Attached
from perftui.store.lease import beside
from perftui.store.pictures import pictures
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
        attached: connects it with the process that runs it, None to see facts alone.
    """

    player: None = None

    def __init__(self, reader: Reader, run: str, attached: Attached | None = None) -> None:
        self.run = run
        self.start = RunState()
        self.is_reading = False
        self._attached = attached
        self._reader = reader
        self._fresh: list[Event] = []
        self._seen = 0
        self._ahead: AsyncIterator[RunState] | None = None

    @classmethod
    async def load(cls, reader: Reader, run: str, attached: Attached | None = None) -> StoredSession:
        """A session with the run's past as events.

        Args:
            reader: of the database.
            run: the run's id, as `Reader.find_run` gives it.
            attached: connects it with the process that runs it, None to see facts alone.

        Raises:
            BadInputError: the database is damaged.
        """
        session = cls(reader, run, attached)
        past = await reader.events(run)
        session._fresh.extend(past)
        session._seen = past[-1].seq if past else 0
        if attached is not None:
            attached.with_pulse(past, None)
        return session

    @classmethod
    async def opened(cls, reader: Reader, run: str, attached: Attached | None = None) -> StoredSession:
        """A session with the run's past as a picture, of which the rest comes while it is followed.

        The arguments and errors are those of `load`.
        """
        session = cls(reader, run, attached)
        session._ahead = pictures(reader, run)
        session.is_reading = True
        await session._read_on()
        return session

    @property
    def control(self) -> RemoteControl | None:
        """Takes commands to the run's owner, while it has one."""
        return None if self._attached is None else self._attached.control

    def clock(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def drain(self) -> Sequence[Event]:
        """All events since the last call, oldest first. The first call goes on from `start`."""
        fresh, self._fresh = self._fresh, []
        return fresh

    async def follow(self) -> None:
        """Look for more until cancelled: another process may be at work on the run, or take it up.

        Raises:
            PerftuiError: the database cannot be read any more.
        """
        try:
            while await self._read_on():
                # A long past is read between the keys of whoever looks.
                await anyio.lowlevel.checkpoint()
            while True:
                await self.refresh()
                await anyio.sleep(POLL_SECONDS)
        except PerftuiError as error:
            self._fresh.append(notice(self.run, f"no more is seen of this run: {error}"))
            raise
        finally:
            if self._attached is not None:
                await self._attached.leave()

    async def _read_on(self) -> bool:
        """Make the picture of the past better; whether it was not the last that is to be had."""
        if self._ahead is None:
            return False
        better = await anext(self._ahead, None)
        if better is not None:
            self.start = better
            return True
        self._ahead, self.is_reading = None, False
        self._seen = self.start.seq
        if self._attached is not None:
            self._attached.go_on_from(self.start)
        return False

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
                return
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
