from __future__ import annotations

import math

import pytest

from perftui.events import summary
from perftui.events.model import ActionHeld, MeasureProgress, StageChanged
from perftui.events.reduce import apply, replay
from perftui.events.summary import (
    Best,
    is_optimised,
    problem_best,
    problem_stage,
    totals,
)
from perftui.refine.chain import OutcomeKind
from perftui.timing.model import Measurement
from tests.support.story import Story, ask, measurement, problem, ratio


def best_of(story: Story, name: str = "P/1") -> Best | None:
    return problem_best(replay(story.events).problems[name])


def test_the_best_is_the_fastest_over_chains_by_the_reference() -> None:
    story = Story(chains=3)
    story.begin()
    story.candidate(measured=measurement(ratio(2.0)))
    story.candidate(chain=1, measured=measurement(ratio(0.5)))
    story.candidate(
        chain=1, round_=1, measured=measurement(ratio(4.0), ratio(8.0)), outcome="beats-reference"
    )
    story.candidate(chain=2, measured=measurement(ratio(3.0)))
    best = best_of(story)
    assert best is not None
    assert (best.chain, best.round, best.candidate) == (1, 1, "hash-P/1-1-1")
    assert best.vs_reference == ratio(4.0)
    assert best.vs_seed == ratio(8.0)
    assert best.optimised


def test_without_a_reference_the_seed_decides() -> None:
    story = Story([problem(reference=False)])
    story.begin()
    story.candidate(measured=measurement())
    story.candidate(chain=1, measured=measurement())
    story.candidate(chain=1, round_=1, measured=measurement(None, ratio(2.0)), outcome="kept")
    best = best_of(story)
    assert best is not None
    assert (best.chain, best.round, best.optimised) == (1, 1, False)


@pytest.mark.parametrize("outcome", ["same", "slower", "unmeasured"])
def test_what_was_not_kept_is_not_the_best(outcome: OutcomeKind) -> None:
    story = Story()
    story.begin()
    story.candidate(measured=measurement(ratio(1.0)))
    story.candidate(round_=1, measured=measurement(ratio(1.05), ratio(1.05)), outcome=outcome)
    best = best_of(story)
    assert best is not None
    assert best.round == 0


@pytest.mark.parametrize("measured", [None, measurement(), measurement(ratio(9.0, "unmeasured"))])
def test_a_correct_program_without_figures_is_correct_and_comes_last(measured: Measurement | None) -> None:
    story = Story()
    story.begin()
    story.candidate(measured=measured)
    best = best_of(story)
    assert best is not None
    assert best.vs_reference is None
    assert not best.optimised
    story.candidate(chain=1, measured=measurement(ratio(1.0)))
    best = best_of(story)
    assert best is not None
    assert best.chain == 1


def test_what_is_flagged_is_never_the_best() -> None:
    story = Story()
    story.begin()
    story.candidate("suspected-cheating", outcome="flagged")
    story.candidate(chain=1, measured=measurement(ratio(100.0)), outcome="flagged")
    state = replay(story.events)
    assert problem_best(state.problems["P/1"]) is None
    assert totals(state).flagged == 1


def test_optimised_is_over_ten_percent_less_time_and_beyond_doubt() -> None:
    assert not is_optimised(1.11)
    assert is_optimised(1.12)
    assert not is_optimised(0.0)
    doubtful = Best(chain=0, round=0, candidate="h", measurement=measurement(ratio(1.5, "unmeasured")))
    little = Best(chain=0, round=0, candidate="h", measurement=measurement(ratio(1.11, "faster")))
    assert not doubtful.optimised
    assert not little.optimised


def test_totals_are_over_the_problems_that_ended() -> None:
    story = Story([problem(f"P/{n}") for n in range(1, 7)])
    for n, speed in ((1, 4.0), (2, 1.0)):
        story.begin(f"P/{n}")
        story.candidate(name=f"P/{n}", measured=measurement(ratio(speed)))
        story.end(f"P/{n}")
    story.begin("P/3")
    story.candidate(name="P/3")
    story.end("P/3")
    story.begin("P/4")
    story.candidate("wrong-answer", name="P/4", passed=2, outcome="wrong")
    story.end("P/4", "infrastructure", "the server failed")
    story.begin("P/5")
    story.candidate(name="P/5", measured=measurement(ratio(100.0)))
    figures = totals(replay(story.events))
    assert (figures.problems, figures.ended, figures.solved) == (6, 4, 3)
    assert (figures.correct_share, figures.optimised, figures.optimised_share) == (0.75, 1, 0.25)
    assert (figures.measured, figures.unmeasured) == (2, 1)
    assert figures.speedup == pytest.approx(math.sqrt(4.0 * 1.0))
    assert (figures.infrastructure, figures.cancelled) == (1, 0)
    assert (figures.calls, figures.tokens) == (5, 550)


def test_nothing_ended_means_no_shares() -> None:
    figures = totals(replay(Story().events))
    assert (figures.correct_share, figures.optimised_share, figures.speedup) == (None, None, None)


def test_totals_count_what_chains_do() -> None:
    story = Story(chains=4)
    story.begin()
    for chain, stage in enumerate(("model", "back-off", "judging", "timing")):
        story.at(StageChanged(stage=stage), "P/1", chain, 0)
    figures = totals(replay(story.events))
    assert (figures.in_model, figures.backing_off, figures.judging, figures.timing) == (1, 1, 1, 1)
    story.at(StageChanged(stage="lane"), "P/1", 0, 0)
    story.at(StageChanged(stage="sandbox"), "P/1", 1, 0)
    story.at(ActionHeld(action=ask()), "P/1", 2, 0)
    figures = totals(replay(story.events))
    assert (figures.waiting_lane, figures.waiting_sandbox, figures.held) == (1, 1, 1)
    assert figures.in_model == 0


def test_the_most_telling_stage_is_said_of_a_problem() -> None:
    story = Story(chains=3)
    story.begin()
    assert problem_stage(replay(story.events).problems["P/1"]) is None
    story.reply("P/1", 1, 0)
    story.at(StageChanged(stage="queued"), "P/1", 0, 0)
    timing = story.at(StageChanged(stage="timing", detail="core 1"), "P/1", 1, 0)
    story.at(MeasureProgress(done=14, planned=48), "P/1", 1, 0)
    story.at(StageChanged(stage="timing"), "P/1", 2, 0)
    doing = problem_stage(replay(story.events).problems["P/1"])
    assert doing is not None
    assert (doing.chain, doing.stage, doing.detail, doing.since) == (1, "timing", "core 1", timing.at)
    assert (doing.progress, doing.label) == ((14, 48), "base")
    story.end()
    assert problem_stage(replay(story.events).problems["P/1"]) is None


def test_tests_passed_are_those_of_the_program_that_came_furthest() -> None:
    story = Story(chains=3)
    story.begin()
    assert summary.tests_passed(replay(story.events).problems["P/1"]) is None
    story.candidate("wrong-answer", passed=2, outcome="wrong")
    story.candidate("error", chain=1, passed=1, outcome="wrong")
    assert summary.tests_passed(replay(story.events).problems["P/1"]) == (2, 3)
    story.candidate(chain=2)
    assert summary.tests_passed(replay(story.events).problems["P/1"]) == (3, 3)


def test_figures_follow_the_state() -> None:
    story = Story()
    story.begin()
    state = replay(story.events)
    assert totals(state).in_model == 0
    later = apply(state, StageChanged(problem="P/1", chain=0, stage="model"))
    assert (totals(later).in_model, totals(state).in_model) == (1, 0)
