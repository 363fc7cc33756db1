"""Verdicts for a run: each program once, on a free core, with lost sandboxes replaced."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from perftui.engine.memo import Memo
from perftui.errors import EnvironmentLacksError
from perftui.events.model import Stage
from perftui.judging.judge import judge
from perftui.judging.model import Verdict
from perftui.problems.model import Problem
from perftui.refine.candidate import program_key
from perftui.sandbox.cores import Cores
from perftui.sandbox.protocol import Limits, NoSandboxError, SandboxLostError, SandboxPool
from perftui.text import one_line

MAX_LOSSES = 3
"""How many sandboxes a program may lose before it is reported as an infrastructure failure."""

HOPELESS = 12
"""After so many losses in a row, with nothing judged between them, it is not the programs."""

OnStage = Callable[[Stage], None]
OnLoss = Callable[[str, int], Awaitable[None]]


class Judges:
    """Judges programs; programs that differ in layout and comments only are judged once a problem.

    Args:
        pool: where programs run.
        cores: who may use which core.
        order: each problem's place in the run; the first is served first.
        all_tests: judge on after the first failing test.
    """

    def __init__(self, pool: SandboxPool, cores: Cores, order: Mapping[str, int], *, all_tests: bool) -> None:
        self._pool = pool
        self._cores = cores
        self._order = order
        self._all_tests = all_tests
        self._lost_in_a_row = 0
        self._memo: Memo[tuple[str, str], Verdict] = Memo(keep=lambda v: v.kind != "infrastructure")

    def know(self, problem: Problem, program: str, verdict: Verdict) -> None:
        """Take in a verdict from a former session of the run."""
        self._memo.know((problem.id, program_key(program)), verdict)

    async def verdict(
        self,
        problem: Problem,
        program: str,
        limits: Limits,
        *,
        on_stage: OnStage,
        on_loss: OnLoss,
    ) -> tuple[Verdict, bool]:
        """A program's verdict, and whether it was known before.

        Args:
            problem: with its tests.
            program: its text.
            limits: of the problem.
            on_stage: is told `sandbox` while it waits and `judging` while it runs.
            on_loss: is told why a sandbox was lost, and which loss it is.

        Raises:
            EnvironmentLacksError: sandboxes are lost whatever runs in them, or none can be started.
        """

        async def make() -> Verdict:
            reason = ""
            for loss in range(1, MAX_LOSSES + 1):
                try:
                    verdict = await self._once(problem, program, limits, on_stage)
                except NoSandboxError:
                    raise
                except SandboxLostError as error:
                    reason = one_line(str(error))
                    self._lost_in_a_row += 1
                    await on_loss(reason, loss)
                    if self._lost_in_a_row >= HOPELESS:
                        raise EnvironmentLacksError(
                            f"the last {self._lost_in_a_row} sandboxes were all lost ({reason}): "
                            "see perftui doctor"
                        ) from error
                else:
                    self._lost_in_a_row = 0
                    return verdict
            return Verdict(
                kind="infrastructure",
                reason=f"the sandbox was lost {MAX_LOSSES} times: {reason}",
                tests_total=len(problem.test_names),
            )

        return await self._memo.get((problem.id, program_key(program)), make)

    async def _once(self, problem: Problem, program: str, limits: Limits, on_stage: OnStage) -> Verdict:
        on_stage("sandbox")
        async with self._cores.judging(self._order.get(problem.id, 0)) as core, self._pool.lease() as sandbox:
            on_stage("judging")
            return await judge(sandbox, problem, program, limits=limits, cpu=core, all_tests=self._all_tests)
