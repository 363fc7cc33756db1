"""Scripted chains: what a model would answer, and what judging and timing would say of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
import pytest

from perftui.judging.model import TestResult, Verdict, VerdictKind
from perftui.llm.model import Reply
from perftui.problems.model import Check, Comparison, Problem, TestCase
from perftui.refine.actions import Action, Ask, Finish, Measure, Profile
from perftui.refine.candidate import candidate_hash
from perftui.refine.catalogue import find_strategy
from perftui.refine.chain import Chain, Profiled, Rival, Round, RoundEnd, StrategySettings
from perftui.refine.outcome import outcome
from perftui.refine.strategy import Strategy
from perftui.timing.model import Measurement, Ratio, SpeedVerdict, TestTime
from perftui.timing.profile import LineCost, LineProfile
from perftui.values import encode

STUB = (
    'from typing import List\n\n\ndef total(xs: List[int], k: int) -> int:\n    """Sum the xs, k times."""\n'
)


def function_problem() -> Problem:
    return Problem(
        id="Own/1",
        title="total",
        kind="function",
        statement=STUB,
        stub=STUB,
        entry_point="total",
        benchmark="own",
        references=("def total(xs, k):\n    return sum(xs) * k\n",),
        tests=(
            TestCase(name="t1", input=encode(([1, 2], 3)), expected=encode(9)),
            TestCase(
                name="t2",
                input=encode((list(range(500)), 2)),
                expected=encode(249_500),
                comparison=Comparison(kind="close", tolerance=0.5),
            ),
        ),
        checks=(Check(name="t3", code="def check(candidate):\n    assert candidate([], 1) == 0\n"),),
    )


def stdin_problem() -> Problem:
    return Problem(
        id="Own/2",
        title="echo",
        kind="stdin",
        statement="Read a number n and print n squared.",
        benchmark="own",
        tests=(TestCase(name="t1", input="3\n", expected="9\n", comparison=Comparison(kind="text")),),
    )


@dataclass(frozen=True)
class Fact:
    """What comes of one ask.

    Attributes:
        code: the program in the reply, None for a reply without one.
        verdict: of that program.
        speed: of a correct program, against the best so far.
        ratio: against the best so far.
        end: how the asking ended.
    """

    code: str | None = "def total(xs, k):\n    return sum(xs) * k\n"
    verdict: VerdictKind = "correct"
    speed: SpeedVerdict = "faster"
    ratio: float = 1.5
    end: RoundEnd = "replied"


def program(mark: int | str) -> str:
    """A program of its own for each mark, and not by its comment alone."""
    return f"def total(xs, k):\n    {str(mark)!r}\n    return sum(xs) * k  # {mark}\n"


def ratio_of(estimate: float, verdict: SpeedVerdict) -> Ratio:
    return Ratio(estimate=estimate, low=estimate * 0.95, high=estimate * 1.05, pairs=24, verdict=verdict)


def verdict_of(kind: VerdictKind) -> Verdict:
    first = TestResult(name="t1", passed=True, verdict="correct", cpu_ns=1_000)
    if kind == "correct":
        rest = (
            TestResult(name="t2", passed=True, verdict="correct", cpu_ns=70_000),
            TestResult(name="t3", passed=True, verdict="correct", cpu_ns=2_000),
        )
        return Verdict(kind=kind, reason="3 of 3 tests passed", results=(first, *rest), tests_total=3)
    failed = TestResult(name="t2", passed=False, verdict=kind, reason=f"{kind} on t2", got="41")
    return Verdict(kind=kind, reason=f"t2: {kind}", failed_test="t2", results=(first, failed), tests_total=3)


def measurement_of(measure: Measure, fact: Fact) -> Measurement:
    against_best = None if measure.best is None else ratio_of(fact.ratio, fact.speed)
    against_seed = None if measure.best is None else ratio_of(fact.ratio, fact.speed)
    return Measurement(
        verdict=fact.speed,
        reason=f"{fact.speed} by the figures",
        vs_best=against_best,
        vs_seed=against_seed,
        vs_reference=ratio_of(0.8, "slower"),
        noise_floor=1.04,
        test_times=(
            TestTime(name="t1", cpu_ns=1_000, share=0.01),
            TestTime(name="t2", cpu_ns=99_000, share=0.99),
        ),
    )


def round_of(index: int, ask: Ask, code: str, verdict: VerdictKind = "correct") -> Round:
    return Round(
        index=index,
        ask=ask,
        end="replied",
        reply=Reply(text=code, model="script"),
        code=code,
        candidate=candidate_hash(code),
        verdict=verdict_of(verdict),
    )


@dataclass(frozen=True)
class Walk:
    """A chain that came to its end, and what was done on the way."""

    chain: Chain
    actions: tuple[Action, ...]

    @property
    def labels(self) -> list[str]:
        return [round_.ask.label for round_ in self.chain.rounds]

    @property
    def kinds(self) -> list[str | None]:
        return [None if r.outcome is None else r.outcome.kind for r in self.chain.rounds]

    @property
    def finish(self) -> str:
        last = self.actions[-1]
        assert isinstance(last, Finish)
        return last.reason

    def prompt(self, index: int) -> str:
        return self.chain.rounds[index].ask.messages[-1].content


class Driver:
    """Does what an engine does, with scripted facts; a script that runs out is a recording that does."""

    def __init__(self, strategy: Strategy, chain: Chain, facts: Iterable[Fact]) -> None:
        self.strategy = strategy
        self.chain = chain
        self.facts = iter(facts)
        self.actions: list[Action] = []
        self.now = Fact()

    def run(self, limit: int = 200) -> Walk:
        for _ in range(limit):
            action = self.strategy.next_action(self.chain)
            self.actions.append(action)
            match action:
                case Finish():
                    self.close()
                    return Walk(self.chain, tuple(self.actions))
                case Measure():
                    self.change(measurement=measurement_of(action, self.now))
                    self.close()
                case Profile():
                    self.close()
                    self.profile(action)
                case Ask():
                    self.close()
                    self.ask(action)
        raise AssertionError("the strategy does not come to its end")

    def ask(self, ask: Ask) -> None:
        self.now = next(self.facts, Fact(end="no-reply"))
        index = len(self.chain.rounds)
        round_ = Round(index=index, ask=ask, end=self.now.end)
        if self.now.end == "replied":
            round_ = self.replied(round_, self.now)
        self.chain = msgspec.structs.replace(self.chain, rounds=(*self.chain.rounds, round_))

    def replied(self, round_: Round, fact: Fact) -> Round:
        text = f"round {round_.index}: it forgets the factor" if fact.code is None else fact.code
        reply = Reply(text=text, model="script")
        if round_.ask.expects == "text":
            return msgspec.structs.replace(round_, reply=reply)
        if fact.code is None:
            return msgspec.structs.replace(round_, reply=reply, no_program="the reply has no code")
        return msgspec.structs.replace(
            round_,
            reply=reply,
            code=fact.code,
            candidate=candidate_hash(fact.code),
            verdict=verdict_of(fact.verdict),
        )

    def profile(self, action: Profile) -> None:
        fact = Profiled(
            input=action.input, profile=LineProfile(lines=(LineCost(number=3, hits=7, ns=9, share=0.9),))
        )
        rounds = [
            msgspec.structs.replace(r, profile=fact) if r.candidate == action.candidate else r
            for r in self.chain.rounds
        ]
        self.chain = msgspec.structs.replace(self.chain, rounds=tuple(rounds))

    def change(self, **changes: object) -> None:
        last = msgspec.structs.replace(self.chain.rounds[-1], **changes)
        self.chain = msgspec.structs.replace(self.chain, rounds=(*self.chain.rounds[:-1], last))

    def close(self) -> None:
        if self.chain.rounds and self.chain.rounds[-1].outcome is None:
            self.change(outcome=outcome(self.chain, self.chain.rounds[-1]))


def walk(
    *facts: Fact,
    strategy: str | Strategy = "perfcodegen",
    settings: StrategySettings | None = None,
    problem: Problem | None = None,
    rival: Rival | None = None,
) -> Walk:
    """Runs a strategy over these facts to its end; by default the usual one with a single refinement."""
    chosen = find_strategy(strategy) if isinstance(strategy, str) else strategy
    usual = ONE_REFINEMENT if strategy == "perfcodegen" else chosen.settings
    chain = Chain(problem=problem or function_problem(), index=0, settings=settings or usual, rival=rival)
    return Driver(chosen, chain, facts).run()


ONE_REFINEMENT = StrategySettings(feedback_rounds=1)


class Scripting:
    """What the tests of this room share."""

    Fact = Fact
    program = staticmethod(program)
    walk = staticmethod(walk)
    function_problem = staticmethod(function_problem)
    stdin_problem = staticmethod(stdin_problem)
    round_of = staticmethod(round_of)
    ratio_of = staticmethod(ratio_of)
    verdict_of = staticmethod(verdict_of)
    measurement_of = staticmethod(measurement_of)


@pytest.fixture(scope="session")
def scripting() -> type[Scripting]:
    return Scripting
