"""Pictures of every screen. They change with intent only: look at them before they are updated."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from textual.pilot import Pilot

from perftui.events.plan import Origin
from perftui.events.state import ProblemState
from perftui.store.replaying import ReplaySession
from perftui.tui.app import PerfApp
from perftui.tui.glyphs import Glyphs
from perftui.tui.library import ForkEntry
from tests.tui.fakes import NOW, RUN, FakeLibrary, FakeSession, full_run
from tests.tui.fakes_launching import FakeLauncher

Compare = Callable[..., bool]
SMALL, MIDDLE, LARGE = (80, 24), (120, 40), (200, 60)
SCREENS = {
    "run": [],
    "problem-code": ["enter"],
    "problem-tests": ["j", "enter", "left", "4"],
    "problem-timings": ["enter", "5"],
    "problem-reply": ["j", "j", "enter", "3"],
    "step": ["G", "k", "k", "k"],
    "problem-course": ["enter", "6"],
    "problem-prompt": ["enter", "2"],
    "problem-rounds": ["enter", "0"],
    "maximised": ["z"],
    "step-edit": ["G", "k", "k", "k", "e"],
    "step-write": ["G", "k", "k", "k", "w"],
    "retune": ["T"],
    "filter": ["slash", *"gain:"],
    "help": ["question_mark"],
    "quit": ["q"],
}


def _app(*, own: bool = True) -> PerfApp:
    session = FakeSession(full_run()) if own else None
    return PerfApp(library=FakeLibrary(), session=session, glyphs=Glyphs(), clock=lambda: NOW)


def _after(*keys: str) -> Callable[[Pilot[int]], Awaitable[None]]:
    async def settle(pilot: Pilot[int]) -> None:
        app = pilot.app
        assert isinstance(app, PerfApp)
        for key in ("", *keys):
            if key:
                await pilot.press(key)
            await pilot.pause()
            await app.workers.wait_for_complete()
            app.tick()
            await pilot.pause()

    return settle


@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("name", SCREENS)
def test_screen(snap_compare: Compare, name: str, size: tuple[int, int]) -> None:
    assert snap_compare(_app(), terminal_size=size, run_before=_after(*SCREENS[name]))


@pytest.mark.parametrize("name", ["run", "problem-timings", "problem-code", "step"])
def test_large_screen(snap_compare: Compare, name: str) -> None:
    assert snap_compare(_app(), terminal_size=LARGE, run_before=_after(*SCREENS[name]))


@pytest.mark.parametrize("size", [SMALL, MIDDLE, LARGE], ids=["80x24", "120x40", "200x60"])
def test_runs(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(_app(own=False), terminal_size=size, run_before=_after())


class Forked(FakeLibrary):
    """One problem has a fork, which came to another program."""

    async def forks(self, run: str, problem_id: str) -> Sequence[ForkEntry]:
        origin = Origin(run=RUN, problem="HumanEval/0", attempt=1, chain=1, round=0)
        return [ForkEntry(run="p3xq", origin=origin, model="test/other", strategy="reviewer", status="done")]

    async def detail(self, run: str, problem_id: str, upto: int | None) -> ProblemState | None:
        return await super().detail(RUN, "HumanEval/1" if run == "p3xq" else problem_id, upto)


RUNS_SCREENS = {
    "new-run": ["n"],
    "marked": ["space", "j", "space"],
    "compare": ["space", "j", "space", "d"],
    "export": ["e"],
    "delete": ["j", "X", "y"],
    "fork": ["enter", "enter", "f"],
    "fork-prompt": ["enter", "enter", "f", "ctrl+e"],
    "fork-beside": ["enter", "enter", "C"],
}


@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("name", RUNS_SCREENS)
def test_screen_with_a_launcher(snap_compare: Compare, name: str, size: tuple[int, int]) -> None:
    library = Forked({RUN: FakeSession(full_run(), live=False)})
    app = PerfApp(library=library, launcher=FakeLauncher(), glyphs=Glyphs(), clock=lambda: NOW)
    assert snap_compare(app, terminal_size=size, run_before=_after(*RUNS_SCREENS[name]))


@pytest.mark.parametrize("name", ["run", "problem-code"])
def test_ascii_screen(snap_compare: Compare, name: str) -> None:
    app = PerfApp(
        library=FakeLibrary(), session=FakeSession(full_run()), glyphs=Glyphs(plain=True), clock=lambda: NOW
    )
    assert snap_compare(app, terminal_size=MIDDLE, run_before=_after(*SCREENS[name]))


def test_safe_theme(snap_compare: Compare) -> None:
    async def safe(pilot: Pilot[int]) -> None:
        pilot.app.theme = "perftui-safe"
        await _after()(pilot)

    assert snap_compare(_app(), terminal_size=MIDDLE, run_before=safe)


def test_light_theme(snap_compare: Compare) -> None:
    async def light(pilot: Pilot[int]) -> None:
        pilot.app.theme = "perftui-light"
        await _after()(pilot)

    assert snap_compare(_app(), terminal_size=MIDDLE, run_before=light)


def test_replay(snap_compare: Compare) -> None:
    facts = [event for event in full_run(hold=False) if event.seq]
    FakeSession(facts).drain()
    session = ReplaySession.of(RUN, facts, monotonic=lambda: 0.0)  # type: ignore[arg-type]

    async def sought(pilot: Pilot[int]) -> None:
        following = asyncio.create_task(session.follow())
        session.seek(session.begin + (session.end - session.begin) * 0.9)
        while session.start.plan is None:  # noqa: ASYNC110 - nothing is told then
            await asyncio.sleep(0)
        await _after("enter")(pilot)
        following.cancel()

    app = PerfApp(library=FakeLibrary(), session=session, glyphs=Glyphs(), clock=lambda: NOW)
    assert snap_compare(app, terminal_size=MIDDLE, run_before=sought)


def test_too_small(snap_compare: Compare) -> None:
    assert snap_compare(_app(), terminal_size=(50, 12), run_before=_after())
