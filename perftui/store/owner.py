"""Which process runs a run, and whether it is still there."""

from __future__ import annotations

import os
import platform
from functools import cache
from pathlib import Path

import msgspec

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_GONE = {"Z", "X"}


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """A process, told apart from a later one with the same number.

    Attributes:
        token: of the store that was opened; random.
        pid: its number.
        host: the machine's name.
        boot: the machine's boot, empty where the system does not tell.
        started: when the process started, in ticks since boot, empty where the system does not tell.
    """

    token: str
    pid: int
    host: str
    boot: str
    started: str


def this_process(token: str) -> Owner:
    """The process that asks."""
    pid = os.getpid()
    return Owner(token=token, pid=pid, host=platform.node(), boot=_boot(), started=_started(pid))


def may_be_alive(owner: Owner) -> bool:
    """False where the process is surely gone; of another machine nothing is known."""
    if owner.host != platform.node():
        return True
    if owner.boot != _boot():
        return False
    try:
        os.kill(owner.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not owner.started or _started(owner.pid) == owner.started


@cache
def _boot() -> str:
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        return ""


def _started(pid: int) -> str:
    try:
        status = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return ""
    # The name, in brackets, may hold anything; after it comes the state, and the start time as the 20th.
    fields = status.rpartition(")")[2].split()
    if len(fields) < 20 or fields[0] in _GONE:
        return ""
    return fields[19]
