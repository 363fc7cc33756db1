"""Pictures of every screen. They change with intent only: look at them before they are updated."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from perftui.tui.app import PerfApp
from perftui.tui.glyphs import Glyphs
from tests.tui.fakes import NOW, FakeLibrary, FakeSession, full_run

Compare = Callable[..., bool]
SMALL, MIDDLE, LARGE = (80, 24), (120, 40), (200, 60)
SCREENS = {
    "run": [],
    "problem-code": ["enter"],
    "problem-tests": ["j", "enter", "left", "4"],
    "problem-timings": ["enter", "5"],
    "problem-reply": ["j", "j", "enter", "3"],
    "step": ["G", "k", "k", "k"],
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


@pytest.mark.parametrize("name", ["run", "problem-timings"])
def test_large_screen(snap_compare: Compare, name: str) -> None:
    assert snap_compare(_app(), terminal_size=LARGE, run_before=_after(*SCREENS[name]))


@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=["80x24", "120x40"])
def test_runs(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(_app(own=False), terminal_size=size, run_before=_after())


def test_light_theme(snap_compare: Compare) -> None:
    async def light(pilot: Pilot[int]) -> None:
        pilot.app.theme = "perftui-light"
        await _after()(pilot)

    assert snap_compare(_app(), terminal_size=MIDDLE, run_before=light)


def test_too_small(snap_compare: Compare) -> None:
    assert snap_compare(_app(), terminal_size=(50, 12), run_before=_after())
