from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.judging.compare import matches
from perftui.judging.matching import MOST_MATCHED, Effort, TooMuchError, canonical, same_items
from perftui.judging.nearness import approximate
from perftui.problems.model import Comparison, ComparisonKind
from perftui.values import Value, encode

NEAR = Comparison(kind="approximate", tolerance=1e-3)
RELATIVE = Comparison(kind="floats", relative=1e-7)
FLAT = Comparison(kind="floats", tolerance=1e-3)
UNORDERED = Comparison(kind="unordered")
UNORDERED_NEAR = Comparison(kind="unordered", tolerance=1e-3)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
HASHABLE = st.recursive(
    LEAVES | st.complex_numbers(allow_nan=False),
    lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3),
    max_leaves=5,
)
VALUES = st.recursive(
    HASHABLE,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner)
        | st.sets(HASHABLE, max_size=3)
        | st.dictionaries(HASHABLE, inner, max_size=3)
    ),
    max_leaves=8,
)
SMALL = st.recursive(
    st.sampled_from([0, 1, True, 0.0, 0.0005, 1.0004, "a", None]),
    lambda inner: st.lists(inner, max_size=2) | st.tuples(inner, inner),
    max_leaves=4,
)


def same(expected: Value, got: Value, comparison: Comparison) -> bool:
    return matches(encode(expected), encode(got), comparison) is None


@given(
    VALUES, st.sampled_from([NEAR, Comparison(kind="floats", relative=1e-7), Comparison(kind="approximate")])
)
def test_a_value_is_near_itself(value: Value, comparison: Comparison) -> None:
    assert same(value, value, comparison)


@given(VALUES, VALUES)
def test_without_a_tolerance_near_is_equal(left: Value, right: Value) -> None:
    assert same(left, right, Comparison(kind="approximate")) == (left == right)


@given(SMALL, SMALL)
def test_near_and_unordered_are_symmetric(left: Value, right: Value) -> None:
    for comparison in (NEAR, Comparison(kind="approximate", relative=0.5)):
        assert same(left, right, comparison) == same(right, left, comparison)
    for comparison in (UNORDERED, UNORDERED_NEAR):
        assert same([left, right], [right, left], comparison)
        assert same([left], [right], comparison) == same([right], [left], comparison)


@given(st.lists(VALUES, max_size=5), st.randoms(use_true_random=False))
def test_order_does_not_count_and_number_does(items: list[Value], shuffle: random.Random) -> None:
    other = list(items)
    shuffle.shuffle(other)
    assert same(items, other, UNORDERED)
    assert same(tuple(items), other, UNORDERED_NEAR)
    assert not same(items, [*other, other[0] if other else None], UNORDERED)


@given(VALUES, VALUES)
def test_values_have_one_canonical_text_exactly_where_they_are_equal(left: Value, right: Value) -> None:
    assert (canonical(left) == canonical(right)) == (left == right)


@given(st.lists(VALUES, min_size=1, max_size=3), VALUES)
def test_several_right_outputs_are_each_right_and_nothing_else(right: list[Value], got: Value) -> None:
    first, *others = right
    comparison = Comparison(others=tuple(map(encode, others)))
    assert all(same(first, value, comparison) for value in right)
    assert same(first, got, comparison) == any(value == got for value in right)


FLOATS = st.floats(min_value=-100, max_value=100)


@given(st.lists(st.tuples(FLOATS, FLOATS), max_size=6), st.randoms(use_true_random=False))
def test_pairs_that_are_off_are_matched_in_any_order(points: list[Any], chance: random.Random) -> None:
    off = [[x + chance.uniform(-9e-4, 9e-4), y + chance.uniform(-9e-4, 9e-4)] for x, y in points]
    chance.shuffle(off)
    assert same([list(point) for point in points], off, UNORDERED_NEAR)
    assert not same([list(point) for point in points], [*off[:-1], [500.0, 0.0]], UNORDERED_NEAR)


