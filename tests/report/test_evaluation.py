from __future__ import annotations

import csv
import io
import json

import msgspec
import pytest

from perftui.events.model import (
    ActionTaken,
    CandidateFound,
    CandidateJudged,
    CandidateMeasured,
    CandidateMissing,
    ChainEnded,
    ReplyReceived,
)
from perftui.events.reduce import replay
from perftui.llm.model import Reply
from perftui.refine.actions import Ask
from perftui.report.evaluation import Evaluation, SampleResult, evaluation, render_evaluation
from tests.support.story import Story, measurement, problem, ratio, verdict


def told() -> tuple[Story, dict[tuple[str, int], int]]:
    """Six samples for three problems, which are not in the order of the benchmark."""
    story = Story([problem("P/1"), problem("P/2"), problem("P/3")], chains=3, purpose="evaluate")
    for name in ("P/1", "P/2"):
        story.begin(name)
    peaked = msgspec.structs.replace(verdict(), peak_bytes=3_000_000)
    # A timed run holds many passes' inputs: its peak is not the program's.
    timed = msgspec.structs.replace(measurement(ratio(2.0)), peak_bytes=90_000_000)
    story.candidate(measured=timed)
    story.at(CandidateJudged(candidate="hash-P/1-0-0", verdict=peaked), "P/1", 0, 0)
    story.candidate("wrong-answer", chain=1, passed=1, outcome="wrong")
    story.candidate(chain=2, measured=measurement(ratio(1.3, "unmeasured")))
    story.candidate("suspected-cheating", name="P/2", passed=2, outcome="flagged")
    story.at(ActionTaken(ask=Ask(phase="given", label="given", expects="source")), "P/2", 1, 0)
    story.at(ReplyReceived(reply=Reply(text="", model="samples")), "P/2", 1, 0)
    story.at(CandidateMissing(reason="it is empty"), "P/2", 1, 0)
    for name, chain in (("P/1", 0), ("P/1", 1), ("P/1", 2), ("P/2", 0), ("P/2", 1)):
        story.chain_end(name, chain)
    story.at(ChainEnded(reason="the sandbox was lost 3 times", how="infrastructure"), "P/2", 2, None)
    lines = {
        ("P/2", 0): 0,
        ("P/1", 0): 1,
        ("P/1", 1): 2,
        ("P/2", 1): 4,
        ("P/1", 2): 5,
        ("P/2", 2): 7,
        ("P/3", 0): 8,
    }
    return story, lines


def evaluated() -> Evaluation:
    story, lines = told()
    return evaluation(replay(story.events), lines)


def result(sample: int) -> SampleResult:
    return next(one for one in evaluated().results if one.sample == sample)


def test_results_are_in_the_order_of_the_samples() -> None:
    assert [(one.sample, one.task_id) for one in evaluated().results] == [
        (0, "P/2"), (1, "P/1"), (2, "P/1"), (4, "P/2"), (5, "P/1"), (7, "P/2"), (8, "P/3"),
    ]  # fmt: skip


def test_a_correct_and_measured_program() -> None:
    assert msgspec.to_builtins(result(1)) == {
        "task_id": "P/1",
        "sample": 1,
        "verdict": "correct",
        "reason": "all 3 tests passed",
        "failed_test": None,
        "tests_passed": 3,
        "tests_total": 3,
        "speedup": 2.0,
        "speedup_low": pytest.approx(1.9),
        "speedup_high": pytest.approx(2.1),
        "noise_floor": 1.04,
        "speed_verdict": "faster",
        "peak_memory_bytes": 3_000_000,
        "flags": (),
    }


def test_a_wrong_program() -> None:
    wrong = result(2)
    assert (wrong.verdict, wrong.failed_test, wrong.tests_passed, wrong.tests_total) == (
        "wrong-answer",
        "t2",
        1,
        3,
    )
    assert (wrong.speedup, wrong.speed_verdict, wrong.peak_memory_bytes) == (None, "unmeasured", None)


def test_what_is_no_program_and_what_was_not_judged() -> None:
    assert (result(4).verdict, result(4).reason) == ("invalid-program", "it is empty")
    assert (result(7).verdict, result(7).reason) == ("infrastructure", "the sandbox was lost 3 times")
    assert (result(8).verdict, result(8).reason, result(8).tests_total) == (None, "not judged", 3)


