"""Benchmarks by name, and the inputs that their problems are timed on."""

from __future__ import annotations

import json
from typing import Any

import anyio
import pytest

from perftui.cli.launch import Launch
from perftui.errors import ExitStatus
from perftui.problems.model import Problem
from perftui.store.writer import open_store
from tests.cli.conftest import MODEL, QUICK, Here
from tests.support.bench import write_lines

PROMPT = 'def double(x):\n    """Twice x."""\n'


def plus(solution: str, **fields: Any) -> dict[str, Any]:
    return {
        "task_id": "HumanEval/0",
        "prompt": PROMPT,
        "entry_point": "double",
        "canonical_solution": solution,
        "test": "def check(candidate): pass",
        "base_input": [[1], [0.5]],
        "plus_input": [[2**80]],
        "atol": 0,
        **fields,
    }


@pytest.fixture
def data(here: Here) -> tuple[str, ...]:
    """Flags for a HumanEval+ of one problem, with inputs to time on."""
    write_lines(here.folder / "hep.jsonl", [plus("    return 2 * x\n")])
    coffe = {PROMPT: [{"input": "[10**9]", "output": None}, {"input": "[7]", "output": None}]}
    (here.folder / "coffe.json").write_text(json.dumps(coffe))
    return ("--data", "hep.jsonl", "--timing-data", "coffe.json")


def test_a_reference_is_checked_on_inputs_that_it_answers_itself(here: Here, data: tuple[str, ...]) -> None:
    ended = here.perftui("problems", "check", "humaneval+", *data, "--sandbox", "process")
    assert ended.status == 0, ended.err
    assert ended.out.startswith("1 of 1 references pass their tests\n")


def test_a_reference_that_differs_from_run_to_run_fails(here: Here) -> None:
    write_lines(here.folder / "hep.jsonl", [plus("    import os\n    return os.urandom(8).hex()\n")])
    flags = ("--data", "hep.jsonl", "--sandbox", "process")
    ended = here.perftui("problems", "check", "humaneval+", *flags)
    assert ended.status == ExitStatus.BAD_INPUT
    assert "HumanEval/0: wrong-answer: t1: returned '" in ended.out
    assert "0 of 1 references pass their tests" in ended.out


def test_inputs_that_the_reference_cannot_answer_are_left_out_and_told(here: Here) -> None:
    write_lines(here.folder / "hep.jsonl", [plus("    return 2 * x\n", plus_input=[[None], [{}]])])
    ended = here.perftui("problems", "check", "humaneval+", "--data", "hep.jsonl", "--sandbox", "process")
    assert ended.status == 0, ended.err
    told = "HumanEval/0: 2 inputs are left out, as the reference gives nothing: raised: "
    assert ended.out.startswith(told)
    assert "1 of 1 references pass their tests" in ended.out


def test_problems_tell_what_they_can_be_timed_on(here: Here, data: tuple[str, ...]) -> None:
    shown = here.perftui("problems", "show", "humaneval+", *data).out
    assert "t3: (1208925819614629174706176,) -> as the reference gives (floats)" in shown
    assert "to time on: 2 expressions (COFFE)" in shown
    listed = here.perftui("problems", "list", "humaneval+", *data)
    assert "3 tests" in listed.out
    assert "timing inputs of COFFE for 1 of 1 problems" in listed.err


def test_the_plan_names_the_file_of_timing_inputs(here: Here, data: tuple[str, ...]) -> None:
    begun: list[Launch] = []

    def begin(launch: Launch) -> ExitStatus:
        begun.append(launch)
        return ExitStatus.DONE

    here.monkeypatch.setattr("perftui.cli.run.start", begin)
    assert here.perftui("run", "humaneval+", *data, *MODEL).status == 0
    (launch,) = begun
    assert launch.plan.timing_data == str(here.folder / "coffe.json")
    assert launch.problems[0].timing.expressions == ("[10**9]", "[7]")


def test_a_run_keeps_its_timing_inputs(here: Here, data: tuple[str, ...]) -> None:
    write_lines(here.folder / "s.jsonl", [{"task_id": "HumanEval/0", "completion": "    return x + x\n"}])
    flags = ("--samples", "s.jsonl", *QUICK, "--format", "json")
    ended = here.perftui("evaluate", "humaneval+", *data, *flags)
    assert ended.status == 0, ended.err
    (result,) = json.loads(ended.out)["results"]
    assert (result["verdict"], result["tests_passed"]) == ("correct", 3)
    (here.folder / "coffe.json").unlink()
    (here.folder / "hep.jsonl").unlink()

    async def stored() -> tuple[Problem, ...]:
        async with open_store(here.folder / "runs.db", create=False) as store:
            return await store.problems(await store.find_run("last"))

    (problem,) = anyio.run(stored)
    assert problem.timing.expressions == ("[10**9]", "[7]")
