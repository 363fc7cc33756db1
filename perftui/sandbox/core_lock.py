"""One timing at a time on a core, whichever run and process it is of."""

from __future__ import annotations

import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio

PATIENCE_SECONDS = 0.02
"""How long to wait before a core that another run times on is asked for again."""


@asynccontextmanager
async def core_lock(folder: Path | None, core: int) -> AsyncIterator[None]:
    """Hold a core against all others of this machine who use the same folder; wait for it first.

    The system takes the lock back from a process that dies. Where the folder cannot be written, or
    there is none, nothing is held: a measurement is worth more than its turn.
    """
    lock = None if folder is None else _opened(folder, core)
    if lock is None:
        yield
        return
    try:
        # Asked for again and again: a thread that waits in flock could not be called back.
        while not _taken(lock):  # noqa: ASYNC110 - another process sets no event
            await anyio.sleep(PATIENCE_SECONDS)
        yield
    finally:
        # Closing gives it back.
        os.close(lock)


def _opened(folder: Path, core: int) -> int | None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(
            folder / f"core-{core}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
        )
    except OSError:
        return None


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
