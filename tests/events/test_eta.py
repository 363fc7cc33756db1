"""How far a run has come, and when it may end."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.events.eta import Mark, estimate, marked, rounds_ended, share_done
from perftui.events.model import RunPaused, RunResumed, RunUnpaused
from perftui.events.reduce import replay
from perftui.events.state import ChainState, ProblemState, RunState
from perftui.refine.chain import Outcome, Round
from tests.support.story import ENVIRONMENT, Story, ask, head_of, plan, problem

START = Mark(at=0.0, rounds=0)


def chain(index: int, rounds: int, *, ended: bool, running: bool = False) -> ChainState:
    done = tuple(
        Round(index=number, ask=ask(), end="replied", outcome=Outcome(kind="same", reason=""))
        for number in range(rounds)
    )
    now = (Round(index=rounds, ask=ask()),) if running else ()
    return ChainState(index=index, rounds=(*done, *now), ended="finished" if ended else None)


def run_of(*chains: list[ChainState]) -> RunState:
    """A run of problems with these chains; a problem whose chains have all ended has ended."""
    problems = [problem(f"P/{number}") for number in range(len(chains))]
    states = {
        one.id: ProblemState(
            head=head_of(one),
            chains=tuple(own),
            status="solved"
            if all(c.ended for c in own)
            else "running"
            if any(c.rounds for c in own)
            else "waiting",
        )
        for one, own in zip(problems, chains, strict=True)
    }
    return RunState(run="r", plan=plan(problems), status="running", problems=states)


def done(rounds: int = 4) -> list[ChainState]:
    return [chain(0, rounds, ended=True), chain(1, rounds, ended=True)]


def fresh() -> list[ChainState]:
    return [chain(0, 0, ended=False), chain(1, 0, ended=False)]


def test_what_is_left_takes_as_long_as_what_was_done() -> None:
    state = run_of(*[done()] * 10, *[fresh()] * 30)
    eta = estimate(state, now=100.0, mark=START)
    assert eta is not None
    assert eta.likely == pytest.approx(300.0)
    assert 150.0 < eta.low < 300.0 < eta.high < 600.0


def test_the_range_narrows_as_the_run_goes_on() -> None:
    early = estimate(run_of(*[done()] * 3, *[fresh()] * 97), now=30.0, mark=START)
    late = estimate(run_of(*[done()] * 90, *[fresh()] * 10), now=900.0, mark=START)
    assert early is not None
    assert late is not None
    assert late.high / late.low < early.high / early.low


def test_an_open_chain_needs_what_it_has_not_done() -> None:
    half = [chain(0, 2, ended=False), chain(1, 2, ended=False)]
    over = [chain(0, 9, ended=False), chain(1, 4, ended=True)]
    eta = estimate(run_of(*[done()] * 5, half), now=44.0, mark=START)
    assert eta is not None
    assert eta.likely == pytest.approx(4.0)
    late = estimate(run_of(*[done()] * 5, over), now=53.0, mark=START)
    assert late is not None
    assert 0 < late.likely < 2.0


def test_the_pace_is_that_of_this_session() -> None:
    state = run_of(*[done()] * 10, *[fresh()] * 10)
    resumed = estimate(state, now=1_000_020.0, mark=Mark(at=1_000_000.0, rounds=40))
    assert resumed is not None
    assert resumed.likely == pytest.approx(40.0)


def test_a_rerun_does_not_slow_the_pace() -> None:
    state = run_of(*[done()] * 10, *[fresh()] * 10)
    first = state.problems["P/0"]
    again = msgspec.structs.replace(first, status="running", chains=tuple(fresh()), earlier=(first,))
    rerun = msgspec.structs.replace(state, problems={**state.problems, "P/0": again})
    assert rounds_ended(rerun) == rounds_ended(state)
    eta = estimate(rerun, now=80.0, mark=START)
    assert eta is not None
    assert eta.likely == pytest.approx(88.0)


def test_a_mark_is_set_where_a_session_starts_or_a_pause_ends() -> None:
    story = Story([problem("P/1")], chains=1)
    story.begin("P/1")
    story.candidate(name="P/1", outcome="seed")
    before = replay(story.events)
    mark = Mark(at=1.0, rounds=0)
    assert marked(mark, RunPaused(run="r", at=50.0), before) == mark
    for event in (RunUnpaused(run="r", at=60.0), RunResumed(run="r", at=60.0, environment=ENVIRONMENT)):
        assert marked(mark, event, before) == Mark(at=60.0, rounds=1)
    assert marked(None, story.events[0], replay(story.events[:1])) == Mark(at=story.events[0].at, rounds=0)


def test_without_a_mark_nothing_is_known() -> None:
    assert estimate(run_of(*[done()] * 10, *[fresh()] * 30), now=100.0, mark=None) is None


@pytest.mark.parametrize(
    ("state", "now"),
    [
        (RunState(), 100.0),
        (run_of(fresh()), 100.0),
        (run_of([chain(0, 30, ended=False)], fresh()), 100.0),
        (run_of([chain(0, 4, ended=True)], fresh()), 100.0),
        (run_of(done(), fresh()), 1.0),
        (msgspec.structs.replace(run_of(done(), fresh()), status="paused"), 100.0),
    ],
    ids=["empty", "nothing done", "no chain ended", "few rounds", "too soon", "paused"],
)
def test_it_says_nothing_before_it_can_know(state: RunState, now: float) -> None:
    assert estimate(state, now=now, mark=START) is None


def test_nothing_is_left_at_the_end() -> None:
    eta = estimate(run_of(*[done()] * 3), now=10.0, mark=START)
    assert eta is not None
    assert (eta.likely, eta.low, eta.high) == (0.0, 0.0, 0.0)


@given(st.lists(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=3), max_size=6))
def test_shares_and_ranges_are_in_order(shape: list[list[tuple[int, bool]]]) -> None:
    state = run_of(
        *[
            [
                chain(index, rounds, ended=ended, running=not ended)
                for index, (rounds, ended) in enumerate(own)
            ]
            for own in shape
        ]
    )
    assert 0.0 <= share_done(state) <= 1.0
    eta = estimate(state, now=50.0, mark=START)
    assert eta is None or 0.0 <= eta.low <= eta.likely <= eta.high


def test_progress_never_falls_back_within_a_story() -> None:
    story = Story([problem("P/1"), problem("P/2")], chains=1)
    for name in ("P/1", "P/2"):
        story.begin(name)
        for round_ in range(3):
            story.candidate(name=name, round_=round_, outcome="seed" if round_ == 0 else "same")
        story.chain_end(name)
        story.end(name)
    shares = [share_done(replay(story.events[:count])) for count in range(len(story.events) + 1)]
    assert shares[0] == shares[1] == 0.0
    assert shares[-1] == 1.0
    assert shares == sorted(shares)
    assert rounds_ended(replay(story.events)) == 6
