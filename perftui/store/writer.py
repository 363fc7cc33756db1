"""The store: facts are durable when `append` returns, many in one transaction where many wait."""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

import aiosqlite
import anyio
import anyio.to_thread
import msgspec

from perftui.errors import PerftuiError
from perftui.events.model import EventBase, RunStarted
from perftui.events.plan import Environment, ProblemHead, RunPlan
from perftui.problems.model import Problem
from perftui.store.codec import storable
from perftui.store.database import BUSY_SECONDS, connected
from perftui.store.holder import Holder, new_holder
from perftui.store.lease import HEARTBEAT_SECONDS, beat, beside, release, take
from perftui.store.readers import Reader
from perftui.store.sweeps import Sweep, begin_cell, insert_sweep
from perftui.store.transaction import insert_run, write_batch
from perftui.store.trouble import told_in_one_line

E = TypeVar("E", bound=EventBase)
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32."""

_MOST_AT_ONCE = 500

_TAKEN = "SELECT 1 FROM run WHERE id = ? UNION ALL SELECT 1 FROM sweep WHERE id = ?"


@dataclass(eq=False)
class _Waiting:
    """An event on its way into the log."""

    event: EventBase
    taken: bool = False
    stored: EventBase | None = None
    trouble: BaseException | None = None


class Store(Reader):
    """A database of runs, open for writing; made by `open_store`."""

    def __init__(
        self, writing: aiosqlite.Connection, reading: aiosqlite.Connection, path: Path, holder: Holder
    ) -> None:
        super().__init__(reading, path)
        self._writing = writing
        self._turn = anyio.Lock()
        self._queue: deque[_Waiting] = deque()
        self._holder = holder
        self._held: set[str] = set()

    @property
    def token(self) -> str:
        """By which the runs that this store owns are marked."""
        return self._holder.token

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        """A transaction for modules of the store: committed as a whole, or not at all.

        Raises:
            StoreFailedError: the database cannot be written.
        """
        async with self._transaction() as connection:
            yield connection

    async def create_run(
        self,
        plan: RunPlan,
        environment: Environment,
        problems: Sequence[Problem],
        heads: Sequence[ProblemHead],
    ) -> str:
        """Begin a run: its row, its problems and its first event (`RunStarted`), durable on return.

        Args:
            plan: its settings.
            environment: where it runs.
            problems: in order, whole.
            heads: of the same problems.

        Returns:
            The new run's id.

        Raises:
            BadInputError: its place in a sweep is taken.
        """
        async with self._transaction() as connection:
            run = await self._free_id(connection)
            started = storable(
                RunStarted(run=run, at=time.time(), plan=plan, environment=environment, heads=tuple(heads))
            )
            await insert_run(connection, started, problems)
            if plan.cell is not None:
                await begin_cell(connection, plan.cell, run)
            await write_batch(connection, [started], self._holder.token)
        return run

    async def create_sweep(
        self, plans: Sequence[RunPlan], problems: Sequence[Problem], *, fresh: bool
    ) -> Sweep:
        """Plan several runs as one undertaking; durable on return.

        Args:
            plans: of the runs, in order.
            problems: of each of them, in order, whole.
            fresh: whether the runs share no replies.
        """
        async with self._transaction() as connection:
            id_ = await self._free_id(connection)
            await insert_sweep(connection, id_, plans, problems, fresh=fresh)
        sweep = await self.sweep(id_)
        assert sweep is not None  # noqa: S101 - it was just written
        return sweep

    async def append(self, event: E) -> E:
        """Add an event to its run; it is durable on return.

        Events that wait at the same time are written in one transaction, in the order of the calls.

        Args:
            event: its `run` is known; `seq` is set here, and `at` where it is 0.

        Returns:
            The event with its `seq`, and without the raw trials of a measurement, which are kept
            apart (`Reader.trials`).

        Raises:
            StoreFailedError: it could not be written, such as where the disk is full.
            LeaseLostError: another process runs this run now.
            ValueError: it holds a number that cannot be written.
        """
        waiting = _Waiting(storable(event if event.at else msgspec.structs.replace(event, at=time.time())))
        self._queue.append(waiting)
        try:
            # Whoever has the turn writes for all who wait; they find their event written.
            async with self._turn:
                if not waiting.taken:
                    await self._write_waiting()
        finally:
            if not waiting.taken:
                self._queue.remove(waiting)
        if waiting.trouble is not None:
            raise _again(waiting.trouble)
        return cast("E", waiting.stored)

    async def write(self, statements: Sequence[tuple[str, tuple[object, ...]]]) -> None:
        """Carry out statements of the store's own, in one transaction.

        Raises:
            PerftuiError: the database cannot be written.
        """
        async with self._transaction() as connection:
            for statement, values in statements:
                await connection.execute(statement, values)

    @asynccontextmanager
    async def lease(self, run: str) -> AsyncIterator[None]:
        """Own a run while the body runs: nobody else may add to it.

        Raises:
            BadInputError: a live process has it.
            LeaseLostError: this process slept for so long that another has taken it.
        """
        async with self._transaction() as connection:
            await take(connection, run, self._holder)
        self._held.add(run)
        try:
            async with beside(lambda: self._beat(run)):
                yield
        finally:
            # Where it fails, the lease runs out by itself.
            with anyio.CancelScope(shield=True), suppress(PerftuiError):
                async with self._transaction() as connection:
                    await release(connection, run, self._holder)
            self._held.discard(run)

    async def _beat(self, run: str) -> None:
        while True:
            await anyio.sleep(HEARTBEAT_SECONDS)
            async with self._transaction() as connection:
                await beat(connection, run, self._holder)

    async def _write_waiting(self) -> None:
        batch = [self._queue.popleft() for _ in range(min(len(self._queue), _MOST_AT_ONCE))]
        for one in batch:
            one.taken = True
        try:
            async with self._open_transaction() as connection:
                stored = await write_batch(
                    connection, [one.event for one in batch], self._holder.token, self._held
                )
        except BaseException as trouble:
            for one in batch:
                one.trouble = trouble
            if not isinstance(trouble, Exception):
                raise
            return
        for one, event in zip(batch, stored, strict=True):
            one.stored = event

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        async with self._turn, self._open_transaction() as connection:
            yield connection

    @asynccontextmanager
    async def _open_transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        """A transaction that is committed as a whole or not at all; to be opened in turn only."""
        connection = self._writing
        with anyio.CancelScope(shield=True), told_in_one_line(self.path):
            await connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                await connection.execute("COMMIT")
            except BaseException:
                # A full disk may have ended the transaction already.
                if connection.in_transaction:
                    await connection.execute("ROLLBACK")
                raise

    async def _free_id(self, connection: aiosqlite.Connection) -> str:
        while True:
            run = "".join(secrets.choice(_ALPHABET) for _ in range(6))
            async with connection.execute(_TAKEN, (run, run)) as cursor:
                if await cursor.fetchone() is None:
                    return run


@asynccontextmanager
async def open_store(
    path: Path, *, create: bool = True, busy_seconds: float = BUSY_SECONDS
) -> AsyncIterator[Store]:
    """Open the database of runs; it is made or brought up to date as needed.

    Args:
        path: of the file.
        create: whether to make one where there is none.
        busy_seconds: how long to wait for a lock of another process.

    Raises:
        BadInputError: it is not a perftui database, or there is none.
        EnvironmentLacksError: it cannot be used now.
    """
    async with connected(path, create=create, busy_seconds=busy_seconds) as (writing, reading):
        yield Store(writing, reading, path, await anyio.to_thread.run_sync(new_holder))


def _again(trouble: BaseException) -> BaseException:
    """An error for each who waits: a shared one would gather the tracebacks of all."""
    if isinstance(trouble, PerftuiError):
        return type(trouble)(*trouble.args)
    return trouble
