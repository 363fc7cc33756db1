"""What a zygote and then each child give up. The order matters: each step needs the ones before it.

What does not differ from child to child is given up by the zygote: children inherit it for nothing.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
from dataclasses import dataclass
from typing import Any

from perfbox import linux, seccomp

REQUEST_FD, RESULT_FD = 3, 4
_FIRST_UNUSED_FD = 5
_CLEAR_OF_ALL = 16
_STACK_BYTES = 64 << 20
_OPEN_FILES = 32
_THREADS = 64


class ConfinementError(Exception):
    """A step failed: the program must not run."""


@dataclass(frozen=True)
class Confinement:
    """How one child is held.

    Attributes:
        zygote: the pid of its parent.
        uid: the user to become, or None to stay.
        core: the core to run on.
        memory_bytes: how much address space it may have.
        cpu_seconds: how much CPU time it may use in all, should the supervisor not end it before.
    """

    zygote: int
    uid: int | None
    core: int
    memory_bytes: int
    cpu_seconds: int

    def to_json(self) -> dict[str, Any]:
        """As a zygote is told."""
        return vars(self)

    @classmethod
    def of(cls, raw: dict[str, Any]) -> Confinement:
        """Read what `to_json` made."""
        return cls(**raw)


def confine_zygote(filters: seccomp.Filters | None, *, supervisor: int, own_users: bool) -> None:
    """Confine the calling zygote, once it has all that it needs.

    Args:
        filters: of system calls, None where the system has none.
        supervisor: the pid of its parent.
        own_users: whether its children will become other users.

    Raises:
        ConfinementError: a step failed.
    """
    _be_first_to_go()
    linux.set_dumpable(dumpable=False)
    linux.die_with_parent(supervisor)
    _set(resource.RLIMIT_FSIZE, 0)
    _set(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_STACK, _STACK_BYTES)
    _set(resource.RLIMIT_MEMLOCK, 0)
    if linux.IS_LINUX:
        _set(resource.RLIMIT_MSGQUEUE, 0)
        if not linux.forbid_new_privileges():
            raise ConfinementError("no_new_privs was refused")
    if os.geteuid() == 0 and not own_users:
        linux.drop_capabilities()
    if filters is not None:
        _filter_calls(filters.zygote)


def confine_child(plan: Confinement, descriptors: list[int], filters: seccomp.Filters | None) -> None:
    """Confine the calling process, freshly forked from a confined zygote, with one thread.

    Args:
        plan: how.
        descriptors: stdin, stdout, stderr, requests and results.
        filters: of system calls, None where the system has none.

    Raises:
        ConfinementError: a step failed.
    """
    try:
        os.setsid()
        _take_descriptors(descriptors)
        _limit(plan)
        pin(0, plan.core)
        _become(plan.uid)
    except (OSError, ValueError) as error:
        raise ConfinementError(str(error)) from error
    linux.die_with_parent(plan.zygote)
    if filters is not None:
        _filter_calls(filters.child)


def _take_descriptors(descriptors: list[int]) -> None:
    # First out of the way of their final numbers, then onto them.
    moved = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, _CLEAR_OF_ALL) for descriptor in descriptors]
    for number, descriptor in zip((0, 1, 2, REQUEST_FD, RESULT_FD), moved):  # noqa: B905
        os.dup2(descriptor, number)
    linux.close_from(_FIRST_UNUSED_FD)


def _be_first_to_go() -> None:
    """Where memory ends, the kernel shall take a program and not the supervisor."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:  # noqa: PTH123
        file.write("1000")


def _limit(plan: Confinement) -> None:
    _set(resource.RLIMIT_CPU, plan.cpu_seconds, plan.cpu_seconds + 1)
    if plan.uid is not None:
        # The kernel counts them per user: without a user of its own it would count the host's.
        _set(resource.RLIMIT_NPROC, _THREADS)
    try:
        _set(resource.RLIMIT_AS, plan.memory_bytes)
    except ValueError:
        if linux.IS_LINUX:  # macOS refuses it, whatever the value
            raise


def _set(kind: int, soft: int, hard: int | None = None) -> None:
    ceiling = resource.getrlimit(kind)[1]
    values = [soft, soft if hard is None else hard]
    if ceiling != resource.RLIM_INFINITY:
        values = [min(value, ceiling) for value in values]
    resource.setrlimit(kind, (values[0], values[1]))


def pin(pid: int, core: int) -> None:
    """Keep a process (0 for the calling one) on one core, or on another where it may not use that one."""
    if not hasattr(os, "sched_setaffinity"):
        return
    allowed = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(pid, {core if core in allowed else allowed[core % len(allowed)]})


def _become(uid: int | None) -> None:
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)


def _filter_calls(program: seccomp.Filter) -> None:
    if not seccomp.install(linux.libc, program):
        raise ConfinementError("the system call filter was refused")
