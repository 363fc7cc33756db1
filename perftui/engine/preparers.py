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
from perftui.sandbox.protocol import SandboxPool
from perftui.timing.inputs import Chosen, TimingInputs


@dataclass(frozen=True)
class Choice:
    """What the choice of timing inputs depends on.

    Attributes:
        reference: the program's text.
        verdict: on it, with what each test cost.
        hold_out: keep part of the inputs out of all feedback.
    """

    reference: str
    verdict: Verdict
    hold_out: bool


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

    async def chosen(self, problem: Problem, choice: Choice) -> tuple[Chosen, TimingInputs]:
        """What the problem's programs are timed on, and what is told of it.

        Args:
            problem: answered.
            choice: what it depends on.

        Raises:
            SandboxLostError: sandboxes fail, whatever runs in them.
        """
        return await self._preparing(problem, choice).choose(hold_out=choice.hold_out)

    async def chosen_again(self, problem: Problem, choice: Choice, before: TimingInputs) -> Chosen:
        """The same inputs as a former session of the run chose.

        Raises:
            SandboxLostError: sandboxes fail, whatever runs in them.
        """
        return await self._preparing(problem, choice).again(before)

    def _preparing(self, problem: Problem, choice: Choice) -> Preparing:
        return Preparing(
            answering=self._answering(problem),
            problem=problem,
            reference=choice.reference,
            test_ns={result.name: result.cpu_ns for result in choice.verdict.results},
        )

    def bench(self, problem: Problem) -> Bench:
        """Where work for a problem is done that is neither judged nor timed."""
        return Bench(self.pool, self.cores, self.order.get(problem.id, 0))

    def _answering(self, problem: Problem) -> Answering:
        return Answering(self.bench(problem), self.cache, self.memory_bytes)
