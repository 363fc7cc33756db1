from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.events.model import (
    ActionHeld,
    ActionSkipped,
    ActionTaken,
    CandidateFound,
    CandidateJudged,
    CandidateMeasured,
    ChainEnded,
    Event,
    MeasureProgress,
    MeasureTaken,
    ProblemEnded,
    ProblemStarted,
    ReferenceJudged,
    ReplyMissing,
    ReplyReceived,
    ReplyText,
    RunEnded,
    RunPaused,
    RunResumed,
    RunUnpaused,
    SandboxLost,
    StageChanged,
)
from perftui.events.reduce import apply, replay
from perftui.events.reduce_chain import STREAMING_KEPT
from perftui.events.state import ProblemState, RunState
from perftui.llm.model import Reply, Usage
from perftui.refine.actions import Measure
from perftui.sandbox.protocol import Limits
from tests.support.story import ENVIRONMENT, Story, ask, measurement, problem, ratio, verdict


def whole_story() -> Story:
    story = Story([problem("P/1"), problem("P/2")])
    story.begin("P/1")
    story.candidate("wrong-answer", passed=1, outcome="wrong")
    seed = story.candidate(round_=1, measured=measurement(ratio(1.0)), outcome="seed")
    story.candidate(round_=2, measured=measurement(ratio(3.0), ratio(3.0)), outcome="beats-reference")
    story.chain_end(best=seed)
    story.no_program("P/1", 1, 0)
    story.chain_end(chain=1)
    story.end("P/1")
    story.begin("P/2")
    story.candidate("timeout", name="P/2", passed=0, outcome="wrong")
    story.end("P/2", "unsolved", "no correct program")
    story.add(RunEnded(how="done"))
    return story


def test_a_run_begins_with_all_its_problems_waiting() -> None:
    state = replay(Story([problem("P/1"), problem("P/2")], chains=3).events)
    assert state.status == "running"
    assert list(state.problems) == ["P/1", "P/2"]
    assert [chain.index for chain in state.problems["P/2"].chains] == [0, 1, 2]
    assert state.problems["P/2"].status == "waiting"
    assert state.started_at == 1001.0


def test_rounds_are_rebuilt_with_all_their_facts() -> None:
    story = whole_story()
    state = replay(story.events)
    first, second, third = state.problems["P/1"].chains[0].rounds
    assert [r.index for r in (first, second, third)] == [0, 1, 2]
    assert first.ask.messages[0].content == "please base"
    assert first.end == "replied"
    assert first.reply is not None
    assert first.verdict == verdict("wrong-answer", 1)
    assert first.measurement is None
    assert second.candidate == "hash-P/1-0-1"
    assert second.code == "# hash-P/1-0-1\n"
    assert third.measurement is not None
    assert third.measurement.vs_seed == ratio(3.0)
    assert third.outcome is not None
    assert third.outcome.kind == "beats-reference"
    assert state.problems["P/1"].chains[1].rounds[0].no_program == "no code"
    assert state.problems["P/1"].chains[0].best == "hash-P/1-0-1"


def test_totals_are_counted() -> None:
    state = replay(whole_story().events)
    assert (state.spent.calls, state.spent.prompt_tokens, state.spent.completion_tokens) == (5, 500, 50)
    assert (state.spent.judged, state.spent.measured, state.spent.timing_seconds) == (4, 2, 1.0)
    assert (state.status, state.ended_at) == ("done", 1000.0 + len(whole_story().events))
    assert state.seq == len(whole_story().events)


def test_what_was_known_before_is_not_counted_again() -> None:
    story = Story()
    story.begin()
    story.reply("P/1", 0, 0)
    story.at(CandidateFound(candidate="h", code="c"), "P/1", 0, 0)
    story.at(CandidateJudged(candidate="h", verdict=verdict(), known=True), "P/1", 0, 0)
    story.at(CandidateMeasured(candidate="h", measurement=measurement(), known=True), "P/1", 0, 0)
    state = replay(story.events)
    assert (state.spent.judged, state.spent.measured, state.spent.timing_seconds) == (0, 0, 0.0)
    assert state.problems["P/1"].chains[0].rounds[0].verdict == verdict()


