from __future__ import annotations

import pytest

from perftui.events import model as ev
from perftui.events.commands import (
    Cancel,
    Decide,
    Decision,
    End,
    GoOn,
    Pause,
    Rerun,
    Send,
    Skip,
    Step,
    Unpause,
)
from perftui.tui.rows import SORTS
from perftui.tui.screens.help import HelpScreen
from perftui.tui.screens.problem import ProblemScreen
from perftui.tui.screens.run import RunScreen
from perftui.tui.screens.runs import RunsScreen
from perftui.tui.screens.step import StepScreen
from tests.tui.conftest import Drive
from tests.tui.fakes import RUN, FakeLibrary, FakeSession, Script, full_run, held


async def test_every_state_is_told_in_words(drive: Drive) -> None:
    async with drive() as it:
        text = it.screen_text
    for words in (
        "recorded: demo.jsonl",
        "● running 12:41",
        "problems 6/14",
        "48.2x [44.8–51.6]",
        "same [0.92–1.06]",
        "suspected cheating",
        "wrong answer t1",
        "timing 14/48",
        "infrastructure: the",
        "cancelled: by a person",
        "judging",
        "back-off",
        "queued",
        "waiting",
    ):
        assert words in text


async def test_the_process_sandbox_is_called_unconfined(drive: Drive) -> None:
    async with drive(FakeSession(full_run(sandbox="process")), size=(80, 24)) as it:
        assert "process sandbox: unconfined by a container (no Docker engine answers)" in it.screen_text


async def test_commands_flow_to_the_run(drive: Drive) -> None:
    async with drive() as it:
        await it.press("p")
        await it.press("r")
        await it.press("j", "j", "s")
        await it.press("s")
        await it.press("S")
        await it.press("S")
        assert it.session.commands == [
            Pause(),
            Rerun(problem="HumanEval/0"),
            Step(problem="HumanEval/2", on=True),
            Step(problem="HumanEval/2", on=False),
            Step(problem=None, on=True),
            Step(problem=None, on=False),
        ]


async def test_pause_turns_into_go_on(drive: Drive) -> None:
    async with drive() as it:
        it.session.feed(ev.RunPaused(seq=900, run=RUN))
        await it.settle()
        assert "‖ paused" in it.screen_text
        await it.press("p")
        assert it.session.commands == [Unpause()]


async def test_cancel_asks_first(drive: Drive) -> None:
    async with drive() as it:
        await it.press("j", "j", "c")
        assert "Cancel HumanEval/2?" in it.screen_text
        await it.press("n")
        assert it.session.commands == []
        await it.press("c", "y")
        assert it.session.commands == [Cancel(problem="HumanEval/2")]


async def test_an_ended_problem_offers_neither_step_nor_cancel(drive: Drive) -> None:
    async with drive() as it:
        await it.press("s", "c")
        assert it.session.commands == []
        assert "s step" not in it.screen_text
        assert "r rerun" in it.screen_text


async def test_a_stored_run_offers_no_commands(drive: Drive) -> None:
    async with drive(FakeSession(full_run(), live=False)) as it:
        await it.press("p", "r", "s", "S", "c")
        assert isinstance(it.app.screen, RunScreen)
        assert "pause" not in it.screen_text
        assert "/ filter" in it.screen_text


async def test_the_cursor_stays_on_its_problem_when_rows_are_sorted_and_filtered(drive: Drive) -> None:
    async with drive() as it:
        await it.press("j", "j", "j")
        screen = it.app.screen
        assert isinstance(screen, RunScreen)
        assert screen.problems.selected.key == "HumanEval/3"
        await it.press(*"o" * (len(SORTS) - 1))
        assert screen.problems.rows[0].key == "HumanEval/3"
        assert screen.problems.selected.key == "HumanEval/3"
        await it.press("slash", *"prime")
        assert [row.key for row in screen.problems.rows] == ["HumanEval/3"]
        assert "1 of 14 shown" in it.screen_text
        await it.press("enter")
        await it.press("escape")
        assert len(screen.problems.rows) == 14
        assert screen.problems.selected.key == "HumanEval/3"


