"""A fork beside its origin: their figures, how they relate, and the difference of their programs."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from perftui.events import model as ev
from perftui.events.plan import Origin
from perftui.events.reduce import replay
from perftui.events.state import ProblemState
from perftui.tui.library import ForkEntry, RunEntry
from perftui.tui.panes.beside import Side, beside_text
from perftui.tui.screens.forks import BesideScreen
from tests.support.story import Story, measurement, ratio
from tests.tui.conftest import Drive
from tests.tui.fakes import RUN, FakeLibrary, FakeSession, full_run

ORIGIN = Origin(run=RUN, problem="HumanEval/0", attempt=1, chain=0, round=0)


def side(run: str, speed: float | None, code: str = "x = 1\n", same_as: str = "") -> Side:
    story = Story(run=run)
    story.begin()
    measured = measurement(ratio(speed) if speed is not None else None)
    story.candidate(measured=measured, code=code, same_as=same_as or f"hash {run}")
    story.end()
    problem: ProblemState = replay(story.events).problems["P/1"]
    return Side(run=run, model="test/m", strategy="perfcodegen", problem=problem)


def test_both_are_in_a_table_with_their_ratio_and_the_difference() -> None:
    told = beside_text(side("aaa", 2.0), side("bbb", 6.0, "x = 2\n"))
    rows = [line for line in told.splitlines() if line.startswith("|")]
    assert len({len(row) for row in rows}) == 1
    assert any("2.00x [1.90–2.10]" in row and "6.00x [5.70–6.30]" in row for row in rows)
    assert "The fork's best is 3.00x [2.79–3.22] as fast" in told
    assert "-x = 1" in told
    assert "+x = 2" in told


@pytest.mark.parametrize(
    ("fork", "said"),
    [
        (side("bbb", None, "x = 2\n"), "is not known"),
        (side("bbb", 6.0, same_as="hash aaa"), "Both come to the same program."),
    ],
)
def test_what_cannot_be_related_is_said(fork: Side, said: str) -> None:
    assert said in beside_text(side("aaa", 2.0), fork)


class Library(FakeLibrary):
    async def runs(self) -> Sequence[RunEntry]:
        first, *others = await super().runs()
        return [first, msgspec.structs.replace(first, run="fork"), *others]

    async def forks(self, run: str, problem_id: str) -> Sequence[ForkEntry]:
        entry = ForkEntry(run="fork", origin=ORIGIN, model="test/m", strategy="perfcodegen", status="done")
        return [entry] if run == RUN else []


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_key_puts_them_beside_each_other(drive: Drive, size: tuple[int, int]) -> None:
    FakeSession(full_run(), run="fork").drain()
    async with drive(library=Library(), size=size) as it:
        await it.press("enter")
        await it.press("C")
        await it.until(lambda: isinstance(it.app.screen, BesideScreen))
        assert "Both come to the same program." in it.screen_text
        await it.press("escape")
        assert not isinstance(it.app.screen, BesideScreen)


async def test_a_fork_names_its_origin_and_is_put_beside_it(drive: Drive) -> None:
    events = full_run(hold=False)
    first = events[0]
    assert isinstance(first, ev.RunStarted)
    events[0] = msgspec.structs.replace(first, plan=msgspec.structs.replace(first.plan, origin=ORIGIN))
    FakeSession(full_run(), run=RUN).drain()
    asked: list[str] = []

    class Watched(Library):
        async def detail(self, run: str, problem_id: str, upto: int | None) -> ProblemState | None:
            asked.append(run)
            return await super().detail(RUN, problem_id, upto)

    async with drive(FakeSession(events, run="fork"), library=Watched()) as it:
        assert f"fork of {RUN} 1.1" in it.screen_text
        await it.press("enter")
        asked.clear()
        await it.press("C")
        await it.until(lambda: isinstance(it.app.screen, BesideScreen))
        assert asked == [RUN, "fork"]
