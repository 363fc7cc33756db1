"""Stored runs and forks of them as launches: a run knows its settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from perftui.cli.launch import Launch, Watch
from perftui.cli.models import opener
from perftui.errors import BadInputError
from perftui.events.commands import Command
from perftui.events.forking import check_origin, plan_of_fork, prefix_of
from perftui.events.plan import Fork
from perftui.events.reduce import replay
from perftui.store.readers import Reader


def _quiet(_line: str) -> None:
    """The terminal belongs to the screen."""


def _aloud(line: str) -> None:
    click.echo(line, err=True)


async def launch_again(
    reader: Reader, run: str, commands: Sequence[Command], *, db: Path, watch: Watch
) -> Launch:
    """A stored run that is taken up again.

    Raises:
        BadInputError: it never began, or its programs were given.
    """
    state = replay(await reader.events(run))
    if state.plan is None:
        raise BadInputError(f"run {run} never began: start it anew with perftui run")
    if state.plan.purpose == "evaluate":
        raise BadInputError(f"run {run} judged given programs: go on with perftui resume {run}")
    return Launch(
        plan=state.plan,
        problems=await reader.problems(run),
        open_model=opener(state.plan),
        db=db,
        watch=watch,
        linger=True,
        say=_quiet,
        run=run,
        commands=tuple(commands),
        fall_back=state.plan.purpose == "demo",
    )


async def launch_fork(reader: Reader, fork: Fork, *, db: Path, watch: Watch, linger: bool) -> Launch:
    """A new run that goes on from a round of a stored one.

    Raises:
        BadInputError: there is no such round, or no model.
    """
    events = await reader.events(fork.origin.run)
    state = replay(events)
    check_origin(state, fork.origin)
    assert state.plan is not None  # noqa: S101 - a run with rounds has a plan
    plan = plan_of_fork(state.plan, fork)
    problem = await reader.problem(fork.origin.run, fork.origin.problem)
    if problem is None:
        raise BadInputError(f"run {fork.origin.run} has no problem {fork.origin.problem}")
    return Launch(
        plan=plan,
        problems=(problem,),
        open_model=opener(plan),
        db=db,
        watch=watch,
        linger=linger,
        say=_quiet if linger else _aloud,
        prefix=prefix_of(events, fork),
        fall_back=plan.purpose == "demo",
    )


def with_sandbox(launch: Launch, sandbox: str | None) -> Launch:
    """A launch in another sandbox, where one is named."""
    if sandbox is None:
        return launch
    plan = msgspec.structs.replace(launch.plan, sandbox=sandbox)
    return Launch(**{**launch.__dict__, "plan": plan, "fall_back": False})
