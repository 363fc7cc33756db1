"""`perftui evaluate`: judge and time given programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal, Unpack

import click

from perftui.cli.database import chosen_database
from perftui.cli.given import SAMPLES, Places, chosen_places
from perftui.cli.launch import Launch, Live, Watch, start
from perftui.cli.models import opener
from perftui.cli.options import with_benchmark, with_db, with_format, with_limits, with_output, with_sandbox
from perftui.cli.plans import LimitFlags, limit_rules, timing_budget
from perftui.cli.selection import SelectionFlags, some_of
from perftui.cli.views import quiet_watcher, see_written, watcher
from perftui.events.plan import RunPlan
from perftui.events.reduce import replay
from perftui.events.state import RunState
from perftui.headless.output import Output
from perftui.problems.benchmarks import load_benchmark
from perftui.refine.chain import StrategySettings
from perftui.text import in_ascii

Format = Literal["md", "json", "csv"]


class EvaluateFlags(LimitFlags, SelectionFlags):
    """The flags of `evaluate`."""

    samples: Path
    sandbox: Literal["docker", "process"] | None
    format_: Format
    headless: bool
    as_json: bool
    open_problems: int
    db: Path | None


@click.command()
@with_benchmark
@click.option(
    "--samples",
    required=True,
    type=click.Path(path_type=Path),
    help='JSON lines: {"task_id", "solution"} or {"task_id", "completion"}.',
)
@click.option(
    "--open-problems",
    type=click.IntRange(min=1),
    default=16,
    show_default=True,
    help="Problems worked on at once.",
)
@with_limits
@with_format
@with_sandbox
@with_output
@with_db
def evaluate(**flags: Unpack[EvaluateFlags]) -> int:
    """Judge and time the programs of a samples file against BENCHMARK's tests and references."""
    whole = load_benchmark(flags["benchmark"], flags["data"], flags["timing_data"])
    benchmark = some_of(whole, flags)
    places = chosen_places(flags["samples"], whole, benchmark)
    wanted = {task for task, _ in places}
    problems = tuple(problem for problem in benchmark.problems if problem.id in wanted)
    plan = RunPlan(
        purpose="evaluate",
        benchmark=benchmark.name,
        data=str(flags["data"].resolve()) if flags["data"] else None,
        timing_data=str(flags["timing_data"].resolve()) if flags["timing_data"] else None,
        model=f"{SAMPLES}{flags['samples'].resolve()}",
        strategy="given",
        settings=StrategySettings(timing=not flags["no_timing"]),
        chains=max(chain for _, chain in places) + 1,
        problems=tuple(problem.id for problem in problems),
        sandbox=flags["sandbox"] or "docker",
        limits=limit_rules(flags),
        budget=timing_budget(flags, len(problems), max(chain for _, chain in places) + 1),
        open_problems=flags["open_problems"],
    )

    return start(
        Launch(
            plan=plan,
            problems=problems,
            open_model=opener(plan, places),
            db=chosen_database(flags["db"]),
            watch=evaluation_watcher(places, flags["format_"], as_json=flags["as_json"]),
            programs=tuple(sample.program for sample in places.values()),
        )
    )


def evaluation_watcher(places: Places, format_: Format, *, as_json: bool) -> Watch:
    """Who follows an evaluation: its results are printed at the end, or its events as they come."""
    if as_json:
        return watcher("json")
    follow = quiet_watcher()

    async def watch(live: Live) -> None:
        await follow(live)
        if live.engine.state.status == "done":
            # The engine's own picture is without the results of tests.
            _print(replay(await live.store.events(live.engine.state.run)), places, format_)

    return watch


def _print(state: RunState, places: Places, format_: Format) -> None:
    from perftui.report.evaluation import evaluation, render_evaluation  # noqa: PLC0415 - loads statistics

    lines = {place: sample.index for place, sample in places.items()}
    out = Output(sys.stdout)
    text = render_evaluation(evaluation(state, lines), format_)
    out.write(text if out.has_unicode or format_ != "md" else in_ascii(text))
    see_written(out)
