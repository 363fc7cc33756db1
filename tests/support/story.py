"""Runs made up for tests, told as the events that an engine would emit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from perftui.events.model import (
    ActionTaken,
    CandidateFound,
    CandidateJudged,
    CandidateMeasured,
    CandidateMissing,
    ChainEnded,
    Event,
    EventBase,
    MeasureTaken,
    ProblemEnded,
    ProblemEndKind,
    ProblemStarted,
    ReplyReceived,
    RoundEnded,
    RunStarted,
)
from perftui.events.plan import Environment, ProblemHead, RunPlan, RunPurpose
from perftui.judging.model import TestResult, Verdict, VerdictKind
from perftui.llm.model import Message, Reply, Usage
from perftui.problems.model import Problem, TestCase
from perftui.refine.actions import Ask, Measure, Phase
from perftui.refine.chain import Outcome, OutcomeKind, StrategySettings
from perftui.sandbox.protocol import SandboxInfo
from perftui.timing.model import Measurement, Ratio, SpeedVerdict, Trial

E = TypeVar("E", bound=EventBase)

ENVIRONMENT = Environment(
    perftui="0",
    python="3.11",
    platform="Linux",
    cores=2,
    timing_core=1,
    sandbox=SandboxInfo(kind="process", confinement="none", clock="process-cpu", python="3.11"),
)


def problem(name: str = "P/1", *, reference: bool = True) -> Problem:
    """A small problem with three tests."""
    tests = tuple(
        TestCase(name=f"t{index}", input=f'{{"t":[{index}]}}', expected=str(index)) for index in (1, 2, 3)
    )
    return Problem(
        id=name,
        title="identity",
        kind="function",
        statement="Return the argument.",
        entry_point="f",
        references=("def f(x):\n    return x\n",) if reference else (),
        tests=tests,
        benchmark="made-up",
    )


def head_of(one: Problem) -> ProblemHead:
    """What a list shows of a problem."""
    return ProblemHead(
        id=one.id,
        title=one.title,
        kind=one.kind,
        tests=len(one.tests),
        has_reference=bool(one.references),
        digest=one.digest,
    )


def plan(
    problems: Sequence[Problem], chains: int = 2, *, purpose: RunPurpose = "refine", timing: bool = True
) -> RunPlan:
    """The settings of a run over problems."""
    return RunPlan(
        purpose=purpose,
        benchmark="made-up",
        model="recorded:made-up.jsonl",
        strategy="perfcodegen",
        chains=chains,
        problems=tuple(one.id for one in problems),
        settings=StrategySettings(timing=timing),
    )


def ask(label: str = "base", phase: Phase = "base") -> Ask:
    """A question to the model."""
    return Ask(phase=phase, label=label, messages=(Message(role="user", content=f"please {label}"),))


def verdict(kind: VerdictKind = "correct", passed: int = 3) -> Verdict:
    """A verdict on three tests."""
    results = [TestResult(name=f"t{index}", passed=True, verdict="correct") for index in range(1, passed + 1)]
    if kind == "correct":
        return Verdict(kind=kind, reason="all 3 tests passed", results=tuple(results), tests_total=3)
    failed = f"t{passed + 1}"
    results.append(TestResult(name=failed, passed=False, verdict=kind, reason="it is not right"))
    return Verdict(
        kind=kind, reason=f"{failed}: {kind}", failed_test=failed, results=tuple(results), tests_total=3
    )


def ratio(estimate: float, said: SpeedVerdict | None = None) -> Ratio:
    """A ratio with an interval of 5 % to both sides, and the verdict that follows."""
    said = said or ("faster" if estimate > 1.1 else "slower" if estimate < 0.9 else "same")
    return Ratio(estimate=estimate, low=estimate * 0.95, high=estimate * 1.05, pairs=12, verdict=said)


def measurement(
    vs_reference: Ratio | None = None, vs_seed: Ratio | None = None, *, trials: int = 0
) -> Measurement:
    """What is known of a speed."""
    said = (vs_seed or vs_reference).verdict if (vs_seed or vs_reference) else "unmeasured"
    return Measurement(
        verdict=said,
        reason="as measured",
        vs_reference=vs_reference,
        vs_seed=vs_seed,
        noise_floor=1.04,
        seconds=0.5,
        trials=tuple(Trial(arm="candidate", block=block, cost_ns=1000 + block) for block in range(trials)),
    )


def with_memory(measured: Measurement, peak_bytes: int) -> Measurement:
    """The same with a peak of memory."""
    return msgspec.structs.replace(measured, peak_bytes=peak_bytes)


class Story:
    """Events of a run, one after the other; each has the next `seq` and is a second later."""

    def __init__(
        self,
        problems: Sequence[Problem] | None = None,
        *,
        chains: int = 2,
        run: str = "abc123",
        purpose: RunPurpose = "refine",
        timing: bool = True,
    ) -> None:
        self.problems = tuple([problem()] if problems is None else problems)
        self.run = run
        self.attempt = 1
        self.events: list[Event] = []
        self.add(
            RunStarted(
                plan=plan(self.problems, chains, purpose=purpose, timing=timing),
                environment=ENVIRONMENT,
                heads=tuple(head_of(one) for one in self.problems),
            )
        )

    def add(self, event: E) -> E:
        """Any event of the run."""
        number = len(self.events) + 1
        event = msgspec.structs.replace(event, seq=number, at=1000.0 + number, run=self.run)
        self.events.append(event)  # type: ignore[arg-type]
        return event

    def begin(self, name: str = "P/1", attempt: int = 1) -> None:
        """A problem is opened."""
        self.attempt = attempt
        self.add(ProblemStarted(problem=name, attempt=attempt))

    def end(self, name: str = "P/1", how: ProblemEndKind = "solved", reason: str = "") -> None:
        """A problem has ended."""
        self.add(ProblemEnded(problem=name, attempt=self.attempt, how=how, reason=reason))

    def at(self, event: E, name: str, chain: int, round_: int | None) -> E:
        """An event of a chain."""
        return self.add(
            msgspec.structs.replace(event, problem=name, attempt=self.attempt, chain=chain, round=round_)
        )

    def reply(self, name: str, chain: int, round_: int, label: str = "base") -> None:
        """A question and its answer."""
        phase: Phase = "base" if round_ == 0 else "performance"
        self.at(ActionTaken(ask=ask(label, phase)), name, chain, round_)
        usage = Usage(prompt_tokens=100, completion_tokens=10)
        self.at(ReplyReceived(reply=Reply(text="```…```", model="m", usage=usage)), name, chain, round_)

    def no_program(self, name: str, chain: int, round_: int) -> None:
        """A round whose reply holds no program."""
        self.reply(name, chain, round_)
        self.at(CandidateMissing(reason="no code"), name, chain, round_)
        self.outcome("no-program", name, chain, round_)

    def candidate(
        self,
        kind: VerdictKind = "correct",
        *,
        name: str = "P/1",
        chain: int = 0,
        round_: int = 0,
        passed: int = 3,
        measured: Measurement | None = None,
        outcome: OutcomeKind = "seed",
        code: str = "",
        same_as: str = "",
    ) -> str:
        """A whole round: a program with its verdict, its measurement and its outcome.

        Its text and its hash are made up, unless they are given.
        """
        self.reply(name, chain, round_, "base" if round_ == 0 else "optimise")
        candidate = same_as or f"hash-{name}-{chain}-{round_}"
        self.at(CandidateFound(candidate=candidate, code=code or f"# {candidate}\n"), name, chain, round_)
        judged = verdict(kind, passed)
        self.at(CandidateJudged(candidate=candidate, verdict=judged), name, chain, round_)
        if measured is not None:
            wish = Measure(candidate=candidate, best=None, seed=candidate)
            self.at(MeasureTaken(measure=wish), name, chain, round_)
            self.at(CandidateMeasured(candidate=candidate, measurement=measured), name, chain, round_)
        self.outcome(outcome, name, chain, round_)
        return candidate

    def outcome(self, kind: OutcomeKind, name: str, chain: int, round_: int) -> None:
        """The end of a round."""
        self.at(RoundEnded(outcome=Outcome(kind=kind, reason=f"it is {kind}")), name, chain, round_)

    def chain_end(self, name: str = "P/1", chain: int = 0, best: str | None = None) -> None:
        """The end of a chain."""
        self.at(ChainEnded(reason="all rounds done", best=best), name, chain, None)
