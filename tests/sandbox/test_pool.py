"""The pool keeps sandboxes warm, replaces those that fail, and closes all of them."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio import wait_all_tasks_blocked
from anyio.lowlevel import checkpoint

from perftui.errors import EnvironmentLacksError
from perftui.sandbox.pool import Started, WarmPool, warm_pool
from perftui.sandbox.protocol import (
    CallFact,
    JudgeJob,
    NoClockError,
    SandboxInfo,
    SandboxLostError,
    TrialFact,
    TrialJob,
)

INFO = SandboxInfo(kind="process", confinement="none", clock="none", python="3.13")
JUDGE = JudgeJob(program="", entry_point=None, inputs=("",))
TRIAL = TrialJob(program="", entry_point=None, inputs=("",))


class FakeSandbox:
    """Answers at once, waits for ever, or is lost, as the job's program says."""

    def __init__(self) -> None:
        self.broken = self.breached = False
        self.jobs = 0

    async def judge(self, job: JudgeJob, on_call: Callable[[CallFact], bool]) -> None:
        self.jobs += 1
        assert self.jobs == 1, "two jobs at once"
        await self._do(job.program)
        on_call(CallFact(index=0, end="returned"))
        self.jobs -= 1

    async def trial(self, job: TrialJob) -> TrialFact:
        await self._do(job.program)
        return TrialFact(end="returned")

    async def _do(self, program: str) -> None:
        await checkpoint()
        if program == "hang":
            await anyio.sleep_forever()
        if program == "lose":
            raise SandboxLostError("the sandbox is gone")
        if program == "time":
            raise NoClockError("no clock")
        if program == "break":
            self.broken = True
        if program == "breach":
            self.breached = True


