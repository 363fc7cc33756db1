"""Replies that the runs of a sweep share: only the very same question, only of the same model."""

from __future__ import annotations

import msgspec
import pytest

from perftui.events.model import ActionTaken, ReplyReceived
from perftui.events.plan import RunPlan
from perftui.llm.model import ChatRequest, Message, Reply
from perftui.refine.actions import Ask
from perftui.store.sharing import SharedReplies
from perftui.store.sweeps import Sweep
from perftui.store.writer import Store
from tests.support.story import ENVIRONMENT, head_of, plan, problem

PROBLEMS = [problem("P/1"), problem("P/2")]
ASK = Ask(phase="base", label="base", messages=(Message(role="user", content="please"),), temperature=0.7)
SAME = ChatRequest(problem="P/1", chain=0, turn=0, messages=ASK.messages, temperature=0.7)


def with_(request: ChatRequest, **change: object) -> ChatRequest:
    return msgspec.structs.replace(request, **change)


async def swept(store: Store, *changes: dict[str, object], fresh: bool = False) -> Sweep:
    """A sweep with a run for each change of the plan, of which all but the last have begun."""
    plans = [msgspec.structs.replace(plan(PROBLEMS), **{"model": "test/a", **change}) for change in changes]
    sweep = await store.create_sweep(plans, PROBLEMS, fresh=fresh)
    for cell in sweep.cells[:-1]:
        await begun(store, cell.plan)
    return await latest(store, sweep)


async def latest(store: Store, sweep: Sweep) -> Sweep:
    again = await store.sweep(sweep.id)
    assert again is not None
    return again


async def begun(store: Store, plan: RunPlan) -> str:
    return await store.create_run(plan, ENVIRONMENT, PROBLEMS, [head_of(p) for p in PROBLEMS])


async def ask(store: Store, run: str | None, place: int = 0, *, attempt: int = 1) -> None:
    assert run is not None
    where = {"run": run, "problem": "P/1", "attempt": attempt, "chain": place, "round": 0}
    await store.append(ActionTaken(**where, ask=ASK))  # type: ignore[arg-type]


async def answer(store: Store, run: str | None, text: str, place: int = 0, *, attempt: int = 1) -> None:
    await ask(store, run, place, attempt=attempt)
    where = {"run": run, "problem": "P/1", "attempt": attempt, "chain": place, "round": 0}
    await store.append(ReplyReceived(**where, reply=Reply(text=text, model="fake-1")))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "request_",
    [
        with_(SAME, problem="P/2"),
        with_(SAME, chain=1),
        with_(SAME, turn=1),
        with_(SAME, temperature=0.0),
        with_(SAME, messages=(Message(role="user", content="please?"),)),
        with_(SAME, messages=(*ASK.messages, Message(role="user", content="please"))),
    ],
    ids=["problem", "chain", "turn", "temperature", "words", "one more message"],
)
async def test_only_the_very_same_question_has_a_reply(store: Store, request_: ChatRequest) -> None:
    sweep = await swept(store, {}, {"strategy": "b"})
    await answer(store, sweep.cells[0].run, "first")
    shared = SharedReplies(store, sweep.cells[1].plan)
    reply = await shared(SAME)
    assert reply is not None
    assert (reply.text, reply.reused) == ("first", True)
    assert await shared(request_) is None


@pytest.mark.parametrize(
    "other",
    [{"model": "test/b"}, {"base_url": "http://else.where"}, {"max_tokens": 100}],
    ids=lambda o: next(iter(o)),
)
async def test_another_model_or_bound_shares_nothing(store: Store, other: dict[str, object]) -> None:
    sweep = await swept(store, {}, other)
    await answer(store, sweep.cells[0].run, "first")
    assert await SharedReplies(store, sweep.cells[1].plan)(SAME) is None


async def test_a_question_that_waits_for_its_reply_has_none(store: Store) -> None:
    sweep = await swept(store, {}, {})
    await ask(store, sweep.cells[0].run)
    assert await SharedReplies(store, sweep.cells[1].plan)(SAME) is None


async def test_a_fresh_sweep_shares_nothing_and_neither_do_others(store: Store) -> None:
    fresh = await swept(store, {}, {}, fresh=True)
    await answer(store, fresh.cells[0].run, "first")
    assert await SharedReplies(store, fresh.cells[1].plan)(SAME) is None
    another = await swept(store, {}, {})
    assert await SharedReplies(store, another.cells[1].plan)(SAME) is None
    with pytest.raises(ValueError, match="no sweep"):
        SharedReplies(store, plan(PROBLEMS))


async def test_a_problem_that_is_solved_anew_is_not_given_the_reply_it_had(store: Store) -> None:
    sweep = await swept(store, {}, {})
    await answer(store, sweep.cells[0].run, "first")
    run = await begun(store, sweep.cells[1].plan)
    shared = SharedReplies(store, sweep.cells[1].plan)
    assert await shared(SAME) is not None
    await answer(store, run, "first")
    assert await shared(SAME) is None
    await answer(store, sweep.cells[0].run, "elsewhere", 1)
    assert await shared(with_(SAME, chain=1)) is not None, "other chains are as before"


async def test_what_is_used_again_is_not_counted_as_a_call(store: Store) -> None:
    sweep = await swept(store, {}, {})
    run = sweep.cells[0].run or ""
    await answer(store, run, "paid for")
    reply = Reply(text="used again", model="fake-1", reused=True)
    await store.append(ReplyReceived(run=run, problem="P/1", chain=1, round=0, reply=reply))
    assert [summary.calls for summary in await store.runs()] == [1]
