"""What tests of the screen share: no animation, no blinking, one time zone, and an application to drive."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import pytest
from textual.pilot import Pilot

from perftui.tui.app import PerfApp
from perftui.tui.glyphs import Glyphs
from perftui.tui.kept import Keeper
from tests.tui.fakes import NOW, FakeLibrary, FakeSession, full_run


@pytest.fixture(autouse=True)
def _same_everywhere(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setattr("textual.widgets.Input.cursor_blink", False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Driven:
    """An application under a pilot."""

    app: PerfApp
    pilot: Pilot[int]
    session: FakeSession
    clock: Clock

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    async def settle(self) -> None:
        """Let everything that was set off come to its end, and the timer's work be done."""
        await self.pilot.pause()
        await self.app.workers.wait_for_complete()
        self.app.tick()
        await self.pilot.pause()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for a condition."""
        for _ in range(200):
            if holds():
                return
            await self.settle()
        raise AssertionError("the screen never got there")

    @property
    def screen_text(self) -> str:
        """All that is on the screen, as text."""
        lines = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in lines)


Drive = Callable[..., AbstractAsyncContextManager[Driven]]


@pytest.fixture
def drive() -> Drive:
    """Opens an application on a session, of a size."""

    @asynccontextmanager
    async def opened(
        session: FakeSession | None = None,
        *,
        size: tuple[int, int] = (120, 40),
        own: bool = True,
        library: FakeLibrary | None = None,
        run: str | None = None,
        plain: bool = False,
        keeper: Keeper | None = None,
    ) -> AsyncIterator[Driven]:
        session = session or FakeSession(full_run(hold=False))
        clock = Clock()
        app = PerfApp(
            library=library or FakeLibrary(),
            session=session if own else None,
            opened=run,
            glyphs=Glyphs(plain=plain),
            keeper=keeper,
            clock=clock,
        )
        async with app.run_test(size=size, notifications=True) as pilot:
            driven = Driven(app, pilot, session, clock)
            await driven.settle()
            yield driven

    return opened
