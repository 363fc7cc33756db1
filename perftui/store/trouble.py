"""What can go wrong with a database, each said in one line with its cure."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from perftui.errors import BadInputError, EnvironmentLacksError, PerftuiError
from perftui.text import one_line

ELSEWHERE = "name another database with --db FILE"


class StoreFailedError(EnvironmentLacksError):
    """The database cannot be written or read now: a full disk, a lock, a folder that is read-only."""


class LeaseLostError(BadInputError):
    """Another process runs this run now: what this one still wants to add is refused."""


@contextmanager
def told_in_one_line(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about the database at `path` into errors that a person reads.

    Raises:
        BadInputError: the file is no database, or is damaged.
        StoreFailedError: it cannot be used now.
    """
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise
    except sqlite3.Error as error:
        raise explained(error, path) from error


def explained(error: sqlite3.Error, path: Path) -> PerftuiError:
    """The error that a person reads for one of SQLite's."""
    # The low byte is the primary code; the others tell variants of it apart.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    where = shown(path)
    if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return BadInputError(f"{where} is not a perftui database or is damaged; move it away, or {ELSEWHERE}")
    if code == sqlite3.SQLITE_FULL:
        return StoreFailedError(f"the disk of {where} is full; free some space, then `perftui resume`")
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}:
        return StoreFailedError(f"{where} or its folder cannot be written; make it writable, or {ELSEWHERE}")
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreFailedError(f"{where} is locked by another process; end that process, or {ELSEWHERE}")
    return StoreFailedError(f"{where} cannot be used: {one_line(str(error))}; check its disk, or {ELSEWHERE}")


def shown(path: Path) -> str:
    """A path fit for a line."""
    return one_line(str(path))
