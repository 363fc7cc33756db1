"""A run of another process is watched and commanded through the database."""

from __future__ import annotations

import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
import anyio.to_thread

from perftui.events.commands import Cancel, Command, Decide, Pause, Rerun, Send, Step, Stop, Unpause
from perftui.events.model import Notice
from perftui.events.reduce import apply
from perftui.events.state import RunState
from perftui.store.attached import Attached
from perftui.store.lease import beside
from perftui.store.library import StoredSession
from perftui.store.writer import Store, open_store
from tests.end_to_end.conftest import Place, live
from tests.support.bench import Dosed
from tests.support.command import SECONDS, Running, heads, replies_in
from tests.support.model_server import FakeServer
from tests.support.terminal import ENTER_SCREEN, OnTerminal


class Viewer:
    """Somebody who looks at a run of another process, as its screen does."""

    def __init__(self, session: StoredSession) -> None:
        self.session = session
        self.state = RunState()
        self.told: list[str] = []

    async def until(self, condition: Callable[[], bool]) -> None:
        """Look until something is so."""
        deadline = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < deadline, self.state.activity
            for event in self.session.drain():
                self.state = apply(self.state, event)
                if isinstance(event, Notice):
                    self.told.append(event.text)
            await anyio.sleep(0.01)

    async def ask(self, command: Command) -> None:
        """Send a command, once there is somebody to take it."""
        await self.until(lambda: self.session.control is not None)
        assert self.session.control is not None
        self.session.control.send(command)

    def held(self) -> list[Decide]:
        """An answer to each action that is held."""
        return [
            Decide(
                problem=name,
                attempt=problem.attempt,
                chain=chain.index,
                round=chain.held_round or 0,
                decision=Send(),
            )
            for name, problem in self.state.problems.items()
            for chain in problem.chains
            if chain.held is not None
        ]


@asynccontextmanager
async def viewer(store: Store, run: str) -> AsyncIterator[Viewer]:
    session = await StoredSession.load(store, run, Attached(store, run))
    async with beside(session.follow):
        yield Viewer(session)


def run_of(run: Running) -> str:
    run.until(lambda: replies_in(run.out) >= 1)
    return heads(run.out)[0].run


async def test_a_run_elsewhere_is_paused_stepped_answered_cancelled_and_stopped(place: Place) -> None:
    dosed = Dosed(1)
    with FakeServer(dosed) as server, place.begin(*live(server.url, "--stall-seconds", 1), "--json") as run:
        name = run_of(run)
        async with open_store(place.folder / "runs.db") as store, viewer(store, name) as seen:
            await seen.until(lambda: seen.state.status == "running")
            await seen.ask(Pause())
            await seen.until(lambda: seen.state.status == "paused")
            # In this order: nothing new begins before all is held.
            await seen.ask(Step(on=True))
            await seen.ask(Unpause())
            await seen.until(lambda: seen.state.status == "running")
            dosed.left = 100
            await seen.until(lambda: bool(seen.held()))
            answer = seen.held()[0]
            await seen.ask(answer)
            chain = lambda: seen.state.problems[answer.problem].chains[answer.chain]  # noqa: E731
            await seen.until(lambda: any(r.index == answer.round and r.reply for r in chain().rounds))

            # From here on the server answers nothing, so that the run cannot end before it is stopped.
            dosed.left = 0
            await seen.ask(Cancel(problem="Add/0"))
            await seen.until(lambda: seen.state.problems["Add/0"].status == "cancelled")
            await seen.ask(Step(on=False))
            await seen.ask(Rerun(problem="Add/0"))
            await seen.until(lambda: seen.state.problems["Add/0"].attempt == 2)
            await seen.ask(Stop())
            # In a thread: a viewer that stands still in the midst of a write would hold up the owner.
            assert await anyio.to_thread.run_sync(run.process.wait, SECONDS) in {0, 130}
            await seen.until(lambda: seen.session.control is None)


async def test_eight_watch_and_their_end_harms_nothing(place: Place) -> None:
    dosed = Dosed(1)
    with FakeServer(dosed) as server, place.begin(*live(server.url, "--stall-seconds", 1), "--json") as run:
        name = run_of(run)
        screens = [OnTerminal("watch", name, cwd=place.folder, env={**place.env}) for _ in range(2)]
        try:
            async with open_store(place.folder / "runs.db") as store, anyio.create_task_group() as group:

                async def look() -> None:
                    async with viewer(store, name) as seen:
                        await seen.until(
                            lambda: any(
                                chain.stage == "model"
                                for problem in seen.state.problems.values()
                                for chain in problem.chains
                            )
                        )
                        await seen.until(lambda: any("watch this run" in text for text in seen.told))

                for _ in range(6):
                    group.start_soon(look)
            for screen in screens:
                screen.until(ENTER_SCREEN)
                screen.send(signal.SIGKILL)
            dosed.left = 100
            assert run.end().status == 0
        finally:
            for screen in screens:
                screen.__exit__(None, None, None)


async def test_an_owner_that_was_killed_is_told_and_so_is_what_goes_on(place: Place) -> None:
    with (
        FakeServer(Dosed(1)) as server,
        place.begin(*live(server.url, "--stall-seconds", 1), "--json") as run,
    ):
        name = run_of(run)
        async with open_store(place.folder / "runs.db") as store, viewer(store, name) as seen:
            await seen.until(lambda: seen.session.control is not None)
            run.send(signal.SIGKILL)
            run.end()
            assert seen.session.control is not None
            seen.session.control.send(Stop())
            await seen.until(lambda: seen.session.control is None)
            await seen.until(lambda: sum(f"perftui resume {name}" in text for text in seen.told) == 2)
            assert await store.rows("SELECT 1 FROM command WHERE taken_at IS NULL") == []
