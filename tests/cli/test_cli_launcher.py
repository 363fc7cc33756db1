"""Runs that a screen begins: several in one process, each cleaned up, and none ends another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import msgspec
import pytest

from perftui.cli.forms import arguments, check_form
from perftui.cli.launcher import RunLauncher, launching
from perftui.engine.control import RunSession
from perftui.errors import PerftuiError
from perftui.events.commands import Rerun, Stop
from perftui.events.plan import Fork, Origin
from perftui.events.reduce import apply
from perftui.events.state import RunState
from perftui.store.writer import open_store
from perftui.tui.launching import NewRun
from tests.cli.conftest import Here

FORM = NewRun(benchmark="problems", model="recorded:replies.jsonl", sandbox="process")


class Watcher:
    """Folds what a session tells."""

    def __init__(self, session: RunSession) -> None:
        self.session = session
        self.state = session.start

    def look(self) -> RunState:
        for event in self.session.drain():
            self.state = apply(self.state, event)
        return self.state

    async def until(self, holds: Callable[[RunState], bool]) -> RunState:
        with anyio.fail_after(60):
            while not holds(self.look()):  # noqa: ASYNC110 - a session tells by being asked
                await anyio.sleep(0.02)
        return self.state


def with_launcher(here: Here, work: Callable[[RunLauncher], Awaitable[None]]) -> None:
    async def main() -> None:
        async with open_store(here.folder / "runs.db") as store, launching(store) as launcher:
            await work(launcher)

    anyio.run(main)


def test_two_runs_go_on_in_one_process_and_both_are_stopped_at_the_end(here: Here) -> None:
    states: list[RunState] = []

    async def work(launcher: RunLauncher) -> None:
        one, other = Watcher(await launcher.start(FORM)), Watcher(await launcher.start(FORM))
        assert one.session.run != other.session.run
        states.append(await one.until(lambda state: state.status == "done"))
        states.append(await other.until(lambda state: state.status == "done"))
        assert launcher.session(one.session.run) is not None

    with_launcher(here, work)
    assert all(p.status == "solved" for state in states for p in state.problems.values())


def test_a_stored_run_is_taken_up_to_solve_a_problem_anew_and_forked(here: Here) -> None:
    run = here.run()

    async def work(launcher: RunLauncher) -> None:
        taken = Watcher(await launcher.go_on(run, (Rerun(problem="Add/1"),)))
        await taken.until(lambda s: s.problems["Add/1"].attempt == 2 and s.status == "done")
        assert taken.state.problems["Add/0"].attempt == 1
        origin = Origin(run=run, problem="Add/0", attempt=1, chain=0, round=0)
        fork = Watcher(await launcher.fork(Fork(origin=origin)))
        await fork.until(lambda state: state.status == "done")
        assert list(fork.state.problems) == ["Add/0"]
        assert fork.state.spent.reused == 1

    with_launcher(here, work)


def test_what_cannot_begin_is_an_error_and_the_others_go_on(here: Here) -> None:
    async def work(launcher: RunLauncher) -> None:
        first = Watcher(await launcher.start(FORM))
        with pytest.raises(PerftuiError, match="no such file"):
            await launcher.start(NewRun(benchmark="problems", model="recorded:gone.jsonl", sandbox="process"))
        await first.until(lambda state: state.status == "done")
        control = first.session.control
        assert control is not None
        control.send(Stop())

    with_launcher(here, work)


def test_a_form_is_the_command_line_that_it_shows(here: Here) -> None:
    form = NewRun(benchmark="problems", model="recorded:replies.jsonl", chains="2", sandbox="process")
    checked = check_form(form, here.folder / "runs.db")
    assert checked.errors == {}
    assert checked.remarks["benchmark"] == "3 problems"
    assert checked.command == (
        "perftui run problems --model recorded:replies.jsonl --chains 2 --sandbox process"
    )
    assert here.perftui("run", *arguments(form), "--no-timing").status == 0


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"benchmark": ""}, "benchmark", "which problems"),
        ({"model": ""}, "model", "which model"),
        ({"benchmark": "nowhere"}, "benchmark", "nowhere"),
        ({"chains": "many"}, "chains", "many"),
        ({"strategy": "magic"}, "strategy", "magic"),
        ({"limit": "-1"}, "limit", "-1"),
        ({"dollars": "3"}, "dollars", "--price"),
        ({"sandbox": "cardboard"}, "sandbox", "cardboard"),
    ],
)
def test_a_field_that_cannot_be_used_is_told_at_that_field(
    here: Here, change: dict[str, str], field: str, said: str
) -> None:
    checked = check_form(msgspec.structs.replace(FORM, **change), Path(here.folder / "runs.db"))
    assert said in checked.errors.get(field, ""), checked.errors
