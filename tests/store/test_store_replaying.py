"""A run that is played again shows at each moment what was known then."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import anyio
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perftui.events.model import EphemeralEvent, Event, Notice, ReplyReceived, ReplyText, StoredEvent
from perftui.events.playing import LEAST_SPEED, LONGEST_GAP, MOST_SPEED, PIECES, Playhead, made_up
from perftui.events.reduce import apply, replay
from perftui.events.state import RunState
from perftui.llm.model import Reply
from perftui.store.lease import beside
from perftui.store.replaying import PAGE, ReplaySession
from perftui.store.writer import Store
from tests.support.story import Story

BEGIN = 1000.0


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Watcher:
    """Folds what a session gives, as a screen does."""

    def __init__(self, session: ReplaySession) -> None:
        self.session = session
        self.start = self.state = session.start
        self.events: list[Event] = []

    def poll(self) -> None:
        fresh = self.session.drain()
        if self.session.start is not self.start:
            self.start = self.state = self.session.start
        self.events.extend(fresh)
        for event in fresh:
            self.state = apply(self.state, event)

    async def until(self, condition: Callable[[], bool]) -> None:
        with anyio.fail_after(20):
            while not condition():
                self.poll()
                await anyio.lowlevel.checkpoint()
        self.poll()


def story_at(pauses: Sequence[float]) -> list[StoredEvent]:
    """Events with so long pauses between them."""
    story = Story()
    story.begin()
    while len(story.events) <= len(pauses):
        story.candidate(round_=len(story.events))
    at, events = BEGIN, []
    for event, pause in zip(story.events, [0.0, *pauses], strict=False):
        at += pause
        events.append(msgspec.structs.replace(event, at=at))
    return events  # type: ignore[return-value]


def session_of(events: Sequence[StoredEvent], clock: Clock, **how: float) -> ReplaySession:
    async def pages(after: int, limit: int) -> Sequence[StoredEvent]:
        return [event for event in events if event.seq > after][: min(limit, 7)]

    return ReplaySession("r", pages, begin=events[0].at, end=events[-1].at, monotonic=clock, **how)


def at_moment(events: Sequence[StoredEvent], at: float) -> RunState:
    """What the facts up to a moment amount to."""
    return replay(event for event in events if event.at <= at)


_pauses = st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0, 400.0]), min_size=3, max_size=40)


@settings(max_examples=30, deadline=None)
@given(_pauses, st.lists(st.floats(0.0, 1.0), min_size=1, max_size=4))
async def test_a_moment_that_is_sought_has_the_picture_of_one_that_was_played_to(
    pauses: list[float], targets: list[float]
) -> None:
    events, clock = story_at(pauses), Clock()
    session = session_of(events, clock)
    watcher = Watcher(session)
    async with beside(session.follow):
        session.play(on=False)
        for part in targets:
            target = session.begin + part * (session.end - session.begin)
            before = session.start
            session.seek(target)
            assert session.clock() == target
            await watcher.until(lambda before=before: session.start is not before)
            assert watcher.state == at_moment(events, session.clock())
        session.play(on=True)
        session.set_speed(MOST_SPEED)
        while not session.at_end:
            clock.now += 1.0
            await watcher.until(lambda: True)
            await anyio.lowlevel.checkpoint()
    assert watcher.state.seq == events[-1].seq


async def test_events_come_at_their_times_and_pause_holds_them() -> None:
    events, clock = story_at([1.0] * 9), Clock()
    session = session_of(events, clock, speed=2.0)
    watcher = Watcher(session)
    async with beside(session.follow):
        await watcher.until(lambda: watcher.state.seq == 1)
        clock.now = 1.0
        await watcher.until(lambda: session.clock() == BEGIN + 2.0)
        assert watcher.state.seq == 3
        session.play(on=False)
        clock.now = 50.0
        watcher.poll()
        assert (watcher.state.seq, session.clock(), session.playing) == (3, BEGIN + 2.0, False)
        session.play(on=True)
        clock.now = 51.0
        await watcher.until(lambda: watcher.state.seq == 5)
        clock.now = 90.0
        await watcher.until(lambda: session.at_end)
        assert (session.clock(), session.playing) == (BEGIN + 9.0, False)
        session.seek(BEGIN + 4.0)
        await watcher.until(lambda: watcher.state.seq == 5)
        clock.now = 99.0
        watcher.poll()
        assert (session.clock(), session.playing) == (BEGIN + 4.0, False)
        session.seek(session.end)
        await watcher.until(lambda: session.at_end)
        session.play(on=True)
        await watcher.until(lambda: watcher.state.seq == 1)
        assert session.playing


async def test_a_gap_of_days_is_left_out_and_told() -> None:
    events, clock = story_at([1.0, 3 * 86_400.0, 1.0]), Clock()
    session = session_of(events, clock)
    watcher = Watcher(session)
    async with beside(session.follow):
        await watcher.until(lambda: watcher.state.seq == 1)
        for _ in range(int(LONGEST_GAP) + 4):
            clock.now += 1.0
            watcher.poll()
        await watcher.until(lambda: session.at_end)
    told = [event.text for event in watcher.events if isinstance(event, Notice)]
    assert told == ["3 d without an event left out"]


async def test_a_rate_plays_so_many_events_a_second_whatever_their_times(store: Store, run: str) -> None:
    events, clock = story_at([1000.0] * 99), Clock()
    session = session_of(events, clock, rate=10.0)
    watcher = Watcher(session)
    async with beside(session.follow):
        for _ in range(30):
            await anyio.lowlevel.checkpoint()
        clock.now = 1.0
        watcher.poll()
        assert watcher.state.seq == 10


async def test_a_run_of_a_database_is_read_in_pages(store: Store, run: str) -> None:
    story = Story(run=run)
    story.begin()
    while len(story.events) < 2 * PAGE:
        story.candidate(round_=len(story.events))
    for event in story.events[1:]:
        await store.append(msgspec.structs.replace(event, seq=0))
    session = await ReplaySession.load(store, run, MOST_SPEED)
    watcher = Watcher(session)
    async with beside(session.follow):
        session.seek(session.end)
        await watcher.until(lambda: watcher.state.seq > 0)
    assert watcher.state == replay(await store.events(run))


@given(st.text(max_size=200), st.floats(0.1, 100.0))
def test_a_reply_streams_whole_before_it_is_there(text: str, seconds: float) -> None:
    made = list(made_up(ReplyReceived(reply=Reply(text=text, model="m", seconds=seconds)), 1000.0))
    pieces = [event for _, event in made if isinstance(event, ReplyText)]
    assert "".join(piece.text for piece in pieces) == text
    assert len(pieces) <= PIECES
    assert all(when < 1000.0 for when, _ in made)
    assert [when for when, _ in made] == sorted(when for when, _ in made)
    assert all(isinstance(event, EphemeralEvent) for _, event in made)


@given(st.floats(0, 1e6), st.floats(-1e9, 1e9), st.booleans(), st.floats(0, 100))
def test_a_change_of_speed_moves_nothing_and_time_never_goes_back(
    at: float, speed: float, playing: bool, passed: float
) -> None:
    head = Playhead(at=at, since=0.0, playing=playing)
    changed = head.at_speed(speed)
    assert changed.at == at
    assert LEAST_SPEED <= changed.speed <= MOST_SPEED
    moved = changed.moved(passed, at + 50.0)
    assert at <= moved.at <= at + 50.0
    assert playing or moved.at == at


@pytest.mark.parametrize("limit", [0.0, 10.0])
def test_time_waits_for_what_was_not_read(limit: float) -> None:
    assert Playhead(at=5.0, since=0.0, speed=60.0).moved(100.0, limit).at == max(5.0, limit)
