"""`perftui run` and `perftui demo`."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import Literal, TypedDict, Unpack

import click
import msgspec

from perftui.cli.database import chosen_database
from perftui.cli.launch import Launch, start
from perftui.cli.models import BUNDLED, RECORDED, opener, settled
from perftui.cli.options import (
    with_benchmark,
    with_concurrency,
    with_db,
    with_limits,
    with_output,
    with_patience,
    with_sandbox,
)
from perftui.cli.own import folders, own_in_use, with_own
from perftui.cli.selection import some_of
from perftui.cli.views import View, choose_view, watcher
from perftui.errors import BadInputError
from perftui.events.plan import LimitRules, RunPlan, TimingBudget
from perftui.llm.patience import Patience
from perftui.problems.benchmarks import load_benchmark
from perftui.refine.catalogue import find_strategy
from perftui.refine.strategy import PAPER

LEAST_SECONDS_A_PROBLEM = 4.0
"""Default timing budget of a run, for each of its problems; a second more for each chain over four."""

DEMO_SECONDS_A_PROBLEM = 6.0

DEMO_PACE = 400.0
"""Characters a second at which a recorded reply streams in the demo: about 100 tokens."""


class LimitFlags(TypedDict):
    """The flags of `with_limits`."""

    test_factor: float
    test_least: float
    test_most: float
    candidate_seconds: float
    memory_mib: int
    all_tests: bool
    no_timing: bool
    measure_seconds: float
    timing_budget: float | None


def limit_rules(flags: LimitFlags) -> LimitRules:
    """The limits that the flags ask for."""
    if flags["test_least"] > flags["test_most"]:
        raise BadInputError("--test-least must not be above --test-most")
    return LimitRules(
        test_factor=flags["test_factor"],
        test_least_seconds=flags["test_least"],
        test_most_seconds=flags["test_most"],
        total_seconds=flags["candidate_seconds"],
        memory_bytes=flags["memory_mib"] << 20,
        all_tests=flags["all_tests"],
    )


def timing_budget(flags: LimitFlags, problems: int, chains: int) -> TimingBudget:
    """The timing budget that the flags ask for."""
    given = flags["timing_budget"]
    seconds = max(LEAST_SECONDS_A_PROBLEM, float(chains)) * problems
    return TimingBudget(
        candidate_seconds=flags["measure_seconds"],
        run_seconds=seconds if given is None else given,
    )


def _refuse_blind_step(step: bool, view: View) -> None:  # noqa: FBT001 - a flag's value
    if step and view != "screen":
        raise BadInputError("--step needs the screen: leave out --headless and --json, and use a terminal")


class RunFlags(LimitFlags):
    """The flags of `run`."""

    benchmark: str
    data: Path | None
    timing_data: Path | None
    problem_ids: str | None
    limit: int | None
    model: str
    base_url: str | None
    strategy: str
    as_published: bool
    strategies: Path | None
    prompts: Path | None
    chains: int
    temperature: float
    max_tokens: int | None
    pace: float | None
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
@click.option("--model", required=True, help="PROVIDER/NAME, or recorded:FILE.")
@click.option("--base-url", help="Of an OpenAI-compatible server, such as http://localhost:8000/v1.")
@click.option("--strategy", default="perfcodegen", show_default=True, help="See `perftui strategies`.")
@click.option(
    "--as-published",
    is_flag=True,
    help="As the paper ran its strategies: one refinement, no repairs, the last program is the result.",
)
@with_own
@click.option(
    "--chains",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="Independent chains a problem (K).",
)
@click.option(
    "--temperature",
    type=click.FloatRange(0, 2),
    default=0.7,
    show_default=True,
    help="Of the base generation; later calls use 0.",
)
@click.option("--max-tokens", type=click.IntRange(min=16), help="Bound on a reply.")
@click.option(
    "--pace",
    type=click.FloatRange(min=1),
    help="Characters a second of recorded replies.  [default: at once]",
)
@click.option(
    "--write-generators",
    is_flag=True,
    help="Have the model write a generator of larger inputs for problems that are too small to be timed.",
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

    BENCHMARK is a name (humaneval, humaneval+, mbpp, mbpp+) with its file in --data, or the path of a
    problem file or of a folder of problems.
    """
    view = choose_view(headless=flags["headless"], as_json=flags["as_json"])
    _refuse_blind_step(flags["step"], view)
    own = folders(flags["strategies"], flags["prompts"])
    click.get_current_context().with_resource(own_in_use(*own, tell=True))
    strategy = find_strategy(flags["strategy"])
    if strategy.phase == "given":
        raise BadInputError("--strategy given asks no model: judge given programs with perftui evaluate")
    loaded = load_benchmark(flags["benchmark"], flags["data"], flags["timing_data"])
    chosen = some_of(loaded, flags["problem_ids"], flags["limit"])
    for note in chosen.notes:
        click.echo(f"perftui: {note}", err=True)
    live = not flags["model"].startswith(RECORDED)
    plan = RunPlan(
        purpose="refine",
        benchmark=chosen.name,
        data=str(flags["data"].resolve()) if flags["data"] else None,
        timing_data=str(flags["timing_data"].resolve()) if flags["timing_data"] else None,
        model=settled(flags["model"]),
        base_url=flags["base_url"],
        strategy=strategy.name,
        settings=msgspec.structs.replace(
            PAPER if flags["as_published"] else strategy.settings,
            base_temperature=flags["temperature"],
            timing=not flags["no_timing"],
        ),
        chains=flags["chains"],
        problems=tuple(problem.id for problem in chosen.problems),
        sandbox=flags["sandbox"] or "docker",
        limits=limit_rules(flags),
        budget=timing_budget(flags, len(chosen.problems), flags["chains"]),
        open_problems=flags["open_problems"],
        model_calls=flags["model_calls"],
        patience=Patience(attempts=flags["attempts"], stall=flags["stall_seconds"]),
        max_tokens=flags["max_tokens"],
        pace=None if live else flags["pace"],
        write_generators=flags["write_generators"],
        step=flags["step"],
        strategies=own.strategies,
        prompts=own.prompts,
    )
    return start(
        Launch(
            plan=plan,
            problems=chosen.problems,
            open_model=opener(plan),
            db=chosen_database(flags["db"]),
            watch=watcher(view),
            linger=view == "screen",
        )
    )


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
    _refuse_blind_step(flags["step"], view)
    with as_file(files("perftui") / "demo" / "problems") as folder:
        loaded = load_benchmark(str(folder), None)
    plan = RunPlan(
        purpose="demo",
        benchmark="demo",
        model=BUNDLED,
        strategy="perfcodegen",
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
