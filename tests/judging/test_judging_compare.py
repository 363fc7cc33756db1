from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.judging.compare import matches
from perftui.problems.model import PRINTED, Comparison, ComparisonKind
from perftui.values import Array, Opaque, Value, encode

EQUAL = Comparison()
FINITE = st.floats(allow_nan=False)
HASHABLE = st.recursive(
    st.none() | st.booleans() | st.integers() | FINITE | st.text() | st.binary(),
    lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3),
    max_leaves=6,
)
VALUES = st.recursive(
    HASHABLE,
    lambda inner: (
        st.lists(inner, max_size=3) | st.tuples(inner) | st.dictionaries(HASHABLE, inner, max_size=3)
    ),
    max_leaves=10,
)
KINDS: tuple[ComparisonKind, ...] = get_args(ComparisonKind)


def same(expected: Value, got: Value, comparison: Comparison = EQUAL) -> bool:
    return matches(encode(expected), encode(got), comparison) is None


@given(VALUES)
def test_a_value_equals_itself(value: Value) -> None:
    assert same(value, value)


@given(VALUES, VALUES)
def test_equality_is_that_of_python_both_ways(left: Value, right: Value) -> None:
    assert same(left, right) == same(right, left) == (left == right)


@given(st.lists(st.integers(), unique=True))
def test_the_order_of_a_set_does_not_count(items: list[int]) -> None:
    forward, backward = ('{"s":' + encode(order) + "}" for order in (items, items[::-1]))
    assert matches(forward, backward, EQUAL) is None


@given(st.text(), st.text(), st.sampled_from(KINDS))
def test_no_output_upsets_the_comparison(expected: str, got: str, kind: ComparisonKind) -> None:
    coded = expected if kind == "text" else encode(1.0 if kind == "close" else (expected,))
    reason = matches(coded, got, Comparison(kind=kind, tolerance=1.0))
    assert reason is None or reason.isprintable()


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (1, True),
        (1, 1.0),
        (0.0, -0.0),
        ({1: "a"}, {True: "a"}),
        (2**60, float(2**60)),
        ({1, 2}, frozenset({2, 1})),
    ],
)
def test_what_python_calls_equal_passes(expected: Value, got: Value) -> None:
    assert same(expected, got)


ROW = Array((2,), [1, 0.5])


@pytest.mark.parametrize(
    ("expected", "got", "kind", "fits"),
    [
        (ROW, Array((2,), [True, 0.5]), "equal", True),
        (ROW, Array((2,), [1, 0.25]), "equal", False),
        (ROW, Array((1, 2), [1, 0.5]), "equal", False),
        (ROW, [1, 0.5], "equal", False),
        ([1, 0.5], ROW, "equal", False),
        ([ROW], [ROW], "equal", True),
        (ROW, Array((2,), [1, 0.5 + 1e-9]), "approximate", True),
        (ROW, Array((2, 1), [1, 0.5 + 1e-9]), "approximate", False),
        (Array((2,), [1.0, 0.5]), Array((2,), [1.0, 0.5 + 1e-9]), "floats", True),
        (ROW, (1, 0.5), "equal-as-tuple", True),
        ((1, 0.5), ROW, "equal-as-tuple", True),
        ((1, 0.5), ROW, "equal-as-set", True),
        (Array((1, 2), [1, 0.5]), Array((1, 2), [1, 0.5]), "equal-as-set", False),
    ],
)
def test_an_array_equals_an_array_of_its_shape(
    expected: Value, got: Value, kind: ComparisonKind, *, fits: bool
) -> None:
    assert same(expected, got, Comparison(kind=kind, tolerance=1e-6)) is fits


@pytest.mark.parametrize(
    ("expected", "got", "reason"),
    [
        (5, 4, "returned 4, expected 5"),
        ([2, 1], [1, 2], "returned [1, 2], expected [2, 1]"),
        ((1, 2), [1, 2], "returned [1, 2], expected (1, 2)"),
        (1, None, "returned None, expected 1"),
        (float("nan"), float("nan"), "returned nan, expected nan"),
        ([float("nan")], [float("nan")], "returned [nan], expected [nan]"),
        ("a", b"a", "returned b'a', expected 'a'"),
        ([1], Opaque("map"), "returned a map object, not plain data"),
        ([1], [Opaque("map")], "returned [<map object>], expected [1]"),
        ("\x1b[31m", "\u202e", "returned '\\u202e', expected '\\x1b[31m'"),
    ],
)
def test_what_differs_is_told(expected: Value, got: Value, reason: str) -> None:
    assert matches(encode(expected), encode(got), EQUAL) == reason


def test_nothing_that_is_not_plain_data_equals_anything() -> None:
    opaque = '{"o":"map"}'
    for kind in set(KINDS) - {*PRINTED, "true", "not-none"}:
        assert matches(opaque, opaque, Comparison(kind=kind)) == "returned a map object, not plain data"
    assert matches(f"[{opaque}]", f"[{opaque}]", EQUAL) is not None


def test_a_string_that_looks_like_a_nan_or_an_object_equals_itself() -> None:
    for text in ("nan", '{"o":', '{"f":"nan"}'):
        assert same(text, text)


