from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from perftui.errors import BadInputError
from perftui.problems.mbpp import load_mbpp
from perftui.problems.model import DRIVEN, Comparison, Problem
from perftui.values import decode, decode_arguments


def record(*tests: str, **fields: Any) -> dict[str, Any]:
    return {
        "text": "Write a function to add one.",
        "code": "def same(x):\r\n  return x\r\n\r\ndef add(x: int, by=1) -> int:\r\n  return same(x) + by",
        "task_id": 7,
        "test_setup_code": "",
        "test_list": list(tests),
        "challenge_test_list": [],
        **fields,
    }


def load(tmp_path: Path, *records: dict[str, Any], array: bool = False) -> tuple[Problem, ...]:
    path = tmp_path / "mbpp.json"
    path.write_text(json.dumps(records, indent=1) if array else "\n".join(map(json.dumps, records)))
    return load_mbpp(path).problems


def load_one(tmp_path: Path, *tests: str, **fields: Any) -> Problem:
    (problem,) = load(tmp_path, record(*tests, **fields))
    return problem


def test_a_record_becomes_a_problem(tmp_path: Path) -> None:
    problem = load_one(tmp_path, "assert add(1) == 2", "assert add(5, -1)==4 ")
    assert problem.id == "Mbpp/7"
    assert problem.title == problem.entry_point == "add"
    assert problem.statement == (
        "Write a function to add one.\n\nThe function is defined so: `def add(x: int, by=1) -> int:`\n"
    )
    assert problem.stub == ""
    assert "\r" not in problem.references[0]
    assert [decode_arguments(test.input) for test in problem.tests] == [(1,), (5, -1)]
    assert [decode(test.expected) for test in problem.tests] == [2, 4]
    assert problem.test_names == ("t1", "t2")
    assert problem.checks == ()


def test_the_sanitised_file_is_an_array_with_prompts(tmp_path: Path) -> None:
    row = record("assert add(1) == 2", prompt="Add one, please.")
    del row["text"]
    (problem,) = load(tmp_path, row, array=True)
    assert problem.statement.startswith("Add one, please.\n")


@pytest.mark.parametrize(
    ("test", "expected", "comparison"),
    [
        ("assert (add(1)) == (2)", 2, Comparison()),
        ("assert 2 == add(1)", 2, Comparison()),
        ("assert add(1)", True, Comparison(kind="true")),
        ("assert not add(-1)", False, Comparison(kind="false")),
        ("assert add(1) is None", None, Comparison(kind="identical")),
        ("assert set(add(1)) == set([1, 2])", {1, 2}, Comparison(kind="equal-as-set")),
        (
            "assert math.isclose(add(1), 2.5, rel_tol=0.001)",
            2.5,
            Comparison(kind="approximate", relative=0.001),
        ),
        ("assert math.isclose(add(1), 2.5)", 2.5, Comparison(kind="approximate", relative=1e-9)),
        ("assert abs(add(1) - 2.0) < 1e-3", 2.0, Comparison(kind="close", tolerance=1e-3)),
    ],
)
def test_assertions_become_tests(tmp_path: Path, test: str, expected: object, comparison: Comparison) -> None:
    (found,) = load_one(tmp_path, test).tests
    assert decode(found.expected) == expected
    assert found.comparison == comparison


@pytest.mark.parametrize(
    "test",
    [
        "assert int(add(1)) == 2",
        "assert add(1) == sys.getsizeof(1)",
        "assert add(x=1) == 2",
        "assert math.isclose(add(1), 2, abs_tol=1)",
        "assert math.isclose(add(1), 2)",
        "assert add(1) == inf",
        "assert add(1) in (2, 3)",
        "for i in range(3):\n    assert add(i) == i + 1",
        "assert set(add(1)) == [1]",
    ],
)
def test_what_cannot_be_read_stays_code(tmp_path: Path, test: str) -> None:
    problem = load_one(tmp_path, "assert add(1) == 2", test, test_imports=["import cmath"])
    assert len(problem.tests) == 1
    (check,) = problem.checks
    assert check.name == "t2"
    assert "import cmath\n" in check.code
    assert check.driver == ""
    compile(check.code, "check", "exec")


def run(problem: Problem) -> None:
    """The problem's checks on its reference, as the sandbox runs them."""
    for check in problem.checks:
        program: dict[str, Any] = {}
        exec(f"{problem.references[0]}\n\n{check.driver}", program)
        checker: dict[str, Any] = {str(problem.entry_point): program[DRIVEN if check.driver else "add"]}
        exec(check.code, checker)
        checker["check"](program[DRIVEN] if check.driver else program["add"])


@pytest.mark.parametrize(
    ("test", "setup"),
    [
        ("assert add(1) == sys.getsizeof(1) - 26", ""),
        ("assert int(add(1.5)) == 2", ""),
        ("assert add(inf) == inf", ""),
        ("assert add(Box(1)) == 2", ""),
        ("assert add(box) == 2", "box = Box(1)\r\nbox.name = 'x'"),
        ("assert add(int) == 'int'", ""),
    ],
)
def test_checks_see_what_a_test_needs(tmp_path: Path, test: str, setup: str) -> None:
    code = (
        "class Box:\n    def __init__(self, n): self.n = n\n\n"
        "def add(x):\n    if x is int: return 'int'\n    return (x.n if isinstance(x, Box) else x) + 1\n"
    )
    wrong = code.replace("+ 1", "* -1").replace("'int'", "0")
    run(load_one(tmp_path, test, code=code, test_setup_code=setup))
    with pytest.raises(AssertionError):
        run(load_one(tmp_path, test, code=wrong, test_setup_code=setup))


def test_a_driver_binds_no_name_of_the_program_anew(tmp_path: Path) -> None:
    code = "inf = 3\nclass Box: pass\n\ndef add(box):\n    return inf\n"
    run(load_one(tmp_path, "assert add(Box()) == 3", code=code))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"code": "def add(:"}, "line 1: Mbpp/7: the code is not Python"),
        ({"test_list": ["assert ("]}, "line 1: Mbpp/7: the test is not Python"),
        ({"test_list": []}, "line 1: Mbpp/7: lacks tests"),
        ({"text": ""}, "line 1: Mbpp/7: lacks `text` or `prompt`"),
        ({"test_list": ["assert other(1)"]}, "line 1: Mbpp/7: no test calls a function of the code"),
        (
            {"test_list": ["assert int(add(1)) == 2"], "test_setup_code": "("},
            "line 1: Mbpp/7: the setup is not",
        ),
        ({"task_id": "x"}, "line 1: Expected `int`, got `str`"),
    ],
)
def test_a_record_that_cannot_be_used_is_told(tmp_path: Path, fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadInputError) as caught:
        load_one(tmp_path, "assert add(1) == 2", **fields)
    assert reason in str(caught.value)


def test_an_error_in_an_array_has_its_line(tmp_path: Path) -> None:
    good, bad = record("assert add(1) == 2"), record("assert add(1) == 2", task_id=8, code="(")
    with pytest.raises(BadInputError, match="line 12: Mbpp/8: the code is not Python"):
        load(tmp_path, good, bad, array=True)
