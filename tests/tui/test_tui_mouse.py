"""What can be seen can be clicked: tabs, points of the curve, rows of the heat strip, keys of the footer."""

from __future__ import annotations

from perftui.tui.screens.help import HelpScreen
from perftui.tui.screens.problem import ProblemScreen
from perftui.tui.widgets.key_bar import Key, KeyBar, arrange
from tests.tui.conftest import Drive, Driven


def find(it: Driven, selector: str, text: str) -> tuple[int, int]:
    """Where a text begins on the screen, looked for in one widget."""
    region = it.app.screen.query_one(selector).region
    for y, line in enumerate(it.screen_text.splitlines()):
        x = line.find(text, region.x, region.right)
        if region.y <= y < region.bottom and x >= 0:
            return x, y
    raise AssertionError(f"{text!r} is not in {selector}:\n{it.screen_text}")


async def click(it: Driven, selector: str, text: str) -> None:
    await it.pilot.click(offset=find(it, selector, text))
    await it.settle()


def problem_screen(it: Driven) -> ProblemScreen:
    assert isinstance(it.app.screen, ProblemScreen)
    return it.app.screen


async def test_a_tab_opens_its_pane(drive: Drive) -> None:
    async with drive() as it:
        await it.press("enter")
        await click(it, "#tabs", "4 tests")
        assert "7/7 tests passed" in it.screen_text
        await click(it, "#tabs", "1 code")
        assert problem_screen(it).code.display


async def test_the_tab_of_the_rounds_where_it_is_narrow(drive: Drive) -> None:
    async with drive(size=(80, 24)) as it:
        await it.press("enter")
        await click(it, "#tabs", "0 rounds")
        assert problem_screen(it).has_class("-rounds")


async def test_a_point_of_the_curve_and_a_row_of_the_strip_lead_to_their_round(drive: Drive) -> None:
    async with drive() as it:
        await it.press("enter")
        rounds = problem_screen(it).rounds
        await click(it, "#course", "round 1")
        assert rounds.selected is not None
        assert rounds.selected.round == 0
        await click(it, "#course", "▲")
        assert rounds.selected is not None
        assert rounds.selected.round == 1


async def test_a_key_of_either_line_of_the_footer_is_pressed(drive: Drive) -> None:
    async with drive(size=(80, 24)) as it:
        assert it.app.screen.query_one(KeyBar).size.height == 2
        await click(it, "KeyBar", "? help")
        assert isinstance(it.app.screen, HelpScreen)
        await it.press("escape")
        await click(it, "KeyBar", "o sort")
        assert "by gain" in it.screen_text


def test_keys_have_room_in_lines_and_the_way_to_all_others_ends_the_last() -> None:
    keys = [Key(letter, letter, "word") for letter in "abcdef"]
    last = [Key("q", "q", "all")]
    width = keys[0].width
    assert arrange(keys, last, 3 * width, 2) == [keys[:3], keys[3:5]]
    assert arrange(keys, last, 3 * width, 1) == [keys[:2]]
    assert arrange(keys, last, 100, 1) == [keys]
    assert arrange(keys, last, 1, 2) == [[], []]


async def test_a_heading_sorts_and_once_more_turns_round(drive: Drive) -> None:
    async with drive() as it:
        await click(it, "#heading", "tests")
        assert "fewest tests passed first" in it.screen_text
        await click(it, "#heading", "tests")
        assert "reversed" in it.screen_text
