"""The `[[tests]]` tables of a problem: of a file, of front matter, or one a line as JSON."""

from __future__ import annotations

import math

from perftui.problems.model import PRINTED, Comparison, ComparisonKind, TestCase, Unanswered
from perftui.problems.own.fields import TestTable, WrongError, coded, evaluated, refuse, text_of
from perftui.problems.own.found import TAKEN

_TRUTH = frozenset({"true", "false"})
_OF_FUNCTIONS = ("input", "expected", "comparison")
_OF_STDIN = ("stdin", "stdin_expression", "stdout", "stdout_expression")
_EXPECTED: dict[ComparisonKind, tuple[tuple[type, ...], str]] = {
    "close": ((int, float, complex), "a number"),
    "equal-as-tuple": ((list, tuple), "a list or a tuple"),
    "equal-as-set": ((set, frozenset, list, tuple), "a set, a list or a tuple"),
    "unordered": ((list, tuple, set, frozenset), "a list, a tuple or a set"),
    "not-none": ((bool,), "True or False"),
}
"""What must be expected with a comparison, and its name."""
_TOLERANCES = "`close`, `approximate`, `floats` or `unordered`"
_TOLERANT = ("approximate", "floats")
"""Comparisons that need a tolerance of either sort."""


def function_test(table: TestTable) -> TestCase | Unanswered:
    """A test of a function, without a name; an input alone where nothing is expected.

    Raises:
        WrongError: a field is wrong.
    """
    refuse(table, _OF_STDIN, "only where kind is `stdin`")
    kind = table.comparison or "equal"
    tolerance, relative = _tolerances(kind, table)
    arguments = evaluated("input", table.input)
    if not isinstance(arguments, tuple):
        raise WrongError("a tuple of arguments is wanted, such as (5,) for one", "input")
    if table.expected is None and kind not in _TRUTH:
        refuse(table, ("others",), "only with `expected`")
        comparison = Comparison(kind=kind, tolerance=tolerance, relative=relative)
        return Unanswered(
            input=coded("input", arguments), comparison=TAKEN if table.comparison is None else comparison
        )
    expected = _expected(kind, table)
    others = [_fit(kind, "others", evaluated("others", text)) for text in table.others]
    return TestCase(
        name="",
        input=coded("input", arguments),
        expected=coded("expected", expected),
        comparison=Comparison(
            kind=kind,
            tolerance=tolerance,
            relative=relative,
            others=tuple(coded("others", value) for value in others),
        ),
    )


def stdin_test(table: TestTable) -> TestCase | Unanswered:
    """A test of a program that reads and prints, without a name; likewise.

    Raises:
        WrongError: a field is wrong.
    """
    refuse(table, _OF_FUNCTIONS, "only where kind is `function`")
    tolerance, relative = _tolerances("text", table)
    comparison = Comparison(kind="text", tolerance=tolerance, relative=relative, others=table.others)
    stdin = text_of("stdin", table.stdin, table.stdin_expression)
    if table.stdout is None and table.stdout_expression is None:
        refuse(table, ("others",), "only with `stdout`")
        return Unanswered(input=stdin, comparison=comparison)
    stdout = text_of("stdout", table.stdout, table.stdout_expression)
    return TestCase(name="", input=stdin, expected=stdout, comparison=comparison)


def _expected(kind: ComparisonKind, table: TestTable) -> object:
    if kind in _TRUTH:
        refuse(table, ("expected", "others"), f"not with comparison `{kind}`")
        return kind == "true"
    return _fit(kind, "expected", evaluated("expected", table.expected))


def _fit(kind: ComparisonKind, key: str, value: object) -> object:
    types, described = _EXPECTED.get(kind, ((object,), ""))
    if not isinstance(value, types):
        raise WrongError(f"{described} is wanted with comparison `{kind}`", key)
    return value


def _tolerances(kind: ComparisonKind, table: TestTable) -> tuple[float, float]:
    """The absolute and the relative tolerance of a comparison."""
    if kind in PRINTED and table.comparison is not None:
        raise WrongError(f"`{kind}` is for problems of kind `stdin`", "comparison")
    if kind == "close":
        refuse(table, ("relative",), "not with comparison `close`")
        if table.tolerance is None or not 0 < table.tolerance < math.inf:
            raise WrongError("a number above 0 is wanted with comparison `close`", "tolerance")
        return table.tolerance, 0.0
    if kind not in {*_TOLERANT, "unordered", "text"}:
        refuse(table, ("tolerance", "relative"), f"only with comparison {_TOLERANCES}")
        return 0.0, 0.0
    tolerance, relative = table.tolerance or 0.0, table.relative or 0.0
    if not 0 <= tolerance < math.inf:
        raise WrongError("a number from 0 is wanted", "tolerance")
    if not 0 <= relative < 1:
        raise WrongError("a number from 0 to below 1 is wanted", "relative")
    if kind in _TOLERANT and not tolerance and not relative:
        raise WrongError(f"`tolerance` or `relative` is wanted with comparison `{kind}`", "comparison")
    return tolerance, relative
