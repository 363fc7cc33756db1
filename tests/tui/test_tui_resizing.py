"""Panes are resized with keys and the pointer, maximised, and as they were at the next start."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.tui.kept import Keeper
from perftui.tui.launching import NewRun
from perftui.tui.screens.resizing import Pane
from perftui.tui.screens.run import RunScreen
from perftui.tui.widgets.divider import Divider
from tests.tui.conftest import Drive, Driven
from tests.tui.test_tui_launching import launching, type_into


def width(it: Driven, selector: str) -> int:
    return it.app.screen.query_one(selector).outer_size.width


def height(it: Driven, selector: str) -> int:
    return it.app.screen.query_one(selector).outer_size.height


async def test_keys_move_the_lines_between_panes(drive: Drive) -> None:
    async with drive() as it:
        before = height(it, "#bottom")
        await it.press("ctrl+up", "ctrl+up")
        assert height(it, "#bottom") > before
        await it.press("ctrl+down", "ctrl+down", "ctrl+down")
        assert height(it, "#bottom") < before
        left = width(it, "#live-side")
        await it.press("ctrl+right")
        assert width(it, "#live-side") > left
        await it.press("enter")
        tree = width(it, "#tree")
        await it.press("ctrl+left")
        assert width(it, "#tree") < tree
        why = height(it, "#why")
        await it.press("ctrl+up")
        assert height(it, "#why") > why


async def test_a_line_is_dragged_and_its_place_is_kept(drive: Drive, tmp_path: Path) -> None:
    async with drive(keeper=Keeper(tmp_path / "screen.json")) as it:
        await it.press("enter")
        line = it.app.screen.query_one("#tree-line", Divider)
        at = line.region
        await it.pilot.mouse_down("#tree-line", offset=(0, 3))
        await it.pilot.hover(offset=(at.x + 12, at.y + 3))
        await it.pilot.mouse_up(offset=(at.x + 12, at.y + 3))
        await it.settle()
        assert width(it, "#tree") == at.x + 12
    kept = Keeper(tmp_path / "screen.json").kept.sizes
    assert kept["problem.tree"] == pytest.approx((at.x + 12) / 120, abs=0.001)


async def test_no_pane_is_lost_however_often_one_presses(drive: Drive) -> None:
    async with drive() as it:
        for key in ("ctrl+up", "ctrl+down", "ctrl+left", "ctrl+right"):
            await it.press(*([key] * 14))
            for selector in ("#problems", "#bottom", "#live-side", "#activity"):
                assert it.app.screen.query_one(selector).outer_size.area > 0, (key, selector)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_share_is_held_within_bounds(share: float) -> None:
    pane = Pane("x", "#x", "width")
    assert pane.least <= pane.held(share) <= pane.most
    assert pane.held(pane.held(share)) == pane.held(share)


async def test_one_pane_has_all_room_and_gives_it_back(drive: Drive) -> None:
    async with drive() as it:
        before = height(it, "#problems")
        await it.press("z")
        assert height(it, "#problems") > before
        assert not it.app.screen.query_one("#bottom").display
        await it.press("z")
        assert height(it, "#problems") == before
        await it.press("enter", "z")
        assert width(it, "#code") == 120


async def test_a_narrow_terminal_shows_one_pane_whatever_was_kept(drive: Drive) -> None:
    keeper = Keeper(None)
    keeper.keep(sizes={"problem.tree": 0.3})
    async with drive(size=(80, 24), keeper=keeper) as it:
        await it.press("enter", "0")
        assert width(it, "#tree") == 80


async def test_the_list_is_sorted_as_it_was_at_the_last_start(drive: Drive, tmp_path: Path) -> None:
    async with drive(keeper=Keeper(tmp_path / "screen.json")) as it:
        usual = order_of(it)
        await it.press("o", "O")
        order = order_of(it)
        assert order != usual
    async with drive(keeper=Keeper(tmp_path / "screen.json")) as it:
        assert order_of(it) == order


def order_of(it: Driven) -> list[str]:
    assert isinstance(it.app.screen, RunScreen)
    return [row.key for row in it.app.screen.problems.rows]


async def test_the_form_of_a_new_run_is_as_it_was_and_holds_no_password(tmp_path: Path) -> None:
    path = tmp_path / "screen.json"
    async with launching() as (it, launcher):
        it.app.keeper = Keeper(path)
        await it.press("n")
        await type_into(it, "benchmark", "humaneval")
        await type_into(it, "model", "test/m")
        await type_into(it, "base_url", "https://me:secret@host/v1")
        await it.press("ctrl+r")
        await it.until(lambda: bool(launcher.asked))
    assert "secret" not in path.read_text()
    assert Keeper(path).kept.form == {"benchmark": "humaneval", "model": "test/m"}
    async with launching() as (it, launcher):
        it.app.keeper = Keeper(path)
        await it.press("n", "ctrl+r")
        await it.until(lambda: bool(launcher.asked))
    assert launcher.asked == [NewRun(benchmark="humaneval", model="test/m")]


def test_a_damaged_file_is_set_aside_and_told(tmp_path: Path) -> None:
    path = tmp_path / "screen.json"
    path.write_bytes(b"\xff{" + b"[" * 50_000)
    keeper = Keeper(path)
    assert "screen.bad" in keeper.trouble
    assert path.with_suffix(".bad").exists()
    keeper.keep(theme="perftui-safe")
    assert Keeper(path).kept.theme == "perftui-safe"
    assert not Keeper(path).trouble


def test_what_another_process_changed_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "screen.json"
    one, other = Keeper(path), Keeper(path)
    one.keep(theme="perftui-light")
    other.keep(sort="gain")
    assert (Keeper(path).kept.theme, Keeper(path).kept.sort) == ("perftui-light", "gain")
    one.keep(theme="perftui-dark")
    assert (Keeper(path).kept.theme, Keeper(path).kept.sort) == ("perftui-dark", "gain")


def _keep(path: Path, field: str) -> None:
    for number in range(50):
        Keeper(path).keep(sizes={field: number / 100})


def test_a_file_that_many_write_is_never_half_of_one(tmp_path: Path) -> None:
    path = tmp_path / "screen.json"
    context = multiprocessing.get_context("fork")
    others = [context.Process(target=_keep, args=(path, name)) for name in "abc"]
    for other in others:
        other.start()
    while any(other.is_alive() for other in others):
        if path.exists():
            msgspec.json.decode(path.read_bytes())
    for other in others:
        other.join()
        assert other.exitcode == 0
    assert not Keeper(path).trouble


def test_the_file_is_the_persons_own(tmp_path: Path) -> None:
    path = tmp_path / "state" / "screen.json"
    Keeper(path).keep(theme="perftui-light")
    assert path.stat().st_mode & 0o777 == 0o600
