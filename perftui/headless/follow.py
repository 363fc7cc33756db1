"""Watching a run without a screen: its events, its picture, and somebody who reads both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import anyio
import anyio.lowlevel

from perftui.engine.control import RunSession
from perftui.events.model import Event
from perftui.events.outline import advance
from perftui.events.state import RunState

_BATCH = 500


class Reader(Protocol):
    """Somebody who reads a run as it goes. It never waits and raises nothing of its output."""

    @property
    def gone(self) -> bool:
        """Whether nobody reads any more, such as after `| head`."""
        ...

    def on_event(self, event: Event, state: RunState) -> None:
        """One event, and the picture that holds it."""
        ...

    def on_tick(self, state: RunState) -> None:
        """The picture after all events that have come; several times a second."""
        ...

    def finish(self, state: RunState) -> None:
        """There will be no more."""
        ...


async def follow(
    session: RunSession,
    reader: Reader,
    *,
    until: Callable[[], bool],
    interval: float = 0.2,
) -> RunState:
    """Read a run until it is over or the reader has gone.

    What happened before `until` turned true always reaches the reader, and the reader is always
    told of the end, even where this is cancelled.

    Args:
        session: the run.
        reader: who reads.
        until: whether the run is over; asked before each drain.
        interval: seconds between drains.

    Returns:
        The last picture.
    """
    feed = _Feed(session, reader)
    try:
        while not reader.gone:
            over = until()
            await feed.drain()
            if over:
                break
            await anyio.sleep(interval)
    finally:
        feed.drain_now()
        reader.finish(feed.state)
    return feed.state


class _Feed:
    """Carries events from a session to a reader, with the picture they make."""

    def __init__(self, session: RunSession, reader: Reader) -> None:
        self._session = session
        self._reader = reader
        self._pending: list[Event] = []
        self.state = session.start

    async def drain(self) -> None:
        """Hand over what has come; a long past is handed over in pieces, so that others can work."""
        self._fetch()
        while self._pending:
            self._hand_over(_BATCH)
            await anyio.lowlevel.checkpoint()
        self._reader.on_tick(self.state)

    def drain_now(self) -> None:
        """Hand over all that is left, at once."""
        self._fetch()
        self._hand_over(len(self._pending))

    def _fetch(self) -> None:
        self._pending.extend(self._session.drain())

    def _hand_over(self, count: int) -> None:
        batch, self._pending = self._pending[:count], self._pending[count:]
        for event in batch:
            self.state = advance(self.state, event)
            self._reader.on_event(event, self.state)
