"""`perftui run`: one run, or a sweep over models and strategies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Unpack

import anyio
import click

from perftui.cli.database import chosen_database
from perftui.cli.launch import Launch, start
from perftui.cli.models import RECORDED, check_model, opener, settled
from perftui.cli.options import (
    with_benchmark,
    with_concurrency,
    with_db,
    with_limits,
    with_models,
    with_output,
    with_patience,
    with_sandbox,
)
from perftui.cli.own import Folders, folders, own_in_use
from perftui.cli.plans import LimitFlags, Price, chains_and_figures, limit_rules, prices_of, timing_budget
from perftui.cli.refining import RefiningFlags, settings_of, strategies_of, with_refining
from perftui.cli.selection import SelectionFlags, some_of
from perftui.cli.sweep import begin_sweep
from perftui.cli.views import choose_view, refuse_blind_step, watcher
from perftui.errors import BadInputError
from perftui.events.plan import Prices, RunPlan
from perftui.llm.patience import Patience
from perftui.problems.benchmarks import load_benchmark
from perftui.problems.model import Benchmark
from perftui.refine.strategy import Strategy
from perftui.text import one_line


class RunFlags(LimitFlags, RefiningFlags, SelectionFlags):
    """The flags of `run`."""

    keep_broken: bool
    model: tuple[str, ...]
    base_url: str | None
    price: tuple[Price, ...]
    chains: tuple[int, ...]
    at: tuple[int, ...] | None
    max_tokens: int | None
    pace: float | None
    max_dollars: float | None
    fresh: bool
    write_generators: bool
    step: bool
    open_problems: int
    model_calls: int
    attempts: int
    stall_seconds: float
    sandbox: Literal["docker", "process"] | None
    headless: bool
    as_json: bool
    db: Path | None


@click.command()
@with_benchmark
@with_models
@with_refining
@click.option(
    "--keep-broken",
    is_flag=True,
    help="Solve problems, too, whose references fail their own tests here; they are left out otherwise.",
)
@click.option(
    "--fresh", is_flag=True, help="Let the runs of a sweep share no replies: every question is asked anew."
)
@click.option(
    "--write-generators",
    is_flag=True,
    help="Have the model write a generator of larger inputs for problems that are too small to be timed.",
)
@click.option(
    "--max-dollars",
    type=click.FloatRange(min=0, min_open=True),
    help="Begin nothing more once the run's replies have cost so much, by --price.",
)
@click.option("--step", is_flag=True, help="Hold every action for a person (on the screen).")
@with_concurrency
@with_patience
@with_limits
@with_sandbox
@with_output
@with_db
def run(**flags: Unpack[RunFlags]) -> int:
    """Refine BENCHMARK's problems for speed with a model.

    BENCHMARK is a name (humaneval, humaneval+, mbpp, mbpp+, apps, coffe-file …) that was fetched, or has its
    file in --data; or a problem of your own: slow.py, slow.py::function, a .toml or .md file, or a folder.
    Several models or strategies make a sweep: one run for each pair, one after another, and a table that
    compares them.
    """
    view = choose_view(headless=flags["headless"], as_json=flags["as_json"])
    refuse_blind_step(view, step=flags["step"])
    own = folders(flags["strategies"], flags["prompts"])
    click.get_current_context().with_resource(own_in_use(*own, tell=True))
    db = chosen_database(flags["db"])
    plans, chosen = wanted(flags, db)
    for note in chosen.notes:
        click.echo(f"perftui: {note}", err=True)
    if len(plans) > 1:
        for plan in {plan.model: plan for plan in plans}.values():
            anyio.run(check_model, plan)
        return begin_sweep(plans, chosen.problems, db, view, fresh=flags["fresh"])
    (plan,) = plans
    return start(
        Launch(
            plan=plan,
            problems=chosen.problems,
            open_model=opener(plan),
            db=db,
            watch=watcher(view),
            linger=view == "screen",
        )
    )


def wanted(flags: RunFlags, db: Path) -> tuple[list[RunPlan], Benchmark]:
    """What the flags ask for: a plan a run, and the problems of all of them.

    Raises:
        BadInputError: something cannot be had, or does not go together.
    """
    strategies = strategies_of(flags)
    loaded = load_benchmark(flags["benchmark"], flags["data"], flags["timing_data"])
    chosen = some_of(loaded, flags)
    own = folders(flags["strategies"], flags["prompts"])
    return _plans(flags, strategies, own, chosen, db), chosen


def _plans(
    flags: RunFlags, strategies: Sequence[Strategy], own: Folders, chosen: Benchmark, db: Path
) -> list[RunPlan]:
    """A plan for each model and strategy; in all else they are equal, so that they can be compared."""
    models = {settled(model, db): model for model in flags["model"]}
    prices = prices_of(flags["price"], list(models.values()))
    if flags["write_generators"] and len(models) > 1:
        raise BadInputError(
            "--write-generators goes with one model: several would each be timed on inputs of their own"
        )
    # The address is that of the live models; a recording alone refuses it.
    any_live = not all(model.startswith(RECORDED) for model in models)
    chains, at = chains_and_figures(flags["chains"], flags["at"])
    return [
        RunPlan(
            purpose="refine",
            benchmark=chosen.name,
            data=_found_again(flags["data"]),
            timing_data=_found_again(flags["timing_data"]),
            model=model,
            base_url=flags["base_url"] if live or not any_live else None,
            strategy=strategy.name,
            settings=settings_of(strategy, flags, timing=not flags["no_timing"]),
            chains=chains,
            at=at,
            problems=tuple(problem.id for problem in chosen.problems),
            sandbox=flags["sandbox"] or "docker",
            limits=limit_rules(flags),
            budget=timing_budget(flags, len(chosen.problems), chains),
            open_problems=flags["open_problems"],
            model_calls=flags["model_calls"],
            patience=Patience(attempts=flags["attempts"], stall=flags["stall_seconds"]),
            max_tokens=flags["max_tokens"],
            pace=None if live else flags["pace"],
            write_generators=flags["write_generators"],
            step=flags["step"],
            keep_broken=flags["keep_broken"],
            prices=prices.get(named),
            dollars=_bound(flags["max_dollars"], prices.get(named), model),
            strategies=own.strategies,
            prompts=own.prompts,
        )
        for model, named in models.items()
        for live in [not model.startswith(RECORDED)]
        for strategy in strategies
    ]


def _bound(dollars: float | None, prices: Prices | None, model: str) -> float | None:
    """What a run may cost; without prices, nobody could tell."""
    if dollars is not None and prices is None:
        named = one_line(model, 60)
        raise BadInputError(f"--max-dollars needs to know what {named} costs: give --price IN/OUT")
    return dollars


def _found_again(path: Path | None) -> str | None:
    """A path as a plan keeps it, the same from any folder."""
    return None if path is None else str(path.resolve())
