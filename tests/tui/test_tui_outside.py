"""What matters is told outside the screen while nobody looks at it, and commands nothing there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.config import notify_setting
from perftui.errors import BadInputError
from perftui.events import model as ev
from perftui.events.reduce import replay
from perftui.tui.noticing import Noticing
from perftui.tui.outside import WAYS, Way, escape_of
from tests.tui.conftest import Drive
from tests.tui.fakes import NOW, RUN, full_run


@given(st.text(max_size=300), st.sampled_from(WAYS), st.booleans())
def test_no_text_ends_its_sequence_or_begins_another(text: str, way: Way, in_tmux: bool) -> None:
    written = escape_of(way, text, in_tmux=in_tmux)
    begun = {
        "off": "",
        "bell": "",
        "osc9": "\x1b]9;perftui: ",
        "osc777": "\x1b]777;notify;perftui;perftui: ",
    }[way]
    if in_tmux and begun:
        begun, tail = "\x1bPtmux;" + begun.replace("\x1b", "\x1b\x1b"), "\a\x1b\\"
    else:
        tail = "" if way == "off" else "\a"
    assert written.startswith(begun)
    assert written.endswith(tail)
    body = written[len(begun) : len(written) - len(tail)]
    assert all(" " <= character <= "~" and character != ";" for character in body)


@pytest.mark.parametrize(("looks", "told"), [(True, []), (False, ["the run is done"])])
async def test_it_is_told_only_while_nobody_looks(
    drive: Drive, monkeypatch: pytest.MonkeyPatch, looks: bool, told: list[str]
) -> None:
    heard: list[str] = []
    async with drive() as it:
        monkeypatch.setattr(it.app, "tell_outside", heard.append)
        it.app.app_focus = looks
        it.session.feed(ev.RunEnded(seq=900, run=RUN, at=NOW, how="done"))
        await it.settle()
    assert heard == told


def test_a_held_action_is_told_outside_alone() -> None:
    noticing = Noticing()
    events = full_run()
    noticing.news(replay(events[:1]))
    held = [one for one in noticing.news(replay(events)) if one.matter.startswith("held")]
    assert [(one.inside, "is held for you" in one.text) for one in held] == [(False, True)]


@pytest.mark.parametrize(
    ("tables", "environment", "text"),
    [
        ({}, {}, None),
        ({"screen": {"notify": "osc9"}}, {}, "osc9"),
        ({"screen": {"notify": "osc9"}}, {"PERFTUI_SCREEN_NOTIFY": "off"}, "off"),
    ],
)
def test_the_environment_wins_over_the_file(
    tables: dict[str, object], environment: dict[str, str], text: str | None
) -> None:
    setting = notify_setting(Path("c.toml"), tables, environment)
    assert (setting.text if setting is not None else None) == text


@pytest.mark.parametrize("table", [{"screen": 3}, {"screen": {"notfy": "bell"}}, {"screen": {"notify": []}}])
def test_a_table_that_cannot_be_used_says_where(table: dict[str, object]) -> None:
    with pytest.raises(BadInputError, match=r"c\.toml: screen"):
        notify_setting(Path("c.toml"), table, {})
