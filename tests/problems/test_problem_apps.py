from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from perftui.errors import BadInputError
from perftui.problems.apps import MOST_REFERENCES, load_apps
from perftui.problems.benchmarks import graded, load_benchmark
from perftui.problems.model import Benchmark, Problem
from perftui.problems.samples import read_samples
from perftui.refine.extraction import Extracted, extract
from perftui.values import decode, decode_arguments

PROGRAM_TESTS = {"inputs": ["1 2\n", ["3", "4"]], "outputs": ["3\n", ["7", ""]]}
FUNCTION_TESTS = {"fn_name": "add", "inputs": [[1, 2], [{"1": 2}, 0]], "outputs": [[3], {"1": 2}]}


def record(number: int, **fields: Any) -> dict[str, Any]:
    """A record as Hugging Face has it."""
    return {
        "problem_id": number,
        "question": f"Add, {number}.",
        "solutions": json.dumps(["print(sum(map(int, input().split())))"]),
        "input_output": json.dumps(PROGRAM_TESTS),
        "difficulty": "interview",
        "url": "https://codeforces.com/problemset/problem/1353/D",
        "starter_code": "",
        **fields,
    }


def write(path: Path, *records: dict[str, Any]) -> Path:
    text = "\n".join(map(json.dumps, records)).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def one(path: Path, **fields: Any) -> Problem:
    return load_apps(write(path / "a.jsonl", record(7, **fields))).problems[0]


@pytest.mark.parametrize("name", ["train.jsonl", "test.jsonl.gz"])
def test_lines_are_read_and_their_split_is_told_by_the_name(tmp_path: Path, name: str) -> None:
    found = load_apps(write(tmp_path / name, record(2398), record(0, difficulty="competition")))
    assert [problem.id for problem in found.problems] == ["apps/2398", "apps/0"]
    assert {problem.split for problem in found.problems} == {name.partition(".")[0]}
    first = found.problems[0]
    assert (first.kind, first.title, first.difficulty) == ("stdin", "1353/D", "interview")
    assert [(test.input, test.expected) for test in first.tests] == [("1 2\n", "3\n"), ("3\n4", "7\n")]
    assert {test.comparison.kind for test in first.tests} == {"apps-text"}
    assert first.references == ("print(sum(map(int, input().split())))",)


def test_an_array_and_the_fields_of_the_raw_files_are_read(tmp_path: Path) -> None:
    raw = {**record(3), "id": 3, "solutions": ["pass"], "input_output": PROGRAM_TESTS, "split": "test"}
    del raw["problem_id"]
    (tmp_path / "a.json").write_text(json.dumps([raw], indent=1))
    problem = load_benchmark("apps", tmp_path / "a.json").problems[0]
    assert (problem.id, problem.references, problem.split) == ("apps/3", ("pass",), "test")


def test_a_function_is_called_as_the_checker_calls_it(tmp_path: Path) -> None:
    solution = "class Solution:\n    def add(self, a: List[int], b): return a"
    starter = "class Solution:\n    def add(self, a, b):\n        "
    found = one(
        tmp_path,
        input_output=json.dumps(FUNCTION_TESTS),
        solutions=json.dumps([solution]),
        starter_code=starter,
    )
    assert (found.kind, found.entry_point, found.title, found.stub) == ("function", "add", "add", "")
    assert [decode_arguments(test.input) for test in found.tests] == [(1, 2), ({1: 2},)]
    assert [decode(test.expected) for test in found.tests] == [[3], [{1: 2}]]
    assert {test.comparison.kind for test in found.tests} == {"apps"}
    assert "class Solution" in found.statement
    assert found.references[0].startswith("from typing import List\n")
    assert found.references[0].endswith("\n\nadd = Solution().add\n")


def test_a_bare_function_has_a_stub(tmp_path: Path) -> None:
    tests = json.dumps({"fn_name": "f", "inputs": [[1]], "outputs": [1]})
    assert one(tmp_path, input_output=tests, starter_code="def f(n):\n\t").stub == "def f(n):\n"


