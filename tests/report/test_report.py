from __future__ import annotations

import csv
import io
import json
import math
import subprocess
import sys

import msgspec
import pytest

from perftui.events.model import ActionTaken, ReplyReceived, RunEnded
from perftui.events.reduce import replay
from perftui.events.state import RunState
from perftui.llm.model import Reply
from perftui.refine.actions import Ask
from perftui.report.render import csv_text, json_text, render_reports
from perftui.report.report import Report, build_report
from tests.support.story import Story, measurement, problem, ratio


def told() -> Story:
    story = Story([problem("P/1"), problem("P/2"), problem("P|3")])
    story.begin("P/1")
    story.candidate(measured=measurement(ratio(1.0)))
    story.candidate(round_=1, measured=measurement(ratio(12.5), ratio(12.0)), outcome="beats-reference")
    story.candidate(chain=1)
    story.end("P/1")
    story.begin("P/2")
    story.candidate("wrong-answer", name="P/2", passed=1, outcome="wrong")
    story.candidate("timeout", name="P/2", chain=1, passed=2, outcome="wrong")
    story.end("P/2", "unsolved", "no correct program \x1b[31m| in 2 chains")
    story.begin("P/2", attempt=2)
    story.no_program("P/2", 0, 0)
    story.end("P/2", "infrastructure", "the server failed")
    story.add(RunEnded(how="done"))
    return story


def report() -> Report:
    return build_report(replay(told().events))


def test_every_problem_has_a_row() -> None:
    first, second, third = report().per_problem
    assert (first.problem, first.status, first.verdict, first.attempts) == ("P/1", "solved", "correct", 1)
    assert (first.tests_passed, first.tests_total) == (3, 3)
    assert (first.candidate, first.chain, first.round) == ("hash-P/1-0-1", 0, 1)
    assert (first.speedup, first.speedup_low, first.speedup_high) == pytest.approx((12.5, 11.875, 13.125))
    assert (first.speed_verdict, first.noise_floor, first.vs_seed) == ("faster", 1.04, 12.0)
    assert (first.rounds, first.calls, first.prompt_tokens, first.completion_tokens) == (3, 3, 300, 30)
    assert (second.status, second.reason, second.attempts) == ("infrastructure", "the server failed", 2)
    assert (second.verdict, second.candidate, second.speedup, second.calls) == (None, None, None, 1)
    assert (third.status, third.verdict, third.tests_passed, third.tests_total) == ("waiting", None, None, 3)


def test_without_a_correct_program_the_one_that_came_furthest_gives_the_verdict() -> None:
    events = told().events
    cut = next(index for index, event in enumerate(events) if event.attempt == 2)
    row = build_report(replay(events[:cut])).per_problem[1]
    assert (row.verdict, row.verdict_reason, row.tests_passed) == ("timeout", "t3: timeout", 2)


def test_json_has_the_fields_that_scripts_rely_on() -> None:
    data = json.loads(render_reports([report()], "json"))
    assert list(data)[:8] == [
        "run", "benchmark", "model", "strategy", "chains", "problems", "metrics", "per_problem",
    ]  # fmt: skip
    assert (data["run"], data["chains"], data["problems"]) == ("abc123", 2, 3)
    assert data["metrics"]["correct"] == {"1": pytest.approx(1 / 3), "2": pytest.approx(1 / 3)}
    assert data["metrics"]["opt"]["2"] == pytest.approx(1 / 3)
    assert data["metrics"]["speedup"] == {"1": 12.5, "2": 12.5}
    assert len(data["per_problem"]) == 3
    assert data["status"] == "done"


def test_json_of_several_runs_is_a_list() -> None:
    data = json.loads(render_reports([report(), report()], "json"))
    assert [one["run"] for one in data] == ["abc123", "abc123"]


def test_json_has_no_numbers_that_are_none() -> None:
    text = json_text({"a": math.nan, "b": [math.inf, 1.5]})
    assert json.loads(text, parse_constant=pytest.fail) == {"a": None, "b": [None, 1.5]}


def test_csv_has_a_row_for_each_problem_of_each_run() -> None:
    rows = list(csv.DictReader(io.StringIO(render_reports([report(), report()], "csv"))))
    assert [row["problem"] for row in rows] == ["P/1", "P/2", "P|3"] * 2
    assert rows[0]["run"] == "abc123"
    assert rows[0]["speedup"] == "12.5"
    assert rows[1]["speedup"] == ""
    assert rows[0]["flagged"] == "false"


def test_csv_has_no_numbers_that_are_none() -> None:
    assert csv_text([{"a": math.inf, "b": math.nan, "c": 1.5}]) == "a,b,c\n,,1.5\n"


def test_csv_gives_no_formula_and_no_control_code_to_a_spreadsheet() -> None:
    text = csv_text([{"a": "=1+1", "b": "@x", "c": -1.5, "d": 'say "hi",\x1b\n', "e": None, "f": (1, 2)}])
    assert list(csv.reader(io.StringIO(text)))[1] == ["'=1+1", "'@x", "-1.5", 'say "hi",\\x1b', "", "1 2"]
    assert csv_text([]) == ""


