"""Between processes: commands to a run's owner through a table, and what goes on now through another."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Sequence

import anyio
import msgspec

from perftui.events.commands import Command
from perftui.events.model import ActionHeld, EphemeralEvent, MeasureProgress, Notice, ReplyText, StageChanged
from perftui.events.state import ChainState, RunState
from perftui.store.lease import STALE_SECONDS
from perftui.store.writer import Store

LOOK_SECONDS = 0.25
"""How often an owner looks for commands, and tells what goes on."""

VIEWER_SECONDS = 6.0
"""A viewer that was not seen for so long is gone."""

COMMAND_SECONDS = 30.0
"""An owner does nothing that was asked longer ago: whoever asked no longer waits for it."""

STREAM_KEPT = 4_000
"""Characters of a reply under way that viewers elsewhere are shown."""

_MOST_AT_ONCE = 100

_WAITING = "SELECT id, at, body FROM command WHERE run = ? AND taken_at IS NULL ORDER BY id LIMIT ?"
_TAKE = "UPDATE command SET taken_at = ? WHERE id = ?"
_ASK = "INSERT INTO command (run, at, body) VALUES (?, ?, ?)"
_VIEWERS = "SELECT count(*) FROM viewer WHERE run = ? AND seen_at > ?"
_SEEN = "INSERT OR REPLACE INTO viewer VALUES (?, ?, ?)"
_FORGET = "DELETE FROM viewer WHERE seen_at < ?"
_TELL = "INSERT OR REPLACE INTO pulse VALUES (?, ?, ?)"
_HEAR = "SELECT at, body FROM pulse WHERE run = ? AND at > ?"
_BEAT = "SELECT heartbeat_at FROM run WHERE id = ?"

_log = logging.getLogger(__name__)
_commands = msgspec.json.Decoder(Command)
_events = msgspec.json.Decoder(tuple[EphemeralEvent, ...])


class Owner:
    """The side of the process that runs a run.

    Args:
        store: of the run; it holds the lease.
        run: the run's id.
        send: takes commands.
        state: gives the picture as it is now.
    """

    def __init__(
        self, store: Store, run: str, send: Callable[[Command], None], state: Callable[[], RunState]
    ) -> None:
        self._store = store
        self._run = run
        self._send = send
        self._state = state
        self._told: tuple[EphemeralEvent, ...] = ()

    async def serve(self) -> None:
        """Take commands and tell what goes on, until cancelled.

        Raises:
            PerftuiError: the database cannot be used.
        """
        while True:
            await self.take()
            await self._tell()
            await anyio.sleep(LOOK_SECONDS)

    async def take(self) -> None:
        """Do what was asked since the last look, each once."""
        waiting = await self._store.rows(_WAITING, self._run, _MOST_AT_ONCE)
        if not waiting:
            return
        now = time.time()
        await self._store.write([(_TAKE, (now, id_)) for id_, _, _ in waiting])
        for id_, at, body in waiting:
            try:
                command = _commands.decode(str(body))
            except msgspec.MsgspecError as error:
                _log.warning("command %s cannot be read: %s", id_, error)
                continue
            if now - msgspec.convert(at, float) < COMMAND_SECONDS:
                self._send(command)

    async def _tell(self) -> None:
        """Say what goes on, where somebody looks and it has changed."""
        now = time.time()
        ((viewers,),) = await self._store.rows(_VIEWERS, self._run, now - VIEWER_SECONDS)
        if not viewers:
            self._told = ()
            return
        told = goes_on(self._state())
        if told != self._told:
            self._told = told
            await self._store.write([(_TELL, (self._run, now, msgspec.json.encode(told).decode()))])


class Remote:
    """The side of a viewer in another process; it takes commands as `RunControl` does.

    Args:
        store: of the run.
        run: the run's id.
    """

    def __init__(self, store: Store, run: str) -> None:
        self._store = store
        self._run = run
        self._token = secrets.token_hex(8)
        self._outbox: list[Command] = []
        self._heard_at = 0.0
        self._seen_at = 0.0
        self._heard: dict[tuple[object, ...], EphemeralEvent] = {}
        self.is_live = False

    def send(self, command: Command) -> None:
        """Ask the owner; it is sent with the next look."""
        self._outbox.append(command)

    async def exchange(self) -> Sequence[EphemeralEvent]:
        """Send what was asked, and hear what goes on; only what is new of it.

        Raises:
            PerftuiError: the database cannot be used.
        """
        await self._look_for_owner()
        if not self.is_live:
            self._outbox.clear()
            return ()
        await self._flush()
        fresh: list[EphemeralEvent] = []
        for at, body in await self._store.rows(_HEAR, self._run, self._heard_at):
            self._heard_at = msgspec.convert(at, float)
            fresh += self._news(_events.decode(str(body)))
        return fresh

    def _news(self, told: Sequence[EphemeralEvent]) -> list[EphemeralEvent]:
        """What was not told before, of each place and kind."""
        now: dict[tuple[object, ...], EphemeralEvent] = {
            (type(e), e.problem, e.chain, e.text if isinstance(e, Notice) else ""): e for e in told
        }
        fresh = [event for key, event in now.items() if self._heard.get(key) != event]
        self._heard = now
        return fresh

    async def _look_for_owner(self) -> None:
        for (beat,) in await self._store.rows(_BEAT, self._run):
            fresh = beat is not None and time.time() - msgspec.convert(beat, float) < STALE_SECONDS
            self.is_live = fresh

    async def _flush(self) -> None:
        now = time.time()
        statements: list[tuple[str, tuple[object, ...]]] = []
        if now - self._seen_at > VIEWER_SECONDS / 3:
            self._seen_at = now
            statements += [(_SEEN, (self._run, self._token, now)), (_FORGET, (now - 60,))]
        while self._outbox:
            body = msgspec.json.encode(self._outbox.pop(0)).decode()
            statements.append((_ASK, (self._run, now, body)))
        if statements:
            await self._store.write(statements)


def goes_on(state: RunState) -> tuple[EphemeralEvent, ...]:
    """What a run does at this moment, as the events that a watcher in its process has heard. Pure."""
    told: list[EphemeralEvent] = []
    for name, problem in state.problems.items():
        if problem.status != "running":
            continue
        for chain in problem.chains:
            if chain.stage is not None:
                told += _of_chain(name, problem.attempt, chain)
    return tuple(told)


def _of_chain(problem: str, attempt: int, chain: ChainState) -> list[EphemeralEvent]:
    stage = chain.stage or "queued"
    round_ = chain.held_round if chain.held_round is not None else max(0, len(chain.rounds) - 1)
    where = {"problem": problem, "attempt": attempt, "chain": chain.index, "round": round_}
    told: list[EphemeralEvent] = [StageChanged(stage=stage, detail=chain.stage_detail, at=chain.stage_since)]
    if chain.held is not None:
        told.append(ActionHeld(action=chain.held, at=chain.stage_since))
    if chain.streaming:
        told.append(ReplyText(text=chain.streaming[-STREAM_KEPT:], restart=True))
    if chain.progress is not None:
        told.append(MeasureProgress(done=chain.progress[0], planned=chain.progress[1]))
    return [msgspec.structs.replace(event, **where) for event in told]
