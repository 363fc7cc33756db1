"""Flags that say how chains are refined: which strategies, and what is turned in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypedDict, TypeVar

import click
import msgspec

from perftui.cli.own import with_own
from perftui.errors import BadInputError
from perftui.refine.catalogue import strategies_named
from perftui.refine.chain import Objective, StrategySettings
from perftui.refine.strategy import PAPER, Strategy

F = TypeVar("F", bound=Callable[..., object])


class RefiningFlags(TypedDict):
    """The flags of `with_refining`; what is None or False is left to the strategy."""

    strategy: tuple[str, ...]
    correctness: tuple[str, ...]
    performance: tuple[str, ...]
    refinements: int | None
    fixes: int | None
    repairs: int | None
    plateau: int | None
    calls: int | None
    temperature: float | None
    objective: Objective | None
    share_best: bool
    stop_hopeless: bool
    no_profile: bool
    as_published: bool
    strategies: Path | None
    prompts: Path | None


def with_refining(command: F) -> F:
    """Which strategies, and what is turned in them."""
    options = [
        click.option(
            "--strategy",
            multiple=True,
            metavar="NAME",
            help="A way of refining, see `perftui strategies`; several are compared.  [default: perfcodegen]",
        ),
        click.option(
            "--correctness",
            multiple=True,
            metavar="NAME",
            help="How wrong programs are repaired, in the place of the strategy's own way.",
        ),
        click.option(
            "--performance",
            multiple=True,
            metavar="NAME|all",
            help="How correct programs are made faster, in the place of the strategy's own way; "
            "`all` compares every way of the paper.",
        ),
        click.option(
            "--refinements",
            type=click.IntRange(0, 100),
            help="Refinements after the first optimisation, at most.  [default: the strategy's]",
        ),
        click.option(
            "--fixes",
            type=click.IntRange(0, 100),
            help="Attempts to repair a wrong first program.  [default: the strategy's]",
        ),
        click.option(
            "--repairs",
            type=click.IntRange(0, 100),
            help="Attempts to repair each wrong optimisation.  [default: the strategy's]",
        ),
        click.option(
            "--plateau",
            type=click.IntRange(0, 100),
            help="End a chain after so many iterations in a row without a gain; 0 never does.  "
            "[default: the strategy's]",
        ),
        click.option("--calls", type=click.IntRange(min=1), help="Model calls of a chain at most."),
        click.option(
            "--temperature",
            type=click.FloatRange(0, 2),
            help="Of the first generation; later calls use the strategy's.  [default: the strategy's]",
        ),
        click.option(
            "--objective",
            type=click.Choice(["time", "memory", "both"]),
            help="What a program must be better in to be kept.  [default: time]",
        ),
        click.option(
            "--share-best",
            is_flag=True,
            help="Show a chain the fastest correct program of its problem's other chains.",
        ),
        click.option(
            "--stop-hopeless",
            is_flag=True,
            help="End chains that can no longer overtake another; not for comparisons of strategies.",
        ),
        click.option("--no-profile", is_flag=True, help="Show the model no line profile of its programs."),
        click.option(
            "--as-published",
            is_flag=True,
            help="As the paper ran its strategies: one refinement, no repairs, the last program is the "
            "result.",
        ),
    ]
    command = with_own(command)
    for option in reversed(options):
        command = option(command)
    return command


def settings_of(strategy: Strategy, flags: RefiningFlags, *, timing: bool) -> StrategySettings:
    """How a strategy is run: as it is meant to be, but for what the flags turn.

    Args:
        strategy: with settings of its own.
        flags: of the command.
        timing: whether programs are timed.
    """
    given: dict[str, object] = {
        "feedback_rounds": flags["refinements"],
        "correctness_rounds": flags["fixes"],
        "repair_rounds": flags["repairs"],
        "plateau": flags["plateau"],
        "calls": flags["calls"],
        "base_temperature": flags["temperature"],
        "objective": flags["objective"],
        "share_best": True if flags["share_best"] else None,
        "stop_hopeless": True if flags["stop_hopeless"] else None,
        "profile": False if flags["no_profile"] else None,
        "timing": None if timing else False,
    }
    turned = {name: value for name, value in given.items() if value is not None}
    return msgspec.structs.replace(PAPER if flags["as_published"] else strategy.settings, **turned)


def strategies_of(flags: RefiningFlags) -> list[Strategy]:
    """The strategies that the flags ask for, each once, in their order.

    Raises:
        BadInputError: there is none of such a name, or it asks no model.
    """
    if flags["strategy"] and not all(name.strip(" ,") for name in flags["strategy"]):
        raise BadInputError("--strategy is empty: name one, see perftui strategies")
    named = strategies_named(flags["strategy"])
    bare = [strategy for strategy in named if all(part.phase == "base" for part in strategy.parts)]
    if flags["correctness"] or flags["performance"]:
        # What refines nothing has no parts to replace: it stands beside the others, to compare them with.
        others = [strategy.name for strategy in named if strategy not in bare]
        found = [*bare, *strategies_named(others, flags["correctness"], flags["performance"])]
    else:
        found = named
    for strategy in found:
        if strategy.phase == "given":
            raise BadInputError(
                f"--strategy {strategy.name} asks no model: judge given programs with perftui evaluate"
            )
    return found
