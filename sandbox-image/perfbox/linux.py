"""The few system calls of Linux that Python has no name for."""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import sys

IS_LINUX = sys.platform == "linux"

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER = 1, 4, 36
_PR_SET_NO_NEW_PRIVS, _PR_GET_SECCOMP, _PR_SET_TIMERSLACK = 38, 21, 29
_CLOSE_RANGE = 436
_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPABILITY_VERSION_3 = 0x20080522
_DAC_READ_SEARCH = 1 << 2

libc = ctypes.CDLL(None, use_errno=True)


def prctl(option: int, argument: int) -> bool:
    """Whether `prctl` did it; False on other systems."""
    return IS_LINUX and libc.prctl(option, ctypes.c_ulong(argument), 0, 0, 0) == 0


def die_with_parent(parent: int) -> None:
    """Be killed when the parent ends, or at once where it has ended already."""
    if prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) and os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def adopt_orphans() -> bool:
    """Become the parent of descendants whose own parent ended."""
    return prctl(_PR_SET_CHILD_SUBREAPER, 1)


def set_dumpable(*, dumpable: bool) -> None:
    """Whether processes of the same user may read this one's memory and descriptors."""
    prctl(_PR_SET_DUMPABLE, int(dumpable))


def forbid_new_privileges() -> bool:
    """Needed before a filter may be put on without privilege."""
    return prctl(_PR_SET_NO_NEW_PRIVS, 1)


def wake_on_time() -> None:
    """Let short sleeps of this thread be short: the kernel else adds some 50 us to each."""
    prctl(_PR_SET_TIMERSLACK, 1)


def has_seccomp() -> bool:
    """Whether the kernel knows filters."""
    return IS_LINUX and libc.prctl(_PR_GET_SECCOMP, 0, 0, 0, 0) >= 0


def drop_capabilities() -> None:
    """Give up all power of uid 0 but that of reading files."""
    call = _CAPSET.get(os.uname().machine)
    if not IS_LINUX or call is None:
        return
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    kept = struct.pack("=6I", _DAC_READ_SEARCH, _DAC_READ_SEARCH, 0, 0, 0, 0)
    libc.syscall(call, header, kept)


def close_from(first: int) -> None:
    """Close every descriptor from `first` on, however high."""
    if IS_LINUX and libc.syscall(_CLOSE_RANGE, first, ctypes.c_uint(0xFFFFFFFF), 0) == 0:
        return
    for name in os.listdir("/dev/fd"):  # noqa: PTH208
        if int(name) >= first:
            try:
                os.close(int(name))
            except OSError:
                continue  # the descriptor of the listing itself
