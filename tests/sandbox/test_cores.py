"""Cores are lent to one at a time, and timing comes first."""

from __future__ import annotations

import os
import random
import threading

import anyio
import pytest
from anyio import wait_all_tasks_blocked
from anyio.lowlevel import checkpoint

from perftui.sandbox.cores import Cores, settle_host, usable_cores


async def test_judging_leaves_the_timing_core_for_last() -> None:
    cores = Cores([2, 5, 7])
    async with cores.judging() as first, cores.judging() as second, cores.judging() as third:
        assert {first, second} == {2, 5}
        assert third == 7


async def test_timing_has_the_last_core_only() -> None:
    cores = Cores([0, 1])
    async with cores.timing() as core:
        assert core == 1
        with anyio.move_on_after(0.01) as waited:
            async with cores.timing():
                pytest.fail("two may not time at once")
        assert waited.cancelled_caught
    async with cores.timing() as core:
        assert core == 1


async def test_timing_is_served_before_judging_that_waited_longer() -> None:
    cores = Cores([3])
    served: list[str] = []

    async def judge() -> None:
        async with cores.judging():
            served.append("judging")

    async def time() -> None:
        async with cores.timing():
            served.append("timing")

    async with anyio.create_task_group() as tasks, cores.judging():
        tasks.start_soon(judge)
        await wait_all_tasks_blocked()
        tasks.start_soon(time)
        await wait_all_tasks_blocked()
        assert served == []
    assert served == ["timing", "judging"]


async def test_what_was_begun_first_is_timed_first_and_equals_in_their_turn() -> None:
    cores = Cores((0, 1))
    served: list[str] = []

    async def time(name: str, rank: int) -> None:
        async with cores.timing(rank):
            served.append(name)

    async with anyio.create_task_group() as group, cores.timing():
        for name, rank in (("late", 5), ("early", 1), ("middle", 3), ("middle too", 3)):
            group.start_soon(time, name, rank)
        await anyio.wait_all_tasks_blocked()
    assert served == ["early", "middle", "middle too", "late"]


async def test_a_judge_that_waits_gets_any_core_that_becomes_free() -> None:
    cores = Cores([0, 1])
    got: list[int] = []

    async def judge() -> None:
        async with cores.judging() as core:
            got.append(core)

    async with anyio.create_task_group() as tasks, cores.judging():
        async with cores.timing():
            tasks.start_soon(judge)
            await wait_all_tasks_blocked()
            assert got == []
        await wait_all_tasks_blocked()
        assert got == [1]


async def test_no_core_is_lost_or_lent_twice_whoever_gives_up() -> None:
    cores = Cores([0, 1, 2])
    busy: set[int] = set()
    chance = random.Random(7)

    async def use(patience: int) -> None:
        lend = cores.timing if chance.random() < 0.3 else cores.judging
        async with lend() as core:
            assert core not in busy
            busy.add(core)
            try:
                for _ in range(patience):
                    await checkpoint()
            finally:
                busy.remove(core)

    async def use_and_give_up(cut: int) -> None:
        async with anyio.create_task_group() as attempt:
            attempt.start_soon(use, chance.randrange(20))
            for _ in range(cut):
                await checkpoint()
            attempt.cancel_scope.cancel()

    async with anyio.create_task_group() as tasks:
        for _ in range(300):
            tasks.start_soon(use_and_give_up, chance.randrange(40))
    assert busy == set()
    with anyio.fail_after(5):
        async with cores.timing() as last, cores.judging() as one, cores.judging() as other:
            assert sorted((last, one, other)) == [0, 1, 2]


def test_there_must_be_a_core() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Cores([])


def test_usable_cores_are_those_of_this_process() -> None:
    cores = usable_cores()
    assert cores == tuple(sorted(cores))
    assert len(cores) >= 1
    if hasattr(os, "sched_getaffinity"):
        assert set(cores) == os.sched_getaffinity(0)


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system does not pin processes")
def test_the_host_leaves_the_timing_core_with_all_its_threads_and_can_come_back() -> None:
    cores = usable_cores()
    if len(cores) < 2:
        pytest.skip("with one core there is nowhere else to go")
    end = threading.Event()
    other = threading.Thread(target=end.wait)
    other.start()
    try:
        undo = settle_host(cores)
        try:
            assert os.sched_getaffinity(0) == set(cores[:-1])
            assert os.sched_getaffinity(other.native_id or 0) == set(cores[:-1])
        finally:
            undo()
        assert os.sched_getaffinity(0) == set(cores)
        assert os.sched_getaffinity(other.native_id or 0) == set(cores)
    finally:
        end.set()
        other.join()


def test_with_one_core_the_host_stays_where_it_is() -> None:
    before = usable_cores()
    settle_host([before[-1]])()
    assert usable_cores() == before
