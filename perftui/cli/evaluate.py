"""`perftui evaluate`: judge and time given programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal, Unpack

import click

from perftui.cli.given import SAMPLES, Places, chosen_places
from perftui.cli.launch import Launch, Live, start
from perftui.cli.models import opener
from perftui.cli.options import with_benchmark, with_db, with_format, with_limits, with_output, with_sandbox
from perftui.cli.run import LimitFlags, limit_rules, some_of, timing_budget
from perftui.cli.views import quiet_watcher, watcher
from perftui.events.plan import RunPlan
from perftui.paths import default_database
from perftui.problems.benchmarks import load_benchmark
from perftui.refine.chain import StrategySettings


class EvaluateFlags(LimitFlags):
    """The flags of `evaluate`."""

    benchmark: str
    data: Path | None
    problem_ids: str | None
    limit: int | None
    samples: Path
    sandbox: Literal["docker", "process"] | None
    format_: Literal["md", "json", "csv"]
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
    whole = load_benchmark(flags["benchmark"], flags["data"])
    benchmark = some_of(whole, flags["problem_ids"], flags["limit"])
    places = chosen_places(flags["samples"], whole, benchmark)
    wanted = {task for task, _ in places}
    problems = tuple(problem for problem in benchmark.problems if problem.id in wanted)
    plan = RunPlan(
        purpose="evaluate",
        benchmark=benchmark.name,
        data=str(flags["data"].resolve()) if flags["data"] else None,
        model=f"{SAMPLES}{flags['samples'].resolve()}",
        strategy="given",
        settings=StrategySettings(timing=not flags["no_timing"]),
        chains=max(chain for _, chain in places) + 1,
        problems=tuple(problem.id for problem in problems),
        sandbox=flags["sandbox"] or "docker",
        limits=limit_rules(flags),
        budget=timing_budget(flags, len(problems)),
        open_problems=flags["open_problems"],
    )

    async def watch(live: Live) -> None:
        await (watcher("json") if flags["as_json"] else quiet_watcher())(live)
        if live.engine.state.status == "done" and not flags["as_json"]:
            _print(live, places, flags["format_"])

    return start(
        Launch(
            plan=plan,
            problems=problems,
            open_model=opener(plan, places),
            db=flags["db"] or default_database(),
            watch=watch,
        )
    )


def _print(live: Live, places: Places, format_: Literal["md", "json", "csv"]) -> None:
    from perftui.report.evaluation import evaluation, render_evaluation  # noqa: PLC0415 - loads statistics

    lines = {place: sample.index for place, sample in places.items()}
    sys.stdout.write(render_evaluation(evaluation(live.engine.state, lines), format_))
