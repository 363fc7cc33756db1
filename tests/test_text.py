from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.text import in_ascii, one_line, printable, shorten

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\u202eb", "a\\u202eb"),
        ("a\rb", "a\\x0db"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("line\r\nline\tend", "line\nline\tend"),
        ("naïve 中文", "naïve 中文"),
        ("\u2028", "\\u2028"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_as_its_escape(hostile: str, shown: str) -> None:
    assert printable(hostile) == shown


@given(ANY_TEXT)
def test_nothing_hidden_is_left(text: str) -> None:
    hidden = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert all(c in "\n\t" or unicodedata.category(c) not in hidden for c in printable(text))


@given(ANY_TEXT)
def test_what_is_printable_stays_as_it_is(text: str) -> None:
    once = printable(text)
    assert printable(once) == once


@given(ANY_TEXT, st.integers(min_value=0, max_value=50))
def test_one_line_is_one_line_within_its_limit(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= max(limit, 1)
    assert len(line.splitlines()) <= 1


def test_one_line_tells_that_something_was_cut() -> None:
    assert one_line("word " * 100, 20) == "word word word word…"
    assert one_line("  a \n b  ") == "a b"


def test_shorten_keeps_both_ends_and_tells_the_size() -> None:
    assert shorten("short", 10) == "short"
    shortened = shorten("a" * 500 + "b" * 500, 100)
    assert shortened.startswith("a" * 75 + " … 900 more characters … ")
    assert shortened.endswith("b" * 25)


def test_marks_and_bars_have_their_likes_in_ascii() -> None:
    assert in_ascii("a · b – 1 ██▎ 2…\n") == "a - b - 1 ##. 2...\n"
    assert in_ascii("naïve") == "na\\xefve"


@given(ANY_TEXT)
def test_what_is_in_ascii_can_be_shown_anywhere(text: str) -> None:
    assert in_ascii(text).isascii()
