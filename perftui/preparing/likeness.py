"""How outputs on the inputs that are timed are compared with the reference's. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from perftui.judging.compare import matches
from perftui.problems.model import Comparison, Problem
from perftui.timing.inputs import Known
from perftui.values import CodeError, decode

FLOAT_TOLERANCE = 1e-6
"""Absolute and relative: two right programs may add up in another order. EvalPlus takes the same."""


def comparison_for(problem: Problem, expected: str) -> Comparison:
    """The comparison for an input that no test has, after the comparisons of the problem's own tests.

    Args:
        problem: with its tests.
        expected: what the reference gives, coded.
    """
    kinds = {test.comparison.kind for test in problem.tests}
    first = problem.tests[0].comparison if problem.tests else Comparison()
    if problem.kind == "stdin":
        return first if problem.tests else Comparison(kind="text")
    if kinds and kinds <= {"true", "false"}:
        return Comparison(kind="true" if _is_true(expected) else "false")
    if kinds == {"apps"}:
        # What a reference gives is not wrapped, and may be a tuple where another program gives a list.
        return Comparison(kind="json", tolerance=FLOAT_TOLERANCE, relative=FLOAT_TOLERANCE)
    if len(kinds) == 1 and first.kind not in {"equal", "close"}:
        return msgspec.structs.replace(first, others=())
    tolerance = max([FLOAT_TOLERANCE, *(test.comparison.tolerance for test in problem.tests)])
    return Comparison(kind="approximate", tolerance=tolerance, relative=FLOAT_TOLERANCE)


def _is_true(coded: str) -> bool:
    try:
        return bool(decode(coded))
    except CodeError:
        return False


def first_difference(inputs: Sequence[Known], outputs: Sequence[str]) -> str | None:
    """What is wrong with outputs, in one line; None where nothing is.

    Args:
        inputs: what programs are timed on.
        outputs: on the first of them, as many as there are.
    """
    for known, output in zip(inputs[: len(outputs)], outputs, strict=True):
        reason = matches(known.test.expected, output, known.test.comparison)
        if reason is not None:
            return f"{known.test.name}: {reason}"
    return None
