"""Who holds a thing: a process, told apart from a later one with the same pid."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

Life: TypeAlias = Literal["alive", "gone", "unknown"]
"""Whether an owner still lives; `unknown` where it cannot be seen from here."""

_UNTOLD: Final = ""


@dataclass(frozen=True, kw_only=True)
class Owner:
    """A process on a machine.

    Attributes:
        host: the machine's name.
        boot: which boot of it, empty where the system does not tell.
        space: its pid namespace, empty where there are none.
        pid: the process.
        started: when it started, in the system's own terms; empty where it does not tell.
    """

    host: str
    boot: str
    space: str
    pid: int
    started: str


def this_owner() -> Owner:
    """This process; on macOS that takes another process to find out."""
    return owner_of(os.getpid())


def owner_of(pid: int) -> Owner:
    """A living process of this machine."""
    return Owner(
        host=platform.node(), boot=_boot(), space=_space(), pid=pid, started=_started(pid) or _UNTOLD
    )


def life_of(owner: Owner, here: Owner) -> Life:
    """Whether an owner lives, as far as a process `here` can tell.

    Another machine's processes, and those of another pid namespace, cannot be seen.
    """
    if owner.host != here.host:
        return "unknown"
    if owner.boot != here.boot:
        return "gone"
    if owner.space != here.space:
        return "unknown"
    started = _started(owner.pid)
    if started is None:
        return "gone"
    if _UNTOLD in (started, owner.started):
        return "unknown"
    return "alive" if started == owner.started else "gone"


def _started(pid: int) -> str | None:
    """When a process started, empty where that is not told; None where there is none, or only its zombie."""
    if not Path("/proc/self/stat").exists():
        return _started_by_ps(pid) or _untold(pid)
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return _untold(pid)
    # The name, in brackets, may hold anything; after it comes the state, and the start time as the 20th.
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in ("Z", "X") else fields[18]


def _started_by_ps(pid: int) -> str:
    try:
        told = subprocess.run(  # noqa: S603 - the arguments are this function's own
            ["/bin/ps", "-o", "lstart=", "-p", str(pid)],
            env={"LC_ALL": "C", "TZ": "UTC"},
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return _UNTOLD
    return told.stdout.strip()


def _untold(pid: int) -> str | None:
    """A system may hide the processes of other users, but says whether there is one."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return _UNTOLD
    except (OSError, OverflowError):
        return None
    return _UNTOLD


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def _space() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""
