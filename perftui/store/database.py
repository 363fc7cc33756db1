"""Opening the database: which file, which settings, which version."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite
import anyio

from perftui.errors import BadInputError, EnvironmentLacksError
from perftui.store.migrations import prepare
from perftui.store.trouble import ELSEWHERE, shown, told_in_one_line

BUSY_SECONDS = 10.0
"""How long a lock of another process is waited for."""

_OLDEST_SQLITE = (3, 31, 0)


@asynccontextmanager
async def connected(
    path: Path, *, create: bool, busy_seconds: float = BUSY_SECONDS
) -> AsyncIterator[tuple[aiosqlite.Connection, aiosqlite.Connection]]:
    """Two connections to the database, one to write and one to read; it is made or migrated as needed.

    Args:
        path: of the file.
        create: whether to make one where there is none.
        busy_seconds: how long to wait for a lock of another process.

    Raises:
        BadInputError: there is no such file, or it is not a perftui database that can be used.
        EnvironmentLacksError: it cannot be used now.
    """
    _check_file(path, create=create)
    with told_in_one_line(path):
        async with _connection(path, busy_seconds) as writer:
            # First of all, so that a foreign file is refused before anything is written to it.
            await prepare(writer, path)
            await _execute_all(
                writer, "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON"
            )
            async with _connection(path, busy_seconds) as reader:
                await _execute_all(reader, "PRAGMA query_only = ON")
                yield writer, reader


@asynccontextmanager
async def _connection(path: Path, busy_seconds: float) -> AsyncIterator[aiosqlite.Connection]:
    # A file that cannot be opened is found out here: aiosqlite's thread outlives a failure to connect,
    # and may report to a loop that is closed.
    await anyio.to_thread.run_sync(_try_to_open, path)
    with anyio.CancelScope(shield=True):
        # Autocommit: transactions are begun and ended in words.
        connection = await aiosqlite.connect(path, timeout=busy_seconds, isolation_level=None)
    try:
        yield connection
    finally:
        with anyio.CancelScope(shield=True):
            await connection.close()


def _try_to_open(path: Path) -> None:
    sqlite3.connect(path).close()


async def _execute_all(connection: aiosqlite.Connection, *statements: str) -> None:
    for statement in statements:
        async with connection.execute(statement):
            pass


def _check_file(path: Path, *, create: bool) -> None:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise EnvironmentLacksError(
            f"this Python has SQLite {sqlite3.sqlite_version}, which is too old; use one with 3.31 or newer"
        )
    if path.is_dir():
        raise BadInputError(f"{shown(path)} is a folder; {ELSEWHERE}")
    if not path.parent.is_dir():
        raise BadInputError(f"the folder {shown(path.parent)} does not exist; make it, or {ELSEWHERE}")
    if not create and not path.exists():
        raise BadInputError(f"there is no database at {shown(path)}; start a run, or {ELSEWHERE}")