def test_what_another_run_paid_for_is_counted_apart() -> None:
    story = whole_story()
    before = replay(story.events)
    reply = Reply(text="again", model="m", usage=Usage(prompt_tokens=7, completion_tokens=5), reused=True)
    story.at(ReplyReceived(reply=reply), "P/1", 1, 0)
    after = replay(story.events)
    assert (before.spent.reused, after.spent.reused) == (0, 1)
    assert msgspec.structs.replace(after.spent, reused=0) == before.spent


def test_the_picture_leaves_raw_trials_to_the_store() -> None:
    story = Story()
    story.begin()
    story.candidate(measured=measurement(ratio(2.0), trials=5))
    measured = replay(story.events).problems["P/1"].chains[0].rounds[0].measurement
    assert measured == measurement(ratio(2.0))


def test_what_does_not_change_is_shared() -> None:
    story = whole_story()
    state = replay(story.events[:2])
    before = msgspec.json.encode(state)
    after = apply(state, StageChanged(problem="P/1", chain=1, stage="queued", at=5.0, run="abc123"))
    assert msgspec.json.encode(state) == before
    assert after.problems["P/2"] is state.problems["P/2"]
    assert after.problems["P/1"] is not state.problems["P/1"]
    assert after.problems["P/1"].chains[0] is state.problems["P/1"].chains[0]
    assert after.plan is state.plan
    assert after.activity is state.activity
    assert after.problems["P/1"].changed_at == 5.0


def test_a_measurement_that_was_decided_on_outlives_an_interruption() -> None:
    story = Story()
    story.begin()
    story.reply("P/1", 0, 0)
    story.at(CandidateFound(candidate="h", code="c"), "P/1", 0, 0)
    story.at(CandidateJudged(candidate="h", verdict=verdict()), "P/1", 0, 0)
    story.at(MeasureTaken(measure=Measure(candidate="h", best=None, seed="h")), "P/1", 0, 0)
    story.at(MeasureProgress(done=3, planned=48), "P/1", 0, 0)
    state = replay(story.events)
    chain = state.problems["P/1"].chains[0]
    assert (chain.measuring, chain.stage, chain.progress) == ("h", "lane", (3, 48))
    story.add(RunEnded(how="interrupted"))
    story.add(RunResumed(environment=ENVIRONMENT))
    state = replay(story.events)
    chain = state.problems["P/1"].chains[0]
    assert (chain.measuring, chain.stage, chain.progress) == ("h", None, None)
    assert (state.status, state.ended_at, state.problems["P/1"].status) == ("running", None, "running")
    story.at(CandidateMeasured(candidate="h", measurement=measurement()), "P/1", 0, 0)
    assert replay(story.events).problems["P/1"].chains[0].measuring is None


def test_pausing_and_going_on() -> None:
    story = Story()
    story.add(RunPaused())
    assert replay(story.events).status == "paused"
    story.add(RunUnpaused())
    assert replay(story.events).status == "running"
    assert [line.text for line in replay(story.events).activity] == ["run paused", "run goes on"]


def test_a_rerun_stands_beside_the_former_attempt() -> None:
    story = whole_story()
    story.begin("P/2", attempt=2)
    late = ChainEnded(reason="late", problem="P/2", attempt=1, chain=1)
    story.add(late)
    state = replay(story.events)
    again = state.problems["P/2"]
    assert (again.attempt, again.status, again.reason) == (2, "running", "")
    assert all(chain.rounds == () and chain.ended is None for chain in again.chains)
    assert [(former.attempt, former.status) for former in again.earlier] == [(1, "unsolved")]
    assert again.earlier[0].chains[0].rounds[0].verdict == verdict("timeout", 0)
    story.end("P/2", "cancelled")
    story.begin("P/2", attempt=3)
    assert [former.attempt for former in replay(story.events).problems["P/2"].earlier] == [1, 2]
    assert all(former.earlier == () for former in replay(story.events).problems["P/2"].earlier)