def test_the_original_folders_are_read(tmp_path: Path) -> None:
    for split in ("train", "test"):
        folder = tmp_path / split / "0000"
        folder.mkdir(parents=True)
        (folder / "question.txt").write_text("Add.")
        (folder / "input_output.json").write_text(json.dumps(PROGRAM_TESTS))
    whole = tmp_path / "train" / "0001"
    whole.mkdir()
    (whole / "question.txt").write_text("Call it.")
    (whole / "input_output.json").write_text(json.dumps(FUNCTION_TESTS))
    (whole / "solutions.json").write_text(json.dumps(["def add(*a): return 3"]))
    (whole / "metadata.json").write_text(json.dumps({"difficulty": "introductory", "url": "x"}))
    (whole / "starter_code.py").write_text("def add(a, b):")
    found = load_apps(tmp_path).problems
    assert [(p.id, p.split, len(p.references)) for p in found] == [
        ("apps/train/0", "train", 0),
        ("apps/1", "train", 1),
        ("apps/test/0", "test", 0),
    ]
    assert (found[1].difficulty, found[1].stub) == ("introductory", "def add(a, b):\n")
    assert [problem.id for problem in load_apps(tmp_path / "test").problems] == ["apps/0"]
    write(tmp_path / "train" / "test.jsonl", record(1))
    assert len(load_apps(tmp_path / "train").problems) == 2


def test_a_folder_of_the_two_files_is_read(tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", record(1), record(2))
    write(tmp_path / "test.jsonl.gz", record(1))
    ids = [problem.id for problem in load_apps(tmp_path).problems]
    assert ids == ["apps/train/1", "apps/2", "apps/test/1"]


def test_what_is_left_out_is_noted(tmp_path: Path) -> None:
    many = json.dumps([f"print({number})" for number in range(MOST_REFERENCES + 5)])
    path = write(
        tmp_path / "a.jsonl",
        record(1, solutions=many, verified_solution_idx=[12, 99, 0]),
        record(2, solutions=""),
        record(3, input_output=""),
        record(4, input_output=json.dumps({"inputs": [], "outputs": []})),
    )
    found = load_apps(path)
    first, second = found.problems
    assert len(first.references) == MOST_REFERENCES
    assert first.references[:3] == ("print(12)", "print(0)", "print(1)")
    assert second.references == ()
    assert found.notes[1:] == (
        "no solution for 1 of them: nothing to compare their speed with",
        f"1 have over {MOST_REFERENCES} solutions: so many are kept",
        "left out for want of tests: apps/3, apps/4",
    )


def test_an_integer_of_any_length_is_read(tmp_path: Path) -> None:
    digits = "9" * 9_000
    tests = f'{{"fn_name": "f", "inputs": [[-{digits}]], "outputs": [{digits}]}}'
    test = one(tmp_path, input_output=tests).tests[0]
    assert decode_arguments(test.input)[0] == -(10**9_000 - 1)
    assert decode(test.expected) == 10**9_000 - 1


def test_problems_are_chosen_by_difficulty_and_split(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl",
        record(1, split="train"),
        record(2, split="test", difficulty="competition"),
        record(3, split="test"),
    )
    whole = load_apps(path)

    def ids(difficulties: list[str], splits: list[str]) -> list[str]:
        return [problem.id for problem in graded(whole, difficulties, splits).problems]

    assert ids([], []) == ["apps/1", "apps/2", "apps/3"]
    assert ids(["interview"], []) == ["apps/1", "apps/3"]
    assert ids(["interview", "competition"], ["test"]) == ["apps/2", "apps/3"]
    assert ids(["competition"], ["train"]) == []
    with pytest.raises(BadInputError, match="--difficulty: no problem is introductory; there are comp"):
        ids(["introductory"], [])
    bare = Benchmark(
        name="mbpp", problems=(Problem(id="a", title="a", kind="stdin", statement="", benchmark="b"),)
    )
    with pytest.raises(BadInputError, match="--split: mbpp does not say it of its problems"):
        graded(bare, [], ["test"])


def test_given_programs_are_run_as_the_checker_runs_them(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", record(1, input_output=json.dumps(FUNCTION_TESTS)))
    samples = tmp_path / "s.jsonl"
    program = "class Solution:\n    def add(self, a: List[int], b: int) -> int:\n        return a + b"
    samples.write_text(json.dumps({"task_id": "apps/1", "solution": program}))
    (sample,) = read_samples(samples, load_apps(path))
    assert sample.program == f"from typing import List\n{program}\n\n\nadd = Solution().add\n"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"problem_id": None}, "line 2: lacks `problem_id` (or `id`)"),
        ({"problem_id": "\x1b[31m"}, "line 2: lacks `problem_id` (or `id`), or it cannot be shown"),
        ({"question": 5}, "line 2: Expected `str`, got `int`"),
        ({"solutions": "["}, "line 2: apps/2: solutions: not JSON: "),
        ({"solutions": "{}  "}, ""),
        ({"solutions": '{"a": 1}'}, "line 2: apps/2: solutions: a list of programs is wanted"),
        ({"solutions": [1]}, "line 2: apps/2: solutions: a list of programs is wanted"),
        ({"input_output": "{"}, "line 2: apps/2: input_output: not JSON: "),
        ({"input_output": "[1]"}, "line 2: apps/2: input_output: an object is wanted"),
        ({"input_output": {"inputs": 1, "outputs": []}}, "`inputs` and `outputs` must be lists"),
        ({"input_output": {"inputs": ["1"], "outputs": []}}, "input_output: 1 inputs and 0 outputs"),
        ({"input_output": {"inputs": [{}], "outputs": ["1"]}}, "t1: a text, or a list of lines, is wanted"),
        ({"input_output": {"fn_name": "a b", "inputs": [[]], "outputs": [1]}}, "fn_name is not a name"),
        (
            {"input_output": {"fn_name": "f", "inputs": [5], "outputs": [1]}},
            "t1: a list of arguments is wanted",
        ),
        ({"input_output": "[" * 100_000}, "input_output: not JSON: "),
        ({"solutions": '["\\ud800"]'}, "line 2: apps/2: solutions: holds half of a surrogate pair"),
        (
            {"input_output": '{"inputs": ["\\ud800"], "outputs": [""]}'},
            "line 2: apps/2: input_output: t1: holds half of a surrogate pair",
        ),
        ({"problem_id": 1}, "line 2: apps/1 is already on line 1"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, fields: dict[str, Any], reason: str) -> None:
    path = write(tmp_path / "a.jsonl", record(1), record(2, **fields))
    if not reason:
        assert len(load_apps(path).problems) == 2
        return
    with pytest.raises(BadInputError) as caught:
        load_apps(path)
    assert reason in str(caught.value)
    assert str(path) in str(caught.value)
    assert str(caught.value).isprintable()


