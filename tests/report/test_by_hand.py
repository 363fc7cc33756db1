"""A person's programs are shown, and are none of the model's figures."""

from __future__ import annotations

import msgspec

from perftui.events.model import ActionTaken, Event
from perftui.events.reduce import replay
from perftui.refine.actions import Ask
from perftui.report.facts import problem_facts
from perftui.report.lines import lines
from perftui.report.report import build_report
from tests.support.story import Story, measurement, ratio

WRITTEN = Ask(phase="given", label="by hand", expects="source", hand=("program",))


def written_by_hand(story: Story, chain: int, round_: int) -> list[Event]:
    """The events of a story in which one round is a person's."""
    return [
        msgspec.structs.replace(event, ask=WRITTEN)
        if isinstance(event, ActionTaken) and (event.chain, event.round) == (chain, round_)
        else event
        for event in story.events
    ]


def helped_story() -> list[Event]:
    story = Story(chains=2)
    story.begin()
    story.candidate(measured=measurement(ratio(1.5)))
    faster = measurement(ratio(9.0), ratio(6.0))
    story.candidate(round_=1, measured=faster, outcome="beats-reference")
    story.candidate("wrong-answer", chain=1, passed=0, outcome="wrong")
    story.chain_end(best="hash-P/1-0-1")
    story.chain_end(chain=1)
    story.end()
    return written_by_hand(story, 0, 1)


def test_figures_are_of_the_model_alone_and_rows_of_all() -> None:
    report = build_report(replay(helped_story()))
    assert report.by_hand == ("P/1",)
    assert report.metrics.speedup == {"1": 1.5, "2": 1.5}
    assert report.per_problem[0].speedup == 9.0
    assert any(line.startswith("A person wrote programs for 1 problem:") for line in lines(report))


def test_what_a_person_mended_is_not_solved_by_the_model() -> None:
    story = Story(chains=1)
    story.begin()
    story.candidate("wrong-answer", passed=0, outcome="wrong")
    story.candidate(round_=1, measured=measurement(ratio(2.0)))
    story.candidate(round_=2, measured=measurement(ratio(4.0), ratio(2.0)), outcome="kept")
    story.chain_end(best="hash-P/1-0-2")
    story.end()
    unaided = build_report(replay(story.events)).metrics
    assert (unaided.solved, unaided.pass_at_k) == (1, {"1": 1.0})
    (found,) = problem_facts(replay(written_by_hand(story, 0, 1)).problems["P/1"]).chains
    # What the model would have come to by itself, nobody knows.
    assert (found.correct, found.tried, found.refinements) == (False, False, 0)


def test_a_run_without_a_hand_in_it_says_nothing_of_it() -> None:
    story = Story()
    story.begin()
    story.candidate(measured=measurement(ratio(2.0)))
    story.end()
    report = build_report(replay(story.events))
    assert report.by_hand == ()
    assert not any("A person" in line for line in lines(report))
