"""How many of the inputs the slowest program can do in time.

Inputs are chosen by what they cost the reference. A program that is a hundred times slower would spend a
whole budget on one pass; it is timed on as many inputs, from the cheapest on, as fit. Likewise where a
program that the candidate is held against can do only the smaller ones.
"""

from __future__ import annotations

from anyio import to_thread

from perftui.sandbox.protocol import TrialFact
from perftui.timing.inputs import levels
from perftui.timing.schedule import Cast
from perftui.timing.trials import Runner

_TRIALS_IN_BUDGET = 20
_PROBES_IN_BUDGET = 10


async def fitting_inputs(runner: Runner, cast: Cast, *, budget_seconds: float) -> int:
    """How many inputs a pass may have, at least the first level of them.

    Args:
        runner: with all inputs.
        cast: whose programs must fit.
        budget_seconds: of the measurement.

    Raises:
        SandboxLostError: the sandbox failed.
    """
    steps = levels(runner.work.work_ns)
    if len(steps) < 2:
        return len(runner.work.inputs)
    good = steps[0]
    for count in steps:
        if not await _fit(runner.with_inputs(count), cast, budget_seconds):
            break
        good = count
    return good


async def _fit(runner: Runner, cast: Cast, budget_seconds: float) -> bool:
    for arm in cast.arms:
        if arm.names[0] == "control":
            continue
        fact = await runner.probe(arm, budget_seconds / _PROBES_IN_BUDGET)
        if fact.end == "timeout" or fact.wall_ns / 1e9 > budget_seconds / _TRIALS_IN_BUDGET:
            return False
        # A candidate that fails is told so; a rival that fails on large inputs is compared on smaller ones.
        if "candidate" not in arm.names and not await _is_right(runner, fact):
            return False
    return True


async def _is_right(runner: Runner, fact: TrialFact) -> bool:
    return fact.end == "returned" and await to_thread.run_sync(runner.check, fact.outputs) is None