def test_what_is_no_apps_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no APPS here"):
        load_apps(tmp_path)
    with pytest.raises(BadInputError, match="no such file"):
        load_apps(tmp_path / "absent.jsonl")
    with pytest.raises(BadInputError, match="no problem has tests"):
        load_apps(write(tmp_path / "a.jsonl", record(1, input_output="")))
    row = {"task_id": 1, "text": "t", "code": "def f(x): pass", "test_list": ["assert f(1)"]}
    with pytest.raises(BadInputError, match="holds MBPP, not apps: name the benchmark mbpp"):
        load_apps(write(tmp_path / "m.jsonl", row))
    with pytest.raises(BadInputError, match="holds APPS, not humaneval: name the benchmark apps"):
        load_benchmark("humaneval", write(tmp_path / "b.jsonl", record(1)))
    folder = tmp_path / "train" / "0000"
    folder.mkdir(parents=True)
    (folder / "question.txt").write_text("Add.")
    (folder / "metadata.json").write_text("[")
    with pytest.raises(BadInputError, match=r"0000/metadata.json: not as APPS has it"):
        load_apps(tmp_path)
    (folder / "metadata.json").write_text("{}")
    (folder / "input_output.json").write_text('{"inputs": [')
    with pytest.raises(BadInputError, match=r"0000/question.txt, line 1: apps/0: input_output: not JSON"):
        load_apps(tmp_path)


def test_a_reply_is_completed_like_a_given_program(tmp_path: Path) -> None:
    problem = one(tmp_path, input_output=json.dumps(FUNCTION_TESTS))
    reply = "Here:\n```python\nclass Solution:\n    def add(self, a: List[int], b): return sqrt(a[0])\n```\n"
    found = extract(reply, problem)
    assert isinstance(found, Extracted)
    compile(found.code, "<test>", "exec")
    head, _, _ = found.code.partition("\n\n")
    assert set(head.split("\n")) == {"from typing import List", "from math import sqrt"}
    assert found.code.endswith("add = Solution().add\n")
