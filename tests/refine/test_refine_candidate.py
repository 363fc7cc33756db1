"""A program is known by the hash of its text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from perftui.refine.candidate import candidate_hash, normalised


def test_line_ends_and_trailing_white_space_make_no_difference() -> None:
    plain = candidate_hash("x = 1\ny = 2\n")
    assert len(plain) == 64
    assert candidate_hash("x = 1\r\ny = 2") == plain
    assert candidate_hash("x = 1   \ny = 2\t\n\n\n") == plain
    assert candidate_hash("x = 1\ny = 3\n") != plain


def test_white_space_that_means_something_makes_a_difference() -> None:
    assert candidate_hash('x = """a \n"""') != candidate_hash('x = """a\n"""')
    assert candidate_hash("x = 1 \\\n + 1") != candidate_hash("x = 1 \\ \n + 1")
    assert candidate_hash("  x") != candidate_hash("x")
    assert candidate_hash('x = """a\r\n"""') == candidate_hash('x = """a\n"""'), "Python reads them alike"


def test_a_space_that_python_refuses_makes_a_difference() -> None:
    for space in ("\u00a0", "\u3000", "\x0b", "\x1c"):
        assert candidate_hash(f"x = 1{space}\ny = 2\n") != candidate_hash("x = 1\ny = 2\n")
        assert candidate_hash(f"x = 1{space}") != candidate_hash("x = 1")
    assert candidate_hash("x = 1 \f\n") == candidate_hash("x = 1"), "Python skips a form feed"


def test_a_lone_surrogate_has_a_hash() -> None:
    assert len(candidate_hash("x = '\ud800'")) == 64


@given(st.text())
def test_normalising_twice_changes_nothing(code: str) -> None:
    assert normalised(normalised(code)) == normalised(code)
    assert candidate_hash(normalised(code)) == candidate_hash(code)
