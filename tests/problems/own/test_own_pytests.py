"""Tests as people write them for pytest: what becomes inputs and outputs, stays code, or is refused."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perftui.errors import BadInputError
from perftui.judging.compare import matches
from perftui.problems.model import Comparison, TestCase
from perftui.problems.own.bodies import Subject
from perftui.problems.own.claims import Claims
from perftui.problems.own.found import Found
from perftui.problems.own.pytests import About, read_tests
from perftui.problems.own.texts import Text
from perftui.problems.own.units import units_of
from perftui.values import decode, decode_arguments, encode

PROGRAM = "class Mine(ValueError):\n    pass\n\ndef brute(x):\n    return x\n"


def read(text: str, *, lenient: bool = False) -> Found:
    signature = ast.parse("def f(x, y=2, *, z=3): pass").body[0]
    assert isinstance(signature, ast.FunctionDef)
    units = units_of(PROGRAM, ast.parse(PROGRAM))
    about = About(Subject("f", signature.args), "slow", units, lenient=lenient)
    return read_tests(Text(Path("test_slow.py"), text), about)


def pairs(found: Found) -> list[tuple[object, object]]:
    return [(decode_arguments(test.input), decode(test.expected)) for test in found.tests]


def run_check(found: Found, program: Callable[..., object]) -> None:
    """Run the one check as the sandbox does, with a function in the program's place."""
    (check,) = found.checks
    namespace: dict[str, Any] = {"f": program}
    exec(check.code, namespace)
    namespace["check"](program)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("from slow import f\ndef test_a():\n    assert f(1) == 2\n", [((1,), 2)]),
        ("from pkg.slow import f as g\ndef test_a():\n    assert 2 == g(1)\n", [((1,), 2)]),
        ("import slow\ndef test_a():\n    assert slow.f(1) == 2\n", [((1,), 2)]),
        ("import pkg.slow as s\ndef test_a():\n    assert s.f(1) == 2\n", [((1,), 2)]),
        ("from . import slow\ndef test_a():\n    assert slow.f(1) == 2\n", [((1,), 2)]),
        ("def test_a():\n    assert f(1, y=5) == 2\n", [((1, 5), 2)]),
        ("def test_a():\n    assert f(y=5, x=1) == 2\n", [((1, 5), 2)]),
        ("def test_a():\n    assert f(*[1, 5]) == 2\n", [((1, 5), 2)]),
        ("def test_a():\n    xs = [1, 2]\n    assert f(xs) == sum(xs)\n", [(([1, 2],), 3)]),
        ("def test_a():\n    a, b = 1, 2\n    got = f(a)\n    assert got == b\n", [((1,), 2)]),
        (
            "def test_a():\n    x = 1\n    assert f(x) == 1\n    x = 2\n    assert f(x) == 2\n",
            [((1,), 1), ((2,), 2)],
        ),
        (
            "CASES = [(1, 2), (3, 4)]\ndef test_a():\n    for x, y in CASES:\n        assert f(x) == y\n",
            [((1,), 2), ((3,), 4)],
        ),
        ("class TestF:\n    def test_a(self):\n        assert f(1) == 2\n", [((1,), 2)]),
        ("x = 1\nassert f(x) == 1\nx = 2\nassert f(x) == 2\n", [((1,), 1), ((2,), 2)]),
        ("def test_a():\n    '''Doc.'''\n    assert f(1) == 2, 'message'\n    pass\n", [((1,), 2)]),
    ],
)
def test_what_is_plain_becomes_inputs_with_outputs(text: str, wanted: list[tuple[object, object]]) -> None:
    found = read(text)
    assert pairs(found) == wanted
    assert found.checks == []


def test_tables_of_cases_become_a_test_a_case() -> None:
    text = (
        "import pytest\nfrom pytest import mark\n\nMORE = [(5, 6)]\n\n"
        "@pytest.mark.parametrize('x,y', [(1, 2), pytest.param(3, 4, id='three'), *[]])\n"
        "def test_a(x, y):\n    assert f(x) == y\n\n"
        "@mark.parametrize(('x', 'y'), MORE, ids=['a'])\n"
        "def test_b(x, y):\n    assert f(x) == y\n\n"
        "@mark.parametrize('x', [1, 2])\n@mark.parametrize('y', [[7], [8]])\n"
        "def test_c(x, y):\n    assert f(x, y) == [x, y]\n"
    ).replace(", *[]", "")
    found = read(text)
    assert pairs(found) == [
        ((1,), 2),
        ((3,), 4),
        ((5,), 6),
        ((1, [7]), [1, [7]]),
        ((1, [8]), [1, [8]]),
        ((2, [7]), [2, [7]]),
        ((2, [8]), [2, [8]]),
    ]
    assert found.checks == []


