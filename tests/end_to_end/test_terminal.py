"""On a terminal and off it: the screen, the progress bar, or plain text."""

from __future__ import annotations

import re
import signal

import pytest

from tests.end_to_end.conftest import Place, live
from tests.support.bench import Dosed, write_replies
from tests.support.command import SECONDS, heads
from tests.support.model_server import FakeServer
from tests.support.terminal import ENTER_SCREEN, LEAVE_SCREEN, OnTerminal

COLOUR = re.compile(r"\x1b\[3\dm")
RECORDED = ("run", "problems", "--model", "recorded:replies.jsonl", "--sandbox", "process", "--no-timing")


def on_terminal(place: Place, *arguments: object, **env: str) -> OnTerminal:
    return OnTerminal(*arguments, cwd=place.folder, env={**place.env, **env})


def test_a_run_on_a_terminal_opens_the_screen_and_a_signal_gives_the_terminal_back(place: Place) -> None:
    with FakeServer(Dosed(2)) as server, on_terminal(place, *live(server.url)) as terminal:
        terminal.until(ENTER_SCREEN)
        terminal.until("Add/2")
        terminal.send(signal.SIGTERM)
        assert terminal.end() == 130
    assert LEAVE_SCREEN in terminal.shown
    _, _, after = terminal.shown.partition(LEAVE_SCREEN)
    assert "perftui: " not in after, "nothing is complained of"
    assert len(place.facts("run-ended")) == 1


def test_perftui_alone_lists_the_runs_of_the_database_that_the_environment_names(place: Place) -> None:
    write_replies(place.folder / "replies.jsonl")
    run = place.perftui(*RECORDED).out.split()[1]
    with on_terminal(place) as terminal:
        terminal.until(run)
        terminal.press("q")
        assert terminal.end() == 0
    assert ENTER_SCREEN in terminal.shown
    assert LEAVE_SCREEN in terminal.shown


def test_headless_on_a_terminal_draws_its_progress(place: Place) -> None:
    write_replies(place.folder / "replies.jsonl")
    command = (*RECORDED, "--pace", 1000, "--headless")
    with (
        on_terminal(place, *command) as full,
        on_terminal(place, *command, NO_COLOR="1") as plain,
        on_terminal(place, *command, TERM="dumb") as dumb,
    ):
        for terminal, coloured, drawn in ((full, True, True), (plain, False, True), (dumb, False, False)):
            assert terminal.end() == 0
            assert ENTER_SCREEN not in terminal.shown
            assert bool(COLOUR.search(terminal.shown)) is coloured
            assert ("\r\x1b[K[" in terminal.shown) is drawn
            assert ("ETA" in terminal.shown) is drawn
            assert ("\x1b" in terminal.shown) is drawn
            assert "perftui report" in terminal.shown


def test_ctrl_c_ends_a_run_in_order_and_says_how_to_go_on(place: Place) -> None:
    with FakeServer(Dosed(2)) as server, on_terminal(place, *live(server.url), "--headless") as terminal:
        terminal.until("calls 6")
        terminal.press("\x03")
        assert terminal.end() == 130
    assert "stopping; what runs is being ended and removed" in terminal.shown
    assert "go on           perftui resume" in terminal.shown


@pytest.mark.parametrize("flags", [(), ("--headless",)], ids=["screen", "headless"])
def test_a_terminal_that_is_closed_ends_a_run_in_order(place: Place, flags: tuple[str, ...]) -> None:
    with FakeServer(Dosed(2)) as server, on_terminal(place, *live(server.url), *flags) as terminal:
        terminal.until("Add/2" if not flags else "calls 6")
        terminal.hang_up()
        assert terminal.process.wait(SECONDS) == 130
    assert len(place.facts("run-ended")) == 1


def test_json_on_a_terminal_is_json(place: Place) -> None:
    write_replies(place.folder / "replies.jsonl")
    with on_terminal(place, *RECORDED, "--json") as terminal:
        assert terminal.end() == 0
    lines = terminal.shown.replace("\r\n", "\n")
    assert heads(lines)[-1].kind == "run-ended"
