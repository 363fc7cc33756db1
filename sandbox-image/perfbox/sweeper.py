"""After an execution nothing of it may be left: what is found is killed, and what survives is told."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Set

_ROUNDS = 100
_PAUSE_SECONDS = 0.005


class SurvivorError(Exception):
    """Processes of a program could not be ended."""


class Sweeper:
    """Ends what a program may have left behind.

    Args:
        zygotes: pids that are the supervisor's own; more may come.
    """

    def __init__(self, zygotes: Set[int]) -> None:
        self._zygotes = zygotes

    def sweep(self, uid: int | None) -> None:
        """End all processes of a slot's user, or all adopted ones where slots have no user.

        Raises:
            SurvivorError: something lives on.
        """
        if self._nothing_to_sweep(uid):
            return
        for attempt in range(_ROUNDS):
            if uid is not None:
                _kill_user(uid)
            self._reap_orphans()
            left = self._left(uid)
            if not left:
                return
            if uid is None:
                for pid in left:
                    _kill(pid)
            if attempt:
                time.sleep(_PAUSE_SECONDS)
        raise SurvivorError(f"processes of a program live on after {_ROUNDS} attempts")

    def _nothing_to_sweep(self, uid: int | None) -> bool:
        """Whether the kernel knows at once that there is nothing, not even remains: so it mostly is."""
        if uid is None:
            return self._zygotes >= set(_children())
        try:
            os.getpriority(os.PRIO_USER, uid)
        except ProcessLookupError:
            return True
        return False

    def _left(self, uid: int | None) -> list[int]:
        if uid is None:
            return [pid for pid in _children() if pid not in self._zygotes]
        return [pid for pid in _processes() if _user(pid) == uid]

    def _reap_orphans(self) -> None:
        for pid in _children():
            if pid in self._zygotes:
                continue  # theirs to reap who started them
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def _kill_user(uid: int) -> None:
    """Kill every process of a user, as that user: the supervisor itself is not one of them."""
    os.setresuid(uid, uid, 0)
    try:
        os.kill(-1, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    finally:
        os.setresuid(0, 0, 0)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _children() -> list[int]:
    """Pids of the supervisor's children; none where the system does not say."""
    own = os.getpid()
    try:
        with open(f"/proc/{own}/task/{own}/children", encoding="ascii") as file:  # noqa: PTH123
            return [int(pid) for pid in file.read().split()]
    except OSError:
        return [pid for pid in _processes() if _field(pid, "PPid:") == own]


def _processes() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208
    except OSError:
        return []


def _user(pid: int) -> int | None:
    return _field(pid, "Uid:")


def _field(pid: int, name: str) -> int | None:
    # The owner of /proc/<pid> says nothing: a process that changed its user belongs to root there.
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            for line in file:
                if line.startswith(name):
                    return int(line.split()[1])
    except OSError:
        return None
    return None