@pytest.mark.parametrize(
    ("comparison", "expected", "passing", "failing"),
    [
        (Comparison(kind="identical"), True, [True], [1, 1.0, "True", None]),
        (Comparison(kind="identical"), None, [None], [False, 0, ""]),
        (
            Comparison(kind="close", tolerance=0.5),
            2,
            [2, 2.4, 1.6, True + 1, 2 + 0.1j],
            [2.5, 1.5, float("nan"), float("inf"), "2", None, [2], 10**400],
        ),
        (Comparison(kind="close", tolerance=0.5), 10**400, [10**400], [2.0, 10**400 + 1]),
        (Comparison(kind="true"), True, [True, 1, "a", [0], float("nan")], [False, 0, "", [], None]),
        (Comparison(kind="false"), False, [False, 0, "", [], None], [True, 1, "a", [0]]),
        (
            Comparison(kind="equal-as-tuple"),
            (1, 2),
            [(1, 2), [1, 2], {1: 0, 2: 0}, b"\x01\x02"],
            [[2, 1], [1], 5, None, "12"],
        ),
    ],
)
def test_each_comparison_has_its_own_rule(
    comparison: Comparison, expected: Value, passing: list[Value], failing: list[Value]
) -> None:
    assert [got for got in passing if not same(expected, got, comparison)] == []
    assert [got for got in failing if same(expected, got, comparison)] == []


@pytest.mark.parametrize(
    ("comparison", "expected", "got", "reason"),
    [
        (Comparison(kind="identical"), True, 1, "returned 1, expected True itself"),
        (Comparison(kind="close", tolerance=1e-6), 1.5, 2, "returned 2, expected 1.5 within 1e-06"),
        (Comparison(kind="true"), True, [], "returned [], expected a value that counts as true"),
        (Comparison(kind="equal-as-tuple"), (1,), [2], "returned [2], expected the items of (1,)"),
    ],
)
def test_each_comparison_tells_what_it_wanted(
    comparison: Comparison, expected: Value, got: Value, reason: str
) -> None:
    assert matches(encode(expected), encode(got), comparison) == reason


@pytest.mark.parametrize(
    ("got", "reason"),
    [
        ("", "the output cannot be read: not a coded value"),
        ("[1", "the output cannot be read: not a coded value"),
        ('{"x":1}', "the output cannot be read: an object must have one known key"),
        ("[" * 30_000 + "]" * 30_000, "the output cannot be read: "),
        ("[" * 250 + "]" * 250, "the output cannot be read: nested too deeply"),
        (
            '{"s":[' + ",".join(f'{{"i":"{k * (2**61 - 1):x}"}}' for k in range(1, 500)) + "]}",
            "the output cannot be read: over 64 items share one hash",
        ),
        ("[" + "1," * 100_000 + "1]", "returned a value 200,003 bytes long, expected [1]"),
    ],
    ids=["empty", "cut", "unknown", "far too deep", "too deep", "colliding", "long"],
)
def test_hostile_outputs_are_refused_with_a_reason(got: str, reason: str) -> None:
    told = matches("[1]", got, EQUAL)
    assert told is not None
    assert told.startswith(reason)
    assert told.isprintable()


def test_a_huge_integer_is_never_written_in_decimal() -> None:
    reason = matches(encode(7**100_000), encode(7**100_000 + 1), EQUAL)
    assert reason is not None
    assert reason.count("an integer of about 84,510 digits") == 2
    assert same(7**100_000, 7**100_000)


def test_a_float_and_the_integer_it_equals_are_equal_at_any_length() -> None:
    huge = [2**1023] * 2_000
    assert same([float(2**1023)] * 2_000, huge)
    assert same(huge, [float(2**1023)] * 2_000)


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("3\n", "3"),
        ("3", "3 \n\n"),
        ("1\r\n2\r\n", "1\n2"),
        ("a  \nb", "a\nb\t\n \n"),
        ("", "\n"),
        ("a\n\nb", "a\n \nb"),
    ],
)
def test_white_space_at_the_end_of_printed_lines_does_not_count(expected: str, got: str) -> None:
    assert matches(expected, got, Comparison(kind="text")) is None
    assert matches(got, expected, Comparison(kind="text")) is None


@pytest.mark.parametrize(
    ("expected", "got", "reason"),
    [
        ("5", "", "printed nothing, expected 1 line"),
        ("1\n2", "\n", "printed nothing, expected 2 lines"),
        ("1\n2\n3", "1\n4\n3", "line 2: printed '4', expected '2'"),
        ("a", " a", "line 1: printed ' a', expected 'a'"),
        ("1\n2", "1", "printed 1 line, expected 2 lines; missing is '2'"),
        ("1", "1\n2\n3", "printed 3 lines, expected 1 line; too much is '2'"),
        ("", "x", "printed 1 line, expected 0 lines; too much is 'x'"),
        ("a", "\x1b[2J", "line 1: printed '\\x1b[2J', expected 'a'"),
    ],
)
def test_what_differs_in_printed_text_is_told(expected: str, got: str, reason: str) -> None:
    assert matches(expected, got, Comparison(kind="text")) == reason
