"""The CPU clock of another process, read from outside: nanoseconds, all threads, any user."""

from __future__ import annotations

import os
import sys
import time

_PAUSE_SECONDS = 60e-6
_BOOKING_NS = 10_000
_LOOKS = 20
_STATE_BYTES = 64


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
    """CPU time of a process that is about to rest, once the kernel has booked all of it.

    A process that answers and blocks is seen to have answered before its core has booked its last
    slice, and until then its clock may read as if it had not run at all. So it is looked at until its first
    thread rests; one that does not is read as it stands after a bounded wait.
    """
    for _ in range(_LOOKS):
        if _rests(pid):
            break
        time.sleep(_PAUSE_SECONDS)
    until = time.monotonic_ns() + _BOOKING_NS
    while time.monotonic_ns() < until:
        continue
    return process_cpu_ns(pid)


def _rests(pid: int) -> bool:
    """Whether a process does not run and does not wait to run, as /proc says."""
    try:
        descriptor = os.open(f"/proc/{pid}/stat", os.O_RDONLY)
        try:
            # Its name stands before its state, and may hold anything but is short.
            state = os.read(descriptor, _STATE_BYTES).rpartition(b") ")[2][:1]
        finally:
            os.close(descriptor)
    except OSError:
        return False
    return state in (b"S", b"Z")


def has_process_clock() -> bool:
    """Whether this system lets another process's clock be read."""
    return process_cpu_ns(os.getpid()) > 0
