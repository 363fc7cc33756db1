"""Keys of a person's own, what is kept between starts, themes, and what is worth a notification."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from textual.color import Color
from textual.theme import Theme

from perftui.errors import BadInputError
from perftui.events import model as ev
from perftui.events.reduce import replay
from perftui.tui.glyphs import FLAGGED, OUTCOMES, STAGES, STATUSES
from perftui.tui.kept import Keeper
from perftui.tui.keymap import bindings, check_keymap
from perftui.tui.noticing import Noticing
from perftui.tui.themes import THEMES
from tests.tui.conftest import Drive
from tests.tui.fakes import NOW, RUN, full_run


def test_every_binding_has_an_id_of_its_own_and_words() -> None:
    found = bindings()
    assert len(found) > 60
    assert all(bound.words and bound.keys for bound in found)


def test_other_keys_are_checked() -> None:
    check_keymap({"run.pause": "ctrl+b", "list.down": "down,n"}, "config.toml")
    with pytest.raises(BadInputError, match=r"config.toml: run.puase: there is no such key"):
        check_keymap({"run.puase": "p"}, "config.toml")
    with pytest.raises(BadInputError, match="is no key"):
        check_keymap({"run.pause": "the big one"}, "config.toml")


async def test_another_key_does_it_and_the_footer_says_so(drive: Drive) -> None:
    async with drive() as it:
        it.app.set_keymap({"run.pause": "ctrl+b"})
        it.app.screen.refresh_bindings()
        await it.settle()
        await it.press("ctrl+b")
        assert [type(command).__name__ for command in it.session.commands] == ["Pause"]


def test_what_is_kept_outlives_a_start_and_a_broken_file_is_none(tmp_path: Path) -> None:
    path = tmp_path / "state" / "screen.json"
    keeper = Keeper(path)
    keeper.keep(theme="perftui-safe")
    assert Keeper(path).kept.theme == "perftui-safe"
    path.write_text("{not json")
    assert Keeper(path).kept.theme == ""
    path.write_bytes(msgspec.json.encode({"version": 99, "theme": "x"}))
    assert Keeper(path).kept.theme == ""


def test_a_state_that_cannot_be_written_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    keeper = Keeper(tmp_path / "file" / "screen.json")
    keeper.keep(theme="perftui-light")
    assert keeper.kept.theme == "perftui-light"


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_text_has_enough_contrast(theme: Theme) -> None:
    background = Color.parse(theme.background)
    for name in ("foreground", "primary", "accent", "success", "warning", "error"):
        colour = Color.parse(getattr(theme, name))
        light, dark = sorted((_luminance(colour), _luminance(background)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, name


def _luminance(colour: Color) -> float:
    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b)


def test_outcomes_and_states_are_told_apart_without_colour() -> None:
    for table in (OUTCOMES, STAGES, STATUSES):
        marks = [glyph.mark for glyph in table.values()]
        assert len(set(marks)) == len(marks)
    assert len({glyph.plain for glyph in OUTCOMES.values()}) == len(OUTCOMES)
    assert FLAGGED.plain.isascii()


def test_each_matter_is_told_once_and_the_past_is_no_news() -> None:
    noticing = Noticing()
    past = full_run()
    state = replay(past)
    assert noticing.news(state) == []
    assert noticing.news(state) == []
    ended = replay([*past, ev.RunEnded(seq=900, run=RUN, at=NOW, how="done")])
    assert [one.matter.split()[0] for one in noticing.news(ended)] == ["ended"]
    assert noticing.news(ended) == []


def test_a_first_win_is_told_where_it_happens_while_one_looks() -> None:
    noticing = Noticing()
    events = full_run()
    noticing.news(replay(events[:1]))
    assert any("first win" in one.text for one in noticing.news(replay(events)))
