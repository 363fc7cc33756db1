"""`docker kill` under a program: its work is done again, but not for ever, and it is not to blame."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import anyio
import pytest
from anyio.abc import TaskGroup

from perftui.engine.budget import Ledger
from perftui.engine.judges import MAX_LOSSES, Judges
from perftui.engine.timers import MAX_LOSSES as MAX_TIMING_LOSSES
from perftui.engine.timers import Contest, Timers
from perftui.events.model import Stage
from perftui.events.plan import TimingBudget
from perftui.judging.model import Verdict
from perftui.problems.model import Problem, TestCase
from perftui.refine.actions import Measure
from perftui.sandbox.cores import Cores
from perftui.sandbox.docker import DockerEngine
from perftui.sandbox.pool import WarmPool
from perftui.sandbox.protocol import Limits
from perftui.timing.inputs import Known
from perftui.timing.model import Measurement

pytestmark = pytest.mark.docker

FAST = "def f(n):\n    return sum(i * i for i in range(n))\n"
SLOW = "def f(n):\n    sum(range(2 * n))\n    return sum(i * i for i in range(n))\n"
SLEEPY = f"import time\ntime.sleep(0.3)\n{FAST}"
PROBLEM = Problem(
    id="P/1",
    title="squares",
    kind="function",
    statement="",
    entry_point="f",
    tests=(TestCase(name="t1", input='{"t":[20000]}', expected="2666466670000"),),
    benchmark="b",
)


class Killer:
    """Kills all containers of this process a while after a stage has begun, as often as it is told to."""

    def __init__(self, engine: DockerEngine, tasks: TaskGroup) -> None:
        self._engine = engine
        self._tasks = tasks
        self.kills = 0
        self.losses: list[int] = []

    def on_stage(self, stage: Stage) -> None:
        if stage in {"judging", "timing"} and self.kills:
            self.kills -= 1
            self._tasks.start_soon(self._kill)

    async def on_loss(self, _reason: str, loss: int) -> None:
        self.losses.append(loss)

    async def _kill(self) -> None:
        await anyio.sleep(0.1)
        running = await self._engine.containers(f"perftui.owner.pid={os.getpid()}")
        await anyio.run_process(["docker", "kill", *(one.id for one in running)], check=False)


@pytest.fixture
async def killer(docker_engine: DockerEngine) -> AsyncIterator[Killer]:
    async with anyio.create_task_group() as tasks:
        yield Killer(docker_engine, tasks)


async def judged(judges: Judges, killer: Killer, program: str) -> Verdict:
    verdict, _ = await judges.verdict(
        PROBLEM, program, Limits(), on_stage=killer.on_stage, on_loss=killer.on_loss
    )
    return verdict


async def test_a_program_is_judged_again_and_after_some_losses_given_up(
    docker_pool: WarmPool, killer: Killer
) -> None:
    judges = Judges(docker_pool, Cores((0, 1)), {}, all_tests=False)
    with anyio.fail_after(60):
        killer.kills = 1
        assert (await judged(judges, killer, SLEEPY)).kind == "correct"
        assert killer.losses
        killer.kills = MAX_LOSSES
        given_up = await judged(judges, killer, f"{SLEEPY}AGAIN = True\n")
        assert given_up.kind == "infrastructure"
        assert given_up.failed_test is None
        assert f"lost {MAX_LOSSES} times" in given_up.reason
        # It is not known by that: asked again, it is judged.
        assert (await judged(judges, killer, f"{SLEEPY}AGAIN = True\n")).kind == "correct"


async def test_a_measurement_is_made_again_and_after_some_losses_given_up(
    docker_pool: WarmPool, killer: Killer
) -> None:
    ledger = Ledger(TimingBudget(candidate_seconds=1.5), problems=1)
    timers = Timers(docker_pool, Cores((0, 1)), {}, ledger)

    async def measured(candidate: str) -> Measurement:
        contest = Contest(
            problem=PROBLEM,
            inputs=tuple(Known(test=test, origin="test", work_ns=1_000_000) for test in PROBLEM.tests),
            measure=Measure(candidate=candidate, best=None, seed=candidate),
            programs={candidate: f"{FAST}{candidate} = 1\n", "reference": SLOW},
            reference="reference",
            limits=Limits(),
        )
        found, _ = await timers.measurement(
            contest,
            on_stage=killer.on_stage,
            on_progress=lambda *_: None,
            on_loss=killer.on_loss,
        )
        return found

    with anyio.fail_after(60):
        killer.kills = 1
        again = await measured("one")
        assert killer.losses
        assert again.vs_reference is not None
        assert again.vs_reference.pairs > 0
        killer.kills = MAX_TIMING_LOSSES
        given_up = await measured("another")
    assert (given_up.verdict, given_up.flags) == ("unmeasured", ("sandbox-lost",))
    assert f"lost {MAX_TIMING_LOSSES} times" in given_up.reason
