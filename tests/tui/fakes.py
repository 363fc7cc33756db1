"""A run that never ran: an event script with problems in every state, and a session that plays it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import msgspec

from perftui.engine.control import Player, RunSession
from perftui.errors import BadInputError
from perftui.events import model as ev
from perftui.events.commands import Command, Step
from perftui.events.plan import Environment, ProblemHead, RunPlan
from perftui.events.reduce import replay
from perftui.events.state import ProblemState, RunState
from perftui.judging.model import TestResult, Verdict, VerdictKind
from perftui.llm.model import Message, Reply, Usage
from perftui.problems.model import Problem, TestCase
from perftui.refine.actions import Ask, Measure, Phase
from perftui.refine.chain import Outcome, OutcomeKind
from perftui.sandbox.protocol import Limits, SandboxInfo
from perftui.timing.model import Measurement, Ratio, SpeedVerdict, TestTime, Trial
from perftui.tui.library import ExportForm, ForkEntry, RunEntry
from perftui.values import encode

START = 1_700_000_000.0
RUN = "r7k2"
NOW = START + 761.0

SLOW = '''def has_close_elements(numbers, threshold):
    """Whether any two numbers are closer than the threshold."""
    for i, a in enumerate(numbers):
        for j, b in enumerate(numbers):
            if i != j and abs(a - b) < threshold:
                return True
    return False
'''
FAST = '''def has_close_elements(numbers, threshold):
    """Whether any two numbers are closer than the threshold."""
    ordered = sorted(numbers)
    return any(b - a < threshold for a, b in zip(ordered, ordered[1:]))
'''
TITLES = (
    "has_close_elements",
    "intersperse",
    "longest",
    "is_prime",
    "find_zero",
    "decode_cyclic",
    "triples_sum_to_zero",
    "car_race_collision",
    "incr_list",
    "fib4",
    "median",
    "is_palindrome",
    "modp",
    "remove_vowels",
)


@dataclass
class Script:
    """Writes events in order, each a moment after the last."""

    events: list[ev.Event] = field(default_factory=list)
    at: float = START
    seq: int = 0

    def add(self, event: ev.Event, *, after: float = 1.0) -> None:
        self.at += after
        stored = not isinstance(event, ev.EphemeralEvent)
        self.seq += stored
        changed = msgspec.structs.replace(event, at=self.at, run=RUN, seq=self.seq if stored else 0)
        self.events.append(changed)


@dataclass
class ChainScript:
    """Writes the events of one chain."""

    script: Script
    problem: str
    chain: int = 0
    round: int = -1
    attempt: int = 1

    def ask(self, phase: Phase = "base", label: str = "base", parent: str | None = None) -> ChainScript:
        self.round += 1
        self.add(ev.ActionTaken(ask=make_ask(phase, label, parent)))
        self.add(ev.StageChanged(stage="model"))
        return self

    def reply(self, code: str, candidate: str) -> ChainScript:
        text = f"Here is the program:\n```python\n{code}```\n"
        usage = Usage(prompt_tokens=412, completion_tokens=137)
        self.add(
            ev.ReplyReceived(reply=Reply(text=text, model="fake", usage=usage, seconds=2.4, recorded=True))
        )
        self.add(ev.CandidateFound(candidate=candidate, code=code))
        return self

    def judged(self, candidate: str, kind: VerdictKind = "correct", passed: int = 7) -> ChainScript:
        self.add(ev.CandidateJudged(candidate=candidate, verdict=make_verdict(kind, passed)))
        return self

    def measured(self, candidate: str, measurement: Measurement) -> ChainScript:
        self.add(ev.MeasureTaken(measure=Measure(candidate=candidate, best="seed", seed="seed")))
        self.add(ev.CandidateMeasured(candidate=candidate, measurement=measurement))
        return self

    def ended(self, kind: OutcomeKind, reason: str) -> ChainScript:
        self.add(ev.RoundEnded(outcome=Outcome(kind=kind, reason=reason)))
        return self

    def finish(self, reason: str = "all rounds are done", best: str | None = None) -> ChainScript:
        self.add(ev.ChainEnded(reason=reason, best=best))
        return self

    def add(self, event: ev.Event, *, after: float = 1.0) -> ChainScript:
        where = {"problem": self.problem, "chain": self.chain, "attempt": self.attempt}
        self.script.add(msgspec.structs.replace(event, round=max(self.round, 0), **where), after=after)
        return self


def make_ask(phase: Phase, label: str, parent: str | None = None) -> Ask:
    messages = (
        Message(role="system", content="You write Python programs. Answer with one code block."),
        Message(
            role="user", content="Complete this function:\n\ndef has_close_elements(numbers, threshold):"
        ),
        Message(role="assistant", content=f"```python\n{SLOW}```"),
        Message(
            role="user",
            content="The slowest test takes 96 % of the time:\n\n"
            "  t5  input numbers=[1.0, 2.0, 5.9, 4.0, 5.0, … 4,000 more], threshold=0.8\n"
            "      0.812 ms of 0.846 ms; the reference takes 0.790 ms\n\nMake it faster.",
        ),
    )
    return Ask(phase=phase, label=label, messages=messages, parent=parent, template=f"{phase}@1a2b")


def make_verdict(kind: VerdictKind, passed: int = 7, total: int = 7) -> Verdict:
    results = tuple(
        TestResult(
            name=f"t{i + 1}", passed=True, verdict="correct", got=str(i % 2 == 0), cpu_ns=4_200 + 310 * i
        )
        for i in range(passed)
    )
    if kind == "correct":
        return Verdict(kind=kind, reason=f"all {total} tests passed", results=results, tests_total=total)
    name = f"t{passed + 1}"
    reason = f"{name}: got False, expected True"
    results += (TestResult(name=name, passed=False, verdict=kind, reason=reason, got="[False] \x1b[31mred"),)
    return Verdict(kind=kind, reason=reason, failed_test=name, results=results, tests_total=total)


def make_ratio(estimate: float, verdict: SpeedVerdict = "faster", spread: float = 0.07) -> Ratio:
    return Ratio(
        estimate=estimate,
        low=estimate * (1 - spread),
        high=estimate * (1 + spread),
        pairs=24,
        verdict=verdict,
    )


def make_measurement(reference: float | None, seed: float | None = None, *, verdict: SpeedVerdict = "faster",
                     shares: Sequence[float] = (0.01, 0.02, 0.96, 0.01)) -> Measurement:  # fmt: skip
    said: SpeedVerdict = "same" if reference is not None and 0.9 < reference < 1.1 else verdict
    tests = tuple(
        TestTime(name=f"t{i + 1}", cpu_ns=int(share * 846_000), share=share) for i, share in enumerate(shares)
    )
    return Measurement(
        verdict=verdict,
        reason=f"ratio {seed or 1:.3g}, noise floor 1.04, 24 pairs",
        vs_reference=make_ratio(reference, said) if reference is not None else None,
        vs_seed=make_ratio(seed) if seed is not None else None,
        vs_best=make_ratio(seed) if seed is not None else None,
        control=make_ratio(1.0, "same", 0.02),
        noise_floor=1.04,
        cpu_ns=17_400,
        baseline_cpu_ns=846_000,
        wall_ns=18_100,
        peak_bytes=11 << 20,
        repeats=40,
        test_times=tests,
        core=1,
        load_average=0.4,
        seconds=2.1,
    )


def make_problem(problem_id: str) -> Problem:
    tests = tuple(
        TestCase(name=f"t{i + 1}", input=encode(([1.0, 2.0, float(i)], 0.5)), expected=encode(i % 2 == 0))
        for i in range(7)
    )
    return Problem(
        id=problem_id,
        title="has_close_elements",
        kind="function",
        statement="Check if any two numbers are closer than a threshold.\n\n[not markup] stays",
        entry_point="has_close_elements",
        references=(FAST,),
        tests=tests,
        benchmark="humaneval",
    )


def make_trials() -> list[Trial]:
    return [
        Trial(arm=arm, block=block, cost_ns=base + (block * 37 % 11) * base // 100)
        for block in range(12)
        for arm, base in (("candidate", 17_400), ("best", 60_100), ("seed", 840_000), ("reference", 846_000))
    ]


def problem_ids(count: int = len(TITLES)) -> list[str]:
    return [f"HumanEval/{index}" for index in range(count)]


def begin(
    script: Script, *, sandbox: str = "docker", chains: int = 2, model: str = "recorded:/x/demo.jsonl"
) -> None:
    heads = tuple(
        ProblemHead(id=name, title=title, kind="function", tests=7, has_reference=True, digest="d")
        for name, title in zip(problem_ids(), TITLES, strict=True)
    )
    info = SandboxInfo(
        kind="docker" if sandbox == "docker" else "process",
        confinement="network none, read-only, seccomp",
        clock="process-cpu",
        python="3.13.1",
    )
    environment = Environment(
        perftui="0.1.0",
        python="3.11.7",
        platform="Linux x86_64",
        cores=2,
        timing_core=1,
        sandbox=info,
        sandbox_reason="" if sandbox == "docker" else "no Docker engine answers",
    )
    plan = RunPlan(
        purpose="refine",
        benchmark="humaneval",
        model=model,
        strategy="perfcodegen",
        chains=chains,
        problems=tuple(problem_ids()),
    )
    script.add(ev.RunStarted(plan=plan, environment=environment, heads=heads), after=0)


def full_run(*, sandbox: str = "docker", hold: bool = True) -> list[ev.Event]:
    """A run in the middle: problems in every state there is."""
    script = Script()
    begin(script, sandbox=sandbox)
    _solved(script, "HumanEval/0")
    _same(script, "HumanEval/1")
    _cheating(script, "HumanEval/3")
    _unsolved(script, "HumanEval/4")
    _lost(script, "HumanEval/6")
    _cancelled(script, "HumanEval/7")
    script.at = NOW - 60
    _streaming(script, "HumanEval/2")
    _timing(script, "HumanEval/5")
    _stage(script, "HumanEval/8", "judging")
    _stage(script, "HumanEval/9", "back-off", "429: rate limited, attempt 2")
    if hold:
        held(script, "HumanEval/10")
    script.add(ev.StageChanged(stage="queued", problem="HumanEval/11", chain=0))
    return script.events


def start(script: Script, problem: str, attempt: int = 1) -> None:
    script.add(ev.ProblemStarted(problem=problem, attempt=attempt))
    limits = Limits(test_seconds=1.0)
    script.add(
        ev.ReferenceJudged(
            problem=problem, attempt=attempt, verdict=make_verdict("correct"), limits=limits, candidate="ref"
        )
    )


def _solved(script: Script, problem: str) -> None:
    start(script, problem)
    chain = ChainScript(script, problem)
    chain.ask().reply(SLOW, "a1").judged("a1").measured("a1", make_measurement(1.01))
    chain.ended("seed", "first correct program of the chain")
    chain.ask("performance", "optimise", "a1").reply(FAST.replace("any(", "bool("), "a2").judged("a2")
    chain.measured("a2", make_measurement(3.9, 3.9, shares=(0.1, 0.2, 0.6, 0.1)))
    chain.ended("kept", "faster than the best so far: 3.9x [3.6–4.2], noise floor 1.04")
    chain.ask("performance", "slowest t3", "a2").reply(FAST, "a3").judged("a3")
    chain.measured("a3", make_measurement(48.2, 12.4, shares=(0.31, 0.22, 0.27, 0.2)))
    chain.ended("beats-reference", "faster than the best so far: 12.4x [11.6–13.1], and 48.2x the reference")
    chain.finish(best="a3")
    second = ChainScript(script, problem, chain=1)
    second.ask().reply(SLOW, "a1").judged("a1").measured("a1", make_measurement(1.01))
    second.ended("seed", "first correct program of the chain")
    second.ask("performance", "optimise", "a1").reply(SLOW + "# again\n", "a4").judged("a4")
    second.measured("a4", make_measurement(0.8, 0.8, verdict="slower"))
    second.ended("slower", "0.8x [0.74–0.86] of the best so far: not kept")
    second.finish(best="a1")
    script.add(ev.ProblemEnded(problem=problem, how="solved", reason="2 chains ended"))


def _same(script: Script, problem: str) -> None:
    start(script, problem)
    chain = ChainScript(script, problem)
    chain.ask().reply(SLOW, "b1").judged("b1", "wrong-answer", 3).ended(
        "wrong", "t4: got False, expected True"
    )
    chain.ask("correctness", "fix").reply(SLOW, "b2").judged("b2").measured("b2", make_measurement(0.99))
    chain.ended("seed", "first correct program of the chain").finish(best="b2")
    script.add(ev.ProblemEnded(problem=problem, how="solved"))


def _cheating(script: Script, problem: str) -> None:
    start(script, problem)
    chain = ChainScript(script, problem)
    chain.ask().reply(FAST, "c1").judged("c1", "suspected-cheating", 6)
    chain.ended("flagged", "repeats cost 1/400 of a first call").finish(
        "the program is suspected of cheating"
    )
    script.add(ev.ProblemEnded(problem=problem, how="unsolved", reason="no correct program"))


def _unsolved(script: Script, problem: str) -> None:
    start(script, problem)
    chain = ChainScript(script, problem)
    for label in ("base", "fix", "fix again"):
        chain.ask("correctness" if label != "base" else "base", label).reply(SLOW, f"e{label}")
        chain.judged(f"e{label}", "wrong-answer", 0).ended("wrong", "t1: got False, expected True")
    chain.finish("never repaired")
    script.add(ev.ProblemEnded(problem=problem, how="unsolved", reason="no correct program in 2 chains"))


def _lost(script: Script, problem: str) -> None:
    start(script, problem)
    chain = ChainScript(script, problem)
    chain.ask().reply(SLOW, "f1")
    script.add(ev.SandboxLost(problem=problem, chain=0, round=0, reason="the container is gone", retry=1))
    chain.ended("infrastructure", "the sandbox was lost 3 times")
    script.add(ev.ProblemEnded(problem=problem, how="infrastructure", reason="the sandbox was lost 3 times"))


def _cancelled(script: Script, problem: str) -> None:
    start(script, problem)
    ChainScript(script, problem).ask()
    script.add(ev.ProblemEnded(problem=problem, how="cancelled", reason="by a person"))


def _streaming(script: Script, problem: str) -> None:
    start(script, problem)
    chain = ChainScript(script, problem)
    chain.ask().reply(SLOW, "g1").judged("g1").measured(
        "g1", make_measurement(1.02, shares=(0.2, 0.3, 0.4, 0.1))
    )
    chain.ended("seed", "first correct program of the chain")
    chain.ask("performance", "optimise", "g1")
    chain.add(ev.ReplyText(text="The loop is quadratic. [bold]Sorting[/bold] first:\n\x1b[2J```python\n"))
    chain.add(ev.ReplyText(text="def longest(strings):\n    return max(strings, key=len"))


def _timing(script: Script, problem: str) -> None:
    start(script, problem)
    chain = ChainScript(script, problem)
    chain.ask().reply(SLOW, "h1").judged("h1")
    chain.add(ev.MeasureTaken(measure=Measure(candidate="h1", best=None, seed="h1")))
    chain.add(ev.StageChanged(stage="timing"))
    chain.add(ev.MeasureProgress(done=14, planned=48))


def _stage(script: Script, problem: str, stage: ev.Stage, detail: str = "") -> None:
    start(script, problem)
    chain = ChainScript(script, problem)
    chain.ask()
    if stage == "judging":
        chain.reply(SLOW, "i1")
    chain.add(ev.StageChanged(stage=stage, detail=detail))


def held(script: Script, problem: str) -> None:
    start(script, problem)
    chain = ChainScript(script, problem)
    chain.ask().reply(SLOW, "k1").judged("k1").ended("seed", "first correct program of the chain")
    chain.ask("performance", "optimise", "k1")
    chain.add(ev.StageChanged(stage="held"))
    chain.add(ev.ActionHeld(action=make_ask("performance", "optimise", "k1")))


class FakeControl:
    """Writes down every command; of steps, it says what became of them, as an engine does."""

    def __init__(self, tell: Callable[[ev.Event], None]) -> None:
        self.commands: list[Command] = []
        self._tell = tell
        self._stepping = ev.Stepping()

    def send(self, command: Command) -> None:
        self.commands.append(command)
        match command:
            case Step(problem=None, on=on):
                self._stepping = ev.Stepping(by_default=on)
            case Step(problem=str(problem)):
                others = tuple({*self._stepping.others} ^ {problem})
                self._stepping = ev.Stepping(by_default=self._stepping.by_default, others=others)
        self._tell(ev.SteppingChanged(run=RUN, stepping=self._stepping))


class FakeSession:
    """A session that gives the events it is fed; libraries have those of the latest one of a run."""

    latest: ClassVar[dict[str, FakeSession]] = {}

    def __init__(self, events: Iterable[ev.Event] = (), *, live: bool = True, run: str = RUN) -> None:
        self.fake = FakeControl(self.feed)
        self.run = run
        self.control = self.fake if live else None
        self.player: Player | None = None
        self.start = RunState()
        self.is_reading = False
        self._waiting = list(events)
        self.told: list[ev.Event] = []
        self.latest[run] = self

    @property
    def commands(self) -> list[Command]:
        return self.fake.commands

    def clock(self) -> float:
        return NOW

    def feed(self, *events: ev.Event) -> None:
        self._waiting.extend(events)

    def drain(self) -> Sequence[ev.Event]:
        drained, self._waiting = self._waiting, []
        self.told.extend(drained)
        return drained


class FakeLibrary:
    """Three runs; one of them cannot be read."""

    def __init__(self, sessions: dict[str, RunSession] | None = None) -> None:
        self.sessions = sessions or {}

    async def runs(self) -> Sequence[RunEntry]:
        common = {"benchmark": "humaneval", "strategy": "perfcodegen", "chains": 4, "problems": 164}
        return [
            RunEntry(run=RUN, started_at=START, model="recorded:/x/demo.jsonl", status="running", live=True,
                     ended=6, correct=4, optimised=1, speedup=1.63, **common),
            RunEntry(run="p3xq", started_at=START - 86_400, model="openai/gpt-4o-mini", status="done",
                     ended=164, correct=145, optimised=68, speedup=2.31, **common),
            RunEntry(run="m9ab", started_at=START - 99_000, model="test/llama-3.1-8b", status="interrupted",
                     ended=31, correct=20, **common),
        ]  # fmt: skip

    async def open(self, run: str) -> RunSession:
        if run not in self.sessions:
            raise BadInputError(f"run {run}: the database holds no events of it")
        return self.sessions[run]

    async def replay(self, run: str, speed: float) -> RunSession:
        return await self.open(run)

    async def detail(self, run: str, problem_id: str, upto: int | None) -> ProblemState | None:
        own = self.sessions.get(run)
        told = own.told if isinstance(own, FakeSession) else FakeSession.latest[run].told
        return replay(event for event in told if upto is None or event.seq <= upto).problems.get(problem_id)

    async def forks(self, run: str, problem_id: str) -> Sequence[ForkEntry]:
        return []

    async def compare(self, base: str, other: str) -> str:
        return f"# {base} against {other}"

    async def export(self, run: str, form: ExportForm) -> Path:
        return Path(f"{run}.{form}")

    async def delete(self, run: str) -> None:
        self.sessions.pop(run, None)

    async def problem(self, run: str, problem_id: str) -> Problem | None:
        return make_problem(problem_id) if run == RUN else None

    async def trials(self, run: str, candidate: str) -> Sequence[Trial]:
        return make_trials() if candidate == "a3" else []
