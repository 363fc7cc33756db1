"""Two processes on one database: a viewer commands the owner, and sees what goes on in it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from perftui.errors import BadInputError
from perftui.events import model as ev
from perftui.events.commands import Command, Pause, Rerun
from perftui.events.reduce import replay
from perftui.events.state import RunState
from perftui.store.deleting import delete_run
from perftui.store.library import StoredSession
from perftui.store.remote import COMMAND_SECONDS, Owner, Remote, goes_on
from perftui.store.writer import Store, open_store
from tests.support.story import ENVIRONMENT, head_of, plan, problem
from tests.tui.fakes import full_run


async def new_run(store: Store) -> str:
    problems = [problem()]
    return await store.create_run(plan(problems), ENVIRONMENT, problems, [head_of(problems[0])])


class Both:
    """The owner's side and the viewer's, each with a connection of its own."""

    def __init__(self, owner: Store, viewer: Store, run: str, state: RunState) -> None:
        self.heard: list[Command] = []
        self.state = state
        self.owner = Owner(owner, run, self.heard.append, lambda: self.state)
        self.remote = Remote(viewer, run)


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    path = tmp_path / "runs.db"
    async with open_store(path) as mine, open_store(path) as theirs:
        run = await new_run(mine)
        async with mine.lease(run):
            yield Both(mine, theirs, run, replay(full_run()))


async def test_commands_reach_the_owner_in_order_and_once(both: Both) -> None:
    both.remote.send(Pause())
    both.remote.send(Rerun(problem="a'; DROP TABLE run; --"))
    await both.remote.exchange()
    await both.owner.take()
    await both.owner.take()
    assert both.heard == [Pause(), Rerun(problem="a'; DROP TABLE run; --")]


async def test_a_command_that_is_old_or_no_command_does_nothing(both: Both) -> None:
    store, run = both.remote._store, both.remote._run
    insert = "INSERT INTO command (run, at, body) VALUES (?, ?, ?)"
    await store.write([
        (insert, (run, time.time(), "not json")),
        (insert, (run, time.time(), '{"kind": "explode"}')),
        (insert, (run, time.time() - COMMAND_SECONDS - 1, '{"kind": "pause"}')),
    ])  # fmt: skip
    await both.owner.take()
    await both.owner.take()
    assert both.heard == []


async def test_a_viewer_sees_what_goes_on_and_only_what_is_new(both: Both) -> None:
    await both.remote.exchange()
    await both.owner._tell()
    seen = await both.remote.exchange()
    stages = {event.problem: event.stage for event in seen if isinstance(event, ev.StageChanged)}
    assert stages["HumanEval/5"] == "timing"
    assert stages["HumanEval/10"] == "held"
    assert any(isinstance(event, ev.ActionHeld) for event in seen)
    await both.owner._tell()
    assert list(await both.remote.exchange()) == []


async def test_without_a_viewer_nothing_is_written(both: Both) -> None:
    await both.owner._tell()
    assert await both.remote._store.rows("SELECT count(*) FROM pulse") == [(0,)]


async def test_what_a_viewer_hears_makes_the_picture_that_the_owner_has(both: Both) -> None:
    stored = replay([event for event in full_run() if event.seq])
    told = replay([*[e for e in full_run() if e.seq], *goes_on(both.state)])
    assert stored.problems["HumanEval/10"].chains[0].held is None
    mine, theirs = (state.problems["HumanEval/10"].chains[0] for state in (both.state, told))
    assert (mine.held, mine.held_round, mine.stage) == (theirs.held, theirs.held_round, theirs.stage)


async def test_control_is_there_while_the_run_has_an_owner(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    async with open_store(path) as mine, open_store(path) as theirs:
        run = await new_run(mine)
        session = await StoredSession.load(theirs, run, Remote(theirs, run))
        async with mine.lease(run), anyio.create_task_group() as group:
            group.start_soon(session.follow)
            with anyio.fail_after(10):
                while session.control is None:
                    await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()
        await session._remote.exchange()
        assert session.control is None


async def test_a_run_is_deleted_with_all_that_only_it_has(tmp_path: Path) -> None:
    async with open_store(tmp_path / "runs.db") as store:
        run, other = await new_run(store), await new_run(store)
        async with store.lease(run):
            with pytest.raises(BadInputError, match="is at work"):
                await delete_run(store, run)
        await delete_run(store, run)
        assert [one.run for one in await store.runs()] == [other]
        assert await store.rows("SELECT count(*) FROM event WHERE run = ?", run) == [(0,)]
        with pytest.raises(BadInputError, match="there is no run"):
            await delete_run(store, run)
