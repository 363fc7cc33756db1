"""A viewer's connection with the process that runs a run: its commands go there, the pulse comes here."""

from __future__ import annotations

import time
from collections.abc import Sequence

import anyio

from perftui.events.model import Event, Notice, RunEnded, RunResumed, RunStarted, StoredEvent
from perftui.events.pulse import Listener, Pulse
from perftui.events.state import RunState
from perftui.store.pulse import Presence
from perftui.store.remote import Outbox, RemoteControl, has_live_owner, notice
from perftui.store.trouble import StoreFailedError
from perftui.store.writer import Store

LOOK_SECONDS = 1.0
"""How often it is seen whether somebody runs it."""


class Attached:
    """One viewer of one run that may be live in another process.

    Args:
        store: open for writing; where it cannot be written after all, facts alone are seen.
        run: the run's id.
        read_only: whether to offer no commands.
        look_seconds: how often it is seen whether somebody runs it.
    """

    def __init__(
        self, store: Store, run: str, *, read_only: bool = False, look_seconds: float = LOOK_SECONDS
    ) -> None:
        self._look_seconds = look_seconds
        self._store = store
        self._run = run
        self._read_only = read_only
        self._presence = Presence(store, run)
        self._outbox = Outbox(store, run)
        self._listener = Listener(run)
        self._control: RemoteControl | None = None
        self._waiting: list[Notice] = []
        self._live: bool | None = None
        self._looked_at = float("-inf")
        self._at_rest = True
        self._lost = False
        self._seen = 0

    @property
    def control(self) -> RemoteControl | None:
        """Takes commands while somebody runs it."""
        return self._control

    async def beat(self) -> Pulse | None:
        """Say that this viewer is there, send what was asked, and see what goes on.

        Returns:
            The pulse where it is another than before.

        Raises:
            PerftuiError: the database cannot be read.
        """
        if self._lost:
            return None
        try:
            await self._see_owner()
            await self._send()
            if not self._live:
                return None
            await self._presence.say()
        except StoreFailedError as error:
            self._lost = True
            self._control = None
            self._waiting.append(notice(self._run, f"only what is stored is seen from here on: {error}"))
            return None
        return await self._presence.pulse()

    def with_pulse(self, facts: Sequence[StoredEvent], pulse: Pulse | None) -> list[Event]:
        """Facts as they came, and between them what goes on.

        Args:
            facts: all that were stored since the last call.
            pulse: as `beat` gave it, before the facts were read.
        """
        events: list[Event] = []
        outdated = pulse is None or pulse.seq < self._seen
        for fact in facts:
            if pulse is not None and not outdated and fact.seq > pulse.seq:
                events.extend(self._listener.on_pulse(pulse, time.time()))
                outdated = True
            self._take_note(fact)
            events.append(fact)
        if pulse is not None and not outdated:
            events.extend(self._listener.on_pulse(pulse, time.time()))
        events.extend(self._waiting)
        self._waiting.clear()
        return events

    def go_on_from(self, state: RunState) -> None:
        """Take note of a past that the viewer has as a picture."""
        self._seen = state.seq
        self._at_rest = state.status not in {"running", "paused"}

    async def leave(self) -> None:
        """Be a viewer no longer."""
        with anyio.move_on_after(2, shield=True):
            await self._presence.leave()

    def _take_note(self, fact: StoredEvent) -> None:
        self._seen = fact.seq
        self._listener.on_fact(fact)
        if isinstance(fact, RunStarted | RunResumed | RunEnded):
            self._at_rest = isinstance(fact, RunEnded)

    async def _see_owner(self) -> None:
        if time.monotonic() - self._looked_at < self._look_seconds:
            return
        self._looked_at = time.monotonic()
        live = await has_live_owner(self._store, self._run)
        if live and not self._live:
            self._listener.forget_notices()
        if self._live and not live and not self._at_rest:
            said = f"the process that ran it is gone; go on with: perftui resume {self._run}"
            self._waiting.append(notice(self._run, said))
        self._live = live
        if live and not self._read_only:
            self._control = self._control or RemoteControl()
        elif self._control is not None:
            await self._outbox.write(self._control.take())
            self._control = None

    async def _send(self) -> None:
        if self._control is not None:
            await self._outbox.write(self._control.take())
        complaint = await self._outbox.complaint(live=bool(self._live))
        if complaint:
            self._waiting.append(notice(self._run, complaint))
