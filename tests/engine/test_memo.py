from __future__ import annotations

import anyio
import pytest

from perftui.engine.memo import Memo


async def test_the_work_is_done_once_for_all_who_ask_at_the_same_time() -> None:
    memo: Memo[str, int] = Memo()
    made = 0
    got: list[tuple[int, bool]] = []

    async def make() -> int:
        nonlocal made
        made += 1
        await anyio.lowlevel.checkpoint()
        return 7

    async def ask() -> None:
        got.append(await memo.get("key", make))

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(ask)
    assert made == 1
    assert sorted(got) == [(7, False)] + [(7, True)] * 4


async def test_another_takes_over_where_the_first_was_cancelled() -> None:
    memo: Memo[str, int] = Memo()
    begun = anyio.Event()
    got: list[tuple[int, bool]] = []

    async def never() -> int:
        begun.set()
        await anyio.sleep_forever()
        raise AssertionError

    async def at_once() -> int:
        return 3

    async def second() -> None:
        got.append(await memo.get("key", at_once))

    scope = anyio.CancelScope()

    async def first() -> None:
        with scope:
            await memo.get("key", never)

    async with anyio.create_task_group() as group:
        group.start_soon(first)
        await begun.wait()
        group.start_soon(second)
        await anyio.wait_all_tasks_blocked()
        scope.cancel()
    assert got == [(3, False)]


async def test_a_result_that_does_not_hold_is_made_again() -> None:
    memo: Memo[str, int] = Memo(keep=lambda value: value > 0)
    values = iter([0, 5])

    async def make() -> int:
        return next(values)

    assert await memo.get("key", make) == (0, False)
    assert await memo.get("key", make) == (5, False)
    assert await memo.get("key", make) == (5, True)


async def test_a_failure_reaches_the_one_who_worked_and_is_not_kept() -> None:
    memo: Memo[str, int] = Memo()

    async def fail() -> int:
        raise ValueError("no")

    async def work() -> int:
        return 1

    with pytest.raises(ValueError, match="no"):
        await memo.get("key", fail)
    assert await memo.get("key", work) == (1, False)


def test_what_is_known_from_elsewhere_is_not_replaced() -> None:
    memo: Memo[str, int] = Memo(keep=lambda value: value > 0)
    memo.know("key", 0)
    assert memo.find("key") is None
    memo.know("key", 1)
    memo.know("key", 2)
    assert memo.find("key") == 1
