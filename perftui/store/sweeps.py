"""Sweeps: several runs that are one undertaking, each planned before the first of them begins."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence

import aiosqlite
import msgspec

from perftui.errors import BadInputError
from perftui.events.plan import Cell, RunPlan
from perftui.problems.model import Problem
from perftui.store.transaction import insert_problems

Rows = Callable[..., Awaitable[Sequence[tuple[object, ...]]]]
"""Answers a question in SQL with its values."""

_INSERT = "INSERT INTO sweep (id, made_at, problems, fresh) VALUES (?, ?, ?, ?)"
_INSERT_CELL = "INSERT INTO sweep_cell (sweep, cell, plan) VALUES (?, ?, ?)"
_BEGIN = "UPDATE sweep_cell SET run = ? WHERE sweep = ? AND cell = ? AND run IS NULL"
_SWEEP = "SELECT made_at, problems, fresh FROM sweep WHERE id = ?"
_CELLS = "SELECT cell, plan, run FROM sweep_cell WHERE sweep = ? ORDER BY cell"
_NEWEST = "SELECT id, made_at FROM sweep ORDER BY made_at DESC, id"


class SweepCell(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a sweep.

    Attributes:
        index: 0-based.
        plan: its settings, with its place in the sweep.
        run: its id; None where it has not begun.
    """

    index: int
    plan: RunPlan
    run: str | None


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """Several runs that are one undertaking.

    Attributes:
        id: of the sweep; no run has the same.
        made_at: seconds since the epoch.
        problems: the digests of its problems, in order.
        fresh: whether its runs share no replies.
        cells: its runs, in order.
    """

    id: str
    made_at: float
    problems: tuple[str, ...]
    fresh: bool
    cells: tuple[SweepCell, ...]


async def insert_sweep(
    connection: aiosqlite.Connection,
    sweep: str,
    plans: Sequence[RunPlan],
    problems: Sequence[Problem],
    *,
    fresh: bool,
) -> None:
    """Write a sweep with the plans of all its runs; within a transaction."""
    digests = [problem.digest for problem in problems]
    await connection.execute(_INSERT, (sweep, time.time(), msgspec.json.encode(digests).decode(), fresh))
    cells = [
        msgspec.structs.replace(plan, cell=Cell(sweep=sweep, index=index, cells=len(plans)))
        for index, plan in enumerate(plans)
    ]
    rows = [(sweep, index, msgspec.json.encode(plan).decode()) for index, plan in enumerate(cells)]
    await connection.executemany(_INSERT_CELL, rows)
    await insert_problems(connection, problems)


async def begin_cell(connection: aiosqlite.Connection, cell: Cell, run: str) -> None:
    """Note that a run of a sweep has begun; within the transaction that begins it.

    Raises:
        BadInputError: it had begun before.
    """
    async with connection.execute(_BEGIN, (run, cell.sweep, cell.index)) as cursor:
        if cursor.rowcount == 0:
            raise BadInputError(
                f"run {cell.index + 1} of sweep {cell.sweep} was begun by another process; "
                f"when that has ended, go on with: perftui resume {cell.sweep}"
            )


async def read_sweeps(rows: Rows) -> list[tuple[str, float]]:
    """The ids of all sweeps and when they were made, newest first."""
    return [(str(id_), msgspec.convert(made_at, float)) for id_, made_at in await rows(_NEWEST)]


async def read_sweep(rows: Rows, sweep: str) -> Sweep | None:
    """A sweep, None where there is none of that id.

    Raises:
        msgspec.MsgspecError: what is stored cannot be read.
    """
    for made_at, problems, fresh in await rows(_SWEEP, sweep):
        cells = tuple([
            SweepCell(
                index=msgspec.convert(cell, int),
                plan=msgspec.json.decode(str(plan), type=RunPlan),
                run=None if run is None else str(run),
            )
            for cell, plan, run in await rows(_CELLS, sweep)
        ])  # fmt: skip
        return Sweep(
            id=sweep,
            made_at=msgspec.convert(made_at, float),
            problems=msgspec.json.decode(str(problems), type=tuple[str, ...]),
            fresh=bool(fresh),
            cells=cells,
        )
    return None
