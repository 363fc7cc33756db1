"""The CPU clock of another process, read from outside: nanoseconds, all threads, any user."""

from __future__ import annotations

import os
import sys
import time

_BOOKING_SECONDS = 60e-6
_CHECKING_SECONDS = 20e-6
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
    pause = _BOOKING_SECONDS
    reading = -1
    for _ in range(_READINGS):
        time.sleep(pause)
        before, reading = reading, process_cpu_ns(pid)
        if reading == before:
            break
        pause = _CHECKING_SECONDS if before < 0 else _BOOKING_SECONDS
    return reading


def has_process_clock() -> bool:
    """Whether this system lets another process's clock be read."""
    return process_cpu_ns(os.getpid()) > 0
