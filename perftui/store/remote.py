"""Commands that cross processes: a viewer writes them to a table, the run's owner takes each once."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Sequence

import anyio.to_thread
import msgspec

from perftui.events.commands import Command
from perftui.events.model import Notice
from perftui.store.codec import as_text
from perftui.store.holder import COLUMNS, HolderRow, holder_of
from perftui.store.lease import is_live
from perftui.store.writer import Store

PATIENCE_SECONDS = 10.0
"""A command that nobody took for so long does nothing any more: what it was about has gone on."""

TAKEN_AT_ONCE = 100
"""Commands that an owner takes in one look; it looks several times a second."""

MOST_WAITING = 1_000
"""Commands of one run that may wait; those beyond do nothing. A person does not send so many."""

LONGEST_BODY = 2_000_000
"""Characters of a command as JSON; a person's program fits. A longer one does nothing."""

_KEPT_SECONDS = 60.0
"""How long a command that was dealt with stays in its table."""

_log = logging.getLogger(__name__)
_decoder: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)

_INSERT = "INSERT INTO command (run, at, body) VALUES (?, ?, ?)"
_ANY = "SELECT 1 FROM command WHERE run = ? AND taken_at IS NULL LIMIT 1"
_WAITING = f"""
SELECT id, at, CASE WHEN length(body) <= {LONGEST_BODY:d} THEN body END FROM command
WHERE run = ? AND taken_at IS NULL ORDER BY id LIMIT ?
"""  # noqa: S608 - a number of ours
_OWNED = "SELECT 1 FROM run WHERE id = ? AND owner_token = ?"
_TAKE = "UPDATE command SET taken_at = ? WHERE run = ? AND taken_at IS NULL AND id <= ?"
_DROP = """
UPDATE command SET taken_at = ? WHERE run = ? AND taken_at IS NULL AND id NOT IN
(SELECT id FROM command WHERE run = ? AND taken_at IS NULL ORDER BY id LIMIT ?)
"""
_CLEAN = "DELETE FROM command WHERE run = ? AND (taken_at < ? OR at < ?)"
_UNTAKEN = "DELETE FROM command WHERE run = ? AND taken_at IS NULL AND id IN ({marks})"
_OWNER = f"SELECT {', '.join(COLUMNS)}, heartbeat_at FROM run WHERE id = ?"  # noqa: S608 - columns of ours


async def has_live_owner(store: Store, run: str) -> bool:
    """Whether a process is at work on a run now.

    Raises:
        PerftuiError: the database cannot be read.
    """
    for *columns, heartbeat_at in await store.rows(_OWNER, run):
        holder = holder_of(msgspec.convert(columns, HolderRow))
        heartbeat = None if heartbeat_at is None else msgspec.convert(heartbeat_at, float)
        return await anyio.to_thread.run_sync(is_live, holder, heartbeat, time.time())
    return False


async def take_commands(store: Store, run: str) -> list[Command]:
    """Commands to a run that this store owns, oldest first; each is handed out once.

    Args:
        store: holds the run's lease.
        run: its id.

    Raises:
        PerftuiError: the database cannot be used.
    """
    if not await store.rows(_ANY, run):
        return []
    now = time.time()
    async with store.transaction() as connection:
        async with connection.execute(_OWNED, (run, store.token)) as cursor:
            if await cursor.fetchone() is None:
                return []
        async with connection.execute(_WAITING, (run, TAKEN_AT_ONCE)) as cursor:
            rows = [tuple(row) for row in await cursor.fetchall()]
        if rows:
            await connection.execute(_TAKE, (now, run, rows[-1][0]))
        await connection.execute(_DROP, (now, run, run, MOST_WAITING))
        await connection.execute(_CLEAN, (run, now - _KEPT_SECONDS, now - _KEPT_SECONDS))
    oldest = now - PATIENCE_SECONDS
    commands = [_command(body) for _, sent_at, body in rows if _is_recent(sent_at, oldest)]
    return [command for command in commands if command is not None]


def _is_recent(sent_at: object, oldest: float) -> bool:
    return isinstance(sent_at, float | int) and sent_at >= oldest


def _command(body: object) -> Command | None:
    """The command of a row; None where it is none: anybody may write to the table."""
    try:
        return _decoder.decode(str(body)) if body is not None else None
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        _log.warning("a command that cannot be read was left out: %s", type(error).__name__)
        return None


class RemoteControl:
    """Takes commands to a run of another process; made where somebody runs it.

    It has the shape of `perftui.engine.control.RunControl`.
    """

    def __init__(self) -> None:
        self._wanted: deque[Command] = deque(maxlen=MOST_WAITING)

    def send(self, command: Command) -> None:
        """Ask for something. It is written within moments."""
        self._wanted.append(command)

    def take(self) -> Sequence[Command]:
        """What waits to be written."""
        taken = list(self._wanted)
        self._wanted.clear()
        return taken


class Outbox:
    """Writes the commands of one viewer, and sees whether somebody takes them.

    Args:
        store: open for writing.
        run: the run's id.
    """

    def __init__(self, store: Store, run: str) -> None:
        self._store = store
        self._run = run
        self._open: dict[int, float] = {}

    async def write(self, commands: Sequence[Command]) -> None:
        """Write commands to their table, durable on return.

        Raises:
            PerftuiError: the database cannot be written.
        """
        if not commands:
            return
        now = time.time()
        async with self._store.transaction() as connection:
            for command in commands:
                body = as_text(command)
                async with connection.execute(_INSERT, (self._run, now, body)) as cursor:
                    if cursor.lastrowid is not None:
                        self._open[cursor.lastrowid] = now

    async def complaint(self, *, live: bool) -> str:
        """One line where a command came to nothing, which is then taken back; else empty.

        Args:
            live: whether somebody runs the run.

        Raises:
            PerftuiError: the database cannot be used.
        """
        late = time.time() - PATIENCE_SECONDS
        due = [id_ for id_, sent_at in self._open.items() if not live or sent_at < late]
        if not due:
            return ""
        for id_ in due:
            del self._open[id_]
        statement = _UNTAKEN.format(marks=", ".join("?" * len(due)))
        async with (
            self._store.transaction() as connection,
            connection.execute(statement, (self._run, *due)) as cursor,
        ):
            lost = cursor.rowcount
        if not lost:
            return ""
        if not live:
            return f"nobody runs it now, so that nothing came of it; go on with: perftui resume {self._run}"
        return "the process that runs it took no command for a while; try again"


def notice(run: str, text: str) -> Notice:
    """A line for the one who sent it."""
    return Notice(run=run, at=time.time(), text=text, severity="warning")
