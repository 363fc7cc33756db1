"""Several runs side by side."""

from __future__ import annotations

import csv
import io
import json

import msgspec
import pytest

from perftui.events.model import RunStarted
from perftui.events.reduce import replay
from perftui.report.render import render_reports
from perftui.report.report import Report, build_report
from perftui.report.together import paper_rows, paper_table, with_common
from tests.support.story import Story, measurement, problem, ratio


def run(name: str, *ratios: float | None, strategy: str = "perfcodegen", chains: int = 1) -> Report:
    """A run in which each problem has one program with such a ratio, or a wrong one."""
    story = Story([problem(f"P/{number}") for number in range(len(ratios))], run=name, chains=chains)
    started = story.events[0]
    assert isinstance(started, RunStarted)
    plan = msgspec.structs.replace(started.plan, strategy=strategy, model="local/a|b")
    story.events[0] = msgspec.structs.replace(started, plan=plan)
    for number, one in enumerate(ratios):
        story.begin(f"P/{number}")
        if one is None:
            story.candidate("wrong-answer", name=f"P/{number}", passed=0, outcome="wrong")
        else:
            story.candidate(name=f"P/{number}", measured=measurement(ratio(one)))
    return build_report(replay(story.events))


def test_the_mean_on_the_problems_that_all_runs_measured() -> None:
    first, second = with_common([run("aaaaaa", 2.0, 8.0, None, 3.0), run("bbbbbb", 1.0, 2.0, 64.0)])
    assert first.common is not None
    assert second.common is not None
    assert (first.common.estimate, first.common.problems) == (pytest.approx(4.0), 2)
    assert (second.common.estimate, second.common.problems) == (pytest.approx(2.0**0.5), 2)
    alone = first.metrics.geometric_mean_speedup
    assert alone is not None
    assert alone.estimate == pytest.approx(48 ** (1 / 3))


def test_problems_of_the_same_name_with_other_tests_are_not_common() -> None:
    first, second = run("aaaaaa", 2.0), run("bbbbbb", 2.0)
    row = msgspec.structs.replace(second.per_problem[0], digest="other")
    found = with_common([first, msgspec.structs.replace(second, per_problem=(row,))])
    assert [report.common for report in found] == [None, None]
    assert with_common([first])[0].common is None


def test_the_papers_table() -> None:
    one = run("aaaaaa", 2.0, 1.0, None, None)
    two = run("bbbbbb", 4.0, 2.0, strategy="plan-and-refine", chains=2)
    text = paper_table([one, two])
    header, _, first, second = text.splitlines()
    assert header == (
        "| model | strategy | Correct% k = 1 | Correct% k = 2 | %Opt k = 1 | %Opt k = 2 "
        "| Speedup k = 1 | Speedup k = 2 | run |"
    )
    assert first.startswith("| local/a\\|b | perfcodegen | 50.0 % [0.0, 100.0] |  | 25.0 % [0.0, 75.0] |  |")
    assert second.endswith("| bbbbbb |")
    rows = paper_rows([one, two])
    assert [(row.run, row.k, row.problems, row.speedup) for row in rows] == [
        ("aaaaaa", 1, 4, 1.5), ("bbbbbb", 1, 2, 3.0), ("bbbbbb", 2, 2, 3.0),
    ]  # fmt: skip
    assert (rows[0].correct, rows[0].opt, rows[0].correct_interval) == (0.5, 0.25, (0.0, 1.0))


def test_several_reports_have_the_table_above_them_and_json_stays_a_list() -> None:
    both = [run("aaaaaa", 2.0, 8.0), run("bbbbbb", 1.0, 2.0)]
    text = render_reports(both, "md")
    assert text.startswith("# 2 runs\n\n| model |")
    assert "On the problems measured in all these runs 4.00x" in text
    data = json.loads(render_reports(both, "json"))
    assert [one["common"]["estimate"] for one in data] == pytest.approx([4.0, 2.0**0.5])
    rows = list(csv.DictReader(io.StringIO(render_reports(both, "csv"))))
    assert [(row["run"], row["pareto"]) for row in rows] == [("aaaaaa", "1")] * 2 + [("bbbbbb", "1")] * 2