async def test_keys_typed_into_the_filter_are_no_commands(drive: Drive) -> None:
    async with drive() as it:
        await it.press("slash", *"spqr")
        assert it.session.commands == []
        screen = it.app.screen
        assert isinstance(screen, RunScreen)
        assert screen.filter_input.value == "spqr"


async def test_vim_keys_and_page_keys_move_the_cursor(drive: Drive) -> None:
    async with drive(size=(80, 20)) as it:
        screen = it.app.screen
        assert isinstance(screen, RunScreen)
        seen = []
        for key in ("G", "k", "g", "j", "pagedown", "home", "end"):
            await it.press(key)
            seen.append(screen.problems.selected.order)
        assert seen == [13, 12, 0, 1, 13, 0, 13]


async def test_a_click_selects_and_a_second_click_opens(drive: Drive) -> None:
    async with drive() as it:
        await it.pilot.click("#problems", offset=(20, 4))
        await it.settle()
        screen = it.app.screen
        assert isinstance(screen, RunScreen)
        assert screen.problems.selected.key == "HumanEval/4"
        await it.pilot.click("#problems", offset=(20, 4), times=2)
        await it.until(lambda: isinstance(it.app.screen, ProblemScreen))


async def test_hostile_text_neither_colours_nor_clears_the_screen(drive: Drive) -> None:
    async with drive() as it:
        await it.press("j", "j")
        assert "[bold]Sorting[/bold]" in it.screen_text
        assert "\\x1b[2J" in it.screen_text
        assert "\x1b" not in it.screen_text


async def test_what_streams_grows_while_it_is_watched(drive: Drive) -> None:
    async with drive() as it:
        await it.press("j", "j")
        it.session.feed(
            ev.ReplyText(run=RUN, problem="HumanEval/2", chain=0, round=1, text=", default=None)")
        )
        await it.settle()
        assert "key=len, default=None)▌" in it.screen_text


async def test_time_in_a_state_goes_on_without_events(drive: Drive) -> None:
    async with drive() as it:
        before = it.screen_text
        it.clock.now += 5
        await it.settle()
        assert "model 49 s" in before
        assert "model 54 s" in it.screen_text
        assert "running 12:46" in it.screen_text


@pytest.mark.parametrize(("key", "decision"), [("enter", Send()), ("n", Skip()), ("x", End()), ("a", GoOn())])
async def test_a_held_action_is_shown_and_answered(drive: Drive, key: str, decision: Decision) -> None:
    async with drive(FakeSession(full_run())) as it:
        await it.press("G", "k", "k", "k")
        assert isinstance(it.app.screen, StepScreen)
        assert "next: ask the model" in it.screen_text
        assert "HumanEval/10 · chain 1 · round 2" in it.screen_text
        assert "Make it faster." in it.screen_text
        depth = len(it.app.screen_stack)
        for _ in range(5):
            it.clock.now += 1
            await it.settle()
        assert len(it.app.screen_stack) == depth
        await it.press(key)
        assert it.session.commands == [
            Decide(problem="HumanEval/10", attempt=1, chain=0, round=1, decision=decision)
        ]
        assert isinstance(it.app.screen, RunScreen)


async def test_looking_away_leaves_the_action_held_and_marked(drive: Drive) -> None:
    async with drive(FakeSession(full_run())) as it:
        await it.press("G", "k", "k", "k", "escape")
        assert isinstance(it.app.screen, RunScreen)
        assert it.session.commands == []
        assert "held for you" in it.screen_text
        await it.press("k", "j")
        assert isinstance(it.app.screen, RunScreen)
        await it.press("s")
        assert isinstance(it.app.screen, StepScreen)


async def test_an_action_that_comes_to_be_held_is_shown_and_goes_when_it_is_sent(drive: Drive) -> None:
    async with drive() as it:
        await it.press("G")
        script = Script(seq=900)
        held(script, "HumanEval/13")
        it.session.feed(*script.events)
        await it.until(lambda: isinstance(it.app.screen, StepScreen))
        it.session.feed(ev.StageChanged(run=RUN, problem="HumanEval/13", chain=0, round=1, stage="model"))
        await it.until(lambda: isinstance(it.app.screen, RunScreen))


