"""The CPU clock of another process, read from outside: nanoseconds, all threads, any user."""

from __future__ import annotations

import os
import sys
import time


def process_cpu_ns(pid: int) -> int:
    """CPU time of a process, alive or not yet reaped; 0 where it cannot be read."""
    if sys.platform != "linux":
        return 0
    try:
        # MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED) in include/linux/posix-timers.h.
        return time.clock_gettime_ns((~pid << 3) | 2)
    except OSError:
        return 0


def has_process_clock() -> bool:
    """Whether this system lets another process's clock be read."""
    return process_cpu_ns(os.getpid()) > 0
