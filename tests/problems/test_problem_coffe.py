from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from perftui.errors import BadInputError
from perftui.problems.benchmarks import load_benchmark
from perftui.problems.coffe_examples import examples_in
from perftui.problems.coffe_prompts import STRESS_SEED, function_in, generated_by, task_in
from perftui.problems.model import Benchmark, Problem, TimingData
from perftui.problems.timing_data import read_timing_data
from perftui.values import decode, decode_arguments

HEAD = "You are an expert Python programmer, and here is your task:"
TASK = "Add two numbers.\n\n-----Sample Input-----\n1 2\n\n-----Sample Output-----\n3\n\nSince 1 + 2 = 3."
PROMPT = f"{HEAD}\n{TASK}\nDo not give explanations, only give the Python code.\nPython Solution:\n```python"
GENERATOR = "import random\n\ndef generate_input():\n    return f'{random.randint(0, 9)} 1\\n'\n"
BEST = "print(sum(map(int, input().split())))"
SPACED = (
    "Do.\n\nInput\n\nOne number.\n\nExamples\n\nInput\n\n\n1 2\n\n\nOutput\n\n\n3\n\n"
    "Input\n\n\n4\n\n\nOutput\n\n\n5\n\nNote\n\nSo."
)
CODE = 'def add(a, b):\n    """Add."""\n'


def folder(path: Path, data: object, **files: object) -> Path:
    """A folder of COFFE, as it is published or packed."""
    path.mkdir(exist_ok=True)
    lines = isinstance(data, list) and path.name != "file"
    text = "\n".join(map(json.dumps, data)) if lines else json.dumps(data, indent=4)  # type: ignore[call-overload]
    (path / ("data.jsonl" if lines else "data.json")).write_text(text)
    for name, content in files.items():
        (path / f"{name}.json.gz").write_bytes(gzip.compress(json.dumps(content, indent=4).encode()))
    return path


def programs(path: Path, **files: object) -> Path:
    data = [{"dataset": "codeparrot/apps", "final_prompt": PROMPT}]
    given: dict[str, object] = {
        "best_solutions": {PROMPT: [BEST, True]},
        "stressful_testcases": {PROMPT: [GENERATOR, GENERATOR]},
    }
    return folder(path / "file", data, **{**given, **files})


def humaneval(path: Path, **files: object) -> Path:
    row = {"task_id": "HumanEval/3", "prompt": f"\n{CODE}", "canonical_solution": "    return a + b\n"}
    key = CODE.strip()
    given: dict[str, object] = {
        "testcases": {key: [{"input": [1, [2, 3]], "output": [[1, 2.5]]}]},
        "best_solutions": {key: ["def solution(a, b):\n    return b + a", False]},
        "stressful_testcases": {key: [{"input": "[1, 2 ** 70]", "output": None}]},
    }
    return folder(path / "he", [{**row, "entry_point": "add", "test": ""}], **{**given, **files})


def test_a_program_is_tested_by_its_examples_and_by_what_generators_make(tmp_path: Path) -> None:
    found = load_benchmark("coffe-file", programs(tmp_path))
    (problem,) = found.problems
    assert (problem.id, problem.kind, problem.statement) == ("coffe-file/0", "stdin", f"{TASK}\n")
    assert problem.references == (BEST,)
    assert problem.tests == ()
    example, *made = problem.unanswered
    assert (example.input, example.expression, example.comparison.others) == ("1 2\n", False, ("3\n",))
    assert [one.expression for one in made] == [True, True]
    assert problem.timing == TimingData(
        expressions=(generated_by(GENERATOR, STRESS_SEED),) * 2, source="COFFE"
    )
    assert found.notes[1] == "3 examples and inputs of generators are answered by the best solution"


def test_tests_that_are_given_take_the_place_of_those_that_are_made(tmp_path: Path) -> None:
    cases = {PROMPT: [{"input": ["5 5\n"], "output": ["10\n"]}]}
    path = programs(tmp_path, testcases=cases)
    (problem,) = load_benchmark("coffe-file", path / "data.json").problems
    assert [(test.input, test.expected) for test in problem.tests] == [("5 5\n", "10\n")]
    assert problem.unanswered == ()


def test_a_generator_gives_the_same_text_whenever_it_is_run() -> None:
    expression = generated_by(GENERATOR, 7)
    assert eval(expression) == eval(expression)
    texts = {eval(generated_by(GENERATOR, seed)) for seed in range(20)}
    assert len(texts) > 3


def test_a_function_of_humaneval_is_read(tmp_path: Path) -> None:
    (problem,) = load_benchmark("coffe-humaneval", humaneval(tmp_path)).problems
    assert (problem.id, problem.entry_point, problem.stub) == ("HumanEval/3", "add", f"\n{CODE}")
    assert decode_arguments(problem.tests[0].input) == (1, [2, 3])
    assert "\n" not in problem.tests[0].input
    assert decode(problem.tests[0].expected) == [1, 2.5]
    assert problem.tests[0].comparison.kind == "json"
    best, canonical = problem.references
    assert best == "def solution(a, b):\n    return b + a\n\n\nadd = solution\n"
    assert canonical == f"\n{CODE}    return a + b\n"
    assert problem.timing.expressions == ("[1, 2 ** 70]",)


