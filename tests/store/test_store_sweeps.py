"""Sweeps: all plans at the start, a run a cell, found by their ids or as the last thing."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from perftui.errors import BadInputError
from perftui.events.plan import Cell, RunPlan
from perftui.store.sweeps import Sweep
from perftui.store.writer import Store
from tests.support.story import ENVIRONMENT, head_of, plan, problem

PROBLEMS = [problem("P/1"), problem("P/2")]


def plans(*strategies: str) -> list[RunPlan]:
    """A plan for each strategy."""
    return [msgspec.structs.replace(plan(PROBLEMS), strategy=strategy) for strategy in strategies]


async def made(store: Store, *strategies: str) -> Sweep:
    return await store.create_sweep(plans(*(strategies or ("a", "b"))), PROBLEMS, fresh=False)


async def begun(store: Store, plan: RunPlan) -> str:
    return await store.create_run(plan, ENVIRONMENT, PROBLEMS, [head_of(p) for p in PROBLEMS])


async def test_a_sweep_keeps_all_its_plans_and_problems_from_the_start(store: Store, path: Path) -> None:
    sweep = await made(store)
    assert [cell.plan.strategy for cell in sweep.cells] == ["a", "b"]
    assert [cell.plan.cell for cell in sweep.cells] == [
        Cell(sweep=sweep.id, index=i, cells=2) for i in (0, 1)
    ]
    assert [cell.run for cell in sweep.cells] == [None, None]
    assert await store.sweep_problems(sweep) == tuple(PROBLEMS)
    await made(store, "c")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM problem_text").fetchone() == (2,)


async def test_a_run_of_a_sweep_has_its_place_once(store: Store) -> None:
    sweep = await made(store)
    second = await begun(store, sweep.cells[1].plan)
    again = await store.sweep(sweep.id)
    assert again is not None
    assert [cell.run for cell in again.cells] == [None, second]
    with pytest.raises(BadInputError, match=f"run 2 of sweep {sweep.id} was begun by another process"):
        await begun(store, sweep.cells[1].plan)
    assert [run.run for run in await store.runs()] == [second], "what was refused left nothing behind"


async def test_the_last_thing_may_be_a_sweep(store: Store) -> None:
    assert await store.find_sweep("last") is None
    alone = await begun(store, plans("x")[0])
    assert await store.find_sweep("last") is None
    sweep = await made(store)
    assert await store.find_sweep("last") == sweep, "none of its runs has begun"
    run = await begun(store, sweep.cells[0].plan)
    last = await store.find_sweep("last")
    assert last is not None
    assert last.id == sweep.id
    assert await store.find_run("last") == run
    await begun(store, plans("y")[0])
    assert await store.find_sweep("last") is None
    assert await store.find_sweep(alone) is None


async def test_a_sweep_is_found_by_the_beginning_of_its_id_and_is_no_run(store: Store) -> None:
    await begun(store, plans("x")[0])
    sweep = await made(store)
    found = await store.find_sweep(sweep.id[:5])
    assert found == sweep
    with pytest.raises(BadInputError, match=f"{sweep.id} is a sweep of 2 runs; none of them has begun"):
        await store.find_run(sweep.id)
    run = await begun(store, sweep.cells[0].plan)
    with pytest.raises(BadInputError, match=f"is a sweep of 2 runs; name one of them: {run}"):
        await store.find_run(sweep.id)
    with pytest.raises(BadInputError, match="there is no run or sweep uuu"):
        await store.find_sweep("uuu")


async def test_a_sweep_that_cannot_be_read_is_named(store: Store, path: Path) -> None:
    sweep = await made(store)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE sweep_cell SET plan = '{}'")
        connection.commit()
    with pytest.raises(BadInputError, match=re.escape(f"sweep {sweep.id} cannot be read")):
        await store.sweep(sweep.id)
