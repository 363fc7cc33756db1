"""`perftui resume` and `perftui rerun`: go on with a run that is in the database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypedDict, TypeVar, Unpack

import anyio
import click
import msgspec

from perftui.cli.database import chosen_database
from perftui.cli.evaluate import Format, evaluation_watcher
from perftui.cli.given import places_again
from perftui.cli.launch import Launch, start
from perftui.cli.models import opener
from perftui.cli.options import with_db, with_format, with_output, with_sandbox
from perftui.cli.sweep import Undertaking, ended_status, run_sweep, sweep_states
from perftui.cli.views import choose_view, watcher
from perftui.errors import BadInputError, ExitStatus
from perftui.events.commands import Rerun, Retune
from perftui.events.costs import dollars_spent
from perftui.events.plan import RunPlan
from perftui.events.reduce import replay
from perftui.events.state import RunState
from perftui.problems.model import Problem
from perftui.store.writer import open_store
from perftui.text import one_line

F = TypeVar("F", bound=Callable[..., object])


class ResumeFlags(TypedDict):
    """The flags of `resume`."""

    run: str
    sandbox: Literal["docker", "process"] | None
    format_: Format
    headless: bool
    as_json: bool
    max_dollars: float | None
    db: Path | None


class RerunFlags(ResumeFlags):
    """The flags of `rerun`."""

    problem: str


def _with_flags(command: F) -> F:
    bound = click.option(
        "--max-dollars",
        type=click.FloatRange(min=0, min_open=True),
        metavar="N",
        help="What the run may cost in all, in place of its former bound.",
    )
    for decorate in (with_db, with_output, with_format, with_sandbox, bound):
        command = decorate(command)
    return command


@click.command()
@click.argument("run")
@_with_flags
def resume(**flags: Unpack[ResumeFlags]) -> int:
    """Go on with RUN where it stopped; no reply that was received is asked for again.

    RUN is an id, the beginning of one, or `last`. It knows its settings: no flag is needed. Where it is a
    sweep, all its runs are brought to their end.
    """
    db = chosen_database(flags["db"])
    found = anyio.run(_load_sweep, db, flags)
    if found is not None:
        return _go_on_with(found)
    return _go_on(flags, reruns=())


@click.command()
@click.argument("run")
@click.argument("problem")
@_with_flags
def rerun(**flags: Unpack[RerunFlags]) -> int:
    """Solve PROBLEM of RUN anew, as another attempt beside the old one."""
    return _go_on(flags, reruns=(flags["problem"],))


def _go_on(flags: ResumeFlags, reruns: tuple[str, ...]) -> int:
    db = chosen_database(flags["db"])
    run, state, problems, live = anyio.run(_load, db, flags["run"])
    plan = _plan(run, state)
    for problem in reruns:
        if problem not in state.problems:
            raise BadInputError(f"run {run} has no problem {problem}: see perftui report {run}")
    # Of a run that is at work elsewhere, the lease tells where.
    if reruns and not live and any(problem.ended_at is None for problem in state.problems.values()):
        raise BadInputError(f"run {run} has problems that have not ended: first perftui resume {run}")
    if state.status == "done" and not reruns:
        click.echo(f"perftui: {_nothing_left(state)}", err=True)
        broken = any(problem.status == "infrastructure" for problem in state.problems.values())
        return ExitStatus.INFRASTRUCTURE_FAILED if broken else ExitStatus.DONE
    bounds = _bounds(state, plan, flags["max_dollars"])
    if flags["sandbox"] is not None:
        plan = msgspec.structs.replace(plan, sandbox=flags["sandbox"])
    places = places_again(plan, problems, state) if plan.purpose == "evaluate" else None
    view = choose_view(headless=flags["headless"], as_json=flags["as_json"])
    return start(
        Launch(
            plan=plan,
            problems=problems,
            open_model=opener(plan, places),
            db=db,
            watch=watcher(view)
            if places is None
            else evaluation_watcher(places, flags["format_"], as_json=flags["as_json"]),
            linger=view == "screen" and places is None,
            run=run,
            commands=(*bounds, *(Rerun(problem=problem) for problem in reruns)),
            programs=tuple(sample.program for sample in (places or {}).values()),
            fall_back=plan.purpose == "demo" and flags["sandbox"] is None,
        )
    )


def _bounds(state: RunState, plan: RunPlan, dollars: float | None) -> tuple[Retune, ...]:
    """The wish for another bound in dollars.

    Raises:
        BadInputError: nothing is known of prices, or the run has cost as much already.
    """
    if dollars is not None and plan.prices is None:
        raise BadInputError(f"run {state.run} was begun without --price: --max-dollars has nothing to go by")
    spent, bound = dollars_spent(state), dollars or plan.dollars
    if spent is not None and bound and spent >= bound:
        told = f"run {state.run} has cost ${spent:.4g} of ${bound:g}"
        raise BadInputError(f"{told}: give a higher --max-dollars")
    return () if dollars is None else (Retune(dollars=dollars),)


def _go_on_with(undertaking: Undertaking) -> int:
    if undertaking.open_cells:
        return run_sweep(undertaking)
    sweep = undertaking.sweep.id
    click.echo(f"perftui: sweep {sweep} has ended; look at it with: perftui report {sweep}", err=True)
    return ended_status(anyio.run(sweep_states, undertaking.db, sweep))


async def _load_sweep(db: Path, flags: ResumeFlags) -> Undertaking | None:
    """The sweep that is meant, None where a run is."""
    async with open_store(db, create=False) as store:
        sweep = await store.find_sweep(flags["run"])
        if sweep is None:
            return None
        if flags["max_dollars"] is not None:
            raise BadInputError(f"{sweep.id} is a sweep: --max-dollars is of one run")
        return Undertaking(
            sweep=sweep,
            problems=await store.sweep_problems(sweep),
            done=frozenset(summary.run for summary in await store.runs() if summary.status == "done"),
            db=db,
            view=choose_view(headless=flags["headless"], as_json=flags["as_json"]),
            sandbox=flags["sandbox"],
        )


def _plan(run: str, state: RunState) -> RunPlan:
    if state.plan is None:
        raise BadInputError(f"run {run} never began: start it anew with perftui run")
    return state.plan


def _nothing_left(state: RunState) -> str:
    failed = [name for name, problem in state.problems.items() if problem.status == "infrastructure"]
    if not failed:
        return f"run {state.run} has ended; look at it with: perftui watch {state.run}"
    what = "1 problem" if len(failed) == 1 else f"{len(failed)} problems"
    return (
        f"run {state.run} has ended; infrastructure failed {what}, to be solved anew one by one: "
        f"perftui rerun {state.run} {one_line(failed[0], 60)}"
    )


async def _load(db: Path, name: str) -> tuple[str, RunState, tuple[Problem, ...], bool]:
    """A run's id, its picture, its problems, and whether a process is at work on it."""
    async with open_store(db, create=False) as store:
        run = await store.find_run(name)
        live = any(summary.live for summary in await store.runs() if summary.run == run)
        return run, replay(await store.events(run)), await store.problems(run), live
