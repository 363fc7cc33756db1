"""A server that is gone is told from a call that fails."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import pytest

from perftui.llm.breaker import Breaker
from perftui.llm.model import (
    Backoff,
    ChatRequest,
    ModelFailedError,
    ModelLostError,
    ModelRefusedError,
    NoReplyError,
    Reply,
    RequestRefusedError,
)
from tests.llm.conftest import Call, asking

SOON = 0.05
LONG = 3600.0


class Gated:
    """A model whose calls end as the test says, when it says."""

    name = "test/gated"
    recorded = False

    def __init__(self) -> None:
        self.ends: dict[int, Exception | None] = {}
        self._told = anyio.Event()

    def end(self, turn: int, error: Exception | None = None) -> None:
        self.ends[turn] = error
        self._told.set()
        self._told = anyio.Event()

    async def reply(
        self,
        request: ChatRequest,
        *,
        on_text: Callable[[str], None],
        on_backoff: Callable[[Backoff], None],
    ) -> Reply:
        while request.turn not in self.ends:
            await self._told.wait()
        error = self.ends[request.turn]
        if error is not None:
            raise error
        return Reply(text="here", model="gated")

    async def aclose(self) -> None:
        pass


class Asked:
    """Calls under way, and how each ended."""

    def __init__(self, breaker: Breaker, group: anyio.abc.TaskGroup) -> None:
        self._breaker = breaker
        self._group = group
        self.ended: dict[int, Reply | Exception] = {}

    def ask(self, *turns: int) -> None:
        for turn in turns:
            self._group.start_soon(self._ask, turn)

    async def _ask(self, turn: int) -> None:
        try:
            self.ended[turn] = await Call(asking(turn=turn)).of(self._breaker)
        except Exception as error:  # noqa: BLE001 - kept for the test to look at
            self.ended[turn] = error


def dead() -> ModelFailedError:
    return ModelFailedError("the server answered 500 (tried 10 times in 140 s)")


async def test_calls_that_all_fail_are_lost_together_and_none_before() -> None:
    model = Gated()
    async with anyio.create_task_group() as group:
        asked = Asked(Breaker(model, failures=3, hold_seconds=LONG), group)
        asked.ask(0, 1, 2, 3)
        await anyio.wait_all_tasks_blocked()
        model.end(0, dead())
        model.end(1, dead())
        await anyio.wait_all_tasks_blocked()
        assert asked.ended == {}, "they may be two of many"
        model.end(2, dead())
        await anyio.wait_all_tasks_blocked()
        assert sorted(asked.ended) == [0, 1, 2]
        assert all(isinstance(error, ModelLostError) for error in asked.ended.values())
        assert "the last 3 calls of the model failed, all in a row: the server answered 500" in str(
            asked.ended[0]
        )
        group.cancel_scope.cancel()


async def test_a_reply_shows_that_the_server_is_there() -> None:
    model = Gated()
    async with anyio.create_task_group() as group:
        asked = Asked(Breaker(model, failures=3, hold_seconds=LONG), group)
        asked.ask(0, 1, 2, 3, 4)
        await anyio.wait_all_tasks_blocked()
        model.end(0, dead())
        model.end(1, dead())
        model.end(2)
        await anyio.wait_all_tasks_blocked()
        assert isinstance(asked.ended[2], Reply)
        assert [type(asked.ended[turn]) for turn in (0, 1)] == [ModelFailedError] * 2
        model.end(3, dead())
        await anyio.wait_all_tasks_blocked()
        assert 3 not in asked.ended, "the count began anew: it may be one of many again"
        group.cancel_scope.cancel()


async def test_a_call_that_nobody_else_is_with_fails_after_a_while() -> None:
    model = Gated()
    breaker = Breaker(model, failures=3, hold_seconds=SOON)
    for turn in range(2):
        model.end(turn, dead())
        with pytest.raises(ModelFailedError) as failed:
            await Call(asking(turn=turn)).of(breaker)
        assert type(failed.value) is ModelFailedError
    model.end(2, dead())
    with pytest.raises(ModelLostError):
        await Call(asking(turn=2)).of(breaker)


@pytest.mark.parametrize("error", [ModelRefusedError("wrong key"), NoReplyError("no such turn")])
async def test_other_ends_pass_at_once(error: Exception) -> None:
    model = Gated()
    model.end(0, error)
    with anyio.fail_after(10), pytest.raises(type(error)) as raised:
        await Call(asking()).of(Breaker(model, failures=1, hold_seconds=LONG))
    assert raised.value is error


async def test_a_call_that_is_cancelled_holds_no_other_back() -> None:
    model = Gated()
    async with anyio.create_task_group() as outer:
        breaker = Breaker(model, failures=3, hold_seconds=SOON)
        async with anyio.create_task_group() as inner:
            Asked(breaker, inner).ask(0)
            await anyio.wait_all_tasks_blocked()
            kept = Asked(breaker, outer)
            kept.ask(1)
            model.end(1, dead())
            await anyio.wait_all_tasks_blocked()
            assert kept.ended == {}
            inner.cancel_scope.cancel()
    assert isinstance(kept.ended[1], ModelFailedError)


class Filtering(Gated):
    """A server that answers, and will not have what some problems say."""

    async def reply(
        self,
        request: ChatRequest,
        *,
        on_text: Callable[[str], None],
        on_backoff: Callable[[Backoff], None],
    ) -> Reply:
        await anyio.lowlevel.checkpoint()
        raise RequestRefusedError("the server answered 400: the prompt was filtered")


async def refusals(problems: int, chains: int) -> list[type[Exception]]:
    breaker = Breaker(Filtering(), failures=4, hold_seconds=SOON)
    ended: list[type[Exception]] = []

    async def ask(problem: str, chain: int) -> None:
        try:
            await Call(asking(problem, chain, 0)).of(breaker)
        except ModelFailedError as error:
            ended.append(type(error))

    async with anyio.create_task_group() as group:
        for problem in range(problems):
            for chain in range(chains):
                group.start_soon(ask, f"P/{problem}", chain)
    return ended


async def test_a_problem_whose_prompt_is_refused_does_not_end_the_run() -> None:
    assert await refusals(problems=1, chains=8) == [RequestRefusedError] * 8


async def test_a_server_that_refuses_every_problem_does() -> None:
    assert await refusals(problems=4, chains=2) == [ModelLostError] * 8
