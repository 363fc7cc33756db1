from __future__ import annotations

from perftui.events.commands import Stop
from tests.tui.conftest import Drive


async def test_a_run_is_stopped_by_a_key_once_it_was_asked_for_twice(drive: Drive) -> None:
    async with drive() as it:
        await it.press("X")
        assert "Stop the run?" in it.screen_text
        await it.press("n")
        assert it.session.commands == []
        await it.press("X", "y")
        assert it.session.commands == [Stop()]
