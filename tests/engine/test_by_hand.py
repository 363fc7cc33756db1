"""What a person does in step mode: each answer is a fact of the chain, and the chain goes on from it."""

from __future__ import annotations

import anyio
import pytest

from perftui.events.commands import (
    Again,
    Choose,
    Command,
    Decide,
    Decision,
    End,
    GoOn,
    MeasureAgain,
    Requeue,
    Retune,
    Send,
    Skip,
    Write,
)
from perftui.events.reduce import replay
from perftui.events.state import ChainState
from perftui.llm.model import Message
from perftui.refine.actions import Ask, Finish, Measure
from tests.engine.test_engine import GOOD_CHAIN, only, problem, rig, until

MINE = "def double(x):\n    return x + x  # mine\n"


class Stepper:
    """Answers what is held, action by action."""

    def __init__(self, **options: object) -> None:
        self.rig = rig([problem()], {("double", 0): GOOD_CHAIN}, step=True, **options)
        self.answered = 0

    @property
    def chain(self) -> ChainState:
        return only(self.rig).chains[0]

    async def held(self, kind: type) -> object:
        await until(lambda: isinstance(self.chain.held, kind))
        return self.chain.held

    async def answer(self, kind: type, decision: Decision) -> None:
        await self.held(kind)
        action = self.chain.held
        round_ = self.chain.held_round
        assert round_ is not None
        self.send(Decide(problem="double", attempt=1, chain=0, round=round_, decision=decision))
        await until(lambda: self.chain.held is not action)

    def send(self, command: Command) -> None:
        self.rig.engine.steering.send(command)


async def stepped(stepper: Stepper, *answers: tuple[type, Decision]) -> ChainState:
    async with anyio.create_task_group() as group:
        group.start_soon(stepper.rig.engine.run)
        for kind, decision in answers:
            await stepper.answer(kind, decision)
        stepper.rig.engine.steering.step(None, on=False)
    return stepper.chain


async def test_every_action_is_held_and_a_measurement_can_be_left_out() -> None:
    chain = await stepped(Stepper(), (Ask, Send()), (Measure, Skip()), (Ask, End()))
    assert chain.rounds[0].measurement is None
    assert chain.rounds[0].outcome is not None
    assert chain.rounds[0].outcome.reason.startswith("not timed, by hand")
    assert chain.ended == "ended by hand"


async def test_an_edited_prompt_is_what_is_sent_and_stored() -> None:
    stepper = Stepper()
    mine = (Message(role="user", content="my own words"),)
    chain = await stepped(stepper, (Ask, Send(messages=mine, temperature=0.3)), (Measure, End()))
    assert chain.rounds[0].ask.messages == mine
    assert chain.rounds[0].ask.hand == ("prompt", "temperature")
    assert stepper.rig.model.asked[0].messages == mine
    assert stepper.rig.model.asked[0].temperature == 0.3


async def test_a_program_by_hand_is_judged_and_timed_as_a_round_of_its_own() -> None:
    stepper = Stepper()
    chain = await stepped(
        stepper, (Ask, Send()), (Measure, Send()), (Ask, Write(code=MINE)), (Measure, Send()), (Ask, Send())
    )
    mine = chain.rounds[1]
    assert mine.code == MINE
    assert mine.ask.hand == ("program",)
    assert mine.verdict is not None
    assert mine.verdict.correct
    assert mine.measurement is not None
    assert [request.turn for request in stepper.rig.model.asked[:2]] == [0, 1]


async def test_the_chain_goes_on_from_the_program_that_was_chosen() -> None:
    stepper = Stepper()
    async with anyio.create_task_group() as group:
        group.start_soon(stepper.rig.engine.run)
        await stepper.answer(Ask, Send())
        await stepper.answer(Measure, Send())
        await stepper.answer(Ask, Send())
        await stepper.answer(Measure, Send())
        await until(lambda: isinstance(stepper.chain.held, Ask | Finish))
        first = stepper.chain.rounds[0]
        await stepper.answer(Ask | Finish, Choose(candidate=first.candidate or ""))
        await until(lambda: stepper.chain.held is not None)
        taken = stepper.chain.rounds[2]
        assert taken.candidate == first.candidate
        assert taken.outcome is not None
        assert taken.outcome.kind == "taken"
        stepper.send(Decide(problem="double", attempt=1, chain=0, round=3, decision=End()))
        stepper.rig.engine.steering.step(None, on=False)
    assert stepper.chain.best == first.candidate


