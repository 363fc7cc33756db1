"""A program is known by the hash of its text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from perftui.refine.candidate import candidate_hash, normalised, program_key


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


def test_programs_that_differ_in_layout_and_comments_are_run_once() -> None:
    plain = "def f(x):\n    return x + 1\n"
    for same in (
        "def f(x):  # adds one\n    return x + 1\n",
        "def f( x ):\n\n    return (x+1)\n",
        "# a head\ndef f(x):\n        return x + 1",
    ):
        assert program_key(same) == program_key(plain)
    for other in ("def f(x):\n    return x + 2\n", "def f(x):\n    'doc'\n    return x + 1\n", "def f(x:\n"):
        assert program_key(other) != program_key(plain)
    assert program_key("1") != program_key("1.0") != program_key("True")


def test_what_cannot_be_parsed_is_known_by_its_text() -> None:
    assert program_key("def f(x:\n") == program_key("def f(x:   \n")
    assert program_key("def f(x:\n") != program_key("def g(x:\n")
    deep = "(" * 5_000 + ")" * 5_000
    assert program_key(deep) == program_key(deep + "\n")
