"""Runs compared problem by problem."""

from __future__ import annotations

import csv
import io
import json
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.events.reduce import replay
from perftui.events.state import RunState
from perftui.report.compare import compare, compare_all, most_different
from perftui.report.compare_text import render_comparisons
from perftui.report.pairs import ratio_between, standing
from perftui.timing.model import Ratio
from tests.support.story import Story, measurement, problem, ratio

WRONG = "wrong"


def run(name: str, *programs: float | str | None, timing: bool = True) -> RunState:
    """A run with a program of its own for each problem: its ratio, None for unmeasured, or wrong."""
    story = Story(
        [problem(f"P/{number}") for number in range(len(programs))], run=name, chains=1, timing=timing
    )
    for number, one in enumerate(programs):
        key = f"P/{number}"
        story.begin(key)
        if one == WRONG:
            story.candidate("wrong-answer", name=key, passed=0, outcome="wrong")
            story.end(key, "unsolved")
        else:
            speed = measurement(ratio(one)) if isinstance(one, float) else None
            story.candidate(name=key, measured=speed, same_as=f"{name}-{number}")
            story.end(key)
    return replay(story.events)


def test_wins_losses_and_ties_by_hand() -> None:
    first = run("aaaaaa", 1.0, 2.0, 1.0, 3.0, None, 5.0)
    other = run("bbbbbb", 2.0, 1.0, 1.02, 3.0, 4.0, WRONG)
    found = compare(first, other)
    assert [pair.standing for pair in found.per_problem] == [
        "win", "loss", "tie", "tie", "unknown", "unknown",
    ]  # fmt: skip
    speed = found.speed
    assert (speed.problems, speed.wins, speed.losses, speed.ties, speed.same_program) == (4, 1, 1, 2, 0)
    assert speed.ratio is not None
    assert speed.ratio.estimate == pytest.approx((2.0 * 0.5 * 1.02 * 1.0) ** 0.25)
    assert speed.sign_p == 1.0
    assert speed.permutation_p == pytest.approx(1.0)
    solved = found.correctness
    assert (solved.problems, solved.both, solved.first_only, solved.other_only, solved.neither) == (
        6, 5, 1, 0, 0,
    )  # fmt: skip
    assert solved.p == 1.0
    assert [pair.problem for pair in most_different(found.per_problem, 1)] == ["P/0"]


def test_the_same_program_is_neither_faster_nor_slower_whatever_was_measured() -> None:
    first = run("aaaaaa", 2.0)
    found = compare(first, msgspec.structs.replace(run("aaaaaa", 4.0), run="bbbbbb"))
    (pair,) = found.per_problem
    assert (pair.first, pair.other, pair.ratio, pair.standing) == (2.0, 4.0, 1.0, "tie")
    assert (pair.low, pair.high, pair.same_program, found.speed.same_program) == (1.0, 1.0, True, 1)


def test_the_interval_of_a_ratio_of_ratios_by_hand() -> None:
    other = Ratio(estimate=4.0, low=4.0 / math.exp(0.3), high=4.0 * math.exp(0.5), pairs=9, verdict="faster")
    first = Ratio(estimate=2.0, low=2.0 / math.exp(1.2), high=2.0 * math.exp(0.4), pairs=9, verdict="faster")
    # Errors add as squares: 0.3 and 0.4 downwards, 0.5 and 1.2 upwards.
    found = ratio_between(other, first)
    assert found == pytest.approx((2.0, 2.0 / math.exp(0.5), 2.0 * math.exp(1.3)))


@pytest.mark.parametrize(
    ("low", "high", "floor", "expected"),
    [
        (1.05, 1.2, 1.04, "win"),
        (1.03, 1.2, 1.04, "tie"),
        (1.25, 1.5, 1.25, "tie"),
        (0.8, 0.95, 1.04, "loss"),
        (0.8, 0.97, 1.04, "tie"),
        (0.5, 0.8, 1.25, "tie"),
    ],
)
def test_a_win_clears_the_noise_floor(low: float, high: float, floor: float, expected: str) -> None:
    assert standing(low, high, floor) == expected


