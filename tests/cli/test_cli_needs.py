"""What a command asks of its sandboxes: what problems and given programs import."""

from __future__ import annotations

import json

import pytest

from perftui.cli.launch import Launch
from perftui.errors import ExitStatus
from perftui.sandbox.imports import Needs, needs_of
from tests.cli.conftest import MODEL, QUICK, Here

NUMPY = "import numpy\ndef add_0(x):\n    return int(numpy.add(x, 0))\n"


@pytest.fixture
def begun(here: Here) -> list[Launch]:
    """The runs that commands would begin."""
    launches: list[Launch] = []

    def begin(launch: Launch) -> ExitStatus:
        launches.append(launch)
        return ExitStatus.DONE

    for command in ("run", "evaluate"):
        here.monkeypatch.setattr(f"perftui.cli.{command}.start", begin)
    return launches


def test_given_programs_and_references_say_what_is_needed(here: Here, begun: list[Launch]) -> None:
    assert here.perftui("run", "problems", *MODEL, *QUICK).status == 0
    here.write("s.jsonl", json.dumps({"task_id": "Add/0", "solution": NUMPY}))
    assert here.perftui("evaluate", "problems", "--samples", "s.jsonl", *QUICK).status == 0
    assert [needs_of(launch.problems, launch.programs) for launch in begun] == [
        Needs(),
        Needs(packages=("numpy",), optional=False),
    ]


def test_a_given_program_with_numpy_is_judged_and_its_sandbox_is_recorded(here: Here) -> None:
    here.write("s.jsonl", json.dumps({"task_id": "Add/0", "solution": NUMPY}))
    ended = here.perftui("evaluate", "problems", "--samples", "s.jsonl", *QUICK, "--format", "json")
    told = json.loads(ended.out)
    assert [result["verdict"] for result in told["results"]] == ["correct"], ended.err
    (package,) = told["environment"]["sandbox"]["packages"]
    assert package.startswith("numpy ")


def test_doctor_tells_what_the_process_sandbox_has(here: Here) -> None:
    (line,) = [line for line in here.perftui("doctor").out.splitlines() if " process " in line]
    assert ", numpy " in line
