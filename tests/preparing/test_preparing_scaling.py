from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.preparing.material import expression_program, is_expression
from perftui.preparing.scaling import LEAST_LENGTH, scaled


@pytest.mark.parametrize(
    ("expression", "factor", "expected"),
    [
        ("[[i % 3 for i in range(10000)], 10000]", 4, "[[i % 3 for i in range(40000)], 40000]"),
        ("['a' * 9999 + 'Y']", 2, "['a' * 19998 + 'Y']"),
        ("[[0] * 10000, 9999, 10001]", 2, "[[0] * 20000, 19999, 20001]"),
        ("[[(i, 'x' * 3) for i in range(1, 100)]]", 10, "[[(i, 'x' * 3) for i in range(1, 1000)]]"),
        ("[5000]", Fraction(1, 4), "[1250]"),
        ("[[1, 2, 3], 5000]", 2, "[[1, 2, 3], 10000]"),
    ],
)
def test_lengths_are_multiplied_wherever_they_stand(expression: str, factor: Fraction, expected: str) -> None:
    assert scaled(expression, Fraction(factor)) == expected


@pytest.mark.parametrize(
    "expression",
    ["['abc']", "[3, 4]", "[", "x =", "[[1, 2]]", "(" * 500 + ")" * 500, "[True * 100]", "\0", "['\ud800']"],
)
def test_what_has_no_length_stays_as_it_is(expression: str) -> None:
    assert scaled(expression, Fraction(4)) is None


@pytest.mark.parametrize(
    "expression",
    [
        f"[{'1+' * 800}1, list(range(100))]",
        f"[0x{'f' * 6000}, list(range(100))]",
        f"[{'1,' * 60_000} list(range(100))]",
    ],
)
def test_what_cannot_be_written_again_stays_as_it_is(expression: str) -> None:
    assert scaled(expression, Fraction(4)) is None


def test_lengths_stay_within_bounds() -> None:
    assert scaled("[list(range(9_000_000))]", Fraction(4)) is None
    assert scaled("[list(range(20))]", Fraction(1, 64)) is None


@given(st.integers(LEAST_LENGTH, 10_000), st.integers(1, 64))
def test_larger_and_back_again_is_the_same(length: int, factor: int) -> None:
    text = f"[['x'] * {length}, {length}]"
    larger = scaled(text, Fraction(factor))
    assert larger is not None
    assert scaled(larger, Fraction(1, factor)) == text


def test_a_program_of_expressions_gives_each_of_them() -> None:
    namespace: dict[str, object] = {}
    exec(expression_program(["[1, 2]  # one", " math.floor(2.5)", "(3,)"]), namespace)
    make = namespace["make_input"]
    assert callable(make)
    assert [make(place) for place in range(3)] == [[1, 2], 2, (3,)]


def test_only_expressions_are_taken_for_such() -> None:
    texts = ["[1]", " [1] ", "import os", "x = 1", "[1]; import os", "[1]\n)\nimport os\n(", "", "\0"]
    refused = ["await x", "f(a=1, a=2)", "[i async for i in x]"]
    assert [is_expression(text) for text in (*texts, *refused)] == [True, True, *[False] * 9]
