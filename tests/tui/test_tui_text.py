from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from perftui.tui import ratios
from perftui.tui.ascii import to_ascii
from perftui.tui.glyphs import OUTCOMES, STAGES, STATUSES, Glyphs, detect
from perftui.tui.text import LINE_LIMIT, TEXT_LIMIT, fit, plain_lines, spread, tail_lines, wrapped
from tests.tui.fakes import make_ratio

TEXTS = st.text(alphabet=st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=300)


@given(TEXTS, st.integers(8, 60), st.integers(0, 6))
def test_wrapped_rows_fit_and_lose_nothing_but_spaces(text: str, width: int, hang: int) -> None:
    rows = wrapped(Content(text), width, hang)
    assert all(row.cell_length <= width for row in rows)
    assert "".join(row.plain for row in rows).replace(" ", "") == text.replace(" ", "")


@given(TEXTS, st.integers(1, 60))
def test_a_fitted_text_takes_exactly_its_cells(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width


@given(TEXTS, TEXTS, st.integers(1, 100))
def test_two_ends_of_a_line_never_make_it_too_long(left: str, right: str, width: int) -> None:
    assert spread(Content(left), Content(right), width).cell_length <= width


@given(TEXTS)
def test_ascii_takes_as_many_cells(text: str) -> None:
    plain = to_ascii(text)
    assert plain.isascii()
    assert len(plain) == cell_len(text)


@given(st.text(max_size=200))
def test_no_control_or_bidi_character_is_drawn(text: str) -> None:
    for line in plain_lines(text):
        assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u2066\u200f" for c in line)


def test_what_is_cut_from_a_huge_text_is_told() -> None:
    lines = plain_lines("x" * (TEXT_LIMIT * 3))
    assert sum(map(len, lines)) < TEXT_LIMIT
    assert any("400,000 characters are not shown" in line for line in lines)
    assert lines[0].endswith(f"… {TEXT_LIMIT * 3 // 4 - LINE_LIMIT:,} more")


def test_the_tail_of_a_growing_text_looks_at_its_end_only() -> None:
    assert tail_lines("a\n" * 1_000_000 + "end", 3) == ["a", "a", "end"]


def test_a_ratio_says_no_more_than_its_verdict() -> None:
    assert ratios.ratio(make_ratio(1.2)) == "1.20x [1.12–1.28]"
    assert ratios.ratio(make_ratio(1.02, "same")) == "same [0.95–1.09]"
    assert ratios.ratio(make_ratio(1.2, "unmeasured")) == "unmeasured"
    assert ratios.short_ratio(make_ratio(1.2, "unmeasured")) == "unmeas."
    assert ratios.ratio(None) == ratios.short_ratio(None) == "–"


def test_marks_are_one_cell_and_each_list_tells_them_apart_without_colour() -> None:
    for table in (OUTCOMES, STAGES, STATUSES):
        glyphs = list(table.values())
        assert all(cell_len(glyph.mark) == 1 and len(glyph.plain) == 1 and glyph.word for glyph in glyphs)
        assert all(glyph.plain.isascii() for glyph in glyphs)
        assert len({glyph.mark for glyph in glyphs}) == len(glyphs)
        assert len({glyph.plain for glyph in glyphs}) == len(glyphs)


@pytest.mark.parametrize(
    ("encoding", "environment", "plain"),
    [
        ("utf-8", {}, False),
        ("UTF8", {"PERFTUI_ASCII": "0"}, False),
        ("utf-8", {"PERFTUI_ASCII": "1"}, True),
        ("ascii", {}, True),
        (None, {}, True),
    ],
)
def test_ascii_is_used_where_it_is_asked_for_or_needed(
    encoding: str | None, environment: dict[str, str], plain: bool
) -> None:
    assert detect(encoding, environment).plain is plain


def test_bars_grow_with_their_share_and_never_vanish() -> None:
    for glyphs in (Glyphs(), Glyphs(plain=True)):
        widths = [len(glyphs.bar(share / 100, 20)) for share in range(101)]
        assert widths == sorted(widths)
        assert (widths[0], widths[1], widths[100]) == (0, 1, 20)
