"""Where children come from: forked for an order, or ahead of one, while the host thinks.

A child that is forked ahead confines itself and then waits; it knows no program, like its zygote.
"""

from __future__ import annotations

import math
import os
import random
from dataclasses import dataclass

from perfbox.confine import Confinement, pin
from perfbox.handle import Pipes, open_pipes
from perfbox.limits import Limits
from perfbox.zygotes import Zygote, ZygoteLostError

_FIRST_UID, _USERS = 20_000, 40_000  # within what a user namespace maps
_SLOTS = 2
_ROLES = ("candidate", "checker")
_chooser = random.SystemRandom()
_CPU_STEP_SECONDS, _CPU_SLACK_SECONDS = 10, 2


@dataclass(frozen=True)
class Wish:
    """What must be known of a child when it is forked.

    Attributes:
        zygote: its parent.
        role: `candidate` or `checker`.
        memory_bytes: its bound on address space.
        cpu_seconds: its bound on CPU time.
        feeds_stdin: whether it is fed by stdin.
    """

    zygote: Zygote
    role: str
    memory_bytes: int
    cpu_seconds: int
    feeds_stdin: bool


@dataclass(frozen=True)
class Born:
    """A child that was forked.

    Attributes:
        wish: what it is fit for.
        uid: its user, or None where it has none of its own.
        core: the core that it was told to run on.
        pid: its process id.
        pipes: to it and from it.
    """

    wish: Wish
    uid: int | None
    core: int
    pid: int
    pipes: Pipes

    def move_to(self, core: int) -> None:
        """Have it run on another core; it cannot choose one itself any more."""
        if core == self.core:
            return
        if self.uid is None:
            pin(self.pid, core)
            return
        # Without the capability for it, only a process of the same user may; signals go by the real user.
        os.seteuid(self.uid)
        try:
            pin(self.pid, core)
        finally:
            os.seteuid(0)


@dataclass(frozen=True)
class _Begun:
    """A child whose zygote has not said yet that it has forked it."""

    wish: Wish
    uid: int | None
    core: int
    pipes: Pipes


class Nursery:
    """Has children forked; holds at most one that was forked ahead.

    Args:
        own_users: whether each slot has a user of its own.
    """

    def __init__(self, *, own_users: bool) -> None:
        self._own_users = own_users
        # The kernel counts a user's threads over all containers: each is to have users of its own.
        self._first_uid = _FIRST_UID + _chooser.randrange(0, _USERS, _SLOTS * len(_ROLES))
        self._count = 0
        self._like: tuple[Wish, int] | None = None
        self._ahead: _Begun | None = None

    def fork(self, wish: Wish, core: int) -> Born:
        """Fork a child now; the one that was forked ahead must have been taken."""
        return _end(self._begin(wish, core))

    def fork_ahead(self) -> None:
        """Begin to fork another child like the candidate before; no harm where that fails."""
        if self._like is None or self._ahead is not None:
            return
        try:
            self._ahead = self._begin(*self._like)
        except (OSError, ZygoteLostError):
            self._like = None  # told when a child is needed

    def take_ahead(self) -> Born | None:
        """The child that was forked ahead, if there is one; whoever takes it ends it."""
        begun, self._ahead = self._ahead, None
        return None if begun is None else _end(begun)

    def _slot(self, role: str) -> int:
        """A user; two children in a row have two."""
        return self._first_uid + _ROLES.index(role) * _SLOTS + self._count % _SLOTS

    def _begin(self, wish: Wish, core: int) -> _Begun:
        if wish.role == "candidate":
            self._like = wish, core
        self._count += 1
        uid = self._slot(wish.role) if self._own_users else None
        pipes = open_pipes(feeds_stdin=wish.feeds_stdin)
        plan = Confinement(wish.zygote.pid, uid, core, wish.memory_bytes, wish.cpu_seconds)
        try:
            wish.zygote.begin_fork(plan, list(pipes.for_child))
        except BaseException:
            pipes.close()
            raise
        finally:
            pipes.close_for_child()
        return _Begun(wish, uid, core, pipes)


def _end(begun: _Begun) -> Born:
    try:
        pid = begun.wish.zygote.end_fork()
    except BaseException:
        begun.pipes.close()
        raise
    return Born(begun.wish, begun.uid, begun.core, pid, begun.pipes)


def cpu_seconds(limits: Limits) -> int:
    """A bound on CPU time that no program meets which is ended in time, in few different values."""
    steps = math.ceil(limits.total_seconds / _CPU_STEP_SECONDS)
    return steps * _CPU_STEP_SECONDS + _CPU_SLACK_SECONDS
