"""From flags to what a plan says of limits, of timing and of prices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, TypedDict

import click

from perftui.errors import BadInputError
from perftui.events.plan import LimitRules, Prices, TimingBudget
from perftui.text import one_line

LEAST_SECONDS_A_PROBLEM = 6.0
"""Default timing budget of a run, for each of its problems; a second more for each chain over four."""
LEAST_SECONDS_A_RUN = 20.0
"""Default timing budget of a run of few problems, which a person waits for: one of their own, say."""

_CHAINS = click.IntRange(1, 1000)


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
    seconds = max(LEAST_SECONDS_A_RUN, max(LEAST_SECONDS_A_PROBLEM, chains + 2.0) * problems)
    return TimingBudget(
        candidate_seconds=flags["measure_seconds"],
        run_seconds=seconds if given is None else given,
    )


def counts(text: str) -> tuple[int, ...]:
    """One number of chains, or several with commas between them: rising, each once.

    Raises:
        click.BadParameter: one is not.
    """
    return tuple(sorted({int(_CHAINS(part.strip())) for part in text.split(",")}))


def chains_and_figures(chains: tuple[int, ...], at: tuple[int, ...] | None) -> tuple[int, tuple[int, ...]]:
    """How many chains a problem has, and the k for which figures are wanted; none leaves those to the report.

    Args:
        chains: of `--chains`.
        at: of `--at`.

    Raises:
        BadInputError: figures are wanted for more chains than there are.
    """
    most = chains[-1]
    wanted = tuple(sorted({*(chains if len(chains) > 1 else ()), *(at or ())}))
    if wanted and wanted[-1] > most:
        raise BadInputError(f"--at {wanted[-1]} is for more chains than there are: raise --chains ({most})")
    return most, wanted


class Price(NamedTuple):
    """What a model's tokens cost; of the one model that there is, where it is not named."""

    model: str | None
    prices: Prices


def price(text: str) -> Price:
    """The price that `IN/OUT` or `MODEL=IN/OUT` tells, in dollars a million tokens.

    Raises:
        click.BadParameter: it tells none.
    """
    model, _, figures = text.rpartition("=")
    try:
        prompt, completion = (float(figure) for figure in figures.split("/"))
    except ValueError:
        prompt = completion = math.nan
    if not (0 <= prompt < math.inf and 0 <= completion < math.inf):
        said = one_line(text, 60)
        raise click.BadParameter(f"{said!r} is no price: write IN/OUT or MODEL=IN/OUT, in $ a million tokens")
    return Price(model or None, Prices(prompt=prompt, completion=completion))


def prices_of(given: Sequence[Price], models: Sequence[str]) -> dict[str, Prices]:
    """The prices of models, by their names as they were given.

    Raises:
        BadInputError: a price is of no model, or of several, or there twice.
    """
    found: dict[str, Prices] = {}
    for one in given:
        model = one.model
        if model is None:
            if len(models) > 1:
                raise BadInputError("--price must name its model where there are several: MODEL=IN/OUT")
            model = models[0]
        if model not in models:
            raise BadInputError(f"--price is given for {one_line(model, 60)}, and --model is not")
        if model in found:
            raise BadInputError(f"--price is given twice for {one_line(model, 60)}")
        found[model] = one.prices
    return found
