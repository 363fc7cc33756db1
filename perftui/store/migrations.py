"""Versions of the database: a new one is made, an old one is brought up to date, others are refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import aiosqlite

from perftui.errors import BadInputError
from perftui.store.trouble import ELSEWHERE, shown

APPLICATION_ID = 0x70657266
"""`perf` in ASCII, in the header of the file: tells our databases from others'."""

VERSION = 4
"""The version of `schema.sql`."""

_HERE = Path(__file__).parent
STEPS = _HERE / "migrations"


async def prepare(
    connection: aiosqlite.Connection, path: Path, *, version: int = VERSION, steps: Path = STEPS
) -> None:
    """Make the database at `path` one of this version.

    A file that is to be migrated is copied first, to a file beside it.

    Args:
        connection: in autocommit mode.
        path: of the database, to name it and to put the copy beside it.
        version: the version to reach.
        steps: the folder with a file for each version after the first.

    Raises:
        BadInputError: it is another program's, or a newer perftui's.
        sqlite3.Error: as SQLite says.
    """
    # Looked at once without a lock, so that opening a good database waits for nobody.
    found = await _version(connection, path, version)
    if found == version:
        return
    if found is not None:
        await _copy(connection, path, found)
    await connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have been quicker.
        found = await _version(connection, path, version)
        if found is None:
            await _run_script(connection, (_HERE / "schema.sql").read_text("utf-8"))
            await connection.execute(f"PRAGMA application_id = {APPLICATION_ID:d}")
            found = VERSION
        for step in range(found + 1, version + 1):
            await _run_script(connection, (steps / f"{step:04d}.sql").read_text("utf-8"))
        await _remake_views(connection)
        await connection.execute(f"PRAGMA user_version = {version:d}")
        await connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            await connection.execute("ROLLBACK")
        raise


async def _version(connection: aiosqlite.Connection, path: Path, newest: int) -> int | None:
    """The version of the file, None where it is empty."""
    application = await _number(connection, "PRAGMA application_id")
    version = await _number(connection, "PRAGMA user_version")
    if (
        application == 0
        and version == 0
        and not await _number(connection, "SELECT count(*) FROM sqlite_master")
    ):
        return None
    if application != APPLICATION_ID:
        raise BadInputError(f"{shown(path)} is a database of another program; {ELSEWHERE}")
    if version > newest:
        raise BadInputError(
            f"{shown(path)} was written by a newer perftui (version {version} of the schema, "
            f"this one knows {newest}); update perftui, or {ELSEWHERE}"
        )
    return version


async def _copy(connection: aiosqlite.Connection, path: Path, version: int) -> None:
    copy = path.with_name(f"{path.name}.v{version}.bak")
    number = 1
    while copy.exists():
        number += 1
        copy = path.with_name(f"{path.name}.v{version}.{number}.bak")
    await connection.execute("VACUUM INTO ?", (str(copy),))


async def _remake_views(connection: aiosqlite.Connection) -> None:
    async with connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'") as cursor:
        names = [str(row[0]) for row in await cursor.fetchall()]
    for name in names:
        quoted = name.replace('"', '""')
        await connection.execute(f'DROP VIEW "{quoted}"')
    await _run_script(connection, (_HERE / "views.sql").read_text("utf-8"))


async def _run_script(connection: aiosqlite.Connection, script: str) -> None:
    for statement in _statements(script):
        await connection.execute(statement)


def _statements(script: str) -> Iterator[str]:
    """The statements of a script: `executescript` would commit the transaction that is open."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


async def _number(connection: aiosqlite.Connection, question: str) -> int:
    async with connection.execute(question) as cursor:
        row = await cursor.fetchone()
    return int(row[0]) if row is not None else 0
