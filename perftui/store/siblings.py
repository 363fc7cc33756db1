"""What the runs of a sweep share of what they found of its problems."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from perftui.events.model import (
    GeneratorWritten,
    ProblemPrepared,
    ReferenceJudged,
    RunResumed,
    RunStarted,
    StoredEvent,
)
from perftui.events.plan import Cell, Environment, RunPlan
from perftui.events.precedent import Precedent
from perftui.store.readers import Reader
from perftui.store.sweeps import Sweep, SweepCell

_FACTS = """
SELECT body, seq FROM event WHERE run = ? AND problem = ?
    AND kind IN ('reference-judged', 'generator-written', 'problem-prepared')
ORDER BY seq
"""
_WHERE = """
SELECT body FROM event WHERE run = ? AND seq < ? AND kind IN ('run-started', 'run-resumed')
ORDER BY seq DESC LIMIT 1
"""


async def siblings(
    reader: Reader, cell: Cell, wanted: Callable[[Sweep, SweepCell], bool] = lambda _sweep, _cell: True
) -> tuple[str, ...]:
    """The runs of a sweep that have begun, in order, but for one of them.

    Args:
        reader: of the database.
        cell: that one.
        wanted: says which of them are wanted.
    """
    sweep = await reader.sweep(cell.sweep)
    if sweep is None:
        return ()
    return tuple(
        other.run
        for other in sweep.cells
        if other.run is not None and other.index != cell.index and wanted(sweep, other)
    )


class SiblingFacts:
    """What the other runs of a sweep found of its problems, in a place like this one.

    It is a `perftui.events.precedent.Precedents`. Limits follow from times, and timing inputs are chosen by
    them, so that two runs that work them out apart have others, and cannot be compared well.

    Args:
        reader: of the database.
        plan: of a run that is part of a sweep.
        environment: where it runs now.
    """

    def __init__(self, reader: Reader, plan: RunPlan, environment: Environment) -> None:
        if plan.cell is None:
            raise ValueError("the run is part of no sweep")
        self._reader = reader
        self._cell = plan.cell
        self._here = _place(environment)

    async def __call__(self, problem: str) -> Precedent | None:
        """The first run's facts; where it had not chosen what is timed, the choice is another's.

        Raises:
            PerftuiError: the database cannot be read.
        """
        found: Precedent | None = None
        for run in await siblings(self._reader, self._cell):
            facts = await self._facts(run, problem)
            if facts is None:
                continue
            if found is None:
                found = facts
            elif facts.reference.candidate == found.reference.candidate:
                found = msgspec.structs.replace(found, prepared=facts.prepared, generator=facts.generator)
            if found.prepared is not None:
                break
        return found

    async def _facts(self, run: str, problem: str) -> Precedent | None:
        reference: ReferenceJudged | None = None
        prepared: ProblemPrepared | None = None
        generator: GeneratorWritten | None = None
        for body, seq in await self._reader.rows(_FACTS, run, problem):
            event = self._reader.event(body)
            if isinstance(event, ReferenceJudged) and await self._was_here(run, seq):
                # A later attempt begins with it.
                reference, prepared, generator = event, None, None
            elif isinstance(event, ProblemPrepared):
                prepared = event
            elif isinstance(event, GeneratorWritten):
                generator = event
        if reference is None:
            return None
        return Precedent(reference=reference, prepared=prepared, generator=generator)

    async def _was_here(self, run: str, seq: object) -> bool:
        """Whether a run was in a place like this one when it wrote an event."""
        for (body,) in await self._reader.rows(_WHERE, run, seq):
            event: StoredEvent = self._reader.event(body)
            return isinstance(event, RunStarted | RunResumed) and _place(event.environment) == self._here
        return False


def _place(environment: Environment) -> tuple[object, ...]:
    """What times depend on."""
    sandbox = environment.sandbox
    return (environment.platform, environment.cores, sandbox.kind, sandbox.python, sandbox.clock)
