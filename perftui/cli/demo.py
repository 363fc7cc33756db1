"""`perftui demo`: the bundled problems with a recorded model."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import Literal, TypedDict, Unpack

import click

from perftui.cli.database import chosen_database
from perftui.cli.launch import Launch, start
from perftui.cli.models import BUNDLED, opener
from perftui.cli.options import with_db, with_output, with_sandbox
from perftui.cli.views import choose_view, refuse_blind_step, watcher
from perftui.events.plan import RunPlan, TimingBudget
from perftui.problems.benchmarks import load_benchmark
from perftui.refine.chain import StrategySettings

DEMO_SECONDS_A_PROBLEM = 6.0

DEMO_PACE = 400.0
"""Characters a second at which a recorded reply streams in the demo: about 100 tokens."""

SETTINGS = StrategySettings(feedback_rounds=1, profile=False)
"""The bundled recording has replies for so many turns, and was written without profiles."""


class DemoFlags(TypedDict):
    """The flags of `demo`."""

    fast: bool
    step: bool
    sandbox: Literal["docker", "process"] | None
    headless: bool
    as_json: bool
    db: Path | None


@click.command()
@click.option("--fast", is_flag=True, help="Recorded replies come at once, not at the pace of a model.")
@click.option("--step", is_flag=True, help="Hold every action for a person (on the screen).")
@with_sandbox
@with_output
@with_db
def demo(**flags: Unpack[DemoFlags]) -> int:
    """Refine the bundled problems with a recorded model: no key, no network.

    The replies were written beforehand and are replayed; programs are really run, judged and timed.
    """
    view = choose_view(headless=flags["headless"], as_json=flags["as_json"])
    refuse_blind_step(view, step=flags["step"])
    with as_file(files("perftui") / "demo" / "problems") as folder:
        loaded = load_benchmark(str(folder), None)
    plan = RunPlan(
        purpose="demo",
        benchmark="demo",
        model=BUNDLED,
        strategy="perfcodegen",
        settings=SETTINGS,
        chains=2,
        problems=tuple(problem.id for problem in loaded.problems),
        sandbox=flags["sandbox"] or "docker",
        budget=TimingBudget(candidate_seconds=1.0, run_seconds=DEMO_SECONDS_A_PROBLEM * len(loaded.problems)),
        pace=None if flags["fast"] else DEMO_PACE,
        step=flags["step"],
    )
    return start(
        Launch(
            plan=plan,
            problems=loaded.problems,
            open_model=opener(plan),
            db=chosen_database(flags["db"]),
            watch=watcher(view),
            linger=view == "screen",
            fall_back=flags["sandbox"] is None,
        )
    )