def test_markdown_says_it_to_people() -> None:
    text = render_reports([report()], "md")
    assert "# Run abc123" in text
    assert "| Correct%@k | 33.3 % [0.0, 100.0] | 33.3 % [0.0, 100.0] |" in text
    assert "| Speedup@k | 12.5x | 12.5x |" in text
    assert "- 1 solved: 1 measured, 0 unmeasured." in text
    assert "one problem, so no interval" in text
    assert "Refinements slower than their seed: 0 of 1 (0.0 %)." in text
    assert "| P/1 identity | correct | 3/3 | 12.5x [11.9, 13.1] faster |" in text
    assert "infrastructure: the server failed" in text
    assert "| P\\|3 identity | – | –/3 |" in text
    assert text.endswith("\n")


def test_foreign_text_cannot_break_a_table() -> None:
    state = replay(told().events)
    evil = msgspec.structs.replace(
        state.problems["P/2"], status="unsolved", reason="a | b\n<script>\x1b[31m", attempt=1
    )
    text = render_reports(
        [build_report(msgspec.structs.replace(state, problems={**state.problems, "P/2": evil}))], "md"
    )
    assert "unsolved: a \\| b &lt;script>\\\\x1b[31m |" in text


def test_a_run_without_timing_has_no_speeds() -> None:
    story = Story(timing=False)
    story.begin()
    story.candidate()
    story.end()
    data = json.loads(render_reports([build_report(replay(story.events))], "json"))
    assert data["metrics"]["correct"]["1"] == 1.0
    assert data["metrics"]["opt"] == {"1": None, "2": None}
    assert data["metrics"]["speedup"] == {"1": None, "2": None}
    assert data["metrics"]["unmeasured"] == 1
    assert "unmeasured" in render_reports([build_report(replay(story.events))], "md")


def test_programs_that_were_given_are_no_calls() -> None:
    story = Story(purpose="evaluate")
    story.begin()
    story.at(ActionTaken(ask=Ask(phase="given", label="given", expects="source")), "P/1", 0, 0)
    story.at(ReplyReceived(reply=Reply(text="pass", model="samples")), "P/1", 0, 0)
    given = build_report(replay(story.events))
    assert (given.calls, given.per_problem[0].calls, given.per_problem[0].rounds) == (0, 0, 1)


def test_the_address_of_a_server_is_told_without_its_secrets() -> None:
    state = replay(told().events)
    assert state.plan is not None
    plan = msgspec.structs.replace(state.plan, base_url="https://me:secret@host:8000/v1?key=secret")
    found = build_report(msgspec.structs.replace(state, plan=plan))
    assert found.settings == msgspec.structs.replace(plan, base_url="https://host:8000/v1")
    assert all("secret" not in render_reports([found], format_) for format_ in ("md", "json", "csv", "html"))


def test_what_is_left_out_is_told_with_its_reason() -> None:
    story = Story([problem("P/1"), problem("P/2")], chains=1)
    story.begin("P/1")
    story.candidate()
    story.end("P/1")
    story.begin("P/2")
    story.end("P/2", "left-out", "its reference fails: t1: | wrong")
    found = build_report(replay(story.events))
    assert [(one.problem, one.reason) for one in found.left_out] == [
        ("P/2", "its reference fails: t1: | wrong")
    ]
    assert (found.metrics.with_reference, found.metrics.correct) == (1, {"1": 1.0})
    text = render_reports([found], "md")
    assert "- 1 problem is left out: the reference fails its own tests here." in text
    assert "| P/2 | its reference fails: t1: \\| wrong |" in text


def test_chains_that_learnt_of_each_other_are_told() -> None:
    story = told()
    shown = Ask(phase="performance", label="optimise", rival="hash-P/1-0-1")
    story.attempt = 1
    story.at(ActionTaken(ask=shown), "P/1", 1, 1)
    state = replay(story.events)
    assert "not independent" in render_reports([build_report(state)], "md")
    assert "not independent" not in render_reports([report()], "md")
    assert state.plan is not None
    hopeless = msgspec.structs.replace(
        state.plan, settings=msgspec.structs.replace(state.plan.settings, stop_hopeless=True)
    )
    stopped = build_report(msgspec.structs.replace(state, plan=hopeless))
    assert "ended early" in render_reports([stopped], "md")


def test_nothing_at_all_is_reported_without_fuss() -> None:
    nothing = build_report(RunState())
    assert "0 solved: 0 measured" in render_reports([nothing], "md")
    assert json.loads(render_reports([nothing], "json"))["problems"] == 0
    assert render_reports([nothing], "csv") == ""
    assert [render_reports([], format_) for format_ in ("md", "json", "csv")] == ["", "[]\n", ""]


def test_a_report_needs_no_screen_and_loads_no_statistics_before_it_counts() -> None:
    program = (
        "import sys, perftui.report.evaluation, perftui.report.report, perftui.report.render\n"
        "print([name for name in ('textual', 'rich', 'numpy', 'scipy', 'aiosqlite') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
