from __future__ import annotations

from collections.abc import Callable

import anyio
import pytest

from perftui.events.commands import End, Send, Skip
from perftui.events.model import ChainEnded, ReplyReceived, RunEnded, SandboxLost
from perftui.events.reduce import replay
from perftui.events.state import ProblemState
from perftui.llm.model import ModelFailedError, ModelRefusedError
from perftui.refine.actions import Measure
from perftui.sandbox.protocol import CallFact, JudgeJob
from tests.engine.harness import DEADLY, OTHER_RIGHT, RIGHT, WRONG, Rig, fenced, problem, rig

GOOD_CHAIN = [fenced(RIGHT), fenced(OTHER_RIGHT), fenced(OTHER_RIGHT)]
REPAIRED_CHAIN = [
    fenced(WRONG),
    "It forgot to double.",
    fenced(RIGHT),
    fenced(WRONG),
    fenced(OTHER_RIGHT),
    fenced(RIGHT),
]


async def until(condition: Callable[[], bool]) -> None:
    with anyio.fail_after(10):
        while not condition():
            await anyio.lowlevel.checkpoint()


def only(r: Rig) -> ProblemState:
    (state,) = r.state.problems.values()
    return state


async def test_a_run_goes_through_all_rounds_and_says_that_it_is_done() -> None:
    r = rig([problem()], {("double", 0): GOOD_CHAIN, ("double", 1): REPAIRED_CHAIN}, chains=2)
    await r.engine.run()
    state = only(r)
    assert r.state.status == "done"
    assert state.status == "solved"
    labels = [[round_.ask.label.split()[0] for round_ in chain.rounds] for chain in state.chains]
    assert labels == [
        ["base", "optimise", "slowest"],
        ["base", "reflect", "fix", "optimise", "repair", "slowest"],
    ]
    assert [chain.best is not None for chain in state.chains] == [True, True]


async def test_a_program_is_judged_once_however_many_chains_write_it() -> None:
    r = rig([problem()], {("double", n): GOOD_CHAIN for n in range(4)}, chains=4)
    await r.engine.run()
    assert sorted(r.pool.sandbox.judged) == sorted([RIGHT, OTHER_RIGHT])


@pytest.mark.parametrize("chains", [1, 2])
async def test_resuming_at_any_point_leads_to_the_same_facts_and_asks_for_nothing_twice(chains: int) -> None:
    script = {("double", 0): REPAIRED_CHAIN, ("double", 1): GOOD_CHAIN}
    whole = rig([problem()], script, chains=chains)
    await whole.engine.run()
    expected = [[r.outcome for r in chain.rounds] for chain in only(whole).chains]
    for length in range(1, len(whole.log.events)):
        past = whole.log.events[:length]
        resumed = rig([problem()], script, past=past, chains=chains)
        await resumed.engine.run()
        assert [[r.outcome for r in chain.rounds] for chain in only(resumed).chains] == expected, length
        received = {(e.chain, e.round) for e in past if isinstance(e, ReplyReceived)}
        asked = {(request.chain, request.turn) for request in resumed.model.asked}
        assert not received & asked, length
        assert len(asked) == len(resumed.model.asked), length


async def test_a_recording_that_runs_out_ends_the_chain_and_says_so() -> None:
    r = rig([problem()], {("double", 0): GOOD_CHAIN[:1]})
    await r.engine.run()
    (chain,) = only(r).chains
    assert chain.how == "finished"
    assert "turn 1" in (chain.ended or "")
    assert only(r).status == "solved"


async def test_a_server_that_fails_is_infrastructure_and_no_fault_of_the_program() -> None:
    r = rig([problem()], {("double", 0): [ModelFailedError("the server answers 500")]})
    await r.engine.run()
    assert only(r).status == "infrastructure"
    assert "500" in only(r).reason
    assert r.state.status == "done"


async def test_a_refused_key_stops_the_run_which_can_be_resumed() -> None:
    r = rig([problem()], {("double", 0): [ModelRefusedError("the key is refused")]})
    with pytest.raises(ModelRefusedError, match="refused"):
        await r.engine.run()
    last = r.log.events[-1]
    assert isinstance(last, RunEnded)
    assert last.how == "failed"
    again = rig([problem()], {("double", 0): GOOD_CHAIN}, past=r.log.events)
    await again.engine.run()
    assert only(again).status == "solved"


async def test_a_lost_sandbox_is_tried_again_within_a_bound_and_never_blamed_on_the_program() -> None:
    r = rig([problem()], {("double", 0): [fenced(DEADLY)]})
    await r.engine.run()
    assert sum(isinstance(event, SandboxLost) for event in r.log.events) == 3
    (chain,) = only(r).chains
    assert chain.rounds[0].verdict is not None
    assert chain.rounds[0].verdict.kind == "infrastructure"
    assert chain.how == "infrastructure"
    assert only(r).status == "infrastructure"


async def test_a_fault_of_perftui_ends_the_chain_and_not_the_run() -> None:
    script = {("a", 0): [RuntimeError("a bug")], ("b", 0): GOOD_CHAIN}
    r = rig([problem("a"), problem("b")], script)
    await r.engine.run()
    assert r.state.problems["a"].status == "infrastructure"
    assert "a bug" in r.state.problems["a"].reason
    assert r.state.problems["b"].status == "solved"


async def test_stopping_interrupts_and_resuming_goes_on() -> None:
    r = rig([problem()], {("double", 0): GOOD_CHAIN}, step=True)
    async with anyio.create_task_group() as group:
        group.start_soon(r.engine.run)
        await until(lambda: bool(r.state.problems["double"].chains[0].held))
        r.engine.steering.stop()
    assert r.state.status == "interrupted"
    again = rig([problem()], {("double", 0): GOOD_CHAIN}, past=r.log.events)
    await again.engine.run()
    assert only(again).status == "solved"
    assert again.kinds.count("ProblemStarted") == 1