class Factory:
    """Starts fake sandboxes, and counts them; fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.open: list[FakeSandbox] = []
        self.started = 0
        self.attempts = 0

    @asynccontextmanager
    async def start(self) -> AsyncIterator[Started]:
        self.attempts += 1
        await checkpoint()
        if self.attempts <= self.failures:
            raise SandboxLostError(f"no start {self.attempts}")
        sandbox = FakeSandbox()
        self.open.append(sandbox)
        self.started += 1
        try:
            yield Started(sandbox, INFO)
        finally:
            with anyio.CancelScope(shield=True):
                await checkpoint()
            self.open.remove(sandbox)


async def test_all_slots_are_warm_and_all_close() -> None:
    factory = Factory()
    async with warm_pool(factory.start, 3) as pool:
        assert pool.info == INFO
        await wait_all_tasks_blocked()
        assert len(factory.open) == 3
    assert factory.open == []


async def test_a_good_sandbox_is_used_again() -> None:
    factory = Factory()
    seen: list[CallFact] = []
    async with warm_pool(factory.start, 1) as pool:
        for _ in range(5):
            async with pool.lease() as sandbox:
                await sandbox.judge(JUDGE, lambda fact: seen.append(fact) is None)
                assert (await sandbox.trial(TRIAL)).end == "returned"
    assert len(seen) == 5
    assert factory.started == 1


@pytest.mark.parametrize("program", ["lose", "break", "breach"])
async def test_a_sandbox_that_failed_is_replaced(program: str) -> None:
    factory = Factory()
    async with warm_pool(factory.start, 1) as pool:
        try:
            async with pool.lease() as sandbox:
                await sandbox.judge(JudgeJob(program=program, entry_point=None), lambda _: True)
        except SandboxLostError:
            assert program == "lose"
        async with pool.lease() as sandbox:
            await sandbox.judge(JUDGE, lambda _: True)
        assert pool.started == 2
        assert len(factory.open) == 1


async def test_a_job_cut_off_in_the_middle_leaves_no_sandbox_behind() -> None:
    factory = Factory()
    async with warm_pool(factory.start, 1) as pool:
        first = factory.open[0]
        with anyio.move_on_after(0.01):
            async with pool.lease() as sandbox:
                await sandbox.judge(JudgeJob(program="hang", entry_point=None), lambda _: True)
        async with pool.lease() as sandbox:
            await sandbox.judge(JUDGE, lambda _: True)
        assert first not in factory.open


async def test_a_callback_that_raises_leaves_no_sandbox_behind() -> None:
    factory = Factory()

    def fail(_: CallFact) -> bool:
        raise KeyError("a mistake of the host")

    async with warm_pool(factory.start, 1) as pool:
        with pytest.raises(KeyError):
            async with pool.lease() as sandbox:
                await sandbox.judge(JUDGE, fail)
        async with pool.lease() as sandbox:
            await sandbox.judge(JUDGE, lambda _: True)
    assert factory.started == 2


async def test_a_cancellation_between_jobs_costs_no_sandbox() -> None:
    factory = Factory()
    async with warm_pool(factory.start, 1) as pool:
        with anyio.move_on_after(0.01):
            async with pool.lease() as sandbox:
                await sandbox.judge(JUDGE, lambda _: True)
                await anyio.sleep_forever()
        async with pool.lease() as sandbox:
            await sandbox.judge(JUDGE, lambda _: True)
    assert factory.started == 1


async def test_a_sandbox_without_a_clock_is_as_good_as_before() -> None:
    factory = Factory()
    async with warm_pool(factory.start, 1) as pool:
        for _ in range(2):
            async with pool.lease() as sandbox:
                with pytest.raises(NoClockError):
                    await sandbox.trial(TrialJob(program="time", entry_point=None, inputs=()))
    assert factory.started == 1


async def test_a_sandbox_that_was_given_back_runs_nothing() -> None:
    async with warm_pool(Factory().start, 1) as pool:
        async with pool.lease() as sandbox:
            pass
        with pytest.raises(RuntimeError, match="given back"):
            await sandbox.trial(TRIAL)


async def test_a_lent_sandbox_runs_one_job_at_a_time() -> None:
    hang = TrialJob(program="hang", entry_point=None, inputs=())
    async with (
        warm_pool(Factory().start, 1) as pool,
        pool.lease() as sandbox,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(sandbox.trial, hang)
        await wait_all_tasks_blocked()
        with pytest.raises(RuntimeError, match="one job at a time"):
            await sandbox.trial(TRIAL)
        tasks.cancel_scope.cancel()


async def test_a_start_that_fails_now_and_then_is_tried_again() -> None:
    factory = Factory(failures=2)
    async with warm_pool(factory.start, 1) as pool, pool.lease() as sandbox:
        await sandbox.judge(JUDGE, lambda _: True)
    assert factory.attempts == 3


async def test_where_nothing_starts_the_pool_says_why() -> None:
    factory = Factory(failures=10**6)
    with pytest.raises(EnvironmentLacksError, match="no sandbox can be started: no start"):
        async with warm_pool(factory.start, 2):
            pytest.fail("there is no pool")
    assert factory.attempts <= 8


async def test_a_pool_whose_engine_goes_away_says_so_and_comes_back_with_it() -> None:
    factory = Factory()
    async with warm_pool(factory.start, 1, patience_seconds=0) as pool:
        factory.failures = factory.attempts + 3
        with pytest.raises(SandboxLostError, match="gone"):
            async with pool.lease() as sandbox:
                await sandbox.trial(TrialJob(program="lose", entry_point=None, inputs=()))
        with pytest.raises(SandboxLostError, match="no start"):
            async with pool.lease():
                pytest.fail("there is nothing to lease")
        async with pool.lease() as sandbox:
            await sandbox.judge(JUDGE, lambda _: True)
        assert len(factory.open) == 1


async def test_all_who_wait_are_told_at_once() -> None:
    factory = Factory()
    told: list[str] = []

    async def wait(pool: WarmPool) -> None:
        with pytest.raises(SandboxLostError, match="no start") as caught:
            async with pool.lease():
                pytest.fail("there is nothing to lease")
        told.append(str(caught.value))

    async with warm_pool(factory.start, 1, patience_seconds=0) as pool:
        factory.failures = 10**6
        with pytest.raises(SandboxLostError, match="gone"):
            async with pool.lease() as sandbox:
                await sandbox.trial(TrialJob(program="lose", entry_point=None, inputs=()))
        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(wait, pool)
    assert len(set(told)) == 1
    assert len(told) == 5


async def test_an_engine_that_restarts_costs_nobody_a_lease() -> None:
    factory = Factory()
    async with warm_pool(factory.start, 1, patience_seconds=60) as pool:
        factory.failures = factory.attempts + 4
        with pytest.raises(SandboxLostError, match="gone"):
            async with pool.lease() as sandbox:
                await sandbox.trial(TrialJob(program="lose", entry_point=None, inputs=()))
        async with pool.lease() as sandbox:
            await sandbox.judge(JUDGE, lambda _: True)
        assert factory.attempts == factory.failures + 1


async def test_what_the_body_raises_comes_out_as_it_is() -> None:
    factory = Factory()
    with pytest.raises(KeyError, match="mine"):
        async with warm_pool(factory.start, 2):
            raise KeyError("mine")
    assert factory.open == []


async def test_a_cancelled_body_closes_all() -> None:
    factory = Factory()
    with anyio.move_on_after(0.02) as scope:
        async with warm_pool(factory.start, 2) as pool, pool.lease():
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert factory.open == []


async def test_who_waits_when_the_pool_closes_is_told() -> None:
    told: list[str] = []

    async with anyio.create_task_group() as tasks, warm_pool(Factory().start, 1) as pool, pool.lease():

        async def wait() -> None:
            try:
                async with pool.lease():
                    pytest.fail("it is lent already")
            except SandboxLostError as error:
                told.append(str(error))

        tasks.start_soon(wait)
        await wait_all_tasks_blocked()
        pool.close()
    assert told == ["the sandboxes are closed"]


async def test_many_leases_over_few_slots_with_jobs_that_end_all_ways() -> None:
    factory = Factory()
    chance = random.Random(3)
    done: list[str] = []

    async def work(program: str) -> None:
        with anyio.move_on_after(0.02 if program == "hang" else 30):
            try:
                async with pool.lease() as sandbox:
                    await sandbox.judge(JudgeJob(program=program, entry_point=None), lambda _: True)
            except SandboxLostError:
                pass
        done.append(program)

    programs = [chance.choice(["", "", "lose", "break", "hang"]) for _ in range(60)]
    async with warm_pool(factory.start, 2) as pool:
        async with anyio.create_task_group() as tasks:
            for program in programs:
                tasks.start_soon(work, program)
        assert sorted(done) == sorted(programs)
        async with pool.lease() as one, pool.lease() as other:
            assert one is not other
            assert len(factory.open) == 2
    assert factory.open == []
