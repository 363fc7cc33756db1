"""A sweep: the runs of several models and strategies, one after another, and the table at its end."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import anyio
import click
import msgspec

from perftui.cli.launch import Launch, ModelGoneError, ModelUnusableError, start
from perftui.cli.models import opener
from perftui.cli.views import View, see_written, watcher
from perftui.errors import ExitStatus, PerftuiError, cause_of
from perftui.events.plan import RunPlan
from perftui.events.reduce import replay
from perftui.events.state import RunState
from perftui.headless.output import Output
from perftui.problems.model import Problem
from perftui.store.sweeps import Sweep, SweepCell
from perftui.store.writer import open_store
from perftui.text import one_line

if TYPE_CHECKING:
    from perftui.report.report import Report


@dataclass(frozen=True, kw_only=True)
class Undertaking:
    """A sweep that is to be run, or to go on.

    Attributes:
        sweep: as it is stored.
        problems: of each run, in order.
        done: the runs that have come to their end.
        db: the database.
        view: who watches.
        sandbox: another kind than the plans', None for theirs.
        lost: why a model can answer no call, by model.
    """

    sweep: Sweep
    problems: tuple[Problem, ...]
    done: frozenset[str] = frozenset()
    db: Path
    view: View
    sandbox: Literal["docker", "process"] | None = None
    lost: dict[str, PerftuiError] = field(default_factory=dict)

    @property
    def open_cells(self) -> tuple[SweepCell, ...]:
        """What is still to be run, in order."""
        return tuple(cell for cell in self.sweep.cells if cell.run not in self.done)


def begin_sweep(
    plans: Sequence[RunPlan], problems: tuple[Problem, ...], db: Path, view: View, *, fresh: bool
) -> ExitStatus:
    """Store a sweep as a whole, then run it.

    Args:
        plans: of its runs, in order.
        problems: of each run, in order.
        db: the database.
        view: who watches.
        fresh: whether the runs share no replies.
    """

    async def make() -> Sweep:
        async with open_store(db) as store:
            return await store.create_sweep(plans, problems, fresh=fresh)

    sweep = anyio.run(make)
    _say(f"sweep {sweep.id}: {len(plans)} runs, one after another")
    return run_sweep(Undertaking(sweep=sweep, problems=problems, db=db, view=view))


def run_sweep(undertaking: Undertaking) -> ExitStatus:
    """Run what is left of a sweep, then print its table.

    Raises:
        PerftuiError: it cannot go on, such as where no sandbox can be started, or no model answers.
    """
    for cell in undertaking.open_cells:
        if cell.plan.model in undertaking.lost:
            _say(f"{_name(cell)} is left: its model answers no call")
        elif _run_cell(undertaking, cell) == ExitStatus.INTERRUPTED:
            _say(f"sweep stopped in {_name(cell)}; go on with: perftui resume {undertaking.sweep.id}")
            return ExitStatus.INTERRUPTED
    states = anyio.run(sweep_states, undertaking.db, undertaking.sweep.id)
    ended = [state for state in states if state.status == "done"]
    if undertaking.lost and not ended:
        raise _with_cure(next(iter(undertaking.lost.values())), undertaking.sweep)
    _print(undertaking, states)
    return ExitStatus.INFRASTRUCTURE_FAILED if undertaking.lost else ended_status(states)


def ended_status(states: Sequence[RunState]) -> ExitStatus:
    """The exit status of runs that have ended."""
    broken = any(
        problem.status == "infrastructure" for state in states for problem in state.problems.values()
    )
    return ExitStatus.INFRASTRUCTURE_FAILED if broken else ExitStatus.DONE


async def sweep_states(db: Path, sweep: str) -> list[RunState]:
    """The pictures of the runs of a sweep that have begun, in order."""
    async with open_store(db, create=False) as store:
        found = await store.sweep(sweep)
        runs = [cell.run for cell in found.cells if cell.run is not None] if found is not None else []
        return [replay(await store.events(run)) for run in runs]


def sweep_text(reports: Sequence[Report]) -> str:
    """What a sweep amounts to, ended by a line feed: the paper's table, and what is not done yet."""
    from perftui.report.together import paper_table  # noqa: PLC0415 - loads statistics

    open_ = [report for report in reports if report.status != "done"]
    told = "".join(f"\nrun {report.run} is not done: {report.status}\n" for report in open_)
    return f"{paper_table(reports)}{told}"


def _run_cell(undertaking: Undertaking, cell: SweepCell) -> ExitStatus:
    """Run one cell, or go on with it; a model that answers no call is told and noted.

    Raises:
        PerftuiError: no cell can be run.
    """
    _say(f"{_name(cell)}: {one_line(cell.plan.model)}, {one_line(cell.plan.strategy)}")
    plan = cell.plan
    if undertaking.sandbox is not None:
        plan = msgspec.structs.replace(plan, sandbox=undertaking.sandbox)
    launch = Launch(
        plan=plan,
        problems=undertaking.problems,
        open_model=opener(plan),
        db=undertaking.db,
        watch=watcher(undertaking.view),
        # The screen of a run closes when the run ends, but for the last: there is more to be run.
        linger=undertaking.view == "screen" and cell.index == undertaking.open_cells[-1].index,
        run=cell.run,
    )
    try:
        return start(launch)
    except (Exception, KeyboardInterrupt, BaseExceptionGroup) as error:  # noqa: BLE001 - it is raised on
        return _ended_by(cause_of(error), undertaking, cell)


def _ended_by(error: BaseException, undertaking: Undertaking, cell: SweepCell) -> ExitStatus:
    """What an error means for a cell, where others can go on."""
    match error:
        case click.Abort() | KeyboardInterrupt():
            return ExitStatus.INTERRUPTED
        case ModelUnusableError() | ModelGoneError():
            undertaking.lost[cell.plan.model] = error
            _say(f"{_name(cell)} failed: {error}")
            return ExitStatus.INFRASTRUCTURE_FAILED
        case PerftuiError():
            raise _with_cure(error, undertaking.sweep) from error
    raise error


def _with_cure(error: PerftuiError, sweep: Sweep) -> PerftuiError:
    """The error, with how the sweep goes on."""
    text = str(error)
    go_on = f"perftui resume {sweep.id}"
    return error if go_on in text else type(error)(f"{text}; go on with: {go_on}")


def _print(undertaking: Undertaking, states: Sequence[RunState]) -> None:
    if undertaking.view == "json":
        _say(f"for its table: perftui report {undertaking.sweep.id}")
        return
    from perftui.report.report import build_report  # noqa: PLC0415 - loads statistics

    out = Output(sys.stdout)
    out.write(f"\nsweep {undertaking.sweep.id}\n\n{sweep_text([build_report(state) for state in states])}")
    see_written(out)


def _name(cell: SweepCell) -> str:
    place = cell.plan.cell
    return f"run {cell.index + 1} of {place.cells}" if place is not None else f"run {cell.index + 1}"


def _say(text: str) -> None:
    Output(sys.stderr).write(f"perftui: {one_line(text, 2000)}\n")
