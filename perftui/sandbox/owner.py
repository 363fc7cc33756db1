"""Who holds a container: a process, told apart from a later one with the same pid."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Life = Literal["alive", "gone", "unknown"]
"""Whether an owner still lives; `unknown` where it cannot be seen from here."""

_PREFIX = "perftui.owner."


@dataclass(frozen=True)
class Owner:
    """A process on a machine.

    Attributes:
        host: the machine's name.
        boot: which boot of it, empty where the system does not tell.
        space: its pid namespace, empty where there are none.
        pid: the process.
        started: when it started, in the system's own terms.
    """

    host: str
    boot: str
    space: str
    pid: int
    started: str

    def labels(self) -> dict[str, str]:
        """The owner as labels of a container."""
        facts = {
            "host": self.host,
            "boot": self.boot,
            "space": self.space,
            "pid": str(self.pid),
            "started": self.started,
        }
        return {_PREFIX + name: text for name, text in facts.items()}


def this_owner() -> Owner:
    """This process."""
    return owner_of(os.getpid())


def owner_of(pid: int) -> Owner:
    """A living process of this machine."""
    return Owner(host=platform.node(), boot=_boot(), space=_space(), pid=pid, started=_started(pid) or "")


def owner_from_labels(labels: Mapping[str, str]) -> Owner | None:
    """Read an owner back, or None where the labels do not name one."""
    texts = {name: labels.get(_PREFIX + name) for name in ("host", "boot", "space", "pid", "started")}
    host, boot, space, pid, started = texts.values()
    if host is None or boot is None or space is None or started is None or pid is None or not pid.isdecimal():
        return None
    return Owner(host=host, boot=boot, space=space, pid=int(pid), started=started)


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
    return "alive" if _started(owner.pid) == owner.started else "gone"


def _started(pid: int) -> str | None:
    """When a process started, or None where there is none, or only its zombie."""
    if not Path("/proc/self/stat").exists():
        return _started_by_ps(pid)
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in ("Z", "X") else fields[18]


def _started_by_ps(pid: int) -> str | None:
    told = subprocess.run(  # noqa: S603 - the arguments are this function's own
        ["/bin/ps", "-o", "lstart=", "-p", str(pid)],
        env={"LC_ALL": "C", "TZ": "UTC"},
        capture_output=True,
        text=True,
        check=False,
        timeout=10,
    )
    return told.stdout.strip() or None


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
