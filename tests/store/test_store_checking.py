"""A database that is whole is said to be, and each fault is one line."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from perftui.events.model import CandidateFound, CandidateJudged
from perftui.refine.candidate import candidate_hash
from perftui.store.checking import check
from perftui.store.space import space
from perftui.store.writer import open_store
from tests.support.story import ENVIRONMENT, Story, head_of, plan, problem

PROBLEMS = [problem("P/1"), problem("P/2")]


async def filled(path: Path) -> str:
    """A database with a story and a sweep; gives the run's id."""
    async with open_store(path) as store:
        sweep = await store.create_sweep([plan(PROBLEMS)] * 2, PROBLEMS, fresh=False)
        heads = [head_of(p) for p in PROBLEMS]
        run = await store.create_run(sweep.cells[0].plan, ENVIRONMENT, PROBLEMS, heads)
        story = Story(PROBLEMS, run=run)
        story.begin()
        story.candidate("correct", outcome="seed")
        story.chain_end()
        story.end()
        real = candidate_hash("# hash-P/1-0-0\n")
        for event in story.events[1:]:
            of_program = isinstance(event, CandidateFound | CandidateJudged)
            told = msgspec.structs.replace(event, candidate=real) if of_program else event
            await store.append(told)  # type: ignore[type-var]
    return run


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


async def faults(path: Path) -> tuple[str, ...]:
    async with open_store(path) as store:
        return (await check(store)).faults


async def test_a_whole_database_has_no_faults(path: Path) -> None:
    await filled(path)
    async with open_store(path) as store:
        found = await check(store)
        assert (found.runs, found.faults) == (1, ())
        assert found.events == len(await store.events(await store.find_run("last")))
        assert (await check(store)).faults == (), "it can be looked at again"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE run SET calls = 7", "its calls stand at 7, and its log says 1"),
        ("UPDATE run SET prompt_tokens = -1", "its prompt tokens stand at -1, and its log says"),
        ("UPDATE run SET status = 'done'", "its status stand at done, and its log says running"),
        (
            "UPDATE candidate SET code = 'def f(x):\n    return 2\n'",
            "its text is not the one that was stored",
        ),
        ("DELETE FROM candidate", "its program "),
        ("UPDATE problem_text SET body = replace(body, 'identity', 'x')", "its text is not the one that was"),
        ("DELETE FROM problem_text", "its problem "),
        ("DELETE FROM problem_result", "what the list of runs says of P/1 is not what its log says"),
        ("UPDATE problem_result SET how = 'unsolved'", "what the list of runs says of P/1 is not what"),
        ("DELETE FROM event WHERE kind = 'run-started'", "its log does not begin with its start"),
        ("UPDATE event SET body = json_remove(body, '$.verdict') WHERE kind = 'candidate-judged'", "damaged"),
        ("DELETE FROM run", "names something that is not in run"),
        ("UPDATE sweep_cell SET plan = '{}'", "sweep "),
    ],
)
async def test_each_fault_is_a_line(path: Path, statement: str, said: str) -> None:
    await filled(path)
    change(path, statement)
    found = await faults(path)
    assert any(said in fault for fault in found), found
    assert all(fault.isprintable() for fault in found)


async def test_what_takes_the_space_is_counted(path: Path) -> None:
    await filled(path)
    async with open_store(path) as store:
        found = await space(store)
        events = await store.events(await store.find_run("last"))
    assert found.file_bytes + found.wal_bytes > 0
    assert (found.rows("run"), found.rows("sweep"), found.rows("sweep_cell")) == (1, 1, 2)
    assert found.rows("event") == sum(kind.rows for kind in found.events) == len(events)
    assert found.replies == 1
    with closing(sqlite3.connect(path)) as connection:
        bodies = connection.execute("SELECT sum(length(CAST(body AS BLOB))) FROM event").fetchone()[0]
    assert sum(kind.bytes for kind in found.events) == bodies
