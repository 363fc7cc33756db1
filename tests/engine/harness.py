"""An engine over a made-up sandbox, a scripted model and a log in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec

from perftui.engine.budget import Ledger
from perftui.engine.chains import Tools
from perftui.engine.engine import Engine
from perftui.engine.hub import Hub
from perftui.engine.judges import Judges
from perftui.engine.preparers import Preparers
from perftui.engine.recall import recall
from perftui.engine.steering import Steering
from perftui.engine.timers import Timers
from perftui.events.model import RunResumed, RunStarted, StoredEvent
from perftui.events.plan import Environment, ProblemHead, RunPlan
from perftui.events.reduce import replay
from perftui.events.state import ProblemState, RunState
from perftui.llm.model import Backoff, ChatRequest, NoReplyError, Reply
from perftui.preparing.cache import AnswerCache
from perftui.problems.model import Problem, TestCase
from perftui.refine.catalogue import find_strategy
from perftui.refine.chain import StrategySettings
from perftui.sandbox.cores import Cores
from perftui.sandbox.protocol import (
    CallFact,
    JudgeJob,
    Sandbox,
    SandboxInfo,
    SandboxLostError,
    SandboxPool,
    TrialFact,
    TrialJob,
)
from perftui.values import encode

INFO = SandboxInfo(kind="process", confinement="none: made up for tests", clock="none", python="3.11")

RIGHT = "def double(x):\n    return 2 * x\n"
OTHER_RIGHT = "def double(x):\n    return x + x\n"
WRONG = "def double(x):\n    return x\n"
DEADLY = "def double(x):\n    sandbox_breaks()\n"

_RESULTS: Mapping[str, Callable[[int], int]] = {
    "2 * x": lambda x: 2 * x,
    "x + x": lambda x: x + x,
    "return x\n": lambda x: x,
}


def problem(name: str = "double") -> Problem:
    return Problem(
        id=name,
        title=name,
        kind="function",
        statement="Double a number.",
        stub="def double(x):\n",
        entry_point="double",
        references=(RIGHT,),
        tests=tuple(TestCase(name=f"t{n}", input=encode((n,)), expected=encode(2 * n)) for n in range(1, 4)),
        benchmark="made-up",
    )


def fenced(code: str) -> str:
    return f"Here it is:\n\n```python\n{code}```\n"


class MadeUpSandbox:
    """Knows what the programs of these tests return; counts what it is asked."""

    def __init__(self) -> None:
        self.judged: list[str] = []

    async def judge(self, job: JudgeJob, on_call: Callable[[CallFact], bool]) -> None:
        self.judged.append(job.program)
        if "sandbox_breaks" in job.program:
            raise SandboxLostError("the container is gone")
        result = next(f for text, f in _RESULTS.items() if text in job.program)
        for index, coded in enumerate(job.inputs):
            (argument,) = msgspec.json.decode(coded, type=dict[str, list[int]])["t"]
            fact = CallFact(index=index, end="returned", output=encode(result(argument)), cpu_ns=1000)
            if not on_call(fact):
                return

    async def trial(self, job: TrialJob) -> TrialFact:
        raise AssertionError("there is no clock: nothing may be timed")


@dataclass
class MadeUpPool:
    sandbox: MadeUpSandbox = field(default_factory=MadeUpSandbox)

    @property
    def info(self) -> SandboxInfo:
        return INFO

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[Sandbox]:
        yield self.sandbox


class ScriptedModel:
    """Answers from a script by problem, chain and turn; remembers what it was asked."""

    name = "recorded:script"
    recorded = True

    def __init__(self, script: Mapping[tuple[str, int], Sequence[str | Exception]]) -> None:
        self._script = script
        self.asked: list[ChatRequest] = []

    async def reply(
        self,
        request: ChatRequest,
        *,
        on_text: Callable[[str], None],
        on_backoff: Callable[[Backoff], None],
    ) -> Reply:
        self.asked.append(request)
        replies = self._script.get((request.problem, request.chain), ())
        if request.turn >= len(replies):
            raise NoReplyError(f"nothing for turn {request.turn}")
        answer = replies[request.turn]
        if isinstance(answer, Exception):
            raise answer
        on_text(answer)
        return Reply(text=answer, model="script", recorded=True)

    def allow(self, calls: int) -> None:
        self.allowed = calls

    async def aclose(self) -> None:
        pass


class MemoryLog:
    """A log that keeps events in memory, numbered as the database would."""

    def __init__(self, past: Sequence[StoredEvent] = ()) -> None:
        self.events: list[StoredEvent] = list(past)

    async def append(self, event: StoredEvent) -> StoredEvent:
        stored = msgspec.structs.replace(event, seq=len(self.events) + 1)
        self.events.append(stored)
        return stored

    async def whole(self, run: str, problem: str) -> ProblemState | None:
        return replay(event for event in self.events if event.run == run).problems.get(problem)


@dataclass
class Rig:
    """All that a test looks at."""

    engine: Engine
    log: MemoryLog
    pool: MadeUpPool
    model: ScriptedModel

    @property
    def state(self) -> RunState:
        """The picture of the run, with all texts of problems that have ended."""
        now, told = self.engine.state, replay(self.log.events).problems
        whole = {id_: one if one.outline is None else told[id_] for id_, one in now.problems.items()}
        return msgspec.structs.replace(now, problems=whole)

    @property
    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.log.events]


def plan_of(problems: Sequence[Problem], **settings: object) -> RunPlan:
    base = RunPlan(
        purpose="refine",
        benchmark="made-up",
        model="recorded:script",
        strategy="perfcodegen",
        problems=tuple(p.id for p in problems),
        sandbox="process",
        settings=StrategySettings(feedback_rounds=1, profile=False),
    )
    return msgspec.structs.replace(base, **settings)


def environment() -> Environment:
    return Environment(perftui="0", python="3", platform="p", cores=2, timing_core=1, sandbox=INFO)


def rig(
    problems: Sequence[Problem],
    script: Mapping[tuple[str, int], Sequence[str | Exception]],
    *,
    past: Sequence[StoredEvent] = (),
    linger: bool = False,
    pool: SandboxPool | None = None,
    cache: AnswerCache | None = None,
    **settings: object,
) -> Rig:
    """An engine ready to run; with a past, one that resumes."""
    plan = plan_of(problems, **settings)
    if past:
        begun = [*past, RunResumed(seq=len(past) + 1, run="r", environment=environment())]
    else:
        heads = tuple(
            ProblemHead(
                id=p.id,
                title=p.title,
                kind=p.kind,
                tests=len(p.test_names),
                has_reference=True,
                digest=p.digest,
            )
            for p in problems
        )
        begun = [RunStarted(seq=1, run="r", plan=plan, environment=environment(), heads=heads)]
    made_up = MadeUpPool()
    log, used, model = MemoryLog(begun), pool or made_up, ScriptedModel(script)
    hub = Hub(log, "r", begun)

    def tools(steering: Steering) -> Tools:
        cores = Cores((0, 1))
        judges = Judges(used, cores, {}, all_tests=False)
        timers = Timers(used, cores, {}, Ledger(plan.budget, len(problems)))
        recall(hub.state, problems, judges, timers)
        return Tools(
            plan=plan,
            strategy=find_strategy(plan.strategy),
            model=model,
            hub=hub,
            preparers=Preparers(pool=used, cores=cores, order={}, cache=cache, memory_bytes=1 << 30),
            judges=judges,
            timers=timers,
            steering=steering,
        )

    return Rig(engine=Engine(tools, problems, linger=linger), log=log, pool=made_up, model=model)
