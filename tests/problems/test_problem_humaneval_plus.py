from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from perftui.errors import BadInputError
from perftui.problems.humaneval_plus import load_humaneval_plus
from perftui.problems.model import Problem
from perftui.problems.plain_json import coded_arguments, without_infinities
from perftui.values import CodeError, decode, decode_arguments

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=8,
)


def record(**fields: Any) -> dict[str, Any]:
    return {
        "task_id": "HumanEval/0",
        "prompt": "def solve(x):\n",
        "entry_point": "solve",
        "canonical_solution": "    return x\n",
        "test": "def check(candidate):\n    pass\n",
        "contract": "",
        "base_input": [[1]],
        "plus_input": [[2**70], [[0.5, "é", True]]],
        "atol": 0,
        **fields,
    }


def load(tmp_path: Path, *records: dict[str, Any]) -> tuple[Problem, ...]:
    path = tmp_path / "hep.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in records))
    return load_humaneval_plus(path).problems


def test_base_and_plus_inputs_wait_for_the_reference(tmp_path: Path) -> None:
    (problem,) = load(tmp_path, record())
    assert problem.test_names == ("t1", "t2", "t3")
    assert [decode_arguments(one.input) for one in problem.unanswered] == [
        (1,),
        (2**70,),
        ([0.5, "é", True],),
    ]
    assert problem.references == ("def solve(x):\n    return x\n",)
    assert problem.tests == problem.checks == ()
    (comparison,) = {one.comparison for one in problem.unanswered}
    assert (comparison.kind, comparison.tolerance, comparison.relative) == ("floats", 1e-6, 1e-7)


def test_a_task_has_a_tolerance_of_its_own(tmp_path: Path) -> None:
    (problem,) = load(tmp_path, record(atol=1e-4))
    assert {one.comparison.tolerance for one in problem.unanswered} == {1e-4}


def test_a_root_is_checked_and_not_compared(tmp_path: Path) -> None:
    row = record(entry_point="find_zero", base_input=[[[1, 2]]], plus_input=[[[-6, 11, -6, 1]]], atol=1e-4)
    (problem,) = load(tmp_path, row)
    assert problem.unanswered == ()
    (check,) = problem.checks
    namespace: dict[str, Any] = {}
    exec(check.code, namespace)
    namespace["check"](lambda coefficients: {2: -0.5, 4: 1.0}[len(coefficients)])
    namespace["check"](lambda coefficients: {2: -0.5, 4: 3.0}[len(coefficients)])
    with pytest.raises(AssertionError, match=r"the polynomial \[1, 2\] is 1.5 there"):
        namespace["check"](lambda _: 0.25)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"base_input": [5]}, "line 1: HumanEval/0: an input cannot be used: a list of arguments is wanted"),
        ({"base_input": [], "plus_input": []}, "line 1: HumanEval/0: there are no inputs"),
        ({"base_input": 1}, "line 1: Expected `array`, got `int`"),
        ({"entry_point": "1f"}, "line 1: HumanEval/0: entry_point is not a name"),
        ({"task_id": "\x1b[2J"}, "task_id must be printable text"),
    ],
)
def test_a_record_that_cannot_be_used_is_told(tmp_path: Path, fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadInputError) as caught:
        load(tmp_path, record(**fields))
    assert reason in str(caught.value)
    assert str(caught.value).isprintable()


def test_an_id_occurs_once(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="line 2: HumanEval/0 is already on line 1"):
        load(tmp_path, record(), record())


@given(st.lists(PLAIN, max_size=3), st.booleans(), st.sampled_from([None, 2]))
def test_plain_json_is_coded_as_the_values_that_it_holds(
    arguments: list[Any], ascii_only: bool, indent: int | None
) -> None:
    text = json.dumps(arguments, ensure_ascii=ascii_only, indent=indent)
    try:
        raw = Raw(text.encode())
    except UnicodeEncodeError:
        return
    assert repr(decode(coded_arguments(raw))) == repr(tuple(json.loads(text)))


@pytest.mark.parametrize("text", ["5", '"[1]"', '{"a":1}', "[" * 5_000 + "]" * 5_000])
def test_what_is_no_list_of_arguments_is_refused(text: str) -> None:
    with pytest.raises(CodeError):
        coded_arguments(Raw(text.encode()))


def test_infinities_are_read_where_they_are_numbers() -> None:
    text = b'{"a": [Infinity, -Infinity, "an \\"Infinity\\" in words"]}'
    assert json.loads(without_infinities(text)) == json.loads(text)
    assert b"1e999, -1e999" in without_infinities(text)
    assert decode_arguments(coded_arguments(Raw(b"[1e999, -1e999]"))) == (float("inf"), float("-inf"))