def test_an_interval_without_an_end_has_none_in_a_comparison_either() -> None:
    open_ = Ratio(estimate=2.0, low=0.0, high=math.inf, pairs=2, verdict="unmeasured")
    exact = Ratio(estimate=2.0, low=2.0, high=2.0, pairs=9, verdict="faster")
    assert ratio_between(open_, exact) == (1.0, 0.0, math.inf)
    assert ratio_between(exact, open_) == (1.0, 0.0, math.inf)
    assert ratio_between(exact, exact) == (1.0, 1.0, 1.0)
    # Rounding may put an end a hair within its estimate.
    hair = Ratio(estimate=2.0, low=2.0 + 1e-15, high=2.0 - 1e-15, pairs=9, verdict="faster")
    assert ratio_between(hair, exact) == (1.0, 1.0, 1.0)


measured = st.builds(
    lambda middle, down, up: Ratio(
        estimate=middle, low=middle / (1 + down), high=middle * (1 + up), pairs=9, verdict="same"
    ),
    st.floats(0.05, 50),
    st.floats(0, 0.5),
    st.floats(0, 0.5),
)


@given(measured, measured)
def test_sides_may_be_changed(one: Ratio, other: Ratio) -> None:
    there, low, high = ratio_between(one, other)
    back, back_low, back_high = ratio_between(other, one)
    assert low <= there <= high
    assert (back, back_low, back_high) == pytest.approx((1 / there, 1 / high, 1 / low))
    # No narrower than either alone, and no wider than both ends to end.
    assert high / there >= one.high / one.estimate * (1 - 1e-9)
    assert high / there <= one.high / one.estimate * other.estimate / other.low * (1 + 1e-9)


def test_what_was_cut_short_is_not_held_against_a_run() -> None:
    story = Story(run="bbbbbb", chains=1)
    story.begin()
    story.end("P/1", "infrastructure", "the server failed")
    solved = Story(run="aaaaaa", chains=1)
    solved.begin()
    solved.candidate(measured=measurement(ratio(2.0)))
    solved.end()
    found = compare(replay(solved.events), replay(story.events))
    assert found.correctness.problems == 0
    waiting = compare(replay(solved.events), replay(Story(run="cccccc", chains=1).events))
    assert waiting.per_problem[0].correct_other is None
    assert found.per_problem[0].correct_other is None


def test_without_timing_only_correctness_is_compared() -> None:
    found = compare(run("aaaaaa", 2.0, WRONG), run("bbbbbb", None, None, timing=False))
    assert (found.speed.problems, found.speed.ratio, found.speed.permutation_p) == (0, None, None)
    assert found.correctness.other_only == 1
    assert [doubt.what for doubt in found.doubts] == ["not timed"]


def test_more_than_two_runs_are_each_held_against_the_first() -> None:
    runs = [run("aaaaaa", 1.0, 1.0), run("bbbbbb", 2.0, 2.0), run("cccccc", 0.5, WRONG)]
    compared = compare_all(runs)
    data = json.loads(render_comparisons(compared, "json"))
    assert data["first"]["run"] == "aaaaaa"
    assert [one["other"]["run"] for one in data["against"]] == ["bbbbbb", "cccccc"]
    assert [one["speed"]["wins"] for one in data["against"]] == [2, 0]
    assert data["against"][1]["per_problem"][1]["correct_other"] is False
    rows = list(csv.DictReader(io.StringIO(render_comparisons(compared, "csv"))))
    assert [(row["other_run"], row["problem"], row["standing"]) for row in rows] == [
        ("bbbbbb", "P/0", "win"), ("bbbbbb", "P/1", "win"),
        ("cccccc", "P/0", "loss"), ("cccccc", "P/1", "unknown"),
    ]  # fmt: skip


def test_markdown_says_who_wins() -> None:
    text = render_comparisons(compare_all([run("aaaaaa", 1.0, 1.0), run("bbbbbb", 2.0, WRONG)]), "md")
    assert "## bbbbbb against aaaaaa" in text
    assert "Solved by both 1, by aaaaaa alone 1, by bbbbbb alone 0, by neither 0 (exact sign test" in text
    assert "Of 1 measured in both, bbbbbb is faster beyond noise on 1, slower on 0; ties: 0 (exact" in text
    assert "Geometric mean of how many times faster bbbbbb is than aaaaaa 2.00x: one problem" in text
    assert "| P/0 identity | 1.00x | 2.00x | 2.00x [1.86, 2.15] | 1.04x | win |" in text
    assert "| P/1 identity | aaaaaa |" in text
