"""What crosses to a watcher in another process: the picture there is the picture here."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from perftui.events.model import (
    ActionHeld,
    EphemeralEvent,
    Event,
    MeasureProgress,
    Notice,
    ReplyMissing,
    ReplyReceived,
    ReplyText,
    StageChanged,
    Stepping,
    SteppingChanged,
)
from perftui.events.pulse import (
    HELD_SENT,
    NOTICES_SENT,
    STREAMING_SENT_IN_ALL,
    Listener,
    NumberedNotice,
    Pulse,
    pulse_of,
)
from perftui.events.reduce import apply, replay
from perftui.events.state import ChainState, RunState
from perftui.llm.model import Reply
from tests.support.story import Story, ask, problem

CHAINS = 2


def begun(problems: int = 1, chains: int = CHAINS) -> Story:
    names = [f"P/{n + 1}" for n in range(problems)]
    story = Story([problem(name) for name in names], chains=chains)
    for name in names:
        story.begin(name)
    return story


_ephemeral: st.SearchStrategy[EphemeralEvent] = st.one_of(
    st.builds(StageChanged, stage=st.sampled_from(["model", "back-off", "timing"])),
    st.builds(ActionHeld, action=st.builds(ask)),
    st.builds(ReplyText, text=st.text(max_size=5), restart=st.booleans()),
    st.builds(MeasureProgress, done=st.integers(0, 9), planned=st.just(9)),
)
_facts = st.sampled_from(
    [ReplyReceived(reply=Reply(text="x", model="m")), ReplyMissing(how="model-failed", reason="x")]
)
_steps = st.lists(
    st.tuples(st.integers(0, CHAINS - 1), st.one_of(_ephemeral, _facts), st.booleans(), st.booleans()),
    max_size=30,
)


def doing(chain: ChainState) -> tuple[object, ...]:
    """What is to be the same there and here, of a chain that does something."""
    return chain.stage, chain.held, chain.streaming


@given(_steps)
def test_a_watcher_elsewhere_has_the_picture_that_the_owner_has(
    steps: list[tuple[int, Event, bool, bool]],
) -> None:
    story = begun()
    for chain in range(CHAINS):
        story.reply("P/1", chain, 0)
    here = there = replay(story.events)
    listener, unread, pulse = Listener(story.run), list[Event](), pulse_of(here)
    for chain, event, is_pulse, is_read in steps:
        placed: Event = story.at(event, "P/1", chain, 0)
        if isinstance(event, EphemeralEvent):
            placed = msgspec.structs.replace(placed, seq=0)
        else:
            unread.append(placed)
        here = apply(here, placed)
        if is_pulse:
            pulse = pulse_of(here)
        if is_read and pulse.seq == here.seq:
            for fact in unread:
                listener.on_fact(fact)
                there = apply(there, fact)
            unread.clear()
            for told in listener.on_pulse(pulse, 9.0):
                there = apply(there, told)
            if pulse == pulse_of(here):
                for mine, theirs in zip(
                    here.problems["P/1"].chains, there.problems["P/1"].chains, strict=True
                ):
                    if mine.stage is not None:
                        assert doing(theirs) == doing(mine)


def test_a_pulse_is_bounded_whatever_streams_and_is_held() -> None:
    story = begun(problems=50, chains=8)
    state = replay(story.events)
    for name in state.problems:
        for chain in range(8):
            where = {"problem": name, "chain": chain, "round": 0}
            held = ActionHeld(action=ask())
            for event in (held, ReplyText(text="é" * 40_000)):
                state = apply(state, msgspec.structs.replace(event, **where))
    notices = [NumberedNotice(number=n, notice=Notice(text="x")) for n in range(1, 100)]
    pulse = pulse_of(state, notices)
    assert sum(chain.held is not None for chain in pulse.chains) == HELD_SENT
    assert sum(len(chain.streaming) for chain in pulse.chains) <= STREAMING_SENT_IN_ALL
    assert [one.number for one in pulse.notices] == list(range(100 - NOTICES_SENT, 100))


def test_a_stream_is_told_by_what_it_grew_and_each_notice_once() -> None:
    story = begun()
    story.reply("P/1", 0, 0)
    listener = Listener(story.run)
    notice = NumberedNotice(number=1, notice=Notice(text="an image is built"))
    state = apply(replay(story.events), _at(StageChanged(stage="model")))
    texts = []
    for piece in ("Here", " it is"):
        state = apply(state, _at(ReplyText(text=piece)))
        told = listener.on_pulse(pulse_of(state, [notice]), 1.0)
        texts.append([(e.text, e.restart) for e in told if isinstance(e, ReplyText)])
        texts.append([e.text for e in told if isinstance(e, Notice)])
    assert texts == [[("Here", True)], ["an image is built"], [(" it is", False)], []]


def test_a_viewer_knows_whose_actions_are_held() -> None:
    listener, seen = Listener("r"), RunState()
    for stepping in (Stepping(by_default=True), Stepping(by_default=True), Stepping(others=("P/1",))):
        owner = apply(RunState(), SteppingChanged(stepping=stepping))
        told = listener.on_pulse(pulse_of(owner), 1.0)
        for event in told:
            seen = apply(seen, event)
        assert seen.stepping == stepping
    assert not listener.on_pulse(pulse_of(owner), 2.0)


def test_a_run_in_which_nothing_goes_on_has_an_empty_pulse() -> None:
    assert pulse_of(RunState()) == Pulse()


def _at(event: EphemeralEvent) -> EphemeralEvent:
    return msgspec.structs.replace(event, problem="P/1", chain=0, round=0)
