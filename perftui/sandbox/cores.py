"""Who may use which core: one user a core at a time, and one core that timing can always have next."""

from __future__ import annotations

import os
from bisect import insort
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import anyio

from perftui.sandbox.core_lock import core_lock


def usable_cores() -> tuple[int, ...]:
    """The numbers of the cores that this process may run on, in order.

    Ask before `settle_host`, which makes them fewer.
    """
    if hasattr(os, "sched_getaffinity"):
        return tuple(sorted(os.sched_getaffinity(0)))
    return tuple(range(os.cpu_count() or 1))


class Cores:
    """Lends cores: any free one to judging, only the timing core to timing.

    Those who wait for timing are served before those who wait for judging, and among them the lowest
    rank first, so that what was begun first also ends first. With one core, everything takes turns on it.

    Args:
        cores: those to lend, in order.
        locks: folder of the locks by which runs of one machine take turns at timing on a core, None where
            nobody else times.

    Attributes:
        all: the cores, in order.
        timing_core: the last of them.
    """

    def __init__(self, cores: Sequence[int], locks: Path | None = None) -> None:
        if not cores:
            raise ValueError("there must be at least one core")
        self.all = tuple(cores)
        self.timing_core = self.all[-1]
        self._locks = locks
        # Taken from the right: judging comes to the timing core last.
        self._free = sorted(self.all, key=lambda core: core != self.timing_core)
        self._timing: list[_Wish] = []
        self._judging: list[_Wish] = []

    @asynccontextmanager
    async def judging(self, rank: int = 0) -> AsyncIterator[int]:
        """Wait for a core to judge on, and give its number."""
        core = await self._take(self._judging, self._free[-1] if self._free else None, rank)
        try:
            yield core
        finally:
            self._release(core)

    @asynccontextmanager
    async def timing(self, rank: int = 0) -> AsyncIterator[int]:
        """Wait for the timing core, here and among the runs of this machine, and give its number."""
        free = self.timing_core if self.timing_core in self._free else None
        core = await self._take(self._timing, free, rank)
        try:
            async with core_lock(self._locks, core):
                yield core
        finally:
            self._release(core)

    async def _take(self, queue: list[_Wish], free: int | None, rank: int) -> int:
        if free is not None:
            self._free.remove(free)
            return free
        wish = _Wish(rank)
        # To the right of its equals: among them, the longest waiting is served first.
        insort(queue, wish, key=lambda other: other.rank)
        try:
            await wish.granted.wait()
        except BaseException:
            if wish.core is None:
                queue.remove(wish)
            else:
                self._release(wish.core)
            raise
        if wish.core is None:
            raise AssertionError("a wish is granted with a core")
        return wish.core

    def _release(self, core: int) -> None:
        queue = self._timing if core == self.timing_core and self._timing else self._judging
        if queue:
            queue.pop(0).grant(core)
        elif core == self.timing_core:
            self._free.insert(0, core)
        else:
            self._free.append(core)


class _Wish:
    """Somebody's waiting for a core."""

    def __init__(self, rank: int) -> None:
        self.rank = rank
        self.granted = anyio.Event()
        self.core: int | None = None

    def grant(self, core: int) -> None:
        self.core = core
        self.granted.set()


def settle_host(cores: Sequence[int]) -> Callable[[], None]:
    """Keep this process, all its threads and those to come, off the last of these cores.

    Does nothing where there is one core only, or where the system cannot do it. Processes started
    later inherit it; a supervisor sets its children's cores itself.

    Returns:
        A function that undoes it.
    """
    others = set(cores[:-1])
    if not others or not hasattr(os, "sched_setaffinity"):
        return lambda: None
    before = os.sched_getaffinity(0)
    _move_threads(others)
    return lambda: _move_threads(before)


def _move_threads(cores: set[int]) -> None:
    for thread in Path("/proc/self/task").iterdir():
        # A thread may have ended meanwhile.
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread.name), cores)
