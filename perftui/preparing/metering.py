"""Inputs run through the reference: what it gives on them, and what its call costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from perftui.preparing.answers import LIMITS, Answering
from perftui.preparing.likeness import comparison_for
from perftui.preparing.material import Made
from perftui.problems.model import Problem, TestCase
from perftui.sandbox.protocol import CallEnd, Sandbox, TrialJob
from perftui.timing.inputs import MAX_INPUTS, Known, Origin

INPUT_SECONDS = 0.5
"""How long the reference may take for an input that is to be timed."""

OUTPUT_BYTES = 16 << 20

Candidate: TypeAlias = tuple[TestCase, Origin, int]
"""An input with its output, whose it is, and what its call costs, coding included (ns of CPU)."""

_POOL = 2 * MAX_INPUTS
_READINGS = 3
_ENOUGH_NS = 30_000_000


@dataclass(frozen=True, kw_only=True)
class Metering:
    """Runs the reference of one problem.

    Attributes:
        answering: where, and what is known from before.
        problem: answered.
        reference: the program's text.
        left_out: names of inputs that cannot be used, with how they ended.
    """

    answering: Answering
    problem: Problem
    reference: str
    left_out: dict[str, CallEnd | None] = field(default_factory=dict)

    async def known(self, made: Sequence[Made], origin: Origin) -> list[Known]:
        """Inputs with what the reference gives and what it costs; the others are left out.

        Raises:
            SandboxLostError: sandboxes fail, whatever runs in them.
        """
        return await self.metered(await self.answered(made, origin))

    async def answered(self, made: Sequence[Made], origin: Origin) -> list[Candidate]:
        """Inputs with what the reference gives; those on which it gives nothing are left out.

        Raises:
            SandboxLostError: sandboxes fail, whatever runs in them.
        """
        usable = [(one.name, one.input) for one in made if one.input is not None]
        self.left_out.update((one.name, None) for one in made if one.input is None)
        answers = await self.answering.answers(
            self.reference,
            self.problem.entry_point,
            [text for _, text in usable],
            seconds=INPUT_SECONDS,
            output_bytes=OUTPUT_BYTES,
        )
        found: list[Candidate] = []
        for (name, text), given in zip(usable, answers, strict=True):
            if given.end != "returned":
                self.left_out[name] = given.end
                continue
            comparison = comparison_for(self.problem, given.output)
            test = TestCase(name=name, input=text, expected=given.output, comparison=comparison)
            found.append((test, origin, given.cpu_ns))
        return found

    async def metered(self, candidates: Sequence[Candidate]) -> list[Known]:
        """What each input's call costs, without the coding where that can be told; the dearest only.

        Raises:
            SandboxLostError: sandboxes fail, whatever runs in them.
        """
        pool = sorted(candidates, key=lambda one: one[2], reverse=True)[:_POOL]
        if not pool:
            return []
        job = TrialJob(
            program=self.reference,
            entry_point=self.problem.entry_point,
            inputs=tuple(test.input for test, _, _ in pool),
            per_test=True,
            limits=msgspec.structs.replace(LIMITS, memory_bytes=self.answering.memory_bytes),
        )
        work = await self.answering.bench.run(lambda sandbox, core: _work_ns(sandbox, job, core))
        costs = work or tuple(cost for _, _, cost in pool)
        return [
            Known(test=test, origin=origin, work_ns=cost)
            for (test, origin, _), cost in zip(pool, costs, strict=True)
        ]


async def _work_ns(sandbox: Sandbox, job: TrialJob, core: int) -> tuple[int, ...] | None:
    """What each call costs without the harness; None where the program did not come to its end.

    A call of under a microsecond may wait for its core, and be read as one of fifty: of quick calls the
    least of a few readings counts.
    """
    placed = msgspec.structs.replace(job, cpu=core)
    found: list[tuple[int, ...]] = []
    while len(found) < _READINGS and sum(map(sum, found)) < _ENOUGH_NS:
        fact = await sandbox.trial(placed)
        null = await sandbox.trial(msgspec.structs.replace(placed, null=True))
        if len(fact.first_ns) != len(job.inputs) or len(null.first_ns) != len(job.inputs):
            return None
        found.append(
            tuple(max(0, mine - none) for mine, none in zip(fact.first_ns, null.first_ns, strict=True))
        )
    return tuple(map(min, zip(*found, strict=True)))