@pytest.mark.parametrize(
    ("comparison", "expected", "passing", "failing"),
    [
        (NEAR, 1.0, [1.0, 1, True, 1.001, 0.9995, 1.0005 + 0j], [1.01, 2, "1.0", None, float("nan"), [1.0]]),
        (NEAR, 5, [5, 5.0, 5.0009], [6, 4, 5.1]),
        (NEAR, [1.0, (2.0, {"a": 3.0})], [[1.0005, (2, {"a": 3.0005})]], [[1.0, [2.0, {"a": 3.0}]], [1.0]]),
        (NEAR, {1.0, "a"}, [{"a", 1.0005}, frozenset({1.0, "a"})], [{1.0}, {"b", 1.0}, {1.1, "a"}]),
        (NEAR, {1.0: 2.0}, [{1: 2.0005}], [{1.0005: 2.0}, {}]),
        (NEAR, float("inf"), [float("inf")], [1e308, float("-inf"), float("nan")]),
        (NEAR, 10**400, [10**400], [10**400 + 1, 1e308]),
        (NEAR, -0.0, [0.0, 0, -0.0005], []),
        (Comparison(kind="approximate", relative=0.01), 100.0, [101.0, 99.0], [102.0, -100.0]),
        (Comparison(kind="approximate", relative=0.01), float("inf"), [float("inf")], [1.0]),
        (FLAT, 1.0, [1.0005, 1], [1.01, (1.0,)]),
        (FLAT, 0.0001, [0.0002], [0]),
        (
            Comparison(kind="floats", tolerance=1e-3),
            [1.0, 2.0],
            [[1.0005, 2], [1, 2]],
            [(1.0005, 2.0), [1.0]],
        ),
        (FLAT, [1.0, "a"], [[1, "a"]], [[1.0005, "a"]]),
        (FLAT, 7, [7, 7.0], [7.0005]),
        (UNORDERED, [1, 2, 2], [[2, 1, 2], (2, 2, 1), [2.0, True, 2]], [[1, 2], [1, 1, 2], {1, 2}, "122", 5]),
        (UNORDERED, [[1], {"a": [2]}], [[{"a": [2]}, [1]]], [[{"a": [1]}, [2]], [(1,), {"a": [2]}]]),
        (UNORDERED, {1, 2}, [[2, 1]], [[1, 2, 2]]),
        (UNORDERED, [], [[], (), set()], [None, [None]]),
        (UNORDERED_NEAR, [1.0, 2.0], [[2.0005, 1.0005]], [[2.0, 2.0], [1.0]]),
        (Comparison(kind="equal-as-set"), {1, 2}, [[2, 1, 1], (1, 2), {1, 2}], [[1], 5, None, "12"]),
        (Comparison(kind="not-none"), True, [True, 1, 0, "", [None]], [None, False]),
        (Comparison(kind="not-none"), False, [None, False], [True, 0, "a"]),
    ],
)
def test_each_tolerant_comparison_has_its_own_rule(
    comparison: Comparison, expected: Value, passing: list[Value], failing: list[Value]
) -> None:
    assert [got for got in passing if not same(expected, got, comparison)] == []
    assert [got for got in failing if same(expected, got, comparison)] == []


@pytest.mark.parametrize("kind", ["approximate", "floats", "unordered", "equal-as-set"])
def test_a_nan_is_near_nothing(kind: ComparisonKind) -> None:
    nan = float("nan")
    assert not same([nan], [nan], Comparison(kind=kind, tolerance=1.0))


@pytest.mark.parametrize("kind", ["true", "not-none"])
def test_an_object_that_is_no_plain_data_is_there_and_counts_as_true(kind: ComparisonKind) -> None:
    assert matches("true", '{"o":"Match"}', Comparison(kind=kind)) is None
    assert matches("false", '{"o":"Match"}', Comparison(kind="not-none")) is not None


@pytest.mark.parametrize(
    ("comparison", "expected", "got", "reason"),
    [
        (NEAR, 1.5, 2, "returned 2, expected 1.5 within 0.001"),
        (
            Comparison(kind="floats", tolerance=1e-6, relative=1e-7),
            1.5,
            2.0,
            "returned 2.0, expected 1.5 within 1e-06 and 1e-07 of the value",
        ),
        (UNORDERED, [1, 2], [3], "returned [3], expected the items of [1, 2] in any order"),
        (Comparison(kind="equal-as-set"), {1}, [2], "returned [2], expected the items of {1} as a set"),
        (Comparison(kind="not-none"), True, None, "returned None, expected a value that is not None"),
        (Comparison(others=("2",)), 1, 3, "returned 3, expected 1, or another"),
        (Comparison(others=("2", "4")), 1, 3, "returned 3, expected 1, or one of 2 others"),
        (Comparison(kind="equal-as-set"), {1}, [[2]], "returned [[2]]: unhashable type: 'list', so it is no"),
    ],
)
def test_tolerant_comparisons_tell_what_they_wanted(
    comparison: Comparison, expected: Value, got: Value, reason: str
) -> None:
    told = matches(encode(expected), encode(got), comparison)
    assert told is not None
    assert told.startswith(reason)


