from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from perftui.errors import BadInputError
from perftui.problems.humaneval import load_humaneval
from perftui.problems.model import Comparison, Problem
from perftui.values import decode, decode_arguments

PROMPT = '''from typing import List
LIMIT = 10

def helper(x):
    """Known to the prompt."""
    return x + LIMIT

def solve(x: int) -> int:
    """Add one."""
'''
SOLUTION = "    return x + 1\n"


def record(check: str, **fields: str) -> dict[str, str]:
    body = "\n".join(f"    {line}" for line in check.strip().split("\n"))
    return {
        "task_id": "HumanEval/0",
        "prompt": PROMPT,
        "entry_point": "solve",
        "canonical_solution": SOLUTION,
        "test": f"METADATA = {{}}\n\ndef check(candidate):\n{body}\n",
        **fields,
    }


def write(path: Path, *records: dict[str, str]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in records))
    return path


def load_one(tmp_path: Path, check: str, **fields: str) -> Problem:
    (problem,) = load_humaneval(write(tmp_path / "he.jsonl", record(check, **fields))).problems
    return problem


def test_a_record_becomes_a_problem(tmp_path: Path) -> None:
    problem = load_one(tmp_path, "assert candidate(1) == 2")
    assert problem.id == "HumanEval/0"
    assert problem.title == problem.entry_point == "solve"
    assert problem.statement == problem.stub == PROMPT
    assert problem.references == (PROMPT + SOLUTION,)
    assert problem.benchmark == "humaneval"
    assert problem.kind == "function"
    assert problem.test_names == ("t1",)


@pytest.mark.parametrize(
    ("assertion", "arguments", "expected", "comparison"),
    [
        ("assert candidate(1) == 2", (1,), 2, Comparison()),
        ("assert candidate(1) == 2, 'message'", (1,), 2, Comparison()),
        ("assert 2 == candidate(1)", (1,), 2, Comparison()),
        ("assert candidate() == []", (), [], Comparison()),
        ("assert candidate([1, 2], 'a') == (1, -2)", ([1, 2], "a"), (1, -2), Comparison()),
        ("assert candidate(3 * 19) == [1] * 5 + [2]", (57,), [1] * 5 + [2], Comparison()),
        ("assert candidate('a' + 'b') == 1 ** 0", ("ab",), 1, Comparison()),
        ("assert candidate(1) == {'a': {1, 2}}", (1,), {"a": {1, 2}}, Comparison()),
        ("assert candidate(1) is True", (1,), True, Comparison(kind="identical")),
        ("assert candidate(1) is None", (1,), None, Comparison(kind="identical")),
        ("assert candidate(1)", (1,), True, Comparison(kind="true")),
        ("assert not candidate(1)", (1,), False, Comparison(kind="false")),
        (
            "assert abs(candidate(3.5) - 2.0/3.0) < 1e-6",
            (3.5,),
            2.0 / 3.0,
            Comparison(kind="close", tolerance=1e-6),
        ),
        ("assert abs(1 - candidate(3.5)) < 0.5", (3.5,), 1, Comparison(kind="close", tolerance=0.5)),
        (
            "assert tuple(candidate([3, 1])) == tuple([1, 3])",
            ([3, 1],),
            (1, 3),
            Comparison(kind="equal-as-tuple"),
        ),
    ],
)
def test_an_assertion_becomes_a_test(
    tmp_path: Path,
    assertion: str,
    arguments: tuple[object, ...],
    expected: object,
    comparison: Comparison,
) -> None:
    problem = load_one(tmp_path, assertion)
    (test,) = problem.tests
    assert problem.checks == ()
    assert decode_arguments(test.input) == arguments
    assert decode(test.expected) == expected
    assert type(decode(test.expected)) is type(expected)
    assert test.comparison == comparison


