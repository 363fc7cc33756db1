from __future__ import annotations

from perftui.events import model as ev
from perftui.events.commands import Stop
from perftui.tui.app import STOP_SECONDS
from perftui.tui.screens.quit import QuitScreen
from perftui.tui.screens.run import RunScreen
from tests.tui.conftest import Drive
from tests.tui.fakes import RUN, FakeLibrary, FakeSession, full_run


async def test_quitting_a_live_run_asks_stops_and_waits(drive: Drive) -> None:
    async with drive() as it:
        await it.press("q")
        assert isinstance(it.app.screen, QuitScreen)
        assert "perftui resume r7k2" in it.screen_text
        assert it.session.commands == []
        await it.press("q")
        assert it.session.commands == [Stop()]
        assert "stopping…" in it.screen_text
        assert it.app.return_value is None
        it.session.feed(ev.RunEnded(seq=900, run=RUN, how="interrupted"))
        await it.until(lambda: it.app.return_value is not None)
        assert it.app.return_value == 130


async def test_staying_stops_nothing(drive: Drive) -> None:
    async with drive() as it:
        await it.press("q", "escape")
        assert isinstance(it.app.screen, RunScreen)
        assert it.session.commands == []
        assert it.app.return_value is None


async def test_a_third_press_does_not_wait(drive: Drive) -> None:
    async with drive() as it:
        await it.press("q", "q", "q")
        await it.until(lambda: it.app.return_value is not None)
        assert it.app.return_value == 130
        assert it.session.commands == [Stop()]


async def test_a_run_that_does_not_stop_is_not_waited_for_for_ever(drive: Drive) -> None:
    async with drive() as it:
        await it.press("q", "q")
        it.clock.now += STOP_SECONDS + 1
        await it.until(lambda: it.app.return_value is not None)
        assert it.app.return_value == 130


async def test_a_signal_is_a_confirmed_quit(drive: Drive) -> None:
    async with drive() as it:
        it.app.request_stop()
        await it.settle()
        assert it.session.commands == [Stop()]
        assert "stopping…" in it.screen_text
        it.session.feed(ev.RunEnded(seq=900, run=RUN, how="interrupted"))
        await it.until(lambda: it.app.return_value == 130)


async def test_a_run_that_is_over_is_left_without_a_question(drive: Drive) -> None:
    session = FakeSession([*full_run(hold=False), ev.RunEnded(seq=900, run=RUN, how="done")])
    async with drive(session) as it:
        assert "✔ done" in it.screen_text
        await it.press("q")
        await it.until(lambda: it.app.return_value is not None)
        assert it.app.return_value == 0
        assert session.commands == []


async def test_a_watched_run_of_another_process_is_left_without_a_question(drive: Drive) -> None:
    session = FakeSession(full_run(), run="r7k2")
    async with drive(own=False, library=FakeLibrary({"r7k2": session})) as it:
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, RunScreen))
        await it.press("q")
        await it.until(lambda: it.app.return_value is not None)
        assert it.app.return_value == 0
        assert session.commands == []
