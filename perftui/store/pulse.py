"""Who watches a run from other processes, and what its owner lets them see beyond the log."""

from __future__ import annotations

import logging
import secrets
import time
from collections import deque
from collections.abc import Callable, Sequence

import anyio
import msgspec

from perftui.errors import PerftuiError
from perftui.events.commands import Command, Step
from perftui.events.model import Event, Notice
from perftui.events.pulse import NOTICES_SENT, NumberedNotice, Pulse, pulse_of
from perftui.events.state import RunState
from perftui.store.codec import as_text
from perftui.store.remote import take_commands
from perftui.store.trouble import LeaseLostError
from perftui.store.writer import Store

LOOK_SECONDS = 0.2
"""How often an owner looks for commands."""

PULSE_SECONDS = 0.25
"""How often an owner lets those who watch see more, at most."""

COUNT_SECONDS = 1.0
"""How often an owner counts who watches."""

SEEN_SECONDS = 2.0
"""How often a viewer says that it is there."""

GONE_SECONDS = 7.0
"""A viewer that has not been heard of for so long is gone."""

_log = logging.getLogger(__name__)
_decoder: msgspec.json.Decoder[Pulse] = msgspec.json.Decoder(Pulse)

_SEEN = "INSERT OR REPLACE INTO viewer (run, token, seen_at) VALUES (?, ?, ?)"
_LEFT = "DELETE FROM viewer WHERE run = ? AND token = ?"
_FORGET = "DELETE FROM viewer WHERE seen_at < ?"
_COUNT = "SELECT count(*) FROM viewer WHERE run = ? AND seen_at BETWEEN ? AND ?"
_WRITE = """
INSERT OR REPLACE INTO pulse (run, at, body) SELECT id, ?, ? FROM run WHERE id = ? AND owner_token = ?
"""
_READ = "SELECT at, body FROM pulse WHERE run = ? AND at > ?"
_END = "DELETE FROM pulse WHERE run = ?"


class Watched:
    """What the owner's side needs of a live run.

    Args:
        run: its id.
        state: its picture as it is now.
        drain: all events since the last call.
        send: takes a command.
        tell: tells whoever watches a line.
        unattended: whether its own process has no screen, on which held actions could be answered.
    """

    def __init__(
        self,
        run: str,
        *,
        state: Callable[[], RunState],
        drain: Callable[[], Sequence[Event]],
        send: Callable[[Command], None],
        tell: Callable[[str], None],
        unattended: bool = False,
    ) -> None:
        self.unattended = unattended
        self.run = run
        self.state = state
        self.drain = drain
        self.send = send
        self.tell = tell


async def serve(store: Store, watched: Watched) -> None:
    """Let other processes see a run that this one owns, and do what they ask; until cancelled.

    Nothing that fails here ends the run: who watches from elsewhere then sees less.
    """
    owner = Owner(store, watched)
    try:
        while True:
            await anyio.sleep(LOOK_SECONDS)
            try:
                await owner.look()
            except LeaseLostError:
                return
            except PerftuiError as error:
                _log.warning("other processes are not heard now: %s", error)
                await anyio.sleep(SEEN_SECONDS)
    finally:
        with anyio.move_on_after(2, shield=True):
            await owner.end()


class Owner:
    """The side of the process that runs a run.

    Args:
        store: holds its lease.
        watched: the run.
        count_seconds: how often viewers are counted.
        pulse_seconds: how often a pulse is written, at most.
    """

    def __init__(
        self,
        store: Store,
        watched: Watched,
        *,
        count_seconds: float = COUNT_SECONDS,
        pulse_seconds: float = PULSE_SECONDS,
    ) -> None:
        self._count_seconds = count_seconds
        self._pulse_seconds = pulse_seconds
        self._store = store
        self._watched = watched
        self._viewers = 0
        self._stepped = False
        self._counted_at = float("-inf")
        self._pulsed_at = float("-inf")
        self._written = ""
        self._notices: deque[NumberedNotice] = deque(maxlen=NOTICES_SENT)
        self._numbered = 0

    async def look(self) -> None:
        """Take what was asked, and write a pulse where one is due."""
        for command in await take_commands(self._store, self._watched.run):
            self._stepped |= isinstance(command, Step) and command.on
            self._watched.send(command)
        self._take_notices()
        await self._count()
        now = time.monotonic()
        if self._viewers and now - self._pulsed_at >= self._pulse_seconds:
            self._pulsed_at = now
            await self._pulse()

    async def end(self) -> None:
        """Leave no pulse behind: nobody does anything any more."""
        try:
            if self._written:
                async with self._store.transaction() as connection:
                    await connection.execute(_END, (self._watched.run,))
        except PerftuiError:
            return

    def _take_notices(self) -> None:
        for event in self._watched.drain():
            if isinstance(event, Notice):
                self._numbered += 1
                self._notices.append(NumberedNotice(number=self._numbered, notice=event))

    async def _count(self) -> None:
        if time.monotonic() - self._counted_at < self._count_seconds:
            return
        self._counted_at = time.monotonic()
        now = time.time()
        rows = await self._store.rows(_COUNT, self._watched.run, now - GONE_SECONDS, now + GONE_SECONDS)
        count = msgspec.convert(rows[0][0], int)
        if count != self._viewers:
            self._viewers = count
            self._watched.tell(_watching(count))
            self._let_go()

    def _let_go(self) -> None:
        """Hold nothing where nobody is left who could answer it."""
        if not self._viewers and self._stepped and self._watched.unattended:
            self._stepped = False
            self._watched.send(Step(on=False))
            self._watched.tell("the actions that were held for those who watched go on")

    async def _pulse(self) -> None:
        text = as_text(pulse_of(self._watched.state(), tuple(self._notices)))
        if text == self._written:
            return
        async with self._store.transaction() as connection:
            await connection.execute(_WRITE, (time.time(), text, self._watched.run, self._store.token))
        self._written = text


def _watching(count: int) -> str:
    if not count:
        return "nobody watches this run from elsewhere any more"
    return f"{count} {'watches' if count == 1 else 'watch'} this run from elsewhere"


class Presence:
    """A viewer of one run: says that it is there, and reads the pulse.

    Args:
        store: open for writing.
        run: the run's id.
    """

    def __init__(self, store: Store, run: str) -> None:
        self._store = store
        self._run = run
        self._token = secrets.token_hex(8)
        self._said_at = float("-inf")
        self._read_at = 0.0

    async def say(self) -> None:
        """Say that this viewer is there, where it is time to.

        Raises:
            PerftuiError: the database cannot be written.
        """
        if time.monotonic() - self._said_at < SEEN_SECONDS:
            return
        self._said_at = time.monotonic()
        now = time.time()
        async with self._store.transaction() as connection:
            await connection.execute(_SEEN, (self._run, self._token, now))
            await connection.execute(_FORGET, (now - 10 * GONE_SECONDS,))

    async def leave(self) -> None:
        """Say that this viewer is gone. Where that fails, it is found out."""
        try:
            async with self._store.transaction() as connection:
                await connection.execute(_LEFT, (self._run, self._token))
        except PerftuiError:
            return

    async def pulse(self) -> Pulse | None:
        """The pulse where it is another than before, else None.

        Raises:
            PerftuiError: the database cannot be read.
        """
        for at, body in await self._store.rows(_READ, self._run, self._read_at):
            self._read_at = msgspec.convert(at, float)
            try:
                return _decoder.decode(str(body))
            except (msgspec.MsgspecError, RecursionError) as error:
                _log.warning("a pulse that cannot be read was left out: %s", type(error).__name__)
        return None
