from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.judging.compare import matches, matches_by_digest
from perftui.problems.model import Comparison
from perftui.values import encode

FUNCTION = Comparison(kind="apps")
PROGRAM = Comparison(kind="apps-text")
JSON = Comparison(kind="json", tolerance=1e-6)
WORDS = st.sampled_from(["1", "2", "1.00004", "YES", "NO", "nan", "x"])
LINES = st.lists(st.lists(WORDS, min_size=1, max_size=3).map(" ".join), max_size=4)


def returned(expected: object, got: object, comparison: Comparison = FUNCTION) -> bool:
    return matches(encode(expected), encode(got), comparison) is None


def printed(expected: str, got: str) -> bool:
    return matches(expected, got, PROGRAM) is None


@pytest.mark.parametrize(
    ("expected", "got", "accepted"),
    [
        (5, 5, True),
        ([5], 5, True),
        ([5], [5], True),
        ([[1, 2]], [1, 2], True),
        ([1, 2], (1, 2), True),
        ([[1, 2]], (1, 2), True),
        ([[[1, 2], [3, 4]]], [(1, 2), (3, 4)], True),
        ([[[1, 2], [3, 4]]], ((1, 2), (3, 4)), True),
        ([[1, 2], [3, 4]], [(1, 2), (3, 4)], False),
        ([[[1, 2], [3, 4]]], [[1, 2], (3, 4)], False),
        ([[[1, 2], 3]], [(1, 2), 3], False),
        ([1.0], 1.0000001, False),
        ([], 0, False),
        ([True], 1, True),
        ([None], None, True),
        ([None], 5, False),
        ([None], [5], False),
        ([None, 1], "x", False),
        ("a", "b", False),
        ({"1": 2}, {"1": 2}, True),
        ([{1: 2}], {1: 2}, True),
    ],
)
def test_what_a_function_returns(expected: object, got: object, accepted: bool) -> None:
    assert returned(expected, got) is accepted


@pytest.mark.parametrize(
    ("expected", "got", "accepted"),
    [
        ("1\n2\n", "1\n2", True),
        ("1\n2", "  1 \n\t2  \n\n", True),
        ("1\n\n2\n", "1\n2\n", True),
        ("1\n2\n", "1\n\n2\n", True),
        ("1\r\n2\r\n", "1\n2\n", True),
        ("1 2 3\n", "1  2 3\n", True),
        ("0.333333333\n", "0.33333334\n", True),
        ("0.333333333\n", "0.3339\n", False),
        ("100000\n", "100001\n", True),
        ("100000\n", "100002\n", False),
        ("1e5\n", "100000.0\n", True),
        ("a 1.0\n", "a 1.00001\n", False),
        ("1.0004 2\n", "2 1.0002\n", True),
        ("1.0004 2\n", "2 1.0006\n", False),
        ("nan\n", "nan\n", True),
        ("nan 1\n", "1.0 nan\n", False),
        ("inf\n", "Infinity\n", True),
        ("inf\n", "1e308\n", False),
        ("0 1\n", "-0 1\n", True),
        ("YES\nNO\n", "NO\nYES\n", True),
        ("NO\nYES\n", "YES\nNO\nYES\n", True),
        ("1 2\n", "2 1 1\n", True),
        ("1 2\n", "12\n", False),
        ("1 2\n3\n", "1 2 3\n", False),
        ("YES\n", "yes\n", False),
        ("", "", True),
        ("", "1\n", False),
        ("1\n", "", False),
    ],
)
def test_what_a_program_prints(expected: str, got: str, accepted: bool) -> None:
    assert printed(expected, got) is accepted


@given(LINES, st.randoms())
def test_the_order_of_lines_does_not_count_but_their_words_do(lines: list[str], chance: Any) -> None:
    shuffled = chance.sample(lines, len(lines))
    assert printed("\n".join(lines), "\n".join(shuffled))
    assert not printed("\n".join(lines), "\n".join([*shuffled, "another word"]))


@given(LINES, LINES)
def test_what_text_accepts_is_accepted(wanted: list[str], lines: list[str]) -> None:
    expected, got = "\n".join(wanted), " \n".join(lines) + "\n\n"
    if matches(expected, got, Comparison(kind="text")) is None:
        assert printed(expected, got)


@given(LINES, LINES)
def test_other_words_that_are_no_numbers_are_never_accepted(wanted: list[str], lines: list[str]) -> None:
    def words(text: list[str]) -> set[str]:
        return {word for line in text for word in line.split() if not word[0].isdigit()}

    if words(wanted) != words(lines):
        assert not printed("\n".join(wanted), "\n".join(lines))


def test_hostile_output_is_compared_in_time_that_grows_with_its_length() -> None:
    digits = "1" * 300_000
    assert not printed("1\n", digits)
    assert not printed("1 2\n", f"{digits} {digits}\n" * 3)
    assert not printed("x\n", "\n".join(f"{number} x" for number in range(200_000)))


def test_the_reason_is_that_of_the_line() -> None:
    assert matches("1\nx\n", "1\ny\n", PROGRAM) == "line 2: printed 'y', expected 'x'"
    assert matches("[5]", '{"o":"map"}', FUNCTION) == "returned a map object, not plain data"


def test_a_digest_tells_what_is_coded_the_same() -> None:
    coded = encode([1, 2])
    assert matches_by_digest(coded, sha256(coded.encode()).hexdigest(), FUNCTION)


@pytest.mark.parametrize(
    ("expected", "got", "accepted"),
    [
        ([1, [2, 3]], (1, (2, 3)), True),
        ({"a": [1]}, {"a": (1,)}, True),
        ([1.0], (1.0000001,), True),
        ([1.0], [1.1], False),
        ([1, 2], [2, 1], False),
        ("12", "1 2", False),
        (["a"], "a", False),
    ],
)
def test_a_tuple_is_a_list_where_what_is_expected_went_through_json(
    expected: object, got: object, accepted: bool
) -> None:
    assert returned(expected, got, JSON) is accepted
