"""`perftui resume` and `perftui rerun`: go on with a run that is in the database."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict, Unpack

import anyio
import click

from perftui.cli.given import Places, chosen_places, samples_path
from perftui.cli.launch import Launch, start
from perftui.cli.models import opener
from perftui.cli.options import with_db, with_output
from perftui.cli.views import choose_view, watcher
from perftui.errors import BadInputError
from perftui.events.plan import RunPlan
from perftui.events.reduce import replay
from perftui.events.state import RunState
from perftui.paths import default_database
from perftui.problems.benchmarks import load_benchmark
from perftui.problems.model import Benchmark, Problem
from perftui.store.writer import open_store


class ResumeFlags(TypedDict):
    """The flags of `resume`."""

    run: str
    headless: bool
    as_json: bool
    db: Path | None


class RerunFlags(ResumeFlags):
    """The flags of `rerun`."""

    problem: str


@click.command()
@click.argument("run")
@with_output
@with_db
def resume(**flags: Unpack[ResumeFlags]) -> int:
    """Go on with RUN where it stopped; no reply that was received is asked for again.

    RUN is an id, the beginning of one, or `last`.
    """
    return _go_on(flags, reruns=())


@click.command()
@click.argument("run")
@click.argument("problem")
@with_output
@with_db
def rerun(**flags: Unpack[RerunFlags]) -> int:
    """Solve PROBLEM of RUN anew, as another attempt beside the old one."""
    return _go_on(flags, reruns=(flags["problem"],))


def _go_on(flags: ResumeFlags, reruns: tuple[str, ...]) -> int:
    db = flags["db"] or default_database()
    run, state, problems = anyio.run(_load, db, flags["run"])
    plan = _plan(run, state)
    for problem in reruns:
        if problem not in state.problems:
            raise BadInputError(f"run {run} has no problem {problem}: see perftui report {run}")
    if state.status == "done" and not reruns:
        click.echo(f"perftui: run {run} has ended; look at it with: perftui watch {run}", err=True)
        return 0
    view = choose_view(headless=flags["headless"], as_json=flags["as_json"])
    return start(
        Launch(
            plan=plan,
            problems=problems,
            open_model=opener(plan, _places(plan, problems)),
            db=db,
            watch=watcher(view),
            linger=view == "screen",
            run=run,
            reruns=reruns,
            fall_back=plan.purpose == "demo",
        )
    )


def _plan(run: str, state: RunState) -> RunPlan:
    if state.plan is None:
        raise BadInputError(f"run {run} never began: start it anew with perftui run")
    return state.plan


async def _load(db: Path, name: str) -> tuple[str, RunState, tuple[Problem, ...]]:
    async with open_store(db) as store:
        run = await store.find_run(name)
        return run, replay(await store.events(run)), await store.problems(run)


def _places(plan: RunPlan, problems: tuple[Problem, ...]) -> Places | None:
    """The programs of an evaluation, read anew from its file."""
    path = samples_path(plan)
    if path is None:
        return None
    whole = load_benchmark(plan.benchmark, Path(plan.data) if plan.data else None)
    return chosen_places(path, whole, Benchmark(name=plan.benchmark, problems=problems))