def test_a_problem_that_is_opened_again_in_its_attempt_keeps_its_rounds() -> None:
    story = Story()
    story.begin()
    story.candidate()
    story.end(how="infrastructure", reason="the server failed")
    started = replay(story.events).problems["P/1"].started_at
    story.begin()
    again = replay(story.events).problems["P/1"]
    assert (again.status, again.reason, again.ended_at) == ("running", "", None)
    assert again.started_at == started
    assert len(again.chains[0].rounds) == 1


def test_step_mode_holds_an_action_until_it_is_decided_on() -> None:
    story = Story()
    story.begin()
    story.at(ActionTaken(ask=ask("fix")), "P/1", 0, 0)
    story.at(ActionHeld(action=ask("fix")), "P/1", 0, 0)
    chain = replay(story.events).problems["P/1"].chains[0]
    assert (chain.held, chain.stage) == (ask("fix"), "held")
    sent = [*story.events, StageChanged(problem="P/1", chain=0, stage="model")]
    assert replay(sent).problems["P/1"].chains[0].held is None
    story.at(ActionSkipped(), "P/1", 0, 0)
    chain = replay(story.events).problems["P/1"].chains[0]
    assert (chain.held, chain.stage, chain.rounds[0].end) == (None, None, "skipped")


def test_of_a_very_long_reply_under_way_the_end_is_kept() -> None:
    story = Story()
    story.begin()
    story.at(ActionTaken(ask=ask()), "P/1", 0, 0)
    story.at(ReplyText(text="a" * STREAMING_KEPT), "P/1", 0, 0)
    story.at(ReplyText(text="bc"), "P/1", 0, 0)
    streaming = replay(story.events).problems["P/1"].chains[0].streaming
    assert streaming == "a" * (STREAMING_KEPT - 2) + "bc"


def test_a_reply_streams_and_may_start_anew() -> None:
    story = Story()
    story.begin()
    story.at(ActionTaken(ask=ask()), "P/1", 0, 0)
    for piece in (
        ReplyText(text="ab"),
        ReplyText(text="c"),
        ReplyText(text="", restart=True),
        ReplyText(text="d"),
    ):
        story.at(piece, "P/1", 0, 0)
    assert replay(story.events).problems["P/1"].chains[0].streaming == "d"
    assert replay(story.events[:-2]).problems["P/1"].chains[0].streaming == "abc"
    story.at(ReplyMissing(how="model-failed", reason="gave up"), "P/1", 0, 0)
    chain = replay(story.events).problems["P/1"].chains[0]
    assert chain.streaming == ""
    assert (chain.rounds[0].end, chain.rounds[0].trouble) == ("model-failed", "gave up")


def test_the_time_in_a_stage_counts_from_its_beginning() -> None:
    story = Story()
    story.begin()
    first = story.at(StageChanged(stage="back-off", detail="429, again in 3 s"), "P/1", 0, 0)
    story.at(StageChanged(stage="back-off", detail="429, again in 9 s"), "P/1", 0, 0)
    chain = replay(story.events).problems["P/1"].chains[0]
    assert (chain.stage_since, chain.stage_detail) == (first.at, "429, again in 9 s")
    later = story.at(StageChanged(stage="model"), "P/1", 0, 0)
    assert replay(story.events).problems["P/1"].chains[0].stage_since == later.at


def test_an_action_that_is_taken_again_begins_its_round_anew() -> None:
    story = Story()
    story.begin()
    story.candidate()
    story.at(ActionTaken(ask=ask("optimise")), "P/1", 0, 1)
    story.at(ActionTaken(ask=ask("optimise again")), "P/1", 0, 1)
    rounds = replay(story.events).problems["P/1"].chains[0].rounds
    assert [(r.index, r.ask.label, r.end) for r in rounds] == [
        (0, "base", "replied"),
        (1, "optimise again", "open"),
    ]


