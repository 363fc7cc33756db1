from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from perftui.errors import BadInputError
from perftui.problems.mbpp_plus import load_mbpp_plus
from perftui.problems.model import Comparison, Problem
from perftui.values import decode, decode_arguments

FLOATS = Comparison(kind="floats", tolerance=1e-6, relative=1e-7)
TEST = """import numpy as np
from math import inf

def is_floats(x) -> bool:
    return isinstance(x, float)


def assertion(out, exp, atol):
    if out != exp and atol != 0:
        assert np.allclose(out, exp, rtol=1e-07, atol=atol)
    else:
        assert out == exp, f"out: {{out}}, exp: {{exp}}"


inputs = {inputs}
results = {results}
for i, (inp, exp) in enumerate(zip(inputs, results)):
    assertion({name}(*inp), exp, {atol})
"""
ASKED = """inputs = {inputs}
def ref_func(x):
    return x
for i, inp in enumerate(inputs):
    assertion({name}(*inp), ref_func(*inp), 0)
"""


def text(
    inputs: str = "[[1], [2]]", results: str = "[1, 2]", *, name: str = "f", atol: str = "0", test: str = TEST
) -> dict[str, Any]:
    return {
        "task_id": 9,
        "code": f"def {name}(x, y=0):\n    return x\n",
        "prompt": "Write f.",
        "source_file": "",
        "test_imports": [],
        "test_list": [],
        "test": test.format(inputs=inputs, results=results, name=name, atol=atol),
    }


def plain(
    task: str, inputs: list[Any], *, name: str = "f", plus: Any = (), atol: float = 0
) -> dict[str, Any]:
    return {
        "task_id": task,
        "prompt": '"""\nWrite f.\nassert f(1) == 1\n"""\n',
        "entry_point": name,
        "canonical_solution": f"\ndef {name}(*x):\n  return x\n",
        "base_input": inputs,
        "atol": atol,
        "plus_input": plus,
        "contract": "",
        "assertion": "",
    }


def load_one(tmp_path: Path, row: dict[str, Any]) -> Problem:
    path = tmp_path / "mp.jsonl"
    path.write_text(json.dumps(row))
    (problem,) = load_mbpp_plus(path).problems
    return problem


def test_inputs_and_results_in_text_become_tests(tmp_path: Path) -> None:
    problem = load_one(tmp_path, text("[[(1, 2), 'a'], [{3}, inf]]", "[(1,), -inf]"))
    assert (problem.id, problem.entry_point) == ("Mbpp/9", "f")
    assert problem.statement == "Write f.\n\nThe function is defined so: `def f(x, y=0):`\n"
    assert [decode_arguments(test.input) for test in problem.tests] == [((1, 2), "a"), ({3}, float("inf"))]
    assert [decode(test.expected) for test in problem.tests] == [(1,), float("-inf")]
    assert {test.comparison for test in problem.tests} == {FLOATS}
    assert problem.unanswered == ()


def test_without_results_the_reference_answers(tmp_path: Path) -> None:
    problem = load_one(tmp_path, text(test=ASKED))
    assert [decode_arguments(one.input) for one in problem.unanswered] == [(1,), (2,)]
    assert problem.tests == ()


@pytest.mark.parametrize(
    ("name", "atol", "comparison"),
    [
        ("f", "0", FLOATS),
        ("f", "0.0001", Comparison(kind="floats", tolerance=1e-4, relative=1e-7)),
        ("similar_elements", "0", Comparison(kind="equal-as-set")),
        ("check_str", "0", Comparison(kind="not-none")),
    ],
)
def test_outputs_are_compared_as_evalplus_does(
    tmp_path: Path, name: str, atol: str, comparison: Comparison
) -> None:
    problem = load_one(tmp_path, text(name=name, atol=atol))
    assert {test.comparison for test in problem.tests} == {comparison}
    problem = load_one(tmp_path, plain("Mbpp/9", [[1]], name=name, atol=float(atol)))
    assert {one.comparison for one in problem.unanswered} == {comparison}


@pytest.mark.parametrize(
    ("name", "arguments", "others"),
    [
        ("surface_Area", "[3, 4]", [35]),
        ("digit_distance_nums", "[5, 123]", [5]),
        ("digit_distance_nums", "[-5, 123]", []),
        ("sum_div", "[5, 6]", [0]),
        ("are_equivalent", "[5, 6]", [True, False]),
    ],
)
def test_tasks_with_two_meanings_have_several_right_outputs(
    tmp_path: Path, name: str, arguments: str, others: list[object]
) -> None:
    (test,) = load_one(tmp_path, text(f"[{arguments}]", "[1]", name=name)).tests
    assert [decode(other) for other in test.comparison.others] == others


@pytest.mark.parametrize(
    ("task", "row", "arguments"),
    [
        ("Mbpp/9", [[1], 2], ([1], 2)),
        ("Mbpp/2", [[1], [2]], ((1,), (2,))),
        ("Mbpp/63", [[[1], [2]]], ([(1,), (2,)],)),
        ("Mbpp/75", [[[1]], 2], ([(1,)], 2)),
        ("Mbpp/106", [[1], [2]], ([1], (2,))),
        ("Mbpp/115", [[[1], []]], ([{1}, {}],)),
        ("Mbpp/124", [1, "2j"], (1.0, 2j)),
        ("Mbpp/252", ["1+2j"], (1 + 2j,)),
        ("Mbpp/259", [[[1], [2]]], (((1,), (2,)),)),
        ("Mbpp/278", [[1, [2]]], ((1, (2,)),)),
        ("Mbpp/307", [[1], 2, 3], ((1,), 2, 3)),
        ("Mbpp/580", [[1, [2, [3]]]], ((1, (2, (3,))),)),
        ("Mbpp/722", [{"a": [1]}, 2], ({"a": (1,)}, 2)),
        ("Mbpp/9", [float("inf")], (float("inf"),)),
    ],
)
def test_plain_json_gets_back_the_types_that_it_lost(
    tmp_path: Path, task: str, row: list[Any], arguments: tuple[object, ...]
) -> None:
    (one,) = load_one(tmp_path, plain(task, [row], plus={})).unanswered
    assert repr(decode_arguments(one.input)) == repr(arguments)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (text("[5]", "[1]"), "line 1: Mbpp/9: an input is no list of arguments"),
        (text("[open('x')]"), "line 1: Mbpp/9: `inputs` cannot be read: calling `open` is not allowed"),
        (text("[[1]]", "[1, 2]"), "line 1: Mbpp/9: 1 inputs, but 2 results"),
        (text("[]"), "line 1: Mbpp/9: the test has no line `inputs = […]`"),
        (
            text(test="assert {name}(1)\ninputs = {inputs}\n"),
            "line 1: Mbpp/9: the test does not end with",
        ),
        (
            plain("Mbpp/2", [[5]]),
            "line 1: Mbpp/2: not as the inputs of Mbpp/2 are: 'int' object",
        ),
        (plain("Mbpp/9", []), "line 1: Mbpp/9: lacks inputs"),
    ],
)
def test_a_record_that_cannot_be_used_is_told(tmp_path: Path, row: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadInputError) as caught:
        load_one(tmp_path, row)
    assert reason in str(caught.value)
