"""Makes problems ready for a run: answers for inputs that have none, and what to time on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from perftui.judging.model import Verdict
from perftui.preparing.answers import Answering
from perftui.preparing.bench import Bench
from perftui.preparing.cache import AnswerCache
from perftui.preparing.prepare import Answered, Preparing, answer
from perftui.problems.model import Problem
from perftui.sandbox.cores import Cores
from perftui.sandbox.protocol import Limits, SandboxPool
from perftui.timing.inputs import Chosen, TimingInputs


@dataclass(frozen=True, kw_only=True)
class Preparers:
    """Prepares the problems of a run.

    Attributes:
        pool: where references run.
        cores: who may use which core.
        order: each problem's place in the run; the first is served first.
        cache: what references gave before; None remembers nothing.
        memory_bytes: what a program may use.
    """

    pool: SandboxPool
    cores: Cores
    order: Mapping[str, int]
    cache: AnswerCache | None
    memory_bytes: int

    async def answered(self, problem: Problem) -> Answered:
        """The problem with an expected output for every input.

        Raises:
            SandboxLostError: sandboxes fail, whatever runs in them.
        """
        return await answer(self._answering(problem), problem)

    async def chosen(
        self,
        problem: Problem,
        reference: str,
        verdict: Verdict,
        limits: Limits,
        *,
        before: TimingInputs | None,
        hold_out: bool,
    ) -> tuple[Chosen, TimingInputs]:
        """What the problem's programs are timed on.

        Args:
            problem: answered.
            reference: the program's text.
            verdict: on the reference, with what each test cost it.
            limits: of the problem.
            before: what a former session of the run chose.
            hold_out: keep part of the inputs out of all feedback.

        Raises:
            SandboxLostError: sandboxes fail, whatever runs in them.
        """
        preparing = Preparing(
            answering=self._answering(problem),
            problem=problem,
            reference=reference,
            test_ns={result.name: result.cpu_ns for result in verdict.results},
            limits=limits,
        )
        if before is not None:
            return await preparing.again(before), before
        return await preparing.choose(hold_out=hold_out)

    def _answering(self, problem: Problem) -> Answering:
        bench = Bench(self.pool, self.cores, self.order.get(problem.id, 0))
        return Answering(bench, self.cache, self.memory_bytes)
