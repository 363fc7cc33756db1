"""Warm sandboxes, kept ready and lent one at a time.

A cancel scope must be left by the task that entered it, so each sandbox is held open by a task of its own,
its keeper: it starts the sandbox, offers it to whoever waits, and closes and replaces it when it is retired.
"""

from __future__ import annotations

import logging
import math
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Final, Protocol

import anyio

from perftui.errors import EnvironmentLacksError
from perftui.sandbox.protocol import (
    CallFact,
    JudgeJob,
    NoClockError,
    NoSandboxError,
    ProfileFact,
    ProfileJob,
    Sandbox,
    SandboxInfo,
    SandboxLostError,
    TrialFact,
    TrialJob,
)

_ATTEMPTS: Final = 3
_FIRST_PAUSE_SECONDS: Final = 0.05
_LONGEST_PAUSE_SECONDS: Final = 2.0

_log = logging.getLogger(__name__)


class WarmSandbox(Sandbox, Protocol):
    """A sandbox that knows whether it is still of use."""

    @property
    def broken(self) -> bool:
        """Whether it can run no further job."""
        ...

    @property
    def breached(self) -> bool:
        """Whether a program in it did what makes it unfit for another problem."""
        ...


@dataclass(frozen=True)
class Started:
    """A sandbox that has just been started, and what it says of itself."""

    sandbox: WarmSandbox
    info: SandboxInfo


StartSandbox = Callable[[], AbstractAsyncContextManager[Started]]
"""Starts a sandbox, and closes it at the end of the context."""


@asynccontextmanager
async def warm_pool(
    start: StartSandbox, slots: int, *, cores: tuple[int, ...] = (), patience_seconds: float = 20.0
) -> AsyncIterator[WarmPool]:
    """A pool of sandboxes, once the first has started; the others start behind it. All close on exit.

    Args:
        start: starts one.
        slots: how many are kept.
        cores: the cores that their programs may run on.
        patience_seconds: how long leases wait when nothing can be started any more; the restart of an
            engine takes less.

    Raises:
        EnvironmentLacksError: none can be started, after several attempts.
    """
    pool = WarmPool(slots, cores, patience_seconds)
    failure: BaseException | None = None
    try:
        async with anyio.create_task_group() as keepers:
            for _ in range(slots):
                keepers.start_soon(pool.keep_place, start)
            try:
                await pool.wait_for_first()
                yield pool
            except BaseException as error:  # noqa: BLE001 - raised below, free of the task group's wrapping
                failure = error
            keepers.cancel_scope.cancel()
    finally:
        pool.close()
    if failure is not None:
        raise failure


