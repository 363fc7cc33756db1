"""The CPU clock of another process, read from outside: nanoseconds, all threads, any user."""

from __future__ import annotations

import os
import sys
import time

_BOOKING_SECONDS = 60e-6
_CHECKING_NS = 20_000
_READINGS = 20


def process_cpu_ns(pid: int) -> int:
    """CPU time of a process, alive or not yet reaped; 0 where it cannot be read."""
    if sys.platform != "linux":
        return 0
    try:
        # MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED) in include/linux/posix-timers.h.
        return time.clock_gettime_ns((~pid << 3) | 2)
    except OSError:
        return 0


def settled_cpu_ns(pid: int) -> int:
    """CPU time of a process that has just gone to rest, once the kernel has booked all of it.

    A process that answers and blocks is seen to have answered before its core has booked its last
    slice: for some 25 us after, on a busy machine, its clock may read as if it had not run at all.
    A program whose threads do not rest is read as it stands after a bounded wait.
    """
    reading = -1
    for _ in range(_READINGS):
        time.sleep(_BOOKING_SECONDS)
        before, reading = process_cpu_ns(pid), _read_again(pid)
        if reading == before:
            break
    return reading


def _read_again(pid: int) -> int:
    """CPU time of a process a little later; on a busy machine, another sleep would be a long one."""
    until = time.monotonic_ns() + _CHECKING_NS
    while time.monotonic_ns() < until:
        continue
    return process_cpu_ns(pid)


def has_process_clock() -> bool:
    """Whether this system lets another process's clock be read."""
    return process_cpu_ns(os.getpid()) > 0
