"""An outline says of a problem what a list needs, and goes on as the whole would."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from perftui.events.eta import rounds_ended, share_done
from perftui.events.model import Event, MeasuredAgain
from perftui.events.outline import advance, outline
from perftui.events.reduce import apply, replay
from perftui.events.state import RunState, Spent
from perftui.events.summary import ENDED, furthest, problem_best, totals
from perftui.events.summary import tests_passed as passed
from tests.support.stories import NAMES, stories, with_outlines
from tests.support.story import Story, measurement, ratio


def advanced(events: Iterable[Event]) -> RunState:
    state = RunState()
    for event in events:
        state = advance(state, event)
    return state


@given(stories())
def test_the_figures_are_those_of_the_whole(story: Story) -> None:
    whole = replay(story.events)
    seen = with_outlines(whole)
    assert totals(seen) == totals(whole)
    assert (rounds_ended(seen), share_done(seen)) == (rounds_ended(whole), share_done(whole))
    for name in NAMES:
        one, other = seen.problems[name], whole.problems[name]
        assert passed(one) == passed(other)
        assert [(one.chains[c].best, one.chains[c].ended) for c in (0, 1)] == [
            (other.chains[c].best, other.chains[c].ended) for c in (0, 1)
        ]
        best, of_whole = problem_best(one), problem_best(other)
        assert (best is None) == (of_whole is None)
        if best is not None and of_whole is not None:
            assert (best.chain, best.round, best.candidate) == (
                of_whole.chain, of_whole.round, of_whole.candidate,
            )  # fmt: skip
            assert (best.vs_reference, best.vs_seed) == (of_whole.vs_reference, of_whole.vs_seed)
        told, of_all = furthest(one), furthest(other)
        assert (told and (told.kind, told.reason)) == (of_all and (of_all.kind, of_all.reason))


@given(stories())
def test_that_of_an_outline_is_the_same(story: Story) -> None:
    for problem in replay(story.events).problems.values():
        assert outline(outline(problem)) == outline(problem)


@given(stories())
def test_a_run_whose_ended_problems_are_outlines_goes_on_as_the_whole_run(story: Story) -> None:
    # A problem is an outline as soon as it ends; what comes after is folded on that.
    assert advanced(story.events) == with_outlines(replay(story.events))


@given(stories())
def test_no_long_text_is_left(story: Story) -> None:
    state = advanced(story.events)
    for problem in state.problems.values():
        if problem.status not in ENDED:
            continue
        for chain in problem.chains:
            for round_ in chain.rounds:
                assert round_.code is None
                assert round_.ask.messages == ()
                assert round_.reply is None
                assert round_.verdict is None or not round_.verdict.results


@given(stories())
def test_what_was_spent_is_spent_on_problems(story: Story) -> None:
    state = replay(story.events)
    each = [msgspec.structs.astuple(problem.spent) for problem in state.problems.values()]
    assert msgspec.structs.astuple(state.spent) == tuple(map(sum, zip(*each, strict=True)))


@given(stories(), st.data())
def test_an_event_that_is_in_the_picture_already_changes_nothing(story: Story, data: st.DataObject) -> None:
    state = replay(story.events)
    own = [event for event in story.events if event.problem is not None]
    for event in data.draw(st.lists(st.sampled_from(own))) if own else []:
        assert apply(state, event) is state


def test_a_problem_that_is_looked_at_stays_whole() -> None:
    story = Story()
    story.begin()
    story.candidate(measured=measurement(ratio(2.0)))
    story.end()
    *others, end = story.events
    before = replay(others)
    assert advance(before, end, {"P/1"}) == replay(story.events)
    assert advance(before, end).problems["P/1"].outline is not None


def test_a_measurement_by_hand_is_kept_in_an_outline() -> None:
    story = Story()
    story.begin()
    candidate = story.candidate(measured=measurement(ratio(2.0)))
    story.end()
    story.at(MeasuredAgain(candidate=candidate, measurement=measurement(ratio(3.0))), "P/1", 0, 0)
    problem = advanced(story.events).problems["P/1"]
    assert [m.vs_reference for m in problem.chains[0].rounds[0].again] == [ratio(3.0)]
    assert problem.spent == Spent(
        calls=1, prompt_tokens=100, completion_tokens=10, judged=1, measured=2, timing_seconds=1.0
    )
