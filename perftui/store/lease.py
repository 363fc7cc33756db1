"""A run has one owner at a time: a lease with a heartbeat, kept in the run's row."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

import aiosqlite
import anyio
import anyio.to_thread
import msgspec

from perftui.errors import BadInputError
from perftui.store.holder import COLUMNS, Holder, HolderRow, holder_of, may_be_alive
from perftui.store.trouble import LeaseLostError

HEARTBEAT_SECONDS = 5.0
"""How often an owner says that it is there."""

STALE_SECONDS = 15.0
"""An owner that has not been heard of for this long is taken for dead."""

_SELECT = f"SELECT {', '.join(COLUMNS)}, heartbeat_at FROM run WHERE id = ?"  # noqa: S608 - columns of ours
_TAKE = f"""
UPDATE run SET {", ".join(f"{column} = ?" for column in COLUMNS)}, heartbeat_at = ? WHERE id = ?
"""  # noqa: S608 - likewise
_DROP = "UPDATE command SET taken_at = ? WHERE run = ? AND taken_at IS NULL"
_BEAT = "UPDATE run SET heartbeat_at = ? WHERE id = ? AND owner_token = ?"
_RELEASE = f"""
UPDATE run SET {", ".join(f"{column} = NULL" for column in COLUMNS)}, heartbeat_at = NULL
WHERE id = ? AND owner_token = ?
"""  # noqa: S608 - likewise


def is_live(holder: Holder | None, heartbeat_at: float | None, now: float) -> bool:
    """Whether a holder is at work, from its last heartbeat (seconds since the epoch).

    To be asked in a thread: on macOS, another process must be asked for it.
    """
    if holder is None or heartbeat_at is None:
        return False
    return abs(now - heartbeat_at) < STALE_SECONDS and may_be_alive(holder)


async def take(connection: aiosqlite.Connection, run: str, holder: Holder) -> None:
    """Make `holder` the run's owner; within a transaction.

    Raises:
        BadInputError: a live owner has it, or there is no such run.
    """
    async with connection.execute(_SELECT, (run,)) as cursor:
        row = await cursor.fetchone()
    if row is None:
        raise BadInputError(f"there is no run {run}; `perftui` lists the runs there are")
    *columns, heartbeat_at = tuple(row)
    former = holder_of(msgspec.convert(columns, HolderRow))
    now = time.time()
    if former is not None and await anyio.to_thread.run_sync(is_live, former, heartbeat_at, now):
        owner = former.owner
        where = "" if owner.host == holder.owner.host else f" on {owner.host}"
        raise BadInputError(f"run {run} is at work in process {owner.pid}{where}; end that process first")
    await connection.execute(_TAKE, (*holder.row(), now, run))
    # What was asked of a former owner is not for this one.
    await connection.execute(_DROP, (now, run))


async def beat(connection: aiosqlite.Connection, run: str, holder: Holder) -> None:
    """Say that the holder is there; within a transaction.

    Raises:
        LeaseLostError: another process is the owner now.
    """
    async with connection.execute(_BEAT, (time.time(), run, holder.token)) as cursor:
        if cursor.rowcount == 0:
            raise lost(run)


async def release(connection: aiosqlite.Connection, run: str, holder: Holder) -> None:
    """Own the run no longer; within a transaction."""
    await connection.execute(_RELEASE, (run, holder.token))


def lost(run: str) -> LeaseLostError:
    """The error of an owner that is none any more."""
    return LeaseLostError(
        f"run {run} was taken over by another process; nothing more is added to it from here"
    )


@asynccontextmanager
async def beside(work: Callable[[], Coroutine[None, None, None]]) -> AsyncIterator[None]:
    """Let endless work go on beside the body; its failure cancels the body and is raised.

    A single error leaves as itself, not in a group: callers tell errors by their type.
    """
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(work)
            yield
            group.cancel_scope.cancel()
    except BaseExceptionGroup as errors:
        if len(errors.exceptions) == 1:
            raise errors.exceptions[0] from None
        raise
