"""Lost sandboxes: a few over a long run are borne, many in a row are not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from perftui.engine.judges import HOPELESS, MAX_LOSSES, Judges
from perftui.errors import EnvironmentLacksError
from perftui.judging.model import Verdict
from perftui.sandbox.cores import Cores
from perftui.sandbox.protocol import CallFact, JudgeJob, Limits, NoSandboxError, Sandbox, SandboxLostError
from tests.engine.harness import DEADLY, RIGHT, MadeUpPool, MadeUpSandbox, problem


class Frail(MadeUpSandbox):
    """Is lost the first time that it sees a program, as one that was killed for want of memory."""

    async def judge(self, job: JudgeJob, on_call: Callable[[CallFact], bool]) -> None:
        if job.program not in self.judged:
            self.judged.append(job.program)
            raise SandboxLostError("the container is gone")
        await super().judge(job, on_call)


async def verdict(judges: Judges, program: str) -> Verdict:
    async def on_loss(_reason: str, _loss: int) -> None:
        pass

    found, _ = await judges.verdict(problem(), program, Limits(), on_stage=lambda _: None, on_loss=on_loss)
    return found


def judges_with(sandbox: MadeUpSandbox) -> Judges:
    return Judges(MadeUpPool(sandbox), Cores((0, 1)), {}, all_tests=False)


class NoPool(MadeUpPool):
    """Has no sandbox, and will have none."""

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[Sandbox]:
        raise NoSandboxError("no sandbox can be started: the disk is full")
        yield


async def test_where_none_can_be_started_no_program_is_given_up() -> None:
    judges = Judges(NoPool(MadeUpSandbox()), Cores((0, 1)), {}, all_tests=False)
    with pytest.raises(EnvironmentLacksError, match="the disk is full"):
        await verdict(judges, RIGHT)


async def test_losses_with_verdicts_between_them_never_end_a_run() -> None:
    judges = judges_with(Frail())
    for number in range(2 * HOPELESS):
        assert (await verdict(judges, f"{RIGHT}NUMBER = {number}\n")).correct


async def test_losses_with_nothing_judged_between_them_do() -> None:
    judges = judges_with(MadeUpSandbox())
    for number in range(HOPELESS // MAX_LOSSES - 1):
        assert (await verdict(judges, f"{DEADLY}NUMBER = {number}\n")).kind == "infrastructure"
    with pytest.raises(EnvironmentLacksError, match=f"the last {HOPELESS} sandboxes were all lost"):
        await verdict(judges, DEADLY)