@pytest.mark.parametrize(
    ("claim", "expected", "comparison"),
    [
        ("f(1) == pytest.approx(0.5)", 0.5, Comparison(kind="approximate", tolerance=1e-12, relative=1e-6)),
        (
            "pytest.approx([0.5], rel=0.1) == f(1)",
            [0.5],
            Comparison(kind="approximate", tolerance=1e-12, relative=0.1),
        ),
        ("f(1) == pytest.approx(0.5, abs=0.25)", 0.5, Comparison(kind="approximate", tolerance=0.25)),
        ("math.isclose(f(1), 0.5)", 0.5, Comparison(kind="approximate", relative=1e-9)),
        (
            "math.isclose(0.5, f(1), abs_tol=0.25)",
            0.5,
            Comparison(kind="approximate", tolerance=0.25, relative=1e-9),
        ),
        ("abs(f(1) - 0.5) <= 0.25", 0.5, Comparison(kind="approximate", tolerance=0.25)),
        ("abs(f(1) - 0.5) < 0.25", 0.5, Comparison(kind="close", tolerance=0.25)),
        ("f(1) in (1, 2)", 1, Comparison(others=("2",))),
        ("f(1) in {'b', 'a'}", "a", Comparison(others=('"b"',))),
        ("sorted(f(1)) == [1, 2]", [1, 2], Comparison(kind="unordered")),
        ("f(1) is None", None, Comparison(kind="identical")),
        ("not f(1)", False, Comparison(kind="false")),
        ("f(1)", True, Comparison(kind="true")),
        ("set(f(1)) == {1}", {1}, Comparison(kind="equal-as-set")),
        ("f(1) == math.inf", float("inf"), Comparison()),
    ],
)
def test_forms_of_assertions(claim: str, expected: object, comparison: Comparison) -> None:
    found = read(f"import math, pytest\n\ndef test_a():\n    assert {claim}\n")
    (test,) = found.tests
    assert (decode(test.expected), test.comparison) == (expected, comparison)


@pytest.mark.parametrize(
    "claim",
    [
        "f(1) == brute(1)",
        "len(f([1])) == 1",
        "f(1) > 0",
        "f(1) == 1 or f(1) == 2",
        "f(1, z=4) == 1",
        "sorted(f([1])) == [2, 1]",
        "f(1) == [x for x in open('x')]",
        "f(1) in []",
        "isinstance(f(1), int)",
        "f(1) == pytest.approx('x')",
        "math.isclose(f(1), 'x')",
    ],
)
def test_what_is_not_plain_stays_code(claim: str) -> None:
    found = read(f"from slow import f, brute\nimport math, pytest\n\ndef test_a():\n    assert {claim}\n")
    assert (found.tests, found.asked) == ([], [])
    (check,) = found.checks
    assert f"test_slow.py, line 5: assert {claim}" in check.code.replace('"', "'").replace("\\'", "'")


def test_a_check_finds_what_it_uses_and_only_that() -> None:
    text = (
        "import os\nfrom collections import Counter\nfrom slow import f, brute, Mine\nimport pytest as pt\n\n"
        "BASE = 2\nOTHER = 3\n\ndef wanted(x):\n    return brute(x) * BASE\n\n"
        "def test_a():\n    x = 4\n    assert f(x) == wanted(x)\n"
        "    assert f(1) == 2\n    with pt.raises(Mine, match='no'):\n        f(-1)\n"
    )
    found = read(text)
    assert pairs(found) == [((1,), 2)]
    code = found.checks[0].code
    assert "Counter" not in code
    assert "OTHER" not in code

    def right(x: int) -> int:
        if x < 0:
            # As the sandbox gives an exception of the program's own type.
            raise type("CandidateError", (Exception,), {})("Mine: no")
        return x * 2

    run_check(found, right)
    with pytest.raises(AssertionError, match="line 14: assert f"):
        run_check(found, lambda x: x)
    with pytest.raises(AssertionError, match="did not raise Mine"):
        run_check(found, lambda x: x * 2)


def test_cases_that_cannot_be_evaluated_are_run_case_by_case() -> None:
    text = (
        "import pytest\n\ndef make(n):\n    return list(range(n))\n\n"
        "@pytest.mark.parametrize('xs', [make(1), make(3)])\n@pytest.mark.parametrize('k', [1, 2])\n"
        "def test_a(xs, k):\n    assert f(xs, k) == sum(xs) * k\n"
    )
    found = read(text)
    assert found.tests == []
    seen: list[tuple[object, object]] = []

    def program(xs: list[int], k: int) -> int:
        seen.append((xs, k))
        return sum(xs) * k

    run_check(found, program)
    assert sorted(map(str, seen)) == sorted(map(str, [([0], 1), ([0], 2), ([0, 1, 2], 1), ([0, 1, 2], 2)]))
    with pytest.raises(AssertionError):
        run_check(found, lambda xs, k: 7 if len(xs) == 3 and k == 2 else sum(xs))


def test_what_may_have_been_changed_is_not_evaluated_here() -> None:
    found = read(
        "def test_a():\n    xs = [2, 1]\n    assert f(xs) == 1\n    xs.sort()\n    assert f(xs) == 2\n"
    )
    assert pairs(found) == [(([2, 1],), 1)]
    run_check(found, lambda xs: 1 if xs == [2, 1] else 2)
    with pytest.raises(AssertionError):
        run_check(found, lambda xs: 1)