async def test_an_earlier_question_is_asked_again_at_another_temperature() -> None:
    stepper = Stepper()
    chain = await stepped(
        stepper, (Ask, Send()), (Measure, Send()), (Ask, Again(round=0, temperature=1.1)), (object, End())
    )
    assert chain.rounds[1].ask.hand == ("again",)
    assert chain.rounds[1].ask.messages == chain.rounds[0].ask.messages
    assert stepper.rig.model.asked[1].temperature == 1.1


async def test_an_end_that_is_held_can_be_put_off() -> None:
    stepper = Stepper()
    async with anyio.create_task_group() as group:
        group.start_soon(stepper.rig.engine.run)
        while not isinstance(stepper.chain.held, Finish):
            await until(lambda: stepper.chain.held is not None)
            if not isinstance(stepper.chain.held, Finish):
                await stepper.answer(object, Send())
        count = len(stepper.chain.rounds)
        await stepper.answer(Finish, Write(code=MINE))
        await until(lambda: len(stepper.chain.rounds) == count + 1)
        stepper.rig.engine.steering.step(None, on=False)
    assert stepper.chain.rounds[count].code == MINE
    assert stepper.chain.ended is not None


@pytest.mark.parametrize(("attempt", "round_"), [(2, 0), (1, 5)])
async def test_an_answer_to_another_action_does_nothing(attempt: int, round_: int) -> None:
    stepper = Stepper()
    async with anyio.create_task_group() as group:
        group.start_soon(stepper.rig.engine.run)
        await stepper.held(Ask)
        stepper.send(Decide(problem="double", attempt=attempt, chain=0, round=round_, decision=End()))
        await anyio.wait_all_tasks_blocked()
        assert isinstance(stepper.chain.held, Ask)
        await stepper.answer(Ask, GoOn())
    assert only(stepper.rig).status == "solved"


async def test_the_log_tells_all_of_it_again() -> None:
    stepper = Stepper()
    await stepped(stepper, (Ask, Send()), (Measure, Send()), (Ask, Write(code=MINE)))
    told = replay(stepper.rig.log.events).problems["double"].chains[0]
    assert told.rounds == stepper.chain.rounds


async def test_measuring_again_stands_beside_the_first_measurement() -> None:
    r = rig([problem()], {("double", 0): GOOD_CHAIN}, linger=True)
    async with anyio.create_task_group() as group:
        group.start_soon(r.engine.run)
        await until(lambda: r.state.status == "done")
        before = only(r).chains[0].rounds[0]
        r.engine.steering.send(MeasureAgain(problem="double", attempt=1, chain=0, round=0))
        r.engine.steering.send(MeasureAgain(problem="double", attempt=7, chain=0, round=0))
        r.engine.steering.send(MeasureAgain(problem="nobody", attempt=1, chain=0, round=0))
        await until(lambda: len(only(r).chains[0].rounds[0].again) == 1)
        r.engine.steering.stop()
    after = only(r).chains[0].rounds[0]
    assert after.measurement == before.measurement
    assert r.state.status == "done"


async def test_bounds_change_while_the_run_goes_on_and_are_kept() -> None:
    r = rig([problem()], {("double", 0): GOOD_CHAIN}, linger=True)
    async with anyio.create_task_group() as group:
        group.start_soon(r.engine.run)
        r.engine.steering.send(Retune(open_problems=3, timing_seconds=0, dollars=2.5))
        await until(lambda: r.state.plan is not None and r.state.plan.open_problems == 3)
        r.engine.steering.stop()
    plan = replay(r.log.events).plan
    assert plan is not None
    assert (plan.open_problems, plan.budget.run_seconds, plan.dollars) == (3, None, 2.5)


async def test_requeue_solves_anew_what_infrastructure_failed_and_nothing_else() -> None:
    r = rig([problem("a"), problem("b")], {("b", 0): GOOD_CHAIN}, linger=True)
    async with anyio.create_task_group() as group:
        group.start_soon(r.engine.run)
        await until(lambda: r.state.status == "done")
        failed = {id_ for id_, p in r.state.problems.items() if p.status == "infrastructure"}
        r.engine.steering.send(Requeue())
        await until(lambda: all(r.state.problems[id_].attempt == 2 for id_ in failed))
        r.engine.steering.stop()
    assert r.state.problems["b"].attempt == 1
