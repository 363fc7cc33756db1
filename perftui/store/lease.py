"""A run has one owner at a time: a lease with a heartbeat, kept in the run's row."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

import aiosqlite
import anyio

from perftui.errors import BadInputError
from perftui.store.owner import Owner, may_be_alive
from perftui.store.trouble import LeaseLostError

HEARTBEAT_SECONDS = 5.0
"""How often an owner says that it is there."""

STALE_SECONDS = 15.0
"""An owner that has not been heard of for this long is taken for dead."""

_SELECT = """
SELECT owner_token, owner_pid, owner_host, owner_boot, owner_started, heartbeat_at FROM run WHERE id = ?
"""
_TAKE = """
UPDATE run SET owner_token = ?, owner_pid = ?, owner_host = ?, owner_boot = ?, owner_started = ?,
    heartbeat_at = ? WHERE id = ?
"""
_BEAT = "UPDATE run SET heartbeat_at = ? WHERE id = ? AND owner_token = ?"
_RELEASE = """
UPDATE run SET owner_token = NULL, owner_pid = NULL, owner_host = NULL, owner_boot = NULL,
    owner_started = NULL, heartbeat_at = NULL WHERE id = ? AND owner_token = ?
"""


def is_live(owner: Owner | None, heartbeat_at: float | None, now: float) -> bool:
    """Whether an owner is at work, from its last heartbeat (seconds since the epoch)."""
    if owner is None or heartbeat_at is None:
        return False
    return abs(now - heartbeat_at) < STALE_SECONDS and may_be_alive(owner)


def owner_of(row: tuple[str | None, int | None, str | None, str | None, str | None]) -> Owner | None:
    """The owner from its columns, None where there is none."""
    token, pid, host, boot, started = row
    if token is None:
        return None
    return Owner(token=token, pid=pid or 0, host=host or "", boot=boot or "", started=started or "")


async def take(connection: aiosqlite.Connection, run: str, owner: Owner) -> None:
    """Make `owner` the run's owner; within a transaction.

    Raises:
        BadInputError: a live owner has it, or there is no such run.
    """
    async with connection.execute(_SELECT, (run,)) as cursor:
        row = await cursor.fetchone()
    if row is None:
        raise BadInputError(f"there is no run {run}; `perftui` lists the runs there are")
    *columns, heartbeat_at = tuple(row)
    former = owner_of((columns[0], columns[1], columns[2], columns[3], columns[4]))
    now = time.time()
    if former is not None and is_live(former, heartbeat_at, now):
        where = "" if former.host == owner.host else f" on {former.host}"
        raise BadInputError(f"run {run} is at work in process {former.pid}{where}; end that process first")
    values = (owner.token, owner.pid, owner.host, owner.boot, owner.started, now, run)
    await connection.execute(_TAKE, values)


async def beat(connection: aiosqlite.Connection, run: str, owner: Owner) -> None:
    """Say that the owner is there; within a transaction.

    Raises:
        LeaseLostError: another process is the owner now.
    """
    async with connection.execute(_BEAT, (time.time(), run, owner.token)) as cursor:
        if cursor.rowcount == 0:
            raise lost(run)


async def release(connection: aiosqlite.Connection, run: str, owner: Owner) -> None:
    """Own the run no longer; within a transaction."""
    await connection.execute(_RELEASE, (run, owner.token))


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
