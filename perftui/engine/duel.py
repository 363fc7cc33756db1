"""Two programs held against each other on one problem: judged, then timed in pairs."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import msgspec

from perftui.engine.preparers import Choice, Preparers
from perftui.events.duel import DuelResult
from perftui.events.plan import LimitRules
from perftui.judging.judge import judge
from perftui.judging.model import Verdict
from perftui.preparing.likeness import first_difference
from perftui.problems.model import Problem
from perftui.refine.candidate import candidate_hash
from perftui.sandbox.protocol import Limits
from perftui.timing.inputs import Known, with_room
from perftui.timing.model import Arm, Measurement
from perftui.timing.profiling import profile


@dataclass(frozen=True, kw_only=True)
class Duel:
    """Compares programs.

    Attributes:
        preparers: with the sandboxes and cores that are used.
        problem: what both programs solve.
        rules: for limits.
        seconds: budget of the measurement.
        profiles: profile both on the slowest input, after they were timed.
    """

    preparers: Preparers
    problem: Problem
    rules: LimitRules
    seconds: float
    profiles: bool = False

    async def run(self, a: str, b: str) -> DuelResult:
        """Judge both, and time them where both are correct.

        Raises:
            SandboxLostError: sandboxes fail, whatever runs in them.
        """
        answered = await self.preparers.answered(self.problem)
        problem = answered.problem
        largest = max((len(test.expected) for test in problem.tests), default=0)
        limits = self.rules.limits(None, largest)
        verdict_a, verdict_b = [await self._judged(problem, text, limits) for text in (a, b)]
        result = DuelResult(problem=problem.id, verdict_a=verdict_a, verdict_b=verdict_b)
        if not (verdict_a.correct and verdict_b.correct) or candidate_hash(a) == candidate_hash(b):
            return result
        if self.preparers.pool.info.clock == "none":
            reason = "this sandbox has no clock that can be read from outside"
            blind = Measurement(verdict="unmeasured", reason=reason, flags=("no-clock",))
            return msgspec.structs.replace(result, measurement=blind)
        reference, verdict, whose = await self._reference(problem, limits, a, verdict_a)
        choice = Choice(reference, verdict, hold_out=False)
        chosen, told = await self.preparers.chosen(problem, choice)
        measured = await self._measured(problem, chosen.shown, limits, a, b)
        result = msgspec.structs.replace(result, answers_from=whose, timing=told, measurement=measured)
        return await self._profiled(result, problem, chosen.shown, limits, a, b)

    async def _profiled(
        self, result: DuelResult, problem: Problem, inputs: tuple[Known, ...], limits: Limits, a: str, b: str
    ) -> DuelResult:
        slowest = result.measurement.slowest if result.measurement is not None else None
        wanted = next((one for one in inputs if slowest is not None and one.test.name == slowest.name), None)
        if not self.profiles or wanted is None:
            return result
        found = []
        for program in (a, b):
            async with self.preparers.cores.judging() as core, self.preparers.pool.lease() as sandbox:
                found.append(
                    await profile(
                        sandbox,
                        program,
                        entry_point=problem.entry_point,
                        input_=wanted.test.input,
                        limits=with_room(limits, inputs),
                        core=core,
                    )
                )
        return msgspec.structs.replace(
            result, profiled=wanted.test.name, profile_a=found[0], profile_b=found[1]
        )

    async def _judged(self, problem: Problem, program: str, limits: Limits) -> Verdict:
        async with self.preparers.cores.judging() as core, self.preparers.pool.lease() as sandbox:
            return await judge(
                sandbox, problem, program, limits=limits, cpu=core, all_tests=self.rules.all_tests
            )

    async def _reference(
        self, problem: Problem, limits: Limits, a: str, verdict_a: Verdict
    ) -> tuple[str, Verdict, str]:
        """Whose outputs are expected: the reference's where it passes its tests, else the first program's."""
        for text in problem.references:
            verdict = await self._judged(problem, text, limits)
            if verdict.correct:
                return text, verdict, "the reference"
        return a, verdict_a, "A"

    async def _measured(
        self, problem: Problem, inputs: tuple[Known, ...], limits: Limits, a: str, b: str
    ) -> Measurement:
        # Imported here: numpy and scipy take longer to load than most commands take to run.
        from perftui.timing.measuring import Work, measure  # noqa: PLC0415

        if not inputs:
            reason = "there are no inputs to time them on: the problem's tests are code"
            return Measurement(verdict="unmeasured", reason=reason, flags=("no-inputs",))
        arms = [
            Arm(names=("candidate",), candidate=candidate_hash(b), program=b),
            Arm(names=("reference",), candidate=candidate_hash(a), program=a),
        ]
        async with self.preparers.cores.timing() as core, self.preparers.pool.lease() as sandbox:
            return await measure(
                sandbox,
                Work.of(inputs, problem.entry_point),
                arms,
                core=core,
                limits=with_room(limits, inputs),
                budget_seconds=self.seconds,
                seed=zlib.crc32(candidate_hash(b).encode()),
                check=lambda outputs: first_difference(inputs, outputs),
                on_progress=lambda _done, _planned: None,
            )
