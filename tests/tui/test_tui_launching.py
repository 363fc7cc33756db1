"""Runs that are begun, taken up, forked, compared, written out, deleted and played again from the screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from perftui.events import model as ev
from perftui.events.commands import Again, Decide, MeasureAgain, Requeue, Rerun, Retune, Send, Write
from perftui.events.plan import Fork, Origin
from perftui.store.replaying import ReplaySession
from perftui.tui.app import PerfApp
from perftui.tui.glyphs import Glyphs
from perftui.tui.messages import GoOnWith
from perftui.tui.screens.comparison import ComparisonScreen
from perftui.tui.screens.editing import EditScreen
from perftui.tui.screens.new_run import NewRunScreen
from perftui.tui.screens.problem import ProblemScreen
from perftui.tui.screens.run import RunScreen
from perftui.tui.screens.runs import RunsScreen
from perftui.tui.screens.step import StepScreen
from perftui.tui.widgets.form import FormField
from tests.tui.conftest import Clock, Drive, Driven
from tests.tui.fakes import NOW, RUN, FakeLibrary, FakeSession, full_run
from tests.tui.fakes_launching import FakeLauncher


@asynccontextmanager
async def launching(
    library: FakeLibrary | None = None, *, opened: str | None = None, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[Driven, FakeLauncher]]:
    launcher, clock = FakeLauncher(), Clock()
    app = PerfApp(
        library=library or FakeLibrary(), launcher=launcher, opened=opened, glyphs=Glyphs(), clock=clock
    )
    async with app.run_test(size=size, notifications=True) as pilot:
        driven = Driven(app, pilot, FakeSession(), clock)
        await driven.settle()
        yield driven, launcher


def stored() -> FakeLibrary:
    """A run that is over, with problems that infrastructure failed."""
    events = [*full_run(hold=False), ev.RunEnded(seq=900, run=RUN, at=NOW, how="done")]
    ended = [event for event in events if event.problem in {None, "HumanEval/0", "HumanEval/6"}]
    first = ended[0]
    assert isinstance(first, ev.RunStarted)
    heads = tuple(head for head in first.heads if head.id in {"HumanEval/0", "HumanEval/6"})
    ended[0] = msgspec.structs.replace(first, heads=heads)
    return FakeLibrary({RUN: FakeSession(ended, live=False)})


async def type_into(it: Driven, name: str, text: str) -> None:
    field = next(one for one in it.app.screen.query(FormField) if one.field.name == name)
    field.input.value = text
    await it.settle()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_new_run_is_checked_as_it_is_typed_and_begun(size: tuple[int, int]) -> None:
    async with launching(size=size) as (it, launcher):
        await it.press("n")
        assert isinstance(it.app.screen, NewRunScreen)
        await type_into(it, "benchmark", "broken")
        await it.until(lambda: "broken: no such file" in it.screen_text)
        await it.press("ctrl+r")
        assert launcher.asked == []
        await type_into(it, "benchmark", "humaneval")
        await type_into(it, "model", "test/m")
        await it.until(lambda: "164 problems" in it.screen_text)
        assert it.app.screen._checked.command == "perftui run humaneval --model test/m"
        await it.press("ctrl+r")
        await it.until(lambda: isinstance(it.app.screen, RunScreen))
        assert [type(one).__name__ for one in launcher.asked] == ["NewRun"]


async def test_two_marked_runs_are_compared_the_older_one_as_the_base() -> None:
    async with launching() as (it, _):
        await it.press("space", "j", "space", "d")
        await it.until(lambda: isinstance(it.app.screen, ComparisonScreen))
        assert f"# p3xq against {RUN}" in it.screen_text


async def test_a_run_is_deleted_only_when_its_id_was_typed() -> None:
    library = FakeLibrary({"m9ab": FakeSession(run="m9ab")})
    async with launching(library) as (it, _):
        await it.press("j", "j", "X", "y")
        await type_into(it, "run", "m9")
        await it.press("enter")
        assert "m9ab" in library.sessions
        await type_into(it, "run", "m9ab")
        await it.press("enter")
        await it.until(lambda: "m9ab" not in library.sessions)


async def test_a_live_run_cannot_be_deleted_and_an_ended_one_not_resumed() -> None:
    async with launching() as (it, launcher):
        assert isinstance(it.app.screen, RunsScreen)
        assert "X delete" not in it.screen_text
        await it.press("j")
        await it.press("p")
        assert launcher.asked == []
        await it.press("j", "p")
        await it.until(lambda: bool(launcher.asked))
        assert launcher.asked == [("m9ab", ())]


async def test_a_run_is_written_in_the_form_that_was_chosen() -> None:
    async with launching() as (it, _):
        await it.press("e", "j", "enter")
        await it.until(lambda: f"written to {RUN}.html" in it.screen_text)


async def test_a_stored_run_is_taken_up_to_requeue_and_rerun() -> None:
    async with launching(stored(), opened=RUN) as (it, launcher):
        await it.until(lambda: isinstance(it.app.screen, RunScreen))
        await it.press("Q")
        await it.until(lambda: len(launcher.asked) == 1)
        await it.press("escape", "r")
        await it.until(lambda: len(launcher.asked) == 2)
        assert launcher.asked == [(RUN, (Requeue(),)), (RUN, (Rerun(problem="HumanEval/0"),))]


@asynccontextmanager
async def problem_of_a_stored_run() -> AsyncIterator[tuple[Driven, FakeLauncher]]:
    """The screen of a problem that has ended, with its texts."""
    async with launching(stored(), opened=RUN) as (it, launcher):
        await it.until(lambda: isinstance(it.app.screen, RunScreen))
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, ProblemScreen))
        await it.until(lambda: is_whole(it))
        yield it, launcher


def is_whole(it: Driven) -> bool:
    """Whether the texts of the problem in view are there."""
    screen = it.app.screen
    view = screen.view_now() if isinstance(screen, ProblemScreen) else None
    return view is not None and view.problem.outline is None


async def test_a_fork_is_asked_for_with_what_is_different() -> None:
    async with problem_of_a_stored_run() as (it, launcher):
        await it.press("f")
        await type_into(it, "temperature", "3")
        await it.press("enter")
        assert launcher.asked == []
        await type_into(it, "temperature", "0.9")
        await type_into(it, "model", "test/other")
        await it.press("enter")
        await it.until(lambda: bool(launcher.asked))
        origin = Origin(run=RUN, problem="HumanEval/0", attempt=1, chain=0, round=2)
        assert launcher.asked == [Fork(origin=origin, model="test/other", temperature=0.9)]


async def test_a_fork_has_the_prompt_and_the_program_that_were_written() -> None:
    async with problem_of_a_stored_run() as (it, launcher):
        await it.press("f")
        assert "the strategy's" in it.screen_text
        await it.press("ctrl+e")
        screen = it.app.screen
        assert isinstance(screen, EditScreen)
        before = screen.texts
        # The talk so far, the reply included, and an empty line to go on.
        assert before[-1] == ""
        assert "```python" in before[-2]
        await it.press(*"sort", "ctrl+s")
        assert "edited" in it.screen_text
        await it.press("ctrl+w")
        assert isinstance(it.app.screen, EditScreen)
        await it.press("p", "a", "s", "s", "enter", "ctrl+s")
        assert "yours, " in it.screen_text
        await it.press("enter")
        await it.until(lambda: bool(launcher.asked))
        (fork,) = launcher.asked
        assert isinstance(fork, Fork)
        assert fork.messages is not None
        assert [m.content for m in fork.messages] == [*before[:-1], "sort"]
        assert fork.code is not None
        assert fork.code.startswith("pass\n")


async def test_a_prompt_that_is_left_as_it_was_is_the_strategys() -> None:
    async with problem_of_a_stored_run() as (it, launcher):
        await it.press("f", "ctrl+e", "ctrl+s", "ctrl+w", "ctrl+s", "enter")
        await it.until(lambda: bool(launcher.asked))
        origin = Origin(run=RUN, problem="HumanEval/0", attempt=1, chain=0, round=2)
        assert launcher.asked == [Fork(origin=origin)]


async def test_a_program_is_measured_again(drive: Drive) -> None:
    async with drive() as it:
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, ProblemScreen))
        await it.press("m")
        assert it.session.commands == [MeasureAgain(problem="HumanEval/0", attempt=1, chain=0, round=2)]


async def test_bounds_are_changed_and_nonsense_is_told(drive: Drive) -> None:
    async with drive() as it:
        await it.press("T")
        await type_into(it, "open_problems", "none")
        await it.press("enter")
        assert "not a whole number" in it.screen_text
        assert it.session.commands == []
        await type_into(it, "open_problems", "3")
        await type_into(it, "dollars", "2.5")
        await it.press("enter")
        assert it.session.commands == [Retune(open_problems=3, model_calls=16, timing_seconds=0, dollars=2.5)]


@asynccontextmanager
async def held(drive: Drive) -> AsyncIterator[Driven]:
    async with drive(FakeSession(full_run())) as it:
        await it.press("G", "k", "k", "k")
        assert isinstance(it.app.screen, StepScreen)
        yield it


def answer(decision: object) -> list[object]:
    return [Decide(problem="HumanEval/10", attempt=1, chain=0, round=1, decision=decision)]


async def test_the_prompt_is_edited_and_the_edited_one_is_sent(drive: Drive) -> None:
    async with held(drive) as it:
        await it.press("e")
        screen = it.app.screen
        assert isinstance(screen, EditScreen)
        screen._areas[-1].text = "Be quick."
        await it.settle()
        await it.press("ctrl+s")
        assert "edited by hand" in it.screen_text
        await it.press("enter")
        (command,) = it.session.commands
        assert isinstance(command, Decide)
        assert isinstance(command.decision, Send)
        assert command.decision.messages is not None
        assert command.decision.messages[-1].content == "Be quick."


async def test_another_temperature_is_sent_with_the_next_answer(drive: Drive) -> None:
    async with held(drive) as it:
        await it.press("t")
        await type_into(it, "temperature", "1.2")
        await it.press("enter")
        assert it.session.commands == []
        await it.press("enter")
        assert it.session.commands == answer(Send(temperature=1.2))


async def test_a_program_by_hand_must_compile(drive: Drive) -> None:
    async with held(drive) as it:
        await it.press("w")
        screen = it.app.screen
        assert isinstance(screen, EditScreen)
        screen._areas[0].text = "def f(:"
        await it.settle()
        assert "does not compile" in it.screen_text
        await it.press("ctrl+s")
        assert it.session.commands == []
        screen._areas[0].text = "def f(): ..."
        await it.settle()
        await it.press("ctrl+s")
        await it.until(lambda: bool(it.session.commands))
        assert it.session.commands == answer(Write(code="def f(): ...", parent="k1"))


async def test_a_question_is_asked_again(drive: Drive) -> None:
    async with held(drive) as it:
        await it.press("R")
        await type_into(it, "round", "1")
        await type_into(it, "temperature", "0.5")
        await it.press("enter")
        await it.until(lambda: bool(it.session.commands))
        assert it.session.commands == answer(Again(round=0, temperature=0.5))


async def test_a_run_is_played_again_with_its_bar_and_its_keys() -> None:
    class Playing(FakeLibrary):
        async def replay(self, run: str, speed: float) -> ReplaySession:
            session = ReplaySession.of(run, [event for event in full_run() if event.seq], speed)
            reading.append(asyncio.create_task(session.follow()))
            return session

    reading: list[asyncio.Task[None]] = []
    async with launching(Playing()) as (it, _):
        await it.press("P")
        await it.until(lambda: isinstance(it.app.screen, RunScreen))
        screen = it.app.screen
        assert isinstance(screen, RunScreen)
        player = screen.feed.player
        assert player is not None
        await it.press("space")
        assert not player.playing
        await it.until(lambda: "replay stopped" in it.screen_text)
        player.seek(player.end)
        await it.until(lambda: "HumanEval/0" in screen.feed.state.problems)
        await it.until(lambda: screen.feed.state.problems["HumanEval/0"].status == "solved")
        await it.press("plus")
        assert player.speed == 120
        player.seek(player.begin)
        await it.until(lambda: screen.feed.state.problems["HumanEval/0"].status == "waiting")
        reading[0].cancel()


async def test_what_cannot_begin_is_told_in_a_line() -> None:
    async with launching() as (it, launcher):
        it.app.screen.post_message(GoOnWith("p3xq"))
        await it.until(lambda: bool(launcher.asked))
        await it.until(lambda: "is at work in process 7" in it.screen_text)
        assert isinstance(it.app.screen, RunsScreen)