async def test_help_lists_the_keys_and_marks_of_the_moment(drive: Drive) -> None:
    async with drive() as it:
        await it.press("question_mark")
        screen = it.app.screen
        assert isinstance(screen, HelpScreen)
        text = screen.view.text
        for words in (
            "Solve this problem anew",
            "held for you",
            "suspected of cheating",
            "nothing is guessed",
        ):
            assert words in text
        await it.press("escape")
        assert isinstance(it.app.screen, RunScreen)


async def test_the_palette_finds_a_command_and_runs_it(drive: Drive) -> None:
    async with drive() as it:
        await it.press("ctrl+p")
        await it.press(*"pause")
        await it.until(lambda: "Begin nothing new" in it.screen_text)
        await it.press("enter")
        await it.until(lambda: it.session.commands == [Pause()])


async def test_runs_are_listed_and_opened(drive: Drive) -> None:
    stored = FakeSession(full_run(), live=False, run="p3xq")
    async with drive(own=False, library=FakeLibrary({"p3xq": stored})) as it:
        assert isinstance(it.app.screen, RunsScreen)
        text = it.screen_text
        for words in ("r7k2", "openai/gpt-4o-mini", "145", "2.31x", "running, live", "interrupted"):
            assert words in text
        await it.press("j", "enter")
        await it.until(lambda: isinstance(it.app.screen, RunScreen))
        await it.press("escape")
        assert isinstance(it.app.screen, RunsScreen)


async def test_another_run_can_be_opened_at_once_and_left_for_the_list(drive: Drive) -> None:
    stored = FakeSession(full_run(), live=False, run="p3xq")
    async with drive(own=False, run="p3xq", library=FakeLibrary({"p3xq": stored})) as it:
        await it.until(lambda: isinstance(it.app.screen, RunScreen))
        assert "HumanEval/13" in it.screen_text
        await it.press("escape")
        assert isinstance(it.app.screen, RunsScreen)


async def test_a_run_that_cannot_be_read_is_told_in_one_line(drive: Drive) -> None:
    async with drive(own=False) as it:
        await it.press("G", "enter")
        await it.until(lambda: "cannot open the run" in it.screen_text)
        assert isinstance(it.app.screen, RunsScreen)


async def test_a_small_terminal_says_so_and_comes_back(drive: Drive) -> None:
    async with drive(size=(50, 12)) as it:
        assert "terminal too small: perftui needs 60x16" in it.screen_text
        assert "HumanEval" not in it.screen_text
        await it.press("question_mark", "escape")
        await it.pilot.resize_terminal(80, 24)
        await it.settle()
        assert "HumanEval/0" in it.screen_text
        await it.press("enter")
        assert isinstance(it.app.screen, ProblemScreen)


async def test_before_anything_has_happened_the_latest_notice_is_shown(drive: Drive) -> None:
    async with drive(FakeSession()) as it:
        assert "starting …" in it.screen_text
        it.session.feed(ev.Notice(run=RUN, text="building the sandbox image: step 3 of 9"))
        await it.settle()
        assert "building the sandbox image: step 3 of 9" in it.screen_text
        it.session.feed(*full_run(hold=False))
        await it.settle()
        assert "HumanEval/0" in it.screen_text


async def test_a_warning_is_brought_to_the_eye(drive: Drive) -> None:
    async with drive() as it:
        it.session.feed(ev.Notice(run=RUN, text="[red]errors rise[/red]", severity="warning"))
        await it.until(lambda: any("[red]errors rise[/red]" in n.message for n in it.app._notifications))


async def test_ascii_terminals_get_ascii_only(drive: Drive) -> None:
    async with drive(plain=True) as it:
        assert it.screen_text.isascii()
        assert "o^* ov" in it.screen_text
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, ProblemScreen))
        assert it.screen_text.isascii()
        assert "* kept, and beats the reference" in it.screen_text
