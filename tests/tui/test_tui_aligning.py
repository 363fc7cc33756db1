from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from perftui.tui.panes.aligning import blocks, changed_words
from perftui.tui.panes.diff import change_count, diff_lines, hunks, split_lines

texts = st.lists(st.sampled_from(["a", "b", "c", "", "    x = 1", "    y = 2"]), max_size=30)


@given(texts, texts)
def test_blocks_cover_both_texts_and_what_is_equal_is(a: list[str], b: list[str]) -> None:
    found = blocks(a, b)
    assert [i for block in found for i in block.a] == list(range(len(a)))
    assert [j for block in found for j in block.b] == list(range(len(b)))
    for block in found:
        if block.tag == "equal":
            assert [a[i] for i in block.a] == [b[j] for j in block.b]


@given(texts)
def test_a_text_does_not_differ_from_itself(a: list[str]) -> None:
    assert all(block.tag == "equal" for block in blocks(a, a))


def test_a_line_that_moved_past_others_is_the_only_change() -> None:
    a = [f"line {n}" for n in range(3000)]
    b = [*a[:10], *a[11:2000], a[10], *a[2000:]]
    changed = [block for block in blocks(a, b) if block.tag == "change"]
    assert sum(len(block.a) + len(block.b) for block in changed) == 2


@given(st.text(alphabet="ab (),=", max_size=30), st.text(alphabet="ab (),=", max_size=30))
def test_without_the_words_that_differ_two_lines_are_the_same(old: str, new: str) -> None:
    of_old, of_new = changed_words(old, new)
    if of_old or of_new:
        rest_old = "".join(c for at, c in enumerate(old) if not any(at in span for span in of_old))
        rest_new = "".join(c for at, c in enumerate(new) if not any(at in span for span in of_new))
        assert rest_old == rest_new


def test_the_word_that_changed_is_marked_and_the_rest_is_not() -> None:
    assert changed_words("return bool(x)", "return any(x)") == ([range(7, 11)], [range(7, 10)])


def test_side_by_side_shows_both_programs_in_the_width_there_is() -> None:
    lines = split_lines("a = 1\nb = 2\nsame\n", "a = 1\nb = 3\nc = 4\nsame\n", 60)
    assert all(line.content.cell_length <= 60 for line in lines)
    assert ["b = 2" in line.content.plain and "b = 3" in line.content.plain for line in lines][1]
    unified = diff_lines("a = 1\nb = 2\nsame\n", "a = 1\nb = 3\nc = 4\nsame\n")
    assert change_count(lines) == change_count(unified)


def test_changes_are_found_by_where_they_begin() -> None:
    old = "\n".join(str(n) for n in range(30))
    new = old.replace("\n5\n", "\nfive\n").replace("\n20\n", "\ntwenty\n")
    lines = diff_lines(old, new)
    assert [lines[at].content.plain.strip()[-1:] for at in hunks(lines)] == ["5", "0"]