def test_the_reference_and_losses() -> None:
    story = Story()
    story.begin()
    limits = Limits(test_seconds=2.0)
    story.add(ReferenceJudged(problem="P/1", verdict=verdict("error", 0), limits=limits, candidate="ref"))
    story.at(ActionTaken(ask=ask()), "P/1", 1, 0)
    story.at(SandboxLost(reason="it was gone", retry=1), "P/1", 1, 0)
    story.add(SandboxLost(problem="P/1", reason="gone too", retry=2))
    state = replay(story.events)
    one = state.problems["P/1"]
    assert (one.reference, one.reference_candidate, one.limits) == (verdict("error", 0), "ref", limits)
    assert (state.spent.losses, one.chains[1].losses, one.chains[0].losses) == (2, 1, 0)
    assert [line.text for line in state.activity] == [
        "the reference fails: t1: error",
        "sandbox lost, retry 1: it was gone",
        "sandbox lost, retry 2: gone too",
    ]


def test_a_problem_without_a_reference_is_not_told_to_have_one_that_fails() -> None:
    story = Story()
    story.begin()
    none = msgspec.structs.replace(verdict("invalid-program", 0), reason="the problem has no reference")
    story.add(ReferenceJudged(problem="P/1", verdict=none, limits=Limits(test_seconds=2.0), candidate=""))
    (line,) = replay(story.events).activity
    assert line.text == "the problem has no reference: its speed is compared with the seeds alone"


def test_activity_tells_what_is_worth_seeing() -> None:
    story = Story()
    story.begin()
    story.candidate(measured=measurement(ratio(1.0)))
    story.candidate(round_=1, measured=measurement(ratio(1.0), ratio(1.21)), outcome="kept")
    story.candidate(round_=2, measured=measurement(ratio(48.2), ratio(50.0)), outcome="beats-reference")
    story.candidate(round_=3, measured=measurement(ratio(0.5), ratio(0.5)), outcome="slower")
    story.candidate("suspected-cheating", round_=4, outcome="flagged")
    story.end()
    lines = replay(story.events).activity
    assert [(line.glyph, line.text) for line in lines] == [
        ("▲", "1.21x, kept"),
        ("★", "beats the reference 48.2x"),
        ("▽", "it is slower"),
        ("!", "suspected cheating: it is flagged"),
        ("✔", "solved"),
    ]
    assert {line.problem for line in lines} == {"P/1"}


def test_activity_is_bounded_and_printable() -> None:
    story = Story()
    for _ in range(60):
        story.add(SandboxLost(problem="P/1", reason="evil \x1b[31m\nline" + "x" * 500, retry=1))
    lines = replay(story.events).activity
    assert len(lines) == 50
    assert all(line.text.isprintable() and len(line.text) <= 120 for line in lines)


@pytest.mark.parametrize(
    "event",
    [
        ProblemStarted(problem="nowhere"),
        ProblemEnded(problem="nowhere", how="solved"),
        StageChanged(problem="P/1", chain=7, stage="model"),
        StageChanged(problem="P/1", chain=-1, stage="model"),
        CandidateJudged(problem="P/1", chain=0, round=9, candidate="h", verdict=verdict()),
        CandidateJudged(problem="P/1", chain=0, candidate="h", verdict=verdict()),
        CandidateJudged(problem="P/1", attempt=5, chain=0, round=0, candidate="h", verdict=verdict()),
        CandidateJudged(candidate="h", verdict=verdict()),
        ActionTaken(problem="P/1", ask=ask()),
    ],
)
def test_an_event_of_nothing_known_changes_no_problem(event: Event) -> None:
    for state in (RunState(), replay(Story().events)):
        after = apply(state, event).problems
        # Work that was done is counted, whatever became of it.
        bare = {
            name: msgspec.structs.replace(p, spent=state.problems[name].spent) for name, p in after.items()
        }
        assert bare == state.problems


@given(st.integers(min_value=0), st.integers(min_value=0))
def test_a_replay_may_be_cut_anywhere(cut: int, other: int) -> None:
    events = whole_story().events
    middle = cut % (len(events) + 1)
    state = replay(events[:middle])
    for event in events[middle:]:
        state = apply(state, event)
    assert state == replay(events)
    assert isinstance(replay(events[: other % (len(events) + 1)]), RunState)


def test_a_state_keeps_no_notes_of_its_forerunner() -> None:
    state = replay(whole_story().events)
    one: ProblemState = state.problems["P/1"]
    one.__dict__["note"] = 1
    assert "note" not in msgspec.structs.replace(one, reason="x").__dict__