@pytest.mark.parametrize(
    "statement",
    [
        "assert candidate(1) != 2",
        "assert candidate(1) == candidate(2)",
        "assert candidate(1) == helper(2)",
        "assert candidate(*[1]) == 2",
        "assert candidate(x=1) == 2",
        "assert candidate(1) is 2",
        "assert candidate(1)[0] == 2",
        "assert candidate(1) == 2 == 2",
        "assert candidate(1) == 2 and candidate(2) == 3",
        "assert candidate(10 ** 10 ** 10) == 2",
        "assert candidate(...) == 2",
        "assert candidate(1) <= 2",
        "assert abs(candidate(1) - 2) <= 1e-6",
        "assert round(candidate(1), 2) == 2",
        "assert tuple(candidate(1)) == [1]",
        "assert False",
        "candidate(1)",
        "for i in range(3):\n    assert candidate(i) == i + 1",
        "value = 1\nassert candidate(value) == 2",
        "str = repr\nassert candidate(str(5)) == 6",
        "candidate = abs\nassert candidate(1) == 1",
        "assert solve(1) == 2",
    ],
)
def test_what_must_stay_code_becomes_one_check(tmp_path: Path, statement: str) -> None:
    problem = load_one(tmp_path, statement)
    assert problem.tests == ()
    (check,) = problem.checks
    assert check.name == "t1"
    assert "check" in [node.name for node in ast.parse(check.code).body if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize(
    "statement", ["assert True", "assert True, 'works'", "assert 1", "pass", "'doc'", "print"]
)
def test_what_tests_nothing_is_left_out(tmp_path: Path, statement: str) -> None:
    problem = load_one(tmp_path, f"{statement}\nassert candidate(1) == 2\n{statement}")
    assert problem.test_names == ("t1",)
    with pytest.raises(BadInputError, match="line 1: HumanEval/0: the check tests nothing"):
        load_one(tmp_path, statement)


def run_check(problem: Problem, candidate: Callable[[int], object]) -> None:
    namespace: dict[str, object] = {}
    exec(problem.checks[0].code, namespace)
    check = namespace["check"]
    assert callable(check)
    check(candidate)


def test_a_mixed_check_is_parted_and_keeps_its_order(tmp_path: Path) -> None:
    problem = load_one(
        tmp_path,
        """import random
assert candidate(1) == 2
for i in range(3):
    assert candidate(i) == i + 1
assert candidate(5) == 6
assert candidate(random.randint(1, 1)) == 2""",
    )
    assert problem.test_names == ("t1", "t2", "t3")
    assert [decode_arguments(test.input) for test in problem.tests] == [(1,), (5,)]
    called: list[int] = []

    def candidate(x: int) -> int:
        called.append(x)
        return x + 1

    run_check(problem, candidate)
    assert called == [0, 1, 2, 1]
    with pytest.raises(AssertionError):
        run_check(problem, lambda x: x)


def test_a_check_finds_the_helpers_of_the_prompt(tmp_path: Path) -> None:
    problem = load_one(tmp_path, "assert candidate(9) == helper(0)")
    run_check(problem, lambda x: x + 1)
    with pytest.raises(AssertionError):
        run_check(problem, lambda x: x + 2)


def test_a_check_finds_the_program_under_its_own_name(tmp_path: Path) -> None:
    problem = load_one(tmp_path, "assert tuple(candidate(1)) == tuple(solve(1))")
    run_check(problem, lambda x: [x])
    called: list[int] = []
    with pytest.raises(AssertionError):
        run_check(problem, lambda x: called.append(x) or [len(called)])
    assert called == [1, 1]


def test_helpers_beside_the_check_are_kept(tmp_path: Path) -> None:
    test = "def same(a, b):\n    return a == b\n\ndef check(candidate):\n    assert same(candidate(1), 2)\n"
    problem = load_one(tmp_path, "pass", test=test)
    run_check(problem, lambda x: x + 1)


def test_a_name_that_the_test_binds_is_not_taken_for_the_built_in(tmp_path: Path) -> None:
    test = (
        "def tuple(x):\n    return 0\n\ndef check(candidate):\n    assert tuple(candidate(1)) == tuple([5])\n"
    )
    problem = load_one(tmp_path, "pass", test=test)
    assert problem.tests == ()
    run_check(problem, lambda x: x)


def test_the_note_counts_and_lists(tmp_path: Path) -> None:
    path = write(
        tmp_path / "he.jsonl",
        record("assert candidate(1) == 2\nassert candidate(2) == 3"),
        record("assert candidate(1) == helper(1)", task_id="HumanEval/7"),
    )
    assert load_humaneval(path).notes == (
        "2 assertions became tests; 1 problem needs the checker: HumanEval/7",
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"test": "def check(candidate:\n"}, "the test is not Python"),
        ({"test": "assert True\n"}, r"does not define check\(candidate\)"),
        ({"test": "def check(f):\n    assert f(1) == 2\n"}, r"does not define check\(candidate\)"),
        ({"entry_point": "not a name"}, "entry_point is not a name"),
        ({"task_id": "a\nb"}, "task_id must be printable text"),
        ({"prompt": "def solve(:"}, "the prompt is not Python"),
    ],
)
def test_a_bad_record_is_told_by_its_line(tmp_path: Path, fields: dict[str, str], message: str) -> None:
    good = record("assert candidate(1) == 2", task_id="HumanEval/1")
    bad = record("assert candidate(1) == helper(1)", **fields)
    path = write(tmp_path / "he.jsonl", good, bad)
    with pytest.raises(BadInputError, match=message) as caught:
        load_humaneval(path)
    assert str(caught.value).startswith(f"{path}, line 2: ")
    assert str(caught.value).isprintable()


def test_an_id_that_comes_twice_is_told(tmp_path: Path) -> None:
    row = record("assert candidate(1) == 2")
    with pytest.raises(BadInputError, match="line 2: HumanEval/0 is already on line 1"):
        load_humaneval(write(tmp_path / "he.jsonl", row, row))