def test_a_cheat_that_only_timing_found_is_not_correct() -> None:
    story = Story(purpose="evaluate")
    story.begin()
    flagged = msgspec.structs.replace(measurement(ratio(50.0)), flags=("repeats-cheaper",))
    story.candidate(measured=flagged, outcome="flagged")
    (one,) = evaluation(replay(story.events), {("P/1", 0): 0}).results
    assert (one.verdict, one.reason, one.flags) == (
        "suspected-cheating",
        "it is flagged",
        ("repeats-cheaper",),
    )
    assert one.speed_verdict == "unmeasured"


def test_a_program_with_a_known_measurement_counts_like_any_other() -> None:
    story = Story(purpose="evaluate")
    story.begin()
    story.reply("P/1", 0, 0)
    story.at(CandidateFound(candidate="h", code="c"), "P/1", 0, 0)
    story.at(CandidateJudged(candidate="h", verdict=verdict(), known=True), "P/1", 0, 0)
    story.at(CandidateMeasured(candidate="h", measurement=measurement(ratio(2.0)), known=True), "P/1", 0, 0)
    assert evaluation(replay(story.events), {("P/1", 0): 0}).results[0].speedup == 2.0


def test_totals() -> None:
    totals = evaluated().totals
    assert (totals.samples, totals.problems, totals.correct) == (7, 3, 2)
    assert totals.infrastructure == 1
    assert totals.correct_share == pytest.approx(2 / 5)
    assert totals.verdicts == {
        "suspected-cheating": 1,
        "correct": 2,
        "wrong-answer": 1,
        "invalid-program": 1,
        "infrastructure": 1,
    }
    assert totals.speed_verdicts == {"faster": 1, "unmeasured": 1}
    mean = totals.geometric_mean_speedup
    assert mean is not None
    assert (mean.estimate, mean.problems) == (pytest.approx(2.0), 1)
    # P/1 has two of three correct, P/2 none of its two that were tried, P/3 was not tried.
    assert totals.pass_at_k == {"1": pytest.approx(1 / 3), "3": 1.0}


def test_json_is_what_scripts_rely_on() -> None:
    data = json.loads(render_evaluation(evaluated(), "json"))
    assert list(data) == ["run", "results", "totals", "environment"]
    assert data["run"] == "abc123"
    assert data["environment"]["sandbox"]["kind"] == "process"
    assert len(data["results"]) == 7


def test_csv_and_markdown() -> None:
    rows = list(csv.DictReader(io.StringIO(render_evaluation(evaluated(), "csv"))))
    assert [row["sample"] for row in rows] == ["0", "1", "2", "4", "5", "7", "8"]
    text = render_evaluation(evaluated(), "md")
    assert "- 2 correct (40.0 % of those judged)." in text
    assert "- 1 failed by infrastructure: nothing is known of them." in text
    assert "| wrong-answer | 1 |" in text
    assert "| P/1 | 2 | wrong-answer | 1/3 | t2: wrong-answer |" in text
    assert "| P/3 | 8 | – | 0/3 | not judged |" in text
    assert "| P/1 | 1 | faster | 2.00x [1.90, 2.10] | 1.04x | 2.9 MiB | – |" in text
    assert text.count("| P/1 | 1 |") == 1


def test_a_sample_of_an_unknown_problem_is_not_judged() -> None:
    story, _ = told()
    (one,) = evaluation(replay(story.events), {("nowhere", 4): 3}).results
    assert (one.verdict, one.tests_total) == (None, 0)


def test_what_infrastructure_failed_is_held_against_no_program() -> None:
    story = Story(chains=2, purpose="evaluate")
    story.begin()
    story.candidate()
    story.candidate("infrastructure", chain=1, passed=0, outcome="infrastructure")
    story.at(ChainEnded(reason="the sandbox was lost 3 times", how="infrastructure"), "P/1", 1, None)
    totals = evaluation(replay(story.events), {("P/1", 0): 0, ("P/1", 1): 1}).totals
    assert (totals.samples, totals.correct, totals.infrastructure) == (2, 1, 1)
    assert totals.correct_share == 1.0
    assert totals.pass_at_k == {"1": 1.0, "2": None}
