from __future__ import annotations

import ast
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.problems.expressions import ExpressionError, evaluate
from perftui.text import one_line
from perftui.values import encode

LITERALS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text() | st.integers(), inner)
    ),
    max_leaves=20,
)


@given(LITERALS)
def test_a_literal_is_what_python_reads(value: object) -> None:
    text = repr(value)
    assert evaluate(text) == ast.literal_eval(text)
    assert encode(evaluate(text)) == encode(value)


@pytest.mark.parametrize(
    "expression",
    [
        "3 * 19",
        "2.0 / 3.0",
        "1 ** 0",
        "2 ** -1",
        "-5 // 2 % 3",
        "1 << 10 | 3 & 2 ^ 1",
        "{1, 2, 3} - {2} | {9}",
        "'ab' + 'cd' * 2",
        "[1] * 5 + [2]",
        "2 * (1, 2)",
        "not 3 or 4 and 5",
        "1 < 2 < 3 != 4",
        "1 < 3 < 2",
        "2 in [1, 2] and 3 not in (1, 2) and None is None and [] is not None",
        "1 if [] else 2",
        "'abcdef'[1:5:2] + 'xyz'[-1]",
        "{'a': [1, 2]}['a'][0]",
        "[i * 7919 % 10007 for i in range(2000)]",
        "[(i, j) for i in range(4) if i % 2 for j in range(i) if j]",
        "[[0] * 3 for _ in range(3)]",
        "{i: chr(97 + i) for i in range(5)}",
        "{i % 3 for i in range(10)}",
        "{k: v for k, v in zip('abc', range(3))}",
        "[x for x in [y for y in range(5)] if x]",
        "[x + y for x, (y, z) in [(1, (2, 3))]]",
        "sum(i * i for i in range(10))",
        "' '.join(f'{i}:{i * i}' for i in range(5))",
        "'a,b'.split(',') + 'a b'.split()",
        "[*range(3), *'ab'], (*[1], 2)",
        "sorted([3, 1, 2], reverse=True) + sorted('ba')",
        "list(reversed(range(3))) + list(enumerate('ab', 1))",
        "max(1, 5, 3) + min([4, 2]) + len('abc') + abs(-3) + ord('a')",
        "int('ff', 16) + int(3.7) + round(2.567, 2) + round(2.5) + float('1.5')",
        "divmod(17, 5) + (pow(2, 10), pow(3, 100, 7))",
        "dict([(1, 2)]), dict(), set('aa'), frozenset([1]), tuple('ab'), complex(1, 2), bool([]), str(1.5)",
        "b'ab' + b'c'",
        "1j * 1j",
    ],
)
def test_a_computation_is_what_python_makes_of_it(expression: str) -> None:
    assert evaluate(expression) == eval(expression)


def test_a_comprehension_keeps_its_names_to_itself() -> None:
    assert evaluate("[[i for i in range(i)] for i in range(3)]") == [[], [0], [0, 1]]
    with pytest.raises(ExpressionError, match="unknown name `i`"):
        evaluate("[i for i in range(3)] + [i]")
    with pytest.raises(ExpressionError, match="unknown name `j`"):
        evaluate("[j for i in range(3) if [j for j in range(i)]]")


def test_not_a_number_can_be_written() -> None:
    value = evaluate("float('nan')")
    assert isinstance(value, float)
    assert math.isnan(value)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "1 +",
        "1; 2",
        "x = 1",
        "a b",
        "__import__('os')",
        "open('/etc/passwd')",
        "().__class__",
        "(1).real",
        "'a'.format(1)",
        "[].append(1)",
        "lambda: 1",
        "(x := 1)",
        "f'{1:>100}'",
        "f'{1!r}'",
        "...",
        "[1][0](2)",
        "range(*[1], **{})",
        "{**{1: 2}}",
        "range",
        "'%s' % 1",
        "[1] - [2]",
        "'a' * 'b'",
        "1 @ 2",
        "-'a'",
        "1[0]",
        "sum([[1]])",
        "len(5)",
        "list(5)",
        "ord(5)",
        "str([1])",
        "sorted([1, 'a'])",
        "sorted(key=1)",
        "[1][9]",
        "{}[1]",
        "1 / 0",
        "int('x')",
        "{[]: 1}",
        "{[1]}",
        "''.join([1])",
        "range(1, 2, 3, 4)",
        "range(0.5)",
        "[a for a, b in [(1, 2, 3)]]",
        "[a for a.b in [1]]",
        "(" * 1000 + ")" * 1000,
        "-" * 5000 + "1",
        "'\0'",
        "1" + "+1" * 500_000,
        "[" * 90 + "]" * 90 + "]",
    ],
    ids=lambda text: one_line(text, 40),
)
def test_what_is_not_allowed_is_told_in_one_line(expression: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(expression)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("expression", "limit"),
    [
        ("9 ** 9 ** 9", "16,384 bits"),
        ("1 << 10 ** 9", "16,384 bits"),
        ("pow(10, 10 ** 6)", "16,384 bits"),
        ("[0] * 10 ** 9", "200,000 items"),
        ("'a' * 10 ** 7", "1,000,000 characters"),
        ("''.join('a' * 1000 for _ in range(2000))", "1,000,000 characters"),
        ("list(range(10 ** 12))", "200,000 items"),
        ("range(10 ** 30)", "200,000 items"),
        ("[0 for _ in range(200000) for _ in range(2)]", "200,000 items"),
        ("[[[c for _ in range(1000)] for c in [[1] * 1000]] for _ in range(9)]", "4,000,000 steps"),
        ("sum(i for i in range(200000) for _ in range(99))", "200,000 items"),
        ("[1 for i in range(100000) if [j for j in range(1000)] == 5]", "4,000,000 steps"),
        ("[1 for i in range(9999) if 'a' * 999999 == 'a' * 999999]", "4,000,000 steps"),
        ("{i * (2 ** 61 - 1) for i in range(50000)}", "share one hash"),
        ("{i * (2 ** 61 - 1): 0 for i in range(50000)}", "share one hash"),
        ("set([i * (2 ** 61 - 1) for i in range(50000)])", "share one hash"),
        ("[(9 ** 5000) // (7 ** 2000) for _ in range(90000)]", "4,000,000 steps"),
        ("[pow(3, 9 ** 5000, 7 ** 5000) for _ in range(9)]", "4,000,000 steps"),
    ],
)
def test_limits_hold_before_the_work_is_done(expression: str, limit: str) -> None:
    with pytest.raises(ExpressionError, match=limit):
        evaluate(expression)


def test_the_largest_lists_are_allowed() -> None:
    value = evaluate("[i * 7919 % 10007 for i in range(200000)]")
    assert isinstance(value, list)
    assert len(value) == 200_000