async def test_stepping_holds_each_action_and_does_what_is_decided() -> None:
    r = rig([problem()], {("double", 0): GOOD_CHAIN}, step=True)

    def held(round_: int) -> Callable[[], bool]:
        return lambda: (chain := only(r).chains[0]).held is not None and len(chain.rounds) == round_ + 1

    async with anyio.create_task_group() as group:
        group.start_soon(r.engine.run)
        await until(held(0))
        assert r.model.asked == []
        r.engine.steering.decide("double", 0, Send())
        await until(lambda: isinstance(only(r).chains[0].held, Measure))
        r.engine.steering.decide("double", 0, Send())
        await until(held(1))
        assert len(r.model.asked) == 1
        r.engine.steering.decide("double", 0, Skip())
        await until(held(2))
        r.engine.steering.decide("double", 0, End())
    (chain,) = only(r).chains
    assert [round_.end for round_ in chain.rounds] == ["replied", "skipped", "skipped"]
    assert chain.ended == "ended by hand"
    assert chain.best is not None
    assert len(r.model.asked) == 1


async def test_a_paused_run_asks_nothing_until_it_goes_on() -> None:
    r = rig([problem("a"), problem("b")], {("a", 0): GOOD_CHAIN, ("b", 0): GOOD_CHAIN})
    r.engine.steering.pause()
    async with anyio.create_task_group() as group:
        group.start_soon(r.engine.run)
        await until(lambda: r.state.status == "paused")
        await anyio.wait_all_tasks_blocked()
        assert r.model.asked == []
        r.engine.steering.unpause()
    assert r.state.status == "done"
    assert len(r.model.asked) == 6


async def test_cancelling_a_problem_ends_its_chains_and_leaves_the_others() -> None:
    r = rig([problem("a"), problem("b")], {("a", 0): GOOD_CHAIN, ("b", 0): GOOD_CHAIN}, step=True)
    async with anyio.create_task_group() as group:
        group.start_soon(r.engine.run)
        await until(lambda: r.state.problems["a"].chains[0].held is not None)
        r.engine.steering.cancel("a")
        await until(lambda: r.state.problems["a"].status == "cancelled")
        r.engine.steering.step(None, on=False)
    assert r.state.problems["b"].status == "solved"
    assert [e.how for e in r.log.events if isinstance(e, ChainEnded) and e.problem == "a"] == ["cancelled"]


async def test_a_problem_can_be_cancelled_before_its_turn_comes() -> None:
    script = {("a", 0): GOOD_CHAIN, ("b", 0): GOOD_CHAIN}
    r = rig([problem("a"), problem("b")], script, step=True, open_problems=1)
    async with anyio.create_task_group() as group:
        group.start_soon(r.engine.run)
        await until(lambda: r.state.problems["a"].chains[0].held is not None)
        r.engine.steering.cancel("b")
        await until(lambda: r.state.problems["b"].status == "cancelled")
        r.engine.steering.step(None, on=False)
    assert r.state.problems["a"].status == "solved"
    assert {request.problem for request in r.model.asked} == {"a"}


async def test_a_fault_of_perftui_under_a_reference_ends_the_problem_and_not_the_run() -> None:
    r = rig([problem("a"), problem("b")], {("a", 0): GOOD_CHAIN, ("b", 0): GOOD_CHAIN})
    judge = r.pool.sandbox.judge

    async def once_broken(job: JudgeJob, on_call: Callable[[CallFact], bool]) -> None:
        r.pool.sandbox.judge = judge  # type: ignore[method-assign]
        raise RuntimeError("a bug")

    r.pool.sandbox.judge = once_broken  # type: ignore[method-assign]
    await r.engine.run()
    states = {name: state.status for name, state in r.state.problems.items()}
    assert sorted(states.values()) == ["infrastructure", "solved"]
    assert r.state.status == "done"


async def test_a_rerun_is_another_attempt_beside_the_old_one() -> None:
    r = rig([problem()], {("double", 0): GOOD_CHAIN}, linger=True)
    async with anyio.create_task_group() as group:
        group.start_soon(r.engine.run)
        await until(lambda: r.state.status == "done")
        r.engine.steering.rerun("double")
        await until(lambda: only(r).attempt == 2 and only(r).status == "solved")
        await until(lambda: r.state.status == "done")
        r.engine.steering.stop()
    assert len(only(r).earlier) == 1
    assert only(r).earlier[0].status == "solved"
    assert r.state.status == "done"
    assert replay(r.log.events).problems["double"].attempt == 2


async def test_a_run_that_is_done_is_paused_only_when_there_is_work_again() -> None:
    r = rig([problem()], {("double", 0): GOOD_CHAIN}, linger=True)
    async with anyio.create_task_group() as group:
        group.start_soon(r.engine.run)
        await until(lambda: r.state.status == "done")
        r.engine.steering.pause()
        r.engine.steering.rerun("double")
        await until(lambda: only(r).attempt == 2)
        assert r.state.status == "paused"
        assert r.kinds[-4:] == ["RunEnded", "RunResumed", "RunPaused", "ProblemStarted"]
        r.engine.steering.unpause()
        await until(lambda: r.state.status == "done")
        r.engine.steering.stop()
    assert only(r).status == "solved"


async def test_a_watcher_is_given_the_past_and_what_comes() -> None:
    r = rig([problem()], {("double", 0): GOOD_CHAIN})
    session = r.engine.watch(from_start=True)
    await r.engine.run()
    facts = [e for e in session.drain() if e.seq]
    assert [e.seq for e in facts] == list(range(1, len(r.log.events) + 1))
    assert session.drain() == []
