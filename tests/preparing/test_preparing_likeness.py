from __future__ import annotations

import pytest

from perftui.judging.compare import matches
from perftui.preparing.likeness import comparison_for, first_difference
from perftui.problems.model import Comparison, Problem, TestCase
from perftui.timing.inputs import Known
from perftui.values import encode


def problem(*comparisons: Comparison, kind: str = "function") -> Problem:
    tests = tuple(
        TestCase(name=f"t{place}", input="", expected="", comparison=comparison)
        for place, comparison in enumerate(comparisons)
    )
    entry = None if kind == "stdin" else "f"
    return Problem(
        id="P",
        title="",
        kind=kind,
        statement="",
        entry_point=entry,
        tests=tests,
        benchmark="",  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("comparisons", "expected", "got", "alike"),
    [
        ((), [1, 2], [1, 2], True),
        ((), [1, 2], (1, 2), False),
        ((), [0.1 + 0.2], [0.3], True),
        ((), [0.31], [0.3], False),
        ((Comparison(),), 10**30, 10**30 + 1, False),
        ((Comparison(kind="close", tolerance=0.01),), 1.001, 1.002, True),
        ((Comparison(kind="true"), Comparison(kind="false")), [1], "yes", True),
        ((Comparison(kind="true"),), [], "yes", False),
        ((Comparison(kind="identical"),), True, 1, False),
        ((Comparison(kind="unordered"),), [1, 2], [2, 1], True),
        ((Comparison(others=("7",)),), 1, 7, False),
        ((Comparison(kind="apps"),), (1, 2), [1, 2], True),
        ((Comparison(kind="apps"),), [3], 3, False),
    ],
)
def test_outputs_are_compared_as_the_tests_do(
    comparisons: tuple[Comparison, ...], expected: object, got: object, alike: bool
) -> None:
    comparison = comparison_for(problem(*comparisons), encode(expected))
    assert (matches(encode(expected), encode(got), comparison) is None) is alike


def test_printed_text_is_compared_as_text() -> None:
    comparison = comparison_for(problem(kind="stdin"), "3\n")
    assert matches("3\n", "3 \n\n", comparison) is None


def test_the_first_difference_names_its_input_and_a_part_of_the_inputs_will_do() -> None:
    inputs = [
        Known(test=TestCase(name=f"i{n}", input="", expected=str(n)), origin="benchmark", work_ns=n)
        for n in range(4)
    ]
    assert first_difference(inputs, ["0", "1"]) is None
    assert (first_difference(inputs, ["0", "9", "8"]) or "").startswith("i1: ")
