"""APPS and COFFE on the command line, with programs that run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from perftui.errors import ExitStatus
from tests.cli.conftest import Here
from tests.support.bench import write_lines

DOUBLE = "class Solution:\n    def double(self, xs: List[int]): return tuple(2 * x for x in xs)"
GENERATOR = "import random\n\ndef generate_input():\n    return str(random.randint(0, 10 ** 6))\n"
PROMPT = (
    "You are an expert Python programmer, and here is your task:\nAdd one.\n"
    "Do not give explanations, only give the Python code.\nPython Solution:\n```python"
)


def record(number: int, difficulty: str, tests: dict[str, Any], *solutions: str) -> dict[str, Any]:
    return {
        "problem_id": number,
        "question": "Do it.",
        "solutions": json.dumps(solutions),
        "input_output": json.dumps(tests),
        "difficulty": difficulty,
        "split": "test" if number else "train",
    }


@pytest.fixture
def apps(here: Here) -> tuple[str, ...]:
    """A function, a program that returns at its top, and one whose solution fails."""
    echo = {"inputs": ["1 2\n3\n"], "outputs": ["3\n1 2\n"]}
    rows = [
        record(0, "introductory", {"fn_name": "double", "inputs": [[[1, 2]]], "outputs": [[[2, 4]]]}, DOUBLE),
        record(1, "interview", echo, "print(input())\nprint(input())\nif True:\n    return\nprint(5)"),
        record(2, "competition", echo, "print(1)", "print raw_input()"),
    ]
    write_lines(here.folder / "apps.jsonl", rows)
    return ("--data", "apps.jsonl")


def test_problems_are_chosen_by_difficulty_and_split(here: Here, apps: tuple[str, ...]) -> None:
    def listed(*flags: str) -> list[str]:
        ended = here.perftui("problems", "list", "apps", *apps, *flags)
        assert ended.status == 0, ended.err
        return [line.split()[0] for line in ended.out.splitlines()]

    assert listed() == ["apps/0", "apps/1", "apps/2"]
    assert listed("--difficulty", "introductory", "--difficulty", "competition") == ["apps/0", "apps/2"]
    assert listed("--split", "test") == ["apps/1", "apps/2"]
    assert listed("--split", "test", "--difficulty", "interview", "--limit", "1") == ["apps/1"]
    assert here.perftui("problems", "list", "apps", *apps, "--difficulty", "hard").status == 2


def test_references_are_run_as_the_checker_of_apps_runs_them(here: Here, apps: tuple[str, ...]) -> None:
    ended = here.perftui("problems", "check", "apps", *apps, "--sandbox", "process")
    assert ended.status == ExitStatus.BAD_INPUT
    assert "2 of 4 references pass their tests" in ended.out
    failed = [line.split()[0] for line in ended.out.splitlines() if line.startswith("apps/")]
    assert failed == ["apps/2:", "apps/2:"]


def test_given_programs_are_judged_as_apps_judges_them(here: Here, apps: tuple[str, ...]) -> None:
    programs = [
        ("apps/0", "def double(xs: List[int]): return [2 * x for x in xs]"),
        ("apps/0", "class Solution:\n    def double(self, xs): return xs"),
        ("apps/1", "print(1, 2)\nprint(3)"),
        ("apps/1", "print(1, 3)"),
    ]
    write_lines(here.folder / "s.jsonl", [{"task_id": task, "solution": text} for task, text in programs])
    flags = ("--samples", "s.jsonl", "--no-timing", "--sandbox", "process", "--format", "json")
    ended = here.perftui("evaluate", "apps", *apps, *flags)
    verdicts = [result["verdict"] for result in json.loads(ended.out)["results"]]
    assert verdicts == ["correct", "wrong-answer", "correct", "wrong-answer"]


def test_generators_of_coffe_make_tests_and_inputs_to_time_on(here: Here) -> None:
    folder = here.folder / "file"
    folder.mkdir()
    (folder / "data.json").write_text(json.dumps([{"dataset": "codeparrot/apps", "final_prompt": PROMPT}]))
    (folder / "best_solutions.json").write_text(json.dumps({PROMPT: ["print(int(input()) + 1)", True]}))
    (folder / "stressful_testcases.json").write_text(json.dumps({PROMPT: [GENERATOR] * 3}))
    write_lines(
        here.folder / "s.jsonl",
        [
            {"task_id": "coffe-file/0", "solution": "import sys\nprint(int(sys.stdin.read()) + 1)"},
            {"task_id": "coffe-file/0", "solution": "print(int(input()) + 2)"},
        ],
    )
    flags = (
        "--data",
        "file",
        "--samples",
        "s.jsonl",
        "--no-timing",
        "--sandbox",
        "process",
        "--format",
        "json",
    )
    results = json.loads(here.perftui("evaluate", "coffe-file", *flags).out)["results"]
    assert [(result["verdict"], result["tests_total"]) for result in results] == [
        ("correct", 3),
        ("wrong-answer", 3),
    ]
    shown = here.perftui("problems", "show", "coffe-file", "--data", "file").out
    assert "t3: an expression -> as the reference gives (text)" in shown
    assert "to time on: 3 expressions (COFFE)" in shown
