from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.judging.show import show_text, show_value
from perftui.values import Array, Opaque, Value, encode

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.integers(), inner),
    max_leaves=10,
)


@given(PLAIN)
def test_a_short_value_is_shown_as_python_writes_it(value: Value) -> None:
    shown = show_value(encode(value), 100_000)
    assert shown.isprintable()
    assert ast.literal_eval(shown) == value


@given(PLAIN, st.integers(min_value=0, max_value=200))
def test_a_shown_value_is_one_printable_line_of_bounded_length(value: Value, limit: int) -> None:
    shown = show_value(encode([value] * 5), limit)
    assert shown.isprintable()
    assert len(shown) < 10 * limit + 500


@pytest.mark.parametrize(
    ("value", "limit", "shown"),
    [
        ((1,), 50, "(1,)"),
        ((), 50, "()"),
        (set(), 50, "set()"),
        (frozenset(), 50, "frozenset()"),
        ({3, 1, 2}, 50, "{1, 2, 3}"),
        (frozenset({1}), 50, "frozenset({1})"),
        ({"a": [1, {}]}, 50, "{'a': [1, {}]}"),
        (Array((2,), [1, 2]), 50, "array([1, 2])"),
        (Array((2, 1), [1, 2]), 50, "array([1, 2], shape (2, 1))"),
        (Array((0,), []), 50, "array([])"),
        (Opaque("ma\x1bp"), 50, "<ma\\x1bp object>"),
        (list(range(1000)), 10, "[0, 1, 2, 3, … 996 more]"),
        ("a" * 1000, 10, "'aaaaaaaaaa'… (1,000 characters)"),
        (b"a" * 1000, 10, "b'aaaaaaaaaa'… (1,000 bytes)"),
        ([[["x" * 50]]], 8, "[[['xxxxxxxx'… (50 characters)]]]"),
        ("a'\n\u202e", 50, '"a\'\\n\\u202e"'),
        (-(10**30), 50, "-" + "1" + "0" * 30),
    ],
)
def test_what_is_cut_is_told_by_its_size(value: Value, limit: int, shown: str) -> None:
    assert show_value(encode(value), limit) == shown


@pytest.mark.parametrize("sign", [1, -1])
def test_a_huge_integer_is_shown_by_its_head_and_size(sign: int) -> None:
    shown = show_value(encode(sign * 16**100_000), 50)
    minus = "-" if sign < 0 else ""
    assert shown == f"{minus}0x8000000000000000… (an integer of about 120,413 digits)"


def test_a_set_without_an_order_is_shown_all_the_same() -> None:
    assert show_value(encode({1, "a"}), 50) in {"{1, 'a'}", "{'a', 1}"}


def test_what_is_no_value_is_shown_as_it_is() -> None:
    assert show_value("not \x1b coded", 50) == "not \\x1b coded"


def test_a_very_long_value_is_shown_as_it_is_coded() -> None:
    shown = show_value(encode([1] * 1_000_000), 10)
    assert shown == "[1,1,1,1,… (2,000,001 characters as coded)"


def test_printed_text_keeps_its_lines_and_both_ends() -> None:
    assert show_text("a\nb\x1b", 50) == "a\nb\\x1b"
    shown = show_text("a" * 10_000_000 + "z", 100)
    assert shown.startswith("aaa")
    assert shown.endswith("z")
    assert "more characters" in shown
    assert len(shown) < 200
