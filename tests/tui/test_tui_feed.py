"""What a screen holds of a run: outlines of what has ended, and the whole of what is looked at."""

from __future__ import annotations

import asyncio

import msgspec

from perftui.events.reduce import replay
from perftui.events.state import ProblemState
from perftui.tui.feed import Feed
from perftui.tui.glyphs import Glyphs
from perftui.tui.screens.problem import ProblemScreen
from tests.tui.conftest import Drive
from tests.tui.fakes import FakeLibrary, FakeSession, full_run

ENDED = "HumanEval/0"


def fed() -> Feed:
    feed = Feed(FakeSession(full_run()), glyphs=Glyphs(plain=False))
    while feed.poll():
        pass
    return feed


def test_a_problem_that_has_ended_is_an_outline() -> None:
    feed = fed()
    assert feed.state.problems[ENDED].outline is not None


def test_what_is_looked_at_is_whole_until_it_is_let_go() -> None:
    feed = fed()
    whole = replay(full_run()).problems[ENDED]
    feed.hold_whole(ENDED, on=True)
    feed.fill(whole)
    assert feed.state.problems[ENDED] == whole
    feed.hold_whole(ENDED, on=False)
    assert feed.state.problems[ENDED].outline is not None


def test_texts_as_they_were_before_do_not_take_the_place_of_what_is_now() -> None:
    feed = fed()
    seq = feed.state.problems[ENDED].seq
    former = replay(e for e in full_run() if e.seq < seq).problems[ENDED]
    feed.fill(former)
    assert feed.state.problems[ENDED].outline is not None


def test_what_is_looked_at_stays_whole_where_a_session_begins_anew() -> None:
    feed = fed()
    outlines = feed.state
    whole = replay(full_run()).problems[ENDED]
    feed.hold_whole(ENDED, on=True)
    feed.fill(whole)
    # As a player does that sought, or a session that has read more of the past.
    feed.session.start = msgspec.structs.replace(outlines)  # type: ignore[misc]
    assert feed.poll()
    assert feed.state.problems[ENDED] == whole
    feed.hold_whole(ENDED, on=False)
    feed.session.start = msgspec.structs.replace(outlines)  # type: ignore[misc]
    feed.poll()
    assert feed.state.problems[ENDED].outline is not None


async def test_the_screen_of_a_problem_that_has_ended_gets_its_texts(drive: Drive) -> None:
    asked: list[tuple[str, int | None]] = []

    class Library(FakeLibrary):
        async def detail(self, run: str, problem_id: str, upto: int | None):  # type: ignore[no-untyped-def]  # noqa: ANN202
            asked.append((problem_id, upto))
            return await super().detail(run, problem_id, upto)

    async with drive(library=Library()) as driven:
        await driven.press("enter")
        screen = driven.app.screen
        assert isinstance(screen, ProblemScreen)
        view = screen.view_now()
        assert view is not None and view.round is not None  # noqa: PT018 - for the types
        assert view.round.code
        assert view.round.ask.messages
        assert len(asked) == 1
        await driven.press("escape")
        assert driven.app.own is not None
        assert driven.app.own.state.problems[asked[0][0]].outline is not None


async def test_nothing_is_said_of_what_is_still_being_read(drive: Drive) -> None:
    gate = asyncio.Event()

    class Slow(FakeLibrary):
        async def detail(self, run: str, problem_id: str, upto: int | None) -> ProblemState | None:
            await gate.wait()
            return await super().detail(run, problem_id, upto)

    async with drive(library=Slow()) as it:
        await it.pilot.press("enter")
        await it.until(lambda: "reading …" in it.screen_text)
        assert "0/7" not in it.screen_text
        assert "load 0.0" not in it.screen_text
        gate.set()
        await it.until(lambda: "ordered = sorted(numbers)" in it.screen_text)
        assert "reading …" not in it.screen_text
