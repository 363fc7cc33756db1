from __future__ import annotations

import anyio

from perftui.engine.steering import Steering
from perftui.events.commands import Decision, End, GoOn, Send, Skip
from perftui.events.model import Stepping


class Wishes:
    def __init__(self, *, stepping: bool = False) -> None:
        self.heard: list[str] = []
        self.stepping: list[Stepping] = []
        self.steering = Steering(
            on_pause=lambda: self.heard.append("pause"),
            on_unpause=lambda: self.heard.append("unpause"),
            on_cancel=lambda problem: self.heard.append(f"cancel {problem}"),
            on_rerun=lambda problem: self.heard.append(f"rerun {problem}"),
            on_stop=lambda: self.heard.append("stop"),
            on_spending=lambda: None,
            on_stepping=self.stepping.append,
            on_wish=lambda wish: self.heard.append(type(wish).__name__),
        )
        if stepping:
            self.steering.step(None, on=True)


def test_whose_actions_are_held_is_told_when_it_changes() -> None:
    wishes = Wishes()
    for problem, on in (("a", True), ("a", True), (None, True), ("b", False), (None, False)):
        wishes.steering.step(problem, on=on)
    told = [(one.by_default, one.others, one.holds("a"), one.holds("b")) for one in wishes.stepping]
    assert told == [
        (False, ("a",), True, False),
        (False, ("a",), True, False),
        (True, (), True, True),
        (True, ("b",), True, False),
        (False, (), False, False),
    ]


def test_pausing_twice_is_pausing_once() -> None:
    wishes = Wishes()
    wishes.steering.pause()
    wishes.steering.pause()
    wishes.steering.unpause()
    wishes.steering.unpause()
    assert wishes.heard == ["pause", "unpause"]


async def test_a_paused_run_waits_until_it_goes_on() -> None:
    wishes = Wishes()
    wishes.steering.pause()
    passed = anyio.Event()

    async def gate() -> None:
        await wishes.steering.until_unpaused()
        passed.set()

    async with anyio.create_task_group() as group:
        group.start_soon(gate)
        await anyio.wait_all_tasks_blocked()
        assert not passed.is_set()
        wishes.steering.unpause()
        with anyio.fail_after(5):
            await passed.wait()


async def decided(steering: Steering, answer: Decision) -> Decision:
    got: list[Decision] = []

    async def wait() -> None:
        got.append(await steering.decision("p", 0))

    async with anyio.create_task_group() as group:
        group.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        assert got == []
        steering.decide("p", 0, answer)
    return got[0]


async def test_a_held_action_waits_for_its_decision() -> None:
    steering = Wishes(stepping=True).steering
    assert await decided(steering, Skip()) == Skip()
    assert await decided(steering, End()) == End()
    assert await decided(steering, Send()) == Send()
    assert steering.steps("p")


async def test_go_on_sends_and_steps_this_problem_no_longer() -> None:
    steering = Wishes(stepping=True).steering
    assert await decided(steering, GoOn()) == Send()
    assert not steering.steps("p")
    assert steering.steps("another")


async def test_a_decision_given_before_the_action_was_held_does_not_count() -> None:
    steering = Wishes(stepping=True).steering
    steering.decide("p", 0, End())
    assert await decided(steering, Send()) == Send()


async def test_letting_go_of_all_sends_what_is_held() -> None:
    steering = Wishes(stepping=True).steering
    got: list[Decision] = []

    async def wait() -> None:
        got.append(await steering.decision("p", 0))

    async with anyio.create_task_group() as group:
        group.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        steering.step(None, on=False)
    assert got == [Send()]
