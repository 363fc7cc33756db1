from __future__ import annotations

import pytest

from perftui.events import model as ev
from perftui.events.commands import Rerun
from perftui.tui.screens.problem import ProblemScreen
from perftui.tui.screens.run import RunScreen
from perftui.tui.screens.step import StepScreen
from tests.tui.conftest import Drive, Driven
from tests.tui.fakes import RUN, ChainScript, FakeSession, Script, full_run, start


async def _open(it: Driven, *keys: str) -> ProblemScreen:
    await it.press(*keys, "enter")
    await it.until(lambda: isinstance(it.app.screen, ProblemScreen))
    await it.settle()
    screen = it.app.screen
    assert isinstance(screen, ProblemScreen)
    return screen


async def test_it_opens_at_the_best_program_and_says_why(drive: Drive) -> None:
    async with drive() as it:
        await _open(it)
        text = it.screen_text
        assert "chain 1/2 · round 3/3" in text
        assert "★ kept, and beats the reference" in text
        assert "12.4x" in text
        assert "verdict  correct, 7/7 tests" in text
        assert "control same [0.98–1.02] · core 1 · load 0.4" in text


async def test_left_and_right_walk_through_the_rounds_of_all_chains(drive: Drive) -> None:
    async with drive() as it:
        screen = await _open(it)
        await it.press("left", "left")
        assert screen.rounds.selected.key == "1/0/0"
        await it.press("left")
        assert screen.rounds.selected.key == "1/0/0"
        await it.press("right", "right", "right")
        assert screen.rounds.selected.key == "1/1/0"


async def test_the_diff_is_to_the_parent_the_seed_the_reference_or_whole(drive: Drive) -> None:
    async with drive() as it:
        screen = await _open(it)
        await it.until(lambda: "diff to parent" in it.screen_text and "return any" in screen.code.text)
        assert "4   -     return bool(" in screen.code.text
        await it.press("t")
        await it.until(lambda: "diff to seed" in it.screen_text and "for i, a in" in screen.code.text)
        await it.press("t")
        await it.until(lambda: "the same as the reference" in it.screen_text)
        await it.press("t")
        await it.until(lambda: "whole program" in it.screen_text and "1   def has_close" in screen.code.text)


async def test_panes_by_number_and_by_tab(drive: Drive) -> None:
    async with drive() as it:
        screen = await _open(it)
        await it.press("2")
        assert "4/4 perftui asks" in screen.text.text
        assert "performance@1a2b" in screen.text.text
        await it.press("tab")
        assert "412 + 137 tokens · 2.4 s · replayed from a recording" in screen.text.text
        await it.press("4")
        assert "expected True" in screen.text.text
        await it.press("5")
        await it.until(lambda: "raw trials" in screen.text.text)
        assert "t1       31 %" in screen.text.text
        assert "noise floor" in screen.text.text
        await it.press("shift+tab")
        assert "expected True" in screen.text.text


async def test_a_failing_test_comes_first_with_what_it_got(drive: Drive) -> None:
    async with drive() as it:
        screen = await _open(it, "j")
        await it.press("left", "4")
        shown = screen.text.text.splitlines()
        assert shown[0].startswith("wrong answer  3/7 tests passed")
        assert shown[2].startswith("▌✗ t4")
        assert any("got      [False] \\x1b[31mred" in line for line in shown)
        assert any("t7  not run" in line for line in shown)


async def test_the_reply_streams_into_its_pane(drive: Drive) -> None:
    async with drive() as it:
        screen = await _open(it, "j", "j")
        assert "running: the model writes" in it.screen_text
        assert "[bold]Sorting[/bold]" in screen.text.text
        it.session.feed(ev.ReplyText(run=RUN, problem="HumanEval/2", chain=0, round=1, text=")\n```\nDone"))
        await it.settle()
        assert screen.text.text.endswith("```\nDone▌")


async def test_commands_are_about_this_problem(drive: Drive) -> None:
    async with drive() as it:
        await _open(it)
        await it.press("r")
        assert it.session.commands == [Rerun(problem="HumanEval/0")]


async def test_a_rerun_stands_beside_the_old_attempt(drive: Drive) -> None:
    async with drive() as it:
        screen = await _open(it)
        script = Script(seq=900)
        start(script, "HumanEval/0", attempt=2)
        ChainScript(script, "HumanEval/0", attempt=2).ask()
        it.session.feed(*script.events)
        await it.settle()
        keys = [row.key for row in screen.rounds.rows]
        assert keys[0] == "attempt 2"
        assert "attempt 1" in keys
        assert "1/0/2" in keys
        assert screen.rounds.selected.key == "1/0/2"


async def test_a_held_action_opens_over_the_problem(drive: Drive) -> None:
    async with drive(FakeSession(full_run())) as it:
        await it.press("G", "k", "k", "k")
        await it.press("escape")
        screen = await _open(it)
        held = screen.rounds.selected
        assert (held.key, held.figure, held.last) == ("1/0/1", "held", True)
        assert [row.key for row in screen.rounds.rows if row.chain == 0] == ["1/0", "1/0/0", "1/0/1"]
        assert "held for you; s shows it and answers" in it.screen_text
        await it.press("s")
        assert isinstance(it.app.screen, StepScreen)


async def test_a_narrow_terminal_shows_one_pane_at_a_time(drive: Drive) -> None:
    async with drive(size=(80, 24)) as it:
        screen = await _open(it)
        assert not screen.query_one("#tree").display
        assert "0 rounds  1 code" in it.screen_text
        await it.press("0")
        assert "slowest t3" in it.screen_text
        assert "return any" not in it.screen_text
        await it.press("k", "enter")
        await it.until(lambda: "return bool" in it.screen_text)


async def test_what_is_shown_can_be_copied(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    async with drive() as it:
        monkeypatch.setattr(it.app, "copy_to_clipboard", copied.append)
        await _open(it)
        await it.press("y")
    assert copied[0].startswith("def has_close_elements")
    assert "any(b - a" in copied[0]


async def test_escape_goes_back_to_the_list(drive: Drive) -> None:
    async with drive() as it:
        await _open(it)
        await it.press("escape")
        assert isinstance(it.app.screen, RunScreen)


async def test_marked_programs_have_their_numbers_in_the_tree(drive: Drive) -> None:
    async with drive() as it:
        screen = await _open(it)
        await it.press("v", "left", "v")
        labels = [row.label for row in screen.rounds.rows if row.label.startswith("[")]
        assert labels == ["[2] optimise", "[1] slowest t3"]
        assert "chain 1 round 3 → chain 1 round 2" in it.screen_text
        await it.press("v")
        assert [row.label for row in screen.rounds.rows if row.label.startswith("[")] == ["[1] slowest t3"]
