"""What scripts read: the objects of `--format json`, the events of `--json`, the tables of CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

import msgspec
import pytest

from tests.cli.conftest import MODEL, QUICK, Here
from tests.support.bench import fenced, right, write_lines, wrong
from tests.support.command import heads

RESULT = [
    "task_id", "sample", "verdict", "reason", "failed_test", "tests_passed", "tests_total", "speedup",
    "speedup_low", "speedup_high", "noise_floor", "speed_verdict", "peak_memory_bytes", "flags",
]  # fmt: skip


def decoded(text: str) -> Any:
    """JSON as a script has it, whatever our own types are."""
    return msgspec.json.decode(text)


def test_evaluate_gives_one_object_in_the_order_of_the_samples(here: Here, samples: str) -> None:
    path = here.folder / samples
    path.write_text(path.read_text().replace("\n", "\n\n", 1))
    ended = here.perftui("evaluate", "problems", "--samples", samples, *QUICK, "--format", "json")
    assert ended.status == 0, ended.err
    found = decoded(ended.out)

    assert list(found) == ["run", "results", "totals", "environment"]
    results = found["results"]
    assert [list(result) for result in results] == [RESULT] * 4
    assert [(result["task_id"], result["sample"], result["verdict"]) for result in results] == [
        ("Add/1", 0, "correct"),
        ("Add/0", 2, "wrong-answer"),
        ("Add/2", 3, "invalid-program"),
        ("Add/1", 4, "correct"),
    ]
    assert results[0]["failed_test"] is None
    assert (results[0]["tests_passed"], results[0]["tests_total"]) == (2, 2)
    assert results[1]["failed_test"] == "t1"
    assert "expected 1" in results[1]["reason"]
    for result in results:
        assert [result[name] for name in RESULT[7:11]] == [None] * 4
        assert result["speed_verdict"] == "unmeasured"
        assert result["flags"] == []
    assert (found["totals"]["samples"], found["totals"]["correct"]) == (4, 2)
    assert found["environment"]["sandbox"]["kind"] == "process"
    assert found["run"] == decoded(here.perftui("report", "last", "--format", "json").out)["run"]


def test_a_timed_evaluation_gives_a_speedup_with_its_interval(here: Here) -> None:
    slow = "def add_1(x):\n    for _ in range(40000):\n        pass\n    return x + 1\n"
    write_lines(here.folder / "slow.jsonl", [{"task_id": "Add/1", "solution": slow}])
    ended = here.perftui(
        "evaluate", "problems", "--samples", "slow.jsonl", "--sandbox", "process", "--format", "json"
    )
    (result,) = decoded(ended.out)["results"]
    assert result["verdict"] == "correct"
    if decoded(ended.out)["environment"]["sandbox"]["clock"] == "none":
        pytest.skip("this system has no clock for the process sandbox: speed is unmeasured")
    assert result["speed_verdict"] == "slower"
    assert 0 < result["speedup_low"] <= result["speedup"] <= result["speedup_high"] < 0.9
    assert result["noise_floor"] >= 1


def test_evaluate_prints_a_row_a_sample_as_csv_and_a_summary_as_text(here: Here, samples: str) -> None:
    evaluate = ("evaluate", "problems", "--samples", samples, *QUICK)
    rows = list(csv.DictReader(io.StringIO(here.perftui(*evaluate, "--format", "csv").out)))
    assert [(row["task_id"], row["sample"], row["speedup"]) for row in rows] == [
        ("Add/1", "0", ""), ("Add/0", "1", ""), ("Add/2", "2", ""), ("Add/1", "3", ""),
    ]  # fmt: skip
    text = here.perftui(*evaluate, "--problems", "Add/1").out
    assert "2 programs for 1 problems" in text
    assert "2 correct" in text


def test_evaluate_json_prints_events_and_nothing_else(here: Here, samples: str) -> None:
    ended = here.perftui("evaluate", "problems", "--samples", samples, *QUICK, "--json")
    assert [head.kind for head in heads(ended.out)][-1] == "run-ended"


def test_report_gives_every_problem_of_the_run(here: Here) -> None:
    write_lines(
        here.folder / "replies.jsonl",
        [
            {"task_id": "Add/0", "chain": 0, "turn": 0, "reply": fenced(right("Add/0"))},
            {"task_id": "Add/1", "chain": 0, "turn": 0, "reply": fenced(wrong("Add/1"))},
        ],
    )
    run = here.run("--strategy", "base-only")
    found = decoded(here.perftui("report", run, "--format", "json").out)
    assert list(found)[:8] == [
        "run", "benchmark", "model", "strategy", "chains", "problems", "metrics", "per_problem",
    ]  # fmt: skip
    assert (found["run"], found["strategy"], found["chains"], found["problems"]) == (run, "base-only", 1, 3)
    assert found["metrics"]["correct"] == {"1": pytest.approx(1 / 3)}
    assert set(found["metrics"]) >= {"correct", "opt", "speedup"}
    assert [(row["problem"], row["status"]) for row in found["per_problem"]] == [
        ("Add/0", "solved"), ("Add/1", "unsolved"), ("Add/2", "unsolved"),
    ]  # fmt: skip
    assert "has no reply for turn 0" in found["per_problem"][2]["reason"]
    both = decoded(here.perftui("report", run, run, "--format", "json").out)
    assert [one["run"] for one in both] == [run, run]
    assert len(list(csv.DictReader(io.StringIO(here.perftui("report", run, "--format", "csv").out)))) == 3


def test_json_of_a_run_is_its_events_and_nothing_else(here: Here) -> None:
    ended = here.perftui("run", "problems", *MODEL, *QUICK, "--json")
    lines = ended.out.splitlines()
    for line in lines:
        assert list(decoded(line))[:7] == ["kind", "seq", "at", "run", "problem", "attempt", "chain"]
    told = heads(ended.out)
    assert len(told) == len(lines)
    assert [head.seq for head in told] == sorted({head.seq for head in told})
    assert len({head.run for head in told}) == 1
    assert (told[0].kind, told[-1].kind) == ("run-started", "run-ended")
    (first,) = [head for head in told if head.kind == "candidate-found" and head.problem == "Add/1"][:1]
    assert (first.chain, first.round) == (0, 0)

    watched = here.perftui("watch", "last", "--json")
    assert watched.out == ended.out
    assert [head.seq for head in heads(here.perftui("export", "last").out)] == [head.seq for head in told]


def test_strategies_are_a_list(here: Here) -> None:
    found = decoded(here.perftui("strategies", "--format", "json").out)
    assert [list(one) for one in found] == [["name", "phase", "calls", "description"]] * len(found)
    assert {"perfcodegen", "base-only"} <= {one["name"] for one in found}
    assert all(one["name"] in here.perftui("strategies").out for one in found)


def test_every_command_takes_a_database(here: Here) -> None:
    for command in (
        ("strategies",), ("problems", "list", "problems"), ("problems", "show", "problems"),
        ("doctor",), ("run", "problems", *MODEL, *QUICK, "--limit", 1),
    ):  # fmt: skip
        ended = here.perftui(*command, "--db", "other.db")
        assert ended.status == 0 or command == ("doctor",), ended.err
        assert ended.out
    assert here.perftui("report", "last", "--db", "other.db").status == 0
    assert not (here.folder / "runs.db").exists()


def test_problems_are_listed_shown_and_checked(here: Here) -> None:
    listed = here.perftui("problems", "list", "problems", "--problems", "0,2").out
    assert [line.split()[:2] for line in listed.splitlines()] == [["Add/0", "add_0"], ["Add/2", "add_2"]]
    shown = here.perftui("problems", "show", "problems", "--problems", "Add/1").out
    assert "t1: (1,) -> 2 (equal)" in shown
    checked = here.perftui("problems", "check", "problems", "--sandbox", "process")
    assert (checked.status, checked.out) == (0, "3 of 3 references pass their tests\n")

    bad = here.folder / "problems" / "add_1.toml"
    bad.write_text(bad.read_text().replace("return x + 1", "return x"))
    checked = here.perftui("problems", "check", "problems", "--sandbox", "process")
    assert checked.status == 2
    assert checked.out.startswith("Add/1: wrong-answer: t1: ")


def test_doctor_says_what_is_there_and_what_is_missing(here: Here) -> None:
    here.monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent")
    here.monkeypatch.setenv("GROQ_API_KEY", "sk-secret-0123456789")
    ended = here.perftui("doctor")
    assert ended.status == 3
    found = {line.split()[1]: line for line in ended.out.splitlines()}
    assert found["docker"].startswith("missing  docker")
    assert "install and start Docker" in found["docker"]
    assert found["process"].startswith("ok")
    assert "not there yet" in found["database"]
    assert "GROQ_API_KEY" in found["keys"]
    assert "secret" not in ended.out
    assert not (here.folder / "runs.db").exists(), "looking makes nothing"
