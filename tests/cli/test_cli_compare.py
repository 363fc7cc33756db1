"""`compare`, and `report` with a page, as a person or a script gives them."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.cli.conftest import QUICK, Here
from tests.support.bench import write_lines


@pytest.fixture
def two(here: Here) -> tuple[str, str]:
    """A run that solves what its replies solve, and another that solves one problem less."""
    lines = [json.loads(line) for line in (here.folder / "replies.jsonl").read_text().splitlines()]
    fewer = [line for line in lines if line["task_id"] != "Add/2"]
    assert len(fewer) < len(lines)
    write_lines(here.folder / "fewer.jsonl", fewer)
    first = here.run()
    ended = here.perftui("run", "problems", "--model", "recorded:fewer.jsonl", *QUICK)
    assert ended.status == 0, ended.err
    return first, ended.out.split()[1]


def test_runs_are_compared_by_problem(here: Here, two: tuple[str, str]) -> None:
    first, other = two
    ended = here.perftui("compare", first, other)
    assert ended.status == 0, ended.err
    assert f"## {other} against {first}" in ended.out
    assert f"by {first} alone 1, by {other} alone 0" in ended.out
    assert "| Add/2 add_2 |" in ended.out
    assert ended.err.splitlines() == [
        f"perftui: warning: {first} and {other}: not timed: neither run was timed, so speed is not compared"
    ]

    data = json.loads(here.perftui("compare", first, other, "--format", "json").out)
    assert list(data) == ["first", "against"]
    (found,) = data["against"]
    assert found["correctness"]["first_only"] == 1
    assert [pair["problem"] for pair in found["per_problem"]] == ["Add/0", "Add/1", "Add/2"]
    rows = list(csv.DictReader(io.StringIO(here.perftui("compare", first, other, "--format", "csv").out)))
    assert [(row["problem"], row["correct_other"]) for row in rows] == [
        ("Add/0", "true"), ("Add/1", "true"), ("Add/2", "false"),
    ]  # fmt: skip
    assert here.perftui("compare", first, other, "--format", "html").out.startswith("<!DOCTYPE html>")


def test_runs_that_are_not_comparable_are_refused_with_the_reason(here: Here) -> None:
    first = here.run()
    other = here.run("--test-most", 3)
    said = here.refused("compare", first, other)
    assert said == (
        f"{first} and {other} are not comparable: "
        "other limits (test_most_seconds=10.0 / test_most_seconds=3.0); --anyway compares them all the same"
    )
    ended = here.perftui("compare", first, other, "--anyway")
    assert ended.status == 0
    assert "other limits" in ended.err
    assert "**Mind:** other limits: test_most_seconds=10.0 / test_most_seconds=3.0" in ended.out


def test_a_problem_with_other_tests_is_not_compared(here: Here) -> None:
    first = here.run()
    path = here.folder / "problems" / "add_1.toml"
    path.write_text(path.read_text().replace("(-5,)", "(-6,)").replace('"-4"', '"-5"'))
    other = here.run()
    said = here.refused("compare", first, other)
    assert "other tests (1 of 3 problems of the same name have other tests or another text)" in said
    assert "Problems in both runs, text for text: 2." in here.perftui("compare", first, other, "--anyway").out


def test_where_all_problems_have_other_tests_it_is_said(here: Here) -> None:
    first = here.run("--problems", "Add/1")
    path = here.folder / "problems" / "add_1.toml"
    path.write_text(path.read_text().replace("(-5,)", "(-6,)").replace('"-4"', '"-5"'))
    other = here.run("--problems", "Add/1")
    said = here.refused("compare", first, other)
    assert "(1 of 1 problems of the same name have other tests or another text): nothing can be" in said


def test_there_must_be_something_to_compare(here: Here) -> None:
    first = here.run("--problems", "Add/0")
    other = here.run("--problems", "Add/1")
    assert here.refused("compare", first) == "compare needs two runs or more"
    assert here.refused("compare", first, first[:5]) == "a run cannot be compared with itself"
    nothing = f"{first} and {other} have no problem in common, text for text: nothing can be compared"
    assert here.refused("compare", first, other) == nothing
    assert here.refused("compare", first, other, "--anyway") == nothing
    assert "no run" in here.refused("compare", first, "nosuch")


def test_a_report_is_a_page_too(here: Here) -> None:
    run = here.run()
    ended = here.perftui("report", run, "--format", "html")
    assert ended.status == 0
    assert ended.out.startswith("<!DOCTYPE html>")
    assert f"<h1>Run {run}</h1>" in ended.out
    assert here.perftui("strategies", "--format", "html").status == 2, "there is no page of those"
