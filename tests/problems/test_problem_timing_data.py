from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from perftui.errors import BadInputError
from perftui.problems.benchmarks import load_benchmark
from perftui.problems.mbpp import statement_of
from perftui.problems.model import Benchmark, Problem, TimingData
from perftui.problems.timing_data import read_timing_data
from perftui.values import decode_arguments

PROMPT = 'import math\n\ndef f(x):\n    """Do it."""\n'
TASK = (
    "You are an expert Python programmer, and here is your task: {} "
    "Please write a Python function {} for the task.\n```python"
)


def problem(id_: str, statement: str, name: str = "f", timing: TimingData | None = None) -> Problem:
    return Problem(
        id=id_,
        title=name,
        kind="function",
        statement=statement,
        entry_point=name,
        benchmark="b",
        timing=timing or TimingData(),
    )


def write(path: Path, content: object) -> Path:
    path.write_bytes(gzip.compress(json.dumps(content).encode()))
    return path


def timed(path: Path, *problems: Problem) -> Benchmark:
    return read_timing_data(path, Benchmark(name="b", problems=problems, notes=("a note",)))


def coffe(prompt: str, *expressions: str) -> dict[str, Any]:
    return {prompt: [{"input": text, "output": None} for text in expressions]}


def test_coffe_finds_humaneval_by_the_words_of_the_prompt(tmp_path: Path) -> None:
    moved = 'def f(x):\n    import math\n    """Do   it."""'
    path = write(tmp_path / "s.gz", coffe(moved, "[2**70]", "[[0] * 10000]") | coffe("other", "[1]"))
    found = timed(path, problem("HumanEval/0", PROMPT), problem("HumanEval/1", PROMPT + "Else."))
    assert found.problems[0].timing == TimingData(expressions=("[2**70]", "[[0] * 10000]"), source="COFFE")
    assert found.problems[1].timing == TimingData()
    assert found.notes == ("a note", "timing inputs of COFFE for 1 of 2 problems")


@pytest.mark.parametrize(
    ("task", "call", "found"),
    [
        ("Add one to a number.", "f(x, y)", True),
        ("Add  one\nto a number.", "f(x,y)", True),
        ("Said in other words.", "f(x, y)", True),
        ("Said in other words.", "f(x)", False),
        ("Add one to a number.", "g(x, y)", False),
    ],
)
def test_coffe_finds_mbpp_by_the_task_or_the_signature(
    tmp_path: Path, task: str, call: str, found: bool
) -> None:
    path = write(tmp_path / "s.gz", coffe(TASK.format(task, call), "[1, 2]") | coffe(PROMPT, "[1]"))
    mine = problem("Mbpp/1", statement_of("Add one to a number.", "def f(x, y):"))
    timing = timed(path, mine, problem("HumanEval/0", PROMPT, "h")).problems[0].timing
    assert bool(timing.expressions) is found


def test_a_function_that_two_tasks_share_is_told_apart_by_the_task(tmp_path: Path) -> None:
    path = write(tmp_path / "s.gz", coffe(TASK.format("Second.", "f(x)"), "[2]"))
    first, second = (problem(f"Mbpp/{n}", statement_of(n, "def f(x):")) for n in ("First.", "Second."))
    assert [one.timing.expressions for one in timed(path, first, second).problems] == [(), ("[2]",)]
    path = write(tmp_path / "t.gz", coffe(TASK.format("Third.", "f(x)"), "[2]"))
    with pytest.raises(BadInputError, match="holds inputs for no problem of b"):
        timed(path, first, second)


def test_evalplus_finds_problems_by_id_and_function(tmp_path: Path) -> None:
    path = tmp_path / "hep.jsonl"
    rows = [
        {"task_id": f"HumanEval/{n}", "entry_point": "f", "base_input": [[n]], "plus_input": [[[2**70]]]}
        for n in range(3)
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    own = TimingData(inputs=('{"t":[5]}',), generator="def generate(n, seed): ...", source="the problem file")
    found = timed(path, problem("HumanEval/1", "", timing=own), problem("HumanEval/2", "", "g"))
    first, second = (one.timing for one in found.problems)
    assert [decode_arguments(text) for text in first.inputs] == [(5,), (1,), ([2**70],)]
    assert (first.generator, first.source) == (own.generator, "the problem file and EvalPlus")
    assert second == TimingData()


def test_mbpp_plus_is_read_with_its_types(tmp_path: Path) -> None:
    path = tmp_path / "mp.jsonl"
    row = {"task_id": "Mbpp/2", "entry_point": "f", "base_input": [[[1], [2]]], "plus_input": {}}
    path.write_text(json.dumps({**row, "assertion": ""}))
    mine = problem("Mbpp/2", "")
    assert [decode_arguments(text) for text in timed(path, mine).problems[0].timing.inputs] == [((1,), (2,))]
    text = {"task_id": 2, "code": "def  f (x): pass", "test": "inputs = [[{1}, inf]]\n", "test_list": []}
    path.write_text(json.dumps(text))
    inputs = timed(path, mine).problems[0].timing.inputs
    assert [decode_arguments(one) for one in inputs] == [({1}, float("inf"))]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"a": ["def generate_input(): ..."]}, "holds inputs for no problem of b"),
        ({"a": [{"input": "[1]"}, {"output": 1}]}, "not as COFFE wrote it"),
        ({"a": 1}, "no timing data: stressful_testcases.json of COFFE"),
        ([], "no timing data"),
        ("text", "no timing data"),
        ([{"text": "t", "code": "c", "test_list": []}], "holds MBPP, which has no inputs beside its tests"),
        ({"a": []}, "no timing data"),
    ],
)
def test_other_files_are_refused_with_what_they_are(tmp_path: Path, content: object, reason: str) -> None:
    with pytest.raises(BadInputError) as caught:
        timed(write(tmp_path / "x.gz", content), problem("P/0", PROMPT))
    assert reason in str(caught.value)
    assert str(caught.value).isprintable()


def test_files_that_are_no_json_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    for content in (b"", b"\xff\xfe", b"[[[", b"{" * 100_000):
        path.write_bytes(content)
        with pytest.raises(BadInputError, match="no timing data"):
            timed(path, problem("P/0", PROMPT))


def test_a_file_of_problems_is_told_from_one_of_inputs(tmp_path: Path) -> None:
    path = write(tmp_path / "s.gz", coffe(PROMPT, "[1]"))
    with pytest.raises(BadInputError, match="holds inputs of COFFE and no problems: give it with"):
        load_benchmark("humaneval", path)
    row = {"text": "t", "code": "def f(x): pass", "test_list": ["assert f(1)"], "task_id": 1}
    with pytest.raises(BadInputError, match=r"holds MBPP, not humaneval: name the benchmark mbpp"):
        load_benchmark("humaneval", write(tmp_path / "m.gz", row))
    assert load_benchmark("mbpp", write(tmp_path / "m.gz", row), None).problems[0].id == "Mbpp/1"
    with pytest.raises(BadInputError, match="for no problem of mbpp"):
        load_benchmark("mbpp", write(tmp_path / "m.gz", row), path)