def test_an_exchange_of_partners_is_found() -> None:
    within = Comparison(kind="unordered", tolerance=1.0)
    # The first may go with either, the second only with what the first is paired with at first.
    assert same([{"x": 1.0}, {"x": 0.0}], [{"x": 0.5}, {"x": 1.8}], within)
    assert not same([{"x": 1.0}, {"x": 0.0}], [{"x": 1.9}, {"x": 1.8}], within)


def test_matching_is_bounded_whatever_the_output_is() -> None:
    calls = 0

    def counted(expected: Value, got: Value) -> bool:
        nonlocal calls
        calls += 1
        return approximate(expected, got, UNORDERED_NEAR)

    def items(shift: float, count: int) -> list[Value]:
        return [{"x": number + shift} for number in range(count)]

    def matched(expected: list[Value], got: list[Value]) -> bool:
        return same_items(expected, got, UNORDERED_NEAR, counted, Effort())

    assert matched(items(0.0, MOST_MATCHED), items(0.0005, MOST_MATCHED))
    assert calls <= MOST_MATCHED**2
    with pytest.raises(TooMuchError, match="too many to be matched"):
        matched(items(0.0, 2_000), items(0.0005, 2_000))
    assert matched(items(0.0, 2_000), items(0.0, 2_000)[::-1])
    assert calls <= MOST_MATCHED**2
    told = matches(encode(items(0.0, 2_000)), encode(items(0.0005, 2_000)), UNORDERED_NEAR)
    assert told is not None
    assert told.endswith("2,000 items that differ are too many to be matched with a tolerance")


def test_sets_in_sets_share_one_bound() -> None:
    def nested(depth: int, shift: float) -> Value:
        if not depth:
            return 0.5 + shift
        inner = nested(depth - 1, shift)
        return frozenset({(depth, inner), (inner, "x"), ("y", depth, inner)})

    assert same(nested(4, 0.0), nested(4, 1e-4), NEAR)
    told = matches(encode(nested(9, 0.0)), encode(nested(9, 1.0)), NEAR)
    assert told is not None
    assert told.endswith("too many to be matched with a tolerance")


def test_floats_of_any_number_are_matched_by_their_order() -> None:
    numbers = [number / 7 for number in range(5_000)]
    assert same(numbers, [number + 0.0005 for number in reversed(numbers)], UNORDERED_NEAR)
    assert not same(numbers, [number + 0.01 for number in numbers], UNORDERED_NEAR)


def test_items_whose_hashes_collide_do_not_slow_the_count_down() -> None:
    colliding: list[Value] = [number * (2**61 - 1) for number in range(1, 5_000)]
    assert same(colliding, colliding[::-1], UNORDERED)
    told = matches(encode({1}), encode(colliding[:500]), Comparison(kind="equal-as-set"))
    assert told is not None
    assert "items share one hash" in told


@pytest.mark.parametrize(
    ("expected", "got", "passes"),
    [
        ("1.0 2.5", "1.0000001 2.5", True),
        ("1.0", "1", True),
        ("x 1e3", "x  1000.0", True),
        ("1.0", "1.1", False),
        ("1000000000000", "1000000000001", False),
        ("007", "7", True),
        ("1.0 a", "1.0 b", False),
        ("1.0 2.0", "1.0", False),
        ("1.0", "1.0\n1.0", False),
        ("nan", "nan", True),
        ("nan", "1.0", False),
        ("1e999", "inf", False),
        ("٣", "3", False),
    ],
)
def test_printed_numbers_may_be_off_by_a_tolerance(expected: str, got: str, *, passes: bool) -> None:
    within = Comparison(kind="text", tolerance=1e-6, relative=1e-6)
    assert (matches(expected, got, within) is None) is passes
    assert (matches(got, expected, within) is None) is passes
    if expected != got:
        assert matches(expected, got, Comparison(kind="text")) is not None


def test_a_printed_number_of_endless_digits_is_text() -> None:
    within = Comparison(kind="text", tolerance=1.0)
    assert matches("9" * 100_000, "9" * 99_999 + "8", within) is not None