def test_bare_calls_are_inputs_alone() -> None:
    found = read(
        "import slow\n\nslow.f(1)\nprint(slow.f(2))\n\n"
        "def test_a():\n    for n in range(2):\n        slow.f([n])\n"
    )
    assert [decode_arguments(one.input) for one in found.asked] == [(1,), (2,), ([0],), ([1],)]
    assert found.tests == []


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("def test_a(tmp_path):\n    assert f(1) == 1\n", 1, "`tmp_path` is a fixture"),
        (
            "import pytest\n@pytest.mark.skipif(True)\ndef test_a():\n    assert f(1) == 1\n",
            2,
            "`@pytest.mark.skipif(True)`",
        ),
        (
            (
                "import pytest\n@pytest.mark.parametrize('x', [1], indirect=True)\n"
                "def test_a(x):\n    assert f(x)\n"
            ),
            2,
            "`@pytest.mark",
        ),
        (
            "import pytest\n@pytest.mark.parametrize(1, [1])\ndef test_a(x):\n    assert f(x)\n",
            2,
            "the names of the cases",
        ),
        (
            "import pytest\ndef test_a():\n    pytest.importorskip('x')\n    assert f(1)\n",
            3,
            "`pytest.importorskip`",
        ),
        (
            (
                "import pytest\n@pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.xfail)])\n"
                "def test_a(x):\n    assert f(x)\n"
            ),
            2,
            "`@",
        ),
        ("async def test_a():\n    assert f(1) == 1\n", 1, "an `async` test"),
        ("\ndef test_a():\n    assert g(1) == 1\n", 2, "`test_a` does not call `f`"),
        ("\ndef test_a():\n    x = f(1)\n", 2, "`test_a` tests nothing of `f`"),
        ("assert f(1) == 1\nassert g(1) == 1\n", 2, "does not call `f`"),
        ("f(open('x'))\n", 1, "the input cannot be evaluated"),
        (
            (
                "import unittest\nclass TestA(unittest.TestCase):\n"
                "    def test_a(self):\n        self.assertEqual(f(1), 1)\n"
            ),
            2,
            "a test class with a base",
        ),
        ("class TestA:\n    def setup_method(self):\n        pass\n", 2, "`setup_method` in a test class"),
        ("class TestA:\n    def test_a(self):\n        assert f(self.x)\n", 2, "a test that uses `self`"),
        ("def test_a():\n  assert f(1) == (\n", 2, "not Python"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(BadInputError, match=re.escape(f"test_slow.py, line {line}: ")) as caught:
        read(text)
    assert message in str(caught.value) or "marks" in str(caught.value)


def test_a_test_of_nothing_that_is_there_is_refused_even_beside_others() -> None:
    with pytest.raises(BadInputError, match="`test_a` does not call `f`"):
        read("def test_a():\n    assert unknown(1) == 1\n", lenient=True)
    found = read("from slow import brute\ndef test_a():\n    assert brute(1) == 1\n", lenient=True)
    assert found.empty
    assert found.notes == ["test_slow.py, line 2: test_a is of another function, and is left out"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner),
    max_leaves=4,
)
FORMS = st.sampled_from(
    [
        "f(0) == {}",
        "{} == f(0)",
        "f(0) in [{}, 3]",
        "sorted(f(0)) == {}",
        "f(0) is {}",
        "not f(0)",
        "f(0)",
        "tuple(f(0)) == {}",
        "set(f(0)) == {}",
        "abs(f(0) - {}) <= 0.5",
        "abs(f(0) - {}) < 0.5",
        "math.isclose(f(0), {}, rel_tol=0.0, abs_tol=0.25)",
        "math.isclose(f(0), {}, rel_tol=0.25)",
        "f(0) == pytest.approx({}, abs=0.25)",
        "f(0) == pytest.approx({}, rel=0.25)",
    ]
)


@given(FORMS, VALUES, VALUES)
@settings(deadline=None)
def test_a_program_that_satisfies_an_assertion_passes_what_was_read_of_it(
    form: str, expected: object, output: object
) -> None:
    claim = form.replace("{}", repr(expected))
    test = Claims("f", None, {}, {}).read(ast.parse(claim, mode="eval").body, "t1")
    holds = False
    import math
    import warnings

    with contextlib.suppress(Exception), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        holds = bool(eval(claim, {"f": lambda _: output, "pytest": pytest, "math": math}))
    if isinstance(test, TestCase):
        passed = not matches(test.expected, encode(output), test.comparison)
        assert passed >= (holds and not _mixes(expected, output, form))
        if "approx" not in form and "isclose" not in form and "abs(" not in form and "sorted" not in form:
            assert passed == holds


def _mixes(expected: object, output: object, form: str) -> bool:
    """Where pytest takes a list for a tuple, a bool for a number, or two integers for near: stricter here."""
    plain = {type(expected), type(output)} <= {int, float}
    return ("approx" in form or "isclose" in form or "abs(" in form) and (
        not plain or {type(expected), type(output)} == {int}
    )