class WarmPool:
    """A SandboxPool whose sandboxes are kept by tasks of `warm_pool`.

    Attributes:
        slots: how many sandboxes are kept.
        cores: the cores that their programs may run on.
        started: how many were started so far, replacements among them.
    """

    def __init__(self, slots: int, cores: tuple[int, ...], patience_seconds: float) -> None:
        self.slots = slots
        self.cores = cores
        self.started = 0
        self._alive = 0
        self._patience_seconds = patience_seconds
        self._info: SandboxInfo | None = None
        self._offer, self._free = anyio.create_memory_object_stream[_Place](math.inf)

    @property
    def info(self) -> SandboxInfo:
        """What these sandboxes are, as the first one told."""
        if self._info is None:
            raise RuntimeError("no sandbox has been started yet")
        return self._info

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[Sandbox]:
        """Wait for a free sandbox; one whose job failed or was cut off is replaced on its return.

        So is one that a program abused: whatever it left, no other problem meets it.

        Raises:
            NoSandboxError: none can be started, after several attempts.
            SandboxLostError: the pool is closed.
        """
        place, sandbox = await self._take()
        loan = _Loan(sandbox)
        try:
            yield loan
        finally:
            loan.end()
            self._give_back(place, usable=not (loan.spoiled or sandbox.broken or sandbox.breached))

    async def wait_for_first(self) -> None:
        """Wait until a sandbox is ready.

        Raises:
            NoSandboxError: none can be started.
        """
        place, _ = await self._take()
        self._offer.send_nowait(place)

    async def keep_place(self, start: StartSandbox) -> None:
        """Keep one place filled, until cancelled."""
        streak = _Streak()
        while True:
            try:
                async with start() as fresh:
                    streak = _Streak()
                    await self._hold(fresh)
            except (SandboxLostError, EnvironmentLacksError, OSError) as error:
                _log.info("a sandbox could not be started or closed: %s", error)
                streak.add()
                patience = 0.0 if self._info is None else self._patience_seconds
                if not self._alive and streak.is_longer_than(patience):
                    await self._tell(str(error))
                await anyio.sleep(streak.pause)

    def close(self) -> None:
        """End the waiting of all who still want a sandbox."""
        self._offer.close()
        self._free.close()

    async def _hold(self, fresh: Started) -> None:
        self.started += 1
        self._info = self._info or fresh.info
        place = _Place(fresh.sandbox)
        self._alive += 1
        try:
            self._offer.send_nowait(place)
            await place.retired.wait()
        finally:
            self._alive -= 1

    async def _tell(self, failure: str) -> None:
        """Let all who wait know that nothing can be started, or else the next who comes."""
        waiting = self._free.statistics().tasks_waiting_receive
        places = [_Place(None, failure) for _ in range(max(1, waiting))]
        for place in places:
            self._offer.send_nowait(place)
        for place in places:
            await place.retired.wait()

    async def _take(self) -> tuple[_Place, WarmSandbox]:
        while True:
            try:
                place = await self._free.receive()
            except (anyio.EndOfStream, anyio.ClosedResourceError) as error:
                raise SandboxLostError("the sandboxes are closed") from error
            if place.sandbox is not None and not place.sandbox.broken:
                return place, place.sandbox
            place.retired.set()
            if place.sandbox is None and not self._alive:
                raise NoSandboxError(f"no sandbox can be started: {place.failure}")

    def _give_back(self, place: _Place, *, usable: bool) -> None:
        if not usable:
            place.retired.set()
            return
        # After the pool has closed there is nobody left to offer it to.
        with suppress(anyio.ClosedResourceError, anyio.BrokenResourceError):
            self._offer.send_nowait(place)


class _Streak:
    """Failures to start, one after another."""

    def __init__(self) -> None:
        self._since = anyio.current_time()
        self._failures = 0

    def add(self) -> None:
        """Count a failure."""
        self._failures += 1

    def is_longer_than(self, seconds: float) -> bool:
        """Whether there were enough failures, and over enough time, to give up."""
        return self._failures >= _ATTEMPTS and anyio.current_time() - self._since >= seconds

    @property
    def pause(self) -> float:
        """How long to wait before the next attempt, in seconds."""
        return min(math.ldexp(_FIRST_PAUSE_SECONDS, min(self._failures, 10)), _LONGEST_PAUSE_SECONDS)


class _Place:
    """One of the pool's places, as its keeper offers it: a sandbox, or the reason why there is none."""

    def __init__(self, sandbox: WarmSandbox | None, failure: str = "") -> None:
        self.sandbox = sandbox
        self.failure = failure
        self.retired = anyio.Event()


class _Loan:
    """A sandbox while it is lent: one job at a time, and none after it was given back."""

    def __init__(self, sandbox: WarmSandbox) -> None:
        self._sandbox: WarmSandbox | None = sandbox
        self._running = False
        self.spoiled = False

    async def judge(self, job: JudgeJob, on_call: Callable[[CallFact], bool]) -> None:
        with self._job() as sandbox:
            await sandbox.judge(job, on_call)

    async def trial(self, job: TrialJob) -> TrialFact:
        with self._job() as sandbox:
            return await sandbox.trial(job)

    async def profile(self, job: ProfileJob) -> ProfileFact:
        with self._job() as sandbox:
            return await sandbox.profile(job)

    def end(self) -> None:
        """Take the sandbox back; a job that still runs spoils it."""
        self._sandbox = None
        self.spoiled = self.spoiled or self._running

    @contextmanager
    def _job(self) -> Iterator[WarmSandbox]:
        """A job that does not come to its end leaves the sandbox in a state that nobody knows."""
        if self._sandbox is None:
            raise RuntimeError("this sandbox was given back")
        if self._running:
            raise RuntimeError("a sandbox runs one job at a time")
        self._running = True
        try:
            yield self._sandbox
        except NoClockError:
            # It was told before the job began.
            raise
        except BaseException:
            self.spoiled = True
            raise
        finally:
            self._running = False
