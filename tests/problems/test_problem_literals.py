from __future__ import annotations

import warnings
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from perftui.problems.expressions import ExpressionError
from perftui.problems.literals import coded_list
from perftui.values import decode

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.text(alphabet="'\"\\ ab,[](){}\n1é")
    | st.binary(max_size=3)
    | st.complex_numbers(allow_nan=False, allow_infinity=False)
)
HASHABLE = st.recursive(LEAVES, lambda inner: st.tuples(inner) | st.tuples(inner, inner), max_leaves=4)
VALUES = st.recursive(
    HASHABLE,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples()
        | st.tuples(inner)
        | st.tuples(inner, inner)
        | st.sets(HASHABLE, max_size=2)
        | st.dictionaries(HASHABLE, inner, max_size=2)
    ),
    max_leaves=8,
)


@given(st.lists(VALUES, max_size=4))
def test_a_list_is_read_as_python_writes_it(values: list[Any]) -> None:
    assert [decode(item) for item in coded_list(repr(values))] == values


@example("'\\8'")
@given(st.text(alphabet="[](),'\"\\ 0123456789.eE+-_abinfTrueset{}:\n#", max_size=30))
def test_whatever_is_read_quickly_is_read_as_python_reads_it(text: str) -> None:
    try:
        items = coded_list(f"[{text}]")
    except ExpressionError:
        return
    with warnings.catch_warnings():
        # Python warns of escapes that it does not know, and reads them all the same.
        warnings.simplefilter("ignore")
        values = eval(f"[{text}]", {"__builtins__": {"set": set}, "inf": float("inf")})
    assert repr([decode(item) for item in items]) == repr(values)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("[(1), (1,), ()]", [1, (1,), ()]),
        ("[(1 + 2), [3 * 2]]", [3, [6]]),
        ("[1_000, 0x10, 1., .5, 1e5]", [1000, 16, 1.0, 0.5, 1e5]),
        ("[12345678901234567890, -12345678901234567890]", [12345678901234567890, -12345678901234567890]),
        ("[1e400, inf, -inf]", [float("inf"), float("inf"), float("-inf")]),
        ("['a' 'b', b'c', 'it\\'s']", ["ab", b"c", "it's"]),
        ("[set(), {1}, {1: 2}, {}]", [set(), {1}, {1: 2}, {}]),
        ("[[1, 2,], (1, 2,),]", [[1, 2], (1, 2)]),
        ("[True, False, None]", [True, False, None]),
        ("[1,\n 2]  # two", [1, 2]),
        ("[]", []),
    ],
)
def test_forms_of_python(text: str, values: list[object]) -> None:
    assert repr([decode(item) for item in coded_list(text)]) == repr(values)


@pytest.mark.parametrize(
    "text",
    [
        "5",
        "(1, 2)",
        "[1",
        "[1]]",
        "[x]",
        "[open('a')]",
        "[(1]",
        "[" * 500 + "]" * 500,
        "[1, , 2]",
        "[,]",
        "[(,)]",
        "[1,,]",
    ],
)
def test_what_is_no_list_of_values_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        coded_list(text)