def test_functions_of_mbpp_are_told_apart_by_their_names(tmp_path: Path) -> None:
    tasks = [("sort_a", 71), ("sort_b", 141)]
    prompts = [
        f"{HEAD} Sort a list. Please write a Python function {name}(x) for the task.\n```python"
        for name, _ in tasks
    ]
    data = [
        {
            "task_id": number,
            "prompt": "Sort a list.",
            "code": f"def {name}(x):\n    return sorted(x)",
            "test_list": [],
        }
        for name, number in tasks
    ]
    cases = {prompt: [{"input": [[place]], "output": [[place]]}] for place, prompt in enumerate(prompts)}
    path = folder(tmp_path / "mbpp", data, testcases=cases)
    found = load_benchmark("coffe-mbpp", path).problems
    assert [(problem.id, problem.entry_point) for problem in found] == [
        ("Mbpp/71", "sort_a"),
        ("Mbpp/141", "sort_b"),
    ]
    assert [decode_arguments(problem.tests[0].input) for problem in found] == [([0],), ([1],)]
    assert "def sort_b(x):" in found[1].statement


def test_the_set_of_all_functions_is_read(tmp_path: Path) -> None:
    row = {
        "dataset": "openai_humaneval",
        "final_prompt": "KEY",
        "entry_point": "add",
        "task_id": "HumanEval/9",
    }
    data = [
        {**row, "prompt": CODE, "canonical_solution": "    return 1\n"},
        {**row, "task_id": "HumanEval/8"},
    ]
    data[1] = {**data[1], "final_prompt": "OTHER", "prompt": CODE, "canonical_solution": "    return 2\n"}
    path = folder(tmp_path / "function", data, testcases={"KEY": [{"input": [1, 2], "output": [1]}]})
    found = load_benchmark("coffe-function", path)
    assert [problem.id for problem in found.problems] == ["HumanEval/9"]
    assert found.notes[-1] == "left out for want of tests: HumanEval/8"


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"testcases": {PROMPT: [{"input": "5", "output": ["1"]}]}}, "data.json, line 2: "),
        ({"testcases": {PROMPT: [{"input": ["5"], "output": []}]}}, "a list of one output is wanted"),
        ({"testcases": {PROMPT: [{"input": [5], "output": ["1"]}]}}, "t1: a list of one text is wanted"),
        ({"testcases": [1]}, "testcases.json.gz: not as COFFE wrote it"),
        ({"best_solutions": {PROMPT: BEST}}, "best_solutions.json.gz: not as COFFE wrote it"),
        ({"stressful_testcases": {PROMPT: [5]}}, "stressful_testcases.json.gz: not as COFFE wrote it"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, files: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadInputError) as caught:
        load_benchmark("coffe-file", programs(tmp_path, **files))
    assert reason in str(caught.value)
    assert str(caught.value).isprintable()


def test_other_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no COFFE here"):
        load_benchmark("coffe-file", tmp_path)
    with pytest.raises(BadInputError, match="is about a function: coffe-file has programs"):
        load_benchmark("coffe-file", humaneval(tmp_path))
    with pytest.raises(BadInputError, match="lacks `task_id`, `prompt`"):
        load_benchmark("coffe-humaneval", programs(tmp_path))
    path = folder(tmp_path / "none", [{"final_prompt": "Do it."}])
    with pytest.raises(BadInputError, match="no problem of coffe-file that has tests"):
        load_benchmark("coffe-file", path)


def test_generators_find_their_problems_by_the_words_of_the_task(tmp_path: Path) -> None:
    path = programs(tmp_path) / "stressful_testcases.json.gz"
    problem = Problem(
        id="apps/1", title="a", kind="stdin", statement=TASK.replace("\n", " "), benchmark="apps"
    )
    other = Problem(id="apps/2", title="a", kind="stdin", statement="Else.", benchmark="apps")
    found = read_timing_data(path, Benchmark(name="apps", problems=(problem, other)))
    assert found.problems[0].timing.expressions == (generated_by(GENERATOR, STRESS_SEED),) * 2
    assert found.problems[1].timing == TimingData()
    assert found.notes == ("timing inputs of COFFE stdin for 1 of 2 problems",)


def test_prompts_are_taken_apart() -> None:
    assert task_in(PROMPT) == TASK
    assert (
        task_in(f"{HEAD} Do it. Please write a Python function f(x) -> None for the task.\n```python")
        == "Do it."
    )
    assert task_in(CODE) == CODE.strip()
    assert (
        function_in(f"{HEAD} Do it. Please write a Python function f(x, y=(1, 2)) for the task.\n```python")
        == "f"
    )
    assert function_in(f"{HEAD} Do it. Please write a Python function None for the task.\n```python") is None
    assert function_in(CODE) is None


@pytest.mark.parametrize(
    ("statement", "examples"),
    [
        (TASK, [("1 2\n", "3\n")]),
        (
            "Do.\n\n-----Examples-----\nInput\n1\n2\n\nOutput\n3\n\n4\n\nInput\n5\n\nOutput\n6\n\n-----Note-----\nInput\n",
            [("1\n2\n", "3\n\n4\n"), ("5\n", "6\n")],
        ),
        (
            SPACED,
            [("1 2\n", "3\n"), ("4\n", "5\n")],
        ),
        ("-----Sample Input-----\n1\n-----Sample Input-----\n2\n-----Sample Output-----\n3", []),
        ("No examples.", []),
        ("-----Примеры-----\nВходные данные\n1\n\nВыходные данные\n2\n", [("1\n", "2\n")]),
    ],
)
def test_examples_are_found_in_statements(statement: str, examples: list[tuple[str, str]]) -> None:
    assert examples_in(statement) == examples
