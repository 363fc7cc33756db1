"""A run that is opened by the outlines of its problems is the run that its log tells of."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import anyio
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perftui.events.model import Event, ProblemEnded, RunEnded, RunStarted
from perftui.events.reduce import replay
from perftui.events.state import RunState
from perftui.store.checking import check
from perftui.store.library import StoredSession
from perftui.store.pictures import pictures
from perftui.store.writer import Store, open_store
from tests.support.stories import NAMES, stories, with_outlines
from tests.support.story import Story, measurement, problem, ratio


async def write(store: Store, story: Story) -> str:
    """The run's id in the store; its events have those places that they would have had."""
    started = story.events[0]
    assert isinstance(started, RunStarted)
    run = await store.create_run(started.plan, started.environment, story.problems, started.heads)
    await add(store, run, story.events[1:])
    return run


async def add(store: Store, run: str, events: Sequence[Event]) -> None:
    for event in events:
        await store.append(msgspec.structs.replace(event, run=run, seq=0))


async def opened(store: Store, run: str) -> RunState:
    seen = [state async for state in pictures(store, run)]
    return seen[-1]


async def expected(store: Store, run: str) -> RunState:
    """As the whole log has it; lines of activity that are long past are not looked for."""
    return with_outlines(replay(await store.events(run)))


def solved() -> Story:
    story = Story([problem(name) for name in NAMES])
    for name in NAMES:
        story.begin(name)
        story.candidate(name=name, measured=measurement(ratio(2.0)))
        story.candidate(name=name, round_=1, measured=measurement(ratio(4.0), ratio(2.0)), outcome="kept")
        story.chain_end(name, best=f"hash-{name}-0-1")
        story.end(name)
    return story


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories(), st.integers(0, 60))
def test_it_is_the_run_of_the_log_wherever_that_ends(story: Story, cut: int) -> None:
    async def see() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with open_store(Path(folder) / "runs.db") as store:
                story.events = story.events[: 1 + cut]
                run = await write(store, story)
                seen, wanted = await opened(store, run), await expected(store, run)
                assert seen.problems == wanted.problems
                assert msgspec.structs.replace(seen, activity=()) == msgspec.structs.replace(
                    wanted, activity=()
                )
                faults = (await check(store)).faults
                # Hashes of the story's programs are made up.
                assert not [fault for fault in faults if not fault.startswith("program hash-")]

    anyio.run(see)


async def test_the_last_lines_of_activity_are_there(store: Store) -> None:
    run = await write(store, solved())
    seen, wanted = await opened(store, run), await expected(store, run)
    assert [line.text for line in seen.activity] == [line.text for line in wanted.activity]
    assert seen.activity


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM outline",
        "UPDATE outline SET body = '{'",
        "UPDATE outline SET body = 'null' WHERE problem = 'P/1'",
        "DELETE FROM problem_result",
    ],
    ids=["a database from before", "damaged", "one damaged", "no results"],
)
async def test_what_is_not_there_is_made_from_the_log(store: Store, path: Path, damage: str) -> None:
    run = await write(store, solved())
    wanted = await expected(store, run)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(damage)
    assert with_outlines(await opened(store, run)).problems == wanted.problems


async def test_an_outline_that_says_something_else_is_a_fault(store: Store, path: Path) -> None:
    await write(store, solved())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE outline SET body = replace(body, 'kept', 'same') WHERE problem = 'P/2'")
    assert any("the outline of P/2" in fault for fault in (await check(store)).faults)


async def test_a_problem_is_read_whole_as_it_stood(store: Store) -> None:
    run = await write(store, solved())
    events = await store.events(run)
    last = next(e.seq for e in events if isinstance(e, ProblemEnded) and e.problem == "P/1")
    assert await store.whole(run, "P/1") == replay(events).problems["P/1"]
    before = replay(event for event in events if event.seq < last).problems["P/1"]
    assert await store.whole(run, "P/1", upto=last - 1) == before
    assert await store.whole(run, "nowhere") is None


async def test_a_session_goes_on_from_the_picture(store: Store) -> None:
    story = solved()
    run = await write(store, story)
    session = await StoredSession.opened(store, run)
    assert session.is_reading
    assert session.start.problems["P/1"].status == "solved"
    async with anyio.create_task_group() as group:
        group.start_soon(session.follow)
        with anyio.fail_after(5):
            while session.is_reading:  # noqa: ASYNC110 - nothing is told then
                await anyio.sleep(0.01)
            assert session.start.seq == len(story.events)
            await add(store, run, [RunEnded(how="done")])
            fresh: list[Event] = []
            while not fresh:
                fresh.extend(session.drain())
                await anyio.sleep(0.01)
        group.cancel_scope.cancel()
    assert [type(event) for event in fresh] == [RunEnded]
