from __future__ import annotations

import pytest

from perftui.events.reduce import replay
from perftui.tui.chains import chain_glyphs
from perftui.tui.glyphs import Glyphs
from perftui.tui.panes.course import curve_lines, heat_lines
from tests.tui.fakes import full_run

STATE = replay(full_run()).problems["HumanEval/0"]
CHAIN = STATE.chains[0]
MARKS = chain_glyphs(STATE, CHAIN)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("width", [28, 36, 60, 120])
def test_a_plot_fits_its_width_and_is_ascii_where_it_must_be(width: int, plain: bool) -> None:
    glyphs = Glyphs(plain=plain)
    lines = [*curve_lines(CHAIN.rounds, MARKS, width, glyphs), *heat_lines(CHAIN.rounds, width, glyphs)]
    drawn = [line.content.plain for line in lines[1:-1]]
    assert all(len(text) <= width for text in drawn)
    if plain:
        assert all(text.isascii() for text in drawn[1:9])


def test_the_curve_rises_with_the_speed_and_shades_the_noise() -> None:
    lines = [line.content.plain for line in curve_lines(CHAIN.rounds, MARKS, 60, Glyphs(), chosen=2)]
    at = {mark: next(n for n, text in enumerate(lines) if mark in text) for mark in "●▲★"}
    assert at["★"] < at["▲"] < at["●"]
    assert "░" in lines[at["●"]]
    assert "★◂" in lines[at["★"]]
    assert lines[-1] == "░ noise, to 1.04x  │ interval  ◂ here"
    plain = curve_lines(CHAIN.rounds, MARKS, 30, Glyphs(plain=True), chosen=2)[-1].content.plain
    assert plain == ": noise, to 1.04x  | interval"


def test_the_heat_strip_says_when_the_slowest_test_moved() -> None:
    lines = [line.content.plain for line in heat_lines(CHAIN.rounds, 60, Glyphs(), chosen=2)]
    assert lines[-1] == "slowest: t3; moved to t1 in round 3"
    assert lines[-2].startswith(">round 3")
    assert "t3 96 %" in lines[2]


def test_nothing_is_drawn_of_nothing() -> None:
    assert curve_lines((), (), 60, Glyphs()) == []
    assert heat_lines((), 60, Glyphs()) == []
