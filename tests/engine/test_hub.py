"""The hub holds no more of a run than goes on, and who comes later misses nothing."""

from __future__ import annotations

import msgspec

from perftui.engine.hub import Hub
from perftui.events.model import RunEnded
from perftui.events.reduce import apply, replay
from perftui.events.state import RunState
from tests.engine.harness import MemoryLog
from tests.support.story import Story, measurement, ratio


def solved() -> Story:
    story = Story()
    story.begin()
    story.candidate(measured=measurement(ratio(2.0), trials=3))
    story.end()
    return story


async def test_a_problem_that_ends_is_an_outline_and_its_texts_are_had_from_the_log() -> None:
    story = solved()
    *past, end = story.events
    hub = Hub(MemoryLog(past), story.run, past)
    assert hub.state.problems["P/1"].outline is None
    await hub.record(end)
    assert hub.state.problems["P/1"].outline is not None
    whole = await hub.whole("P/1")
    assert whole.outline is None
    assert [round_.code for round_ in whole.chains[0].rounds] == ["# hash-P/1-0-0\n"]


async def test_a_run_that_is_resumed_settles() -> None:
    story = solved()
    hub = Hub(MemoryLog(story.events), story.run, story.events)
    assert hub.state.problems["P/1"].outline is None
    hub.settle()
    assert hub.state.problems["P/1"].outline is not None


async def test_who_comes_later_goes_on_from_the_picture() -> None:
    story = solved()
    hub = Hub(MemoryLog(story.events), story.run, story.events)
    first = hub.watch(None, from_start=True)
    assert (first.start, list(first.drain())) == (RunState(), story.events)
    await hub.record(RunEnded(how="done"))
    later = hub.watch(None, from_start=True)
    assert later.start is hub.state
    assert list(later.drain()) == []
    (told,) = first.drain()
    assert apply(replay(story.events), told).status == later.start.status == "done"
    assert msgspec.structs.replace(later.start, problems={}).spent == replay(story.events).spent
