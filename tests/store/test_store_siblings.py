"""What a run of a sweep may take over of what the others found: only of the same place and reference."""

from __future__ import annotations

from typing import TypeVar

import msgspec
import pytest

from perftui.events.model import EventBase, GeneratorWritten, ProblemPrepared, ReferenceJudged
from perftui.events.plan import Environment
from perftui.events.precedent import Precedent
from perftui.sandbox.protocol import Limits
from perftui.store.siblings import SiblingFacts
from perftui.store.sweeps import Sweep
from perftui.store.writer import Store
from perftui.timing.inputs import TimingInputs
from tests.support.story import ENVIRONMENT, head_of, plan, problem, verdict

E = TypeVar("E", bound=EventBase)

PROBLEMS = [problem("P/1"), problem("P/2")]
ELSEWHERE = msgspec.structs.replace(
    ENVIRONMENT, sandbox=msgspec.structs.replace(ENVIRONMENT.sandbox, python="3.9")
)


async def swept(store: Store, *environments: Environment) -> tuple[Sweep, list[str]]:
    """A sweep whose last run has not begun, and the ids of the others."""
    sweep = await store.create_sweep([plan(PROBLEMS)] * (len(environments) + 1), PROBLEMS, fresh=True)
    heads = [head_of(p) for p in PROBLEMS]
    runs = [
        await store.create_run(cell.plan, where, PROBLEMS, heads)
        for cell, where in zip(sweep.cells, environments, strict=False)
    ]
    return sweep, runs


async def judged(store: Store, run: str, candidate: str = "a", seconds: float = 1.0) -> ReferenceJudged:
    limits = Limits(test_seconds=seconds)
    return await put(store, run, ReferenceJudged(verdict=verdict(), limits=limits, candidate=candidate))


async def prepared(store: Store, run: str, *names: str) -> ProblemPrepared:
    return await put(store, run, ProblemPrepared(timing=TimingInputs(shown=names)))


async def put(store: Store, run: str, event: E) -> E:
    return await store.append(msgspec.structs.replace(event, run=run, problem="P/1"))  # type: ignore[type-var]


async def found(store: Store, sweep: Sweep, problem: str = "P/1") -> Precedent | None:
    return await SiblingFacts(store, sweep.cells[-1].plan, ENVIRONMENT)(problem)


async def test_the_first_runs_facts_are_taken_over(store: Store) -> None:
    sweep, (first, second) = await swept(store, ENVIRONMENT, ENVIRONMENT)
    assert await found(store, sweep) is None
    await judged(store, second, seconds=2.0)
    await prepared(store, second, "t2")
    reference = await judged(store, first)
    timed = await prepared(store, first, "t1")
    written = await put(store, first, GeneratorWritten(code="def make(): ..."))
    assert await found(store, sweep) == Precedent(reference=reference, prepared=timed, generator=written)
    assert await found(store, sweep, "P/2") is None


async def test_of_a_run_in_another_place_nothing_is_taken_over(store: Store) -> None:
    sweep, (first, second) = await swept(store, ELSEWHERE, ENVIRONMENT)
    await judged(store, first)
    await prepared(store, first, "t1")
    assert await found(store, sweep) is None
    reference = await judged(store, second, seconds=2.0)
    assert await found(store, sweep) == Precedent(reference=reference)


@pytest.mark.parametrize(("candidate", "shared"), [("a", True), ("b", False)])
async def test_a_choice_of_inputs_goes_with_its_reference(
    store: Store, candidate: str, *, shared: bool
) -> None:
    """Where the first run had not come so far, another's choice will do."""
    sweep, (first, second) = await swept(store, ENVIRONMENT, ENVIRONMENT)
    reference = await judged(store, first, "a")
    await judged(store, second, candidate)
    timed = await prepared(store, second, "t2")
    assert await found(store, sweep) == Precedent(reference=reference, prepared=timed if shared else None)


async def test_a_later_attempt_stands_for_itself(store: Store) -> None:
    sweep, (first,) = await swept(store, ENVIRONMENT)
    await judged(store, first)
    await prepared(store, first, "t1")
    reference = await judged(store, first, seconds=3.0)
    assert await found(store, sweep) == Precedent(reference=reference)


async def test_a_run_of_its_own_has_none(store: Store) -> None:
    with pytest.raises(ValueError, match="no sweep"):
        SiblingFacts(store, plan(PROBLEMS), ENVIRONMENT)
