"""Following a run: nothing is lost, and the end is always told."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import anyio
import anyio.lowlevel
import pytest

from perftui.events.model import Event
from perftui.events.outline import advance
from perftui.events.state import RunState
from perftui.headless.follow import follow
from tests.headless.conftest import Session
from tests.support.story import Story


class Notes:
    """A Reader that writes down what it is told."""

    def __init__(self) -> None:
        self.gone = False
        self.events: list[Event] = []
        self.states: list[RunState] = []
        self.ticks = 0
        self.finished: list[RunState] = []

    def on_event(self, event: Event, state: RunState) -> None:
        assert not self.finished
        self.events.append(event)
        self.states.append(state)

    def on_tick(self, state: RunState) -> None:
        self.ticks += 1

    def finish(self, state: RunState) -> None:
        self.finished.append(state)


def pictures(events: Sequence[Event]) -> list[RunState]:
    return list(accumulate(events, advance, initial=RunState()))[1:]


def story() -> Story:
    told = Story()
    told.begin()
    told.candidate()
    told.chain_end()
    told.end()
    return told


async def test_each_event_comes_once_with_the_picture_that_holds_it() -> None:
    session, notes, events = Session(), Notes(), story().events

    def until() -> bool:
        if not events:
            return True
        session.coming = [events.pop(0)]
        return False

    expected = list(events)
    last = await follow(session, notes, until=until, interval=0)
    assert notes.events == expected
    assert notes.states == pictures(expected)
    assert notes.finished == [last] == pictures(expected)[-1:]
    assert notes.ticks > len(expected)


async def test_what_came_with_the_end_is_read_too() -> None:
    session, notes = Session(), Notes()
    session.coming = story().events
    expected = list(session.coming)
    await follow(session, notes, until=lambda: True)
    assert notes.events == expected
    assert len(notes.finished) == 1


async def test_a_long_past_lets_others_work_in_between() -> None:
    session, notes = Session(), Notes()
    session.coming = story().events * 300
    turns: list[int] = []

    async def other() -> None:
        while len(notes.events) < 300 * 10:
            turns.append(len(notes.events))
            await anyio.lowlevel.checkpoint()

    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(other)
            await follow(session, notes, until=lambda: True)
            group.cancel_scope.cancel()
    assert len(set(turns)) > 2


async def test_cancelled_it_reads_what_is_there_and_tells_the_end() -> None:
    session, notes, expected = Session(), Notes(), story().events
    with anyio.fail_after(5), anyio.CancelScope() as scope:

        def until() -> bool:
            scope.cancel()
            session.coming = list(expected)
            return False

        await follow(session, notes, until=until, interval=60)
    assert scope.cancelled_caught
    assert notes.events == expected
    assert notes.finished == [pictures(expected)[-1]]


async def test_a_reader_that_has_gone_ends_it() -> None:
    session, notes = Session(), Notes()
    notes.gone = True
    with anyio.fail_after(5):
        await follow(session, notes, until=lambda: False)
    assert len(notes.finished) == 1


async def test_an_error_of_the_session_is_not_swallowed() -> None:
    class Broken(Session):
        def drain(self) -> list[Event]:
            raise RuntimeError("no database")

    with pytest.raises(RuntimeError, match="no database"):
        await follow(Broken(), Notes(), until=lambda: True)
