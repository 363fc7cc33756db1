"""Games are measured as any candidate is, against the honest program."""

from __future__ import annotations

from perftui import values
from perftui.sandbox.protocol import Limits
from perftui.timing.measuring import Work, measure
from perftui.timing.model import Arm, Measurement
from tests.attacks.field import Field
from tests.attacks.themes.gaming import REFERENCE, Game

LIMITS = Limits(test_seconds=5.0, total_seconds=30.0, memory_bytes=256 << 20, output_bytes=1 << 20)
BUDGET_SECONDS = 3.0


async def measured(field: Field, game: Game) -> Measurement:
    """A game's speed against the honest program's."""
    answers = [str(sum(i * i % 7 for i in range(n))) for n in game.inputs]
    work = Work(
        inputs=tuple(values.encode((n,)) for n in game.inputs),
        test_names=tuple(f"t{n}" for n in game.inputs),
        entry_point="f",
    )
    arms = [
        Arm(names=("candidate",), candidate="c", program=game.source),
        Arm(names=("reference",), candidate="r", program=REFERENCE),
    ]
    async with field.pool.lease() as sandbox:
        return await measure(
            sandbox,
            work,
            arms,
            core=field.core,
            limits=LIMITS,
            budget_seconds=BUDGET_SECONDS,
            seed=4711,
            check=lambda outputs: None if list(outputs) == answers else "another output",
            on_progress=lambda _done, _of: None,
        )


def of_measurement(game: Game, found: Measurement) -> list[str]:
    """What is not as it should be, one line each."""
    if found.verdict == "faster":
        return [f"it gained: {found.reason}"]
    if game.caught and game.caught not in found.flags:
        return [f"it was not caught: {found.flags}, {found.reason}"]
    return []
