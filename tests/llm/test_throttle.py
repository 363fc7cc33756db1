"""No more calls at once than allowed, in the order of their coming."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import anyio.lowlevel
import pytest

from perftui.llm.model import Backoff, ChatModel, ChatRequest, ModelFailedError, Reply
from perftui.llm.throttle import Throttled
from tests.llm.conftest import Call, asking


class Gate:
    """A model whose calls wait to be let through, one by one."""

    name = "test/gate"
    recorded = False

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.doors: dict[int, anyio.Event] = {}
        self.backoff: Backoff | None = None
        self.closed = False

    async def reply(
        self,
        request: ChatRequest,
        *,
        on_text: Callable[[str], None],
        on_backoff: Callable[[Backoff], None],
    ) -> Reply:
        door = self.doors[request.turn] = anyio.Event()
        self.begun.append(request.turn)
        if self.backoff is not None:
            on_backoff(self.backoff)
        await door.wait()
        if request.turn == 99:
            raise ModelFailedError("broken")
        on_text("x")
        return Reply(text="x", model=self.name)

    async def aclose(self) -> None:
        self.closed = True


async def until(condition: Callable[[], object]) -> None:
    with anyio.fail_after(5):
        while not condition():
            await anyio.lowlevel.checkpoint()


async def test_calls_wait_for_their_turn_in_order() -> None:
    gate = Gate()
    model = Throttled(gate, 2)
    async with anyio.create_task_group() as group:
        for turn in range(5):
            group.start_soon(Call(asking(turn=turn)).of, model)
            await until(lambda turn=turn: len(gate.begun) + model.waiting == turn + 1)
        assert (model.in_flight, model.waiting, model.backing_off, model.calls) == (2, 3, 0, 2)
        for turn in range(5):
            gate.doors[turn].set()
            await until(lambda turn=turn: len(gate.begun) == min(5, turn + 3))
            assert model.in_flight <= 2
    assert gate.begun == [0, 1, 2, 3, 4]
    assert (model.in_flight, model.waiting) == (0, 0)


async def test_a_call_that_backs_off_is_counted_apart_and_keeps_its_place() -> None:
    gate = Gate()
    gate.backoff = Backoff(seconds=60.0, attempt=1, reason="429")
    model = Throttled(gate, 1)
    call = Call(asking(turn=0))
    async with anyio.create_task_group() as group:
        group.start_soon(call.of, model)
        await until(lambda: gate.begun)
        assert (model.in_flight, model.backing_off) == (0, 1)
        assert call.backoffs == [gate.backoff]
        gate.doors[0].set()
    assert (model.in_flight, model.backing_off) == (0, 0)


async def test_failure_and_cancellation_give_the_place_back() -> None:
    gate = Gate()
    model = Throttled(gate, 1)
    async with anyio.create_task_group() as group:
        group.start_soon(Call(asking(turn=0)).of, model)
        await until(lambda: gate.begun)
        group.start_soon(Call(asking(turn=1)).of, model)
        await until(lambda: model.waiting == 1)
        group.cancel_scope.cancel()
    assert (model.in_flight, model.waiting) == (0, 0)
    async with anyio.create_task_group() as group:
        group.start_soon(expect_failure, model)
        await until(lambda: 99 in gate.doors)
        gate.doors[99].set()
    assert model.in_flight == 0


async def expect_failure(model: ChatModel) -> None:
    with pytest.raises(ModelFailedError):
        await Call(asking(turn=99)).of(model)


async def test_it_stands_for_the_model_inside() -> None:
    gate = Gate()
    model = Throttled(gate, 1)
    assert (model.name, model.recorded, model.inner) == ("test/gate", False, gate)
    await model.aclose()
    assert gate.closed
