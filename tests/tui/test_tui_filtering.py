from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.tui.filtering import FIELDS, read_filter
from perftui.tui.glyphs import Glyphs
from perftui.tui.rows import ProblemRow, RowMaker
from tests.tui.fakes import NOW, FakeSession, full_run


def rows() -> list[ProblemRow]:
    from perftui.tui.feed import Feed

    feed = Feed(FakeSession(full_run()), glyphs=Glyphs(), clock=lambda: NOW)
    while feed.poll() or feed.loading:
        pass
    return RowMaker().rows(feed.picture())


def keys(text: str) -> list[str]:
    return [row.key.removeprefix("HumanEval/") for row in read_filter(text).rows(rows())]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", [str(n) for n in range(14)]),
        ("status:wrong", ["4"]),
        ("gain:>2", ["0"]),
        ("gain:>2x", ["0"]),
        ("seed:>=12", ["0"]),
        ("is:held", ["10"]),
        ("is:flagged", ["3"]),
        ("tests:<7 is:failed", ["3", "4"]),
        ("-is:running !status:waiting is:solved", ["0", "1"]),
        ("slowest:>90%", ["1"]),
        ("LONGEST", ["2"]),
        ("id:humaneval/1", ["1", "10", "11", "12", "13"]),
    ],
)
def test_a_filter_means_these_rows(text: str, meant: list[str]) -> None:
    assert keys(text) == meant


@pytest.mark.parametrize(
    ("text", "said"),
    [("colour:red", "no such field"), ("gain:fast", "a number"), ("is:happy", "one of"), ("sort:", "one of")],
)
def test_a_mistake_is_told_and_ignored(text: str, said: str) -> None:
    found = read_filter(f"{text} is:held")
    assert said in found.mistakes[0]
    assert [row.key for row in found.rows(rows())] == ["HumanEval/10"]


def test_sorted_sorts_by_gain_and_sort_by_a_field() -> None:
    assert read_filter("sorted").sort == "gain"
    assert read_filter("sort:long").sort == "longest"
    assert read_filter("gain:>1").sort is None


words = st.one_of(
    st.text(max_size=12),
    st.builds("{}{}:{}{}".format, st.sampled_from(["", "-", "!"]), st.sampled_from(FIELDS),
              st.sampled_from(["", ">", "<=", "="]), st.text(max_size=5)),
    st.builds("{}:>{}".format, st.sampled_from(FIELDS), st.integers(0, 99)),
)  # fmt: skip
ROWS = rows()


@given(st.lists(words, max_size=4).map(" ".join))
def test_any_text_is_a_filter(text: str) -> None:
    kept = read_filter(text).rows(ROWS)
    assert set(map(id, kept)) <= set(map(id, ROWS))


@given(words.filter(lambda word: len(word.split()) == 1 and word[0] not in "-!"))
def test_a_word_and_its_opposite_share_the_rows_out(word: str) -> None:
    plain, turned = read_filter(word), read_filter(f"-{word}")
    if plain.tests and len(plain.tests) == 1 and len(turned.tests) == 1:
        assert len(plain.rows(ROWS)) + len(turned.rows(ROWS)) == len(ROWS)
