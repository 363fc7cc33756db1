"""Inputs of the right size: a benchmark's expressions made larger or smaller, a generator asked for sizes."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

from perftui.preparing.material import evaluated, generated
from perftui.preparing.metering import Metering
from perftui.preparing.scaling import scaled
from perftui.preparing.sizes import FIRST_SIZES, SEEDS, Tried, best_size, next_factor, next_size
from perftui.timing.inputs import Known, Origin

_ROUNDS = 6
_EXPRESSION = re.compile(r"i(\d+)(?:x(\d+)|/(\d+))?", re.ASCII)
_GENERATED = re.compile(r"g(\d+)\.(\d+)", re.ASCII)
_seeds = random.SystemRandom()

Place = tuple[int, Fraction]
"""Which expression (1-based), and how many times its own size."""


async def from_expressions(metering: Metering) -> list[Known]:
    """The inputs of the benchmark's expressions, as they are and in sizes that take long enough.

    Raises:
        SandboxLostError: sandboxes fail, whatever runs in them.
    """
    known: list[Known] = []
    wanted: list[Place] = [(place, Fraction(1)) for place in _places(metering)]
    tried: set[Place] = set()
    for _ in range(_ROUNDS):
        tried.update(wanted)
        found = await expressions_at(metering, wanted)
        known += found
        cost = {one.test.name: one.work_ns for one in found}
        wanted = [
            (place, factor)
            for place, before in wanted
            if (factor := _next(metering, (place, before), cost)) is not None and (place, factor) not in tried
        ]
        if not wanted:
            break
    return known


async def expressions_at(metering: Metering, places: Sequence[Place]) -> list[Known]:
    """The inputs of expressions in given sizes; what cannot be made or answered is left out.

    Raises:
        SandboxLostError: sandboxes fail, whatever runs in them.
    """
    data = metering.problem.timing
    texts: list[tuple[str, str]] = []
    for place, factor in places:
        expression = data.expressions[place - 1 - len(data.inputs)]
        text = expression if factor == 1 else scaled(expression, factor)
        if text is not None:
            texts.append((name_of((place, factor)), text))
    return await metering.known(
        await evaluated(metering.answering, texts, metering.problem.kind), "benchmark"
    )


async def from_generator(metering: Metering, generator: str, origin: Origin) -> list[Known]:
    """Inputs of a size that takes the reference long enough, and of the smaller ones on the way.

    Raises:
        SandboxLostError: sandboxes fail, whatever runs in them.
    """
    known = await generated_at(metering, generator, origin, [(size, 1) for size in FIRST_SIZES])
    tried = [_tried(size, known) for size in FIRST_SIZES]
    while (size := next_size(tried)) is not None:
        more = await generated_at(metering, generator, origin, [(size, 1)])
        known += more
        tried.append(_tried(size, more))
    best = best_size(tried)
    if best is None:
        return []
    seeds = _seeds.sample(range(2, 10_000), 2 * SEEDS)
    return known + await generated_at(metering, generator, origin, [(best, seed) for seed in seeds])


async def generated_at(
    metering: Metering, generator: str, origin: Origin, pairs: Sequence[tuple[int, int]]
) -> list[Known]:
    """What a generator gives for pairs of size and seed; what cannot be answered is left out.

    Raises:
        SandboxLostError: sandboxes fail, whatever runs in them.
    """
    if not pairs:
        return []
    made = await generated(metering.answering, generator, metering.problem.kind, pairs)
    return await metering.known(made, origin)


def name_of(place: Place) -> str:
    """The name of an expression's input: `i3`, four times as large `i3x4`, a quarter `i3/4`."""
    number, factor = place
    if factor == 1:
        return f"i{number}"
    return f"i{number}x{factor.numerator}" if factor > 1 else f"i{number}/{factor.denominator}"


def places_in(names: Iterable[str]) -> list[Place]:
    """The expressions and sizes that names stand for, the other way round than `name_of`."""
    found = [match for name in names if (match := _EXPRESSION.fullmatch(name)) is not None]
    return [(int(match[1]), Fraction(int(match[2] or 1), int(match[3] or 1))) for match in found]


def pairs_in(names: Iterable[str]) -> list[tuple[int, int]]:
    """The sizes and seeds in the names of generated inputs."""
    found = [match for name in names if (match := _GENERATED.fullmatch(name)) is not None]
    return [(int(match[1]), int(match[2])) for match in found]


def _places(metering: Metering) -> range:
    data = metering.problem.timing
    return range(1 + len(data.inputs), 1 + len(data.inputs) + len(data.expressions))


def _next(metering: Metering, place: Place, cost: dict[str, int]) -> Fraction | None:
    name = name_of(place)
    slow = metering.left_out.get(name) == "timeout"
    return next_factor(place[1], cost.get(name), slow=slow)


def _tried(size: int, known: Sequence[Known]) -> Tried:
    found = next((one for one in known if one.test.name.startswith(f"g{size}.")), None)
    return Tried(size, None if found is None else found.work_ns)
