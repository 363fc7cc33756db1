"""A strategy walked through without a model: what it would ask on a course of made-up facts. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from perftui.judging.model import TestResult, Verdict
from perftui.llm.model import Reply
from perftui.problems.model import Problem, TestCase
from perftui.refine.actions import Ask, Finish, Measure, Profile
from perftui.refine.candidate import candidate_hash
from perftui.refine.chain import Chain, Profiled, Round, StrategySettings
from perftui.refine.strategy import MOST_CALLS, Strategy
from perftui.timing.model import Measurement, Ratio, TestTime
from perftui.timing.profile import LineCost, LineProfile
from perftui.values import encode

MARK = "EXAMPLE"
"""Stands in each text that a model or a program would have given."""

_MOST_ACTIONS = 4 * MOST_CALLS
_MOST_TESTS = 20
_SLOWEST_SHARE = 0.9
_TOTAL_NS = 250_000


@dataclass(frozen=True)
class Course:
    """How the replies turn out.

    Attributes:
        name: what is told of it.
        wrong: phases whose first program is wrong; every other program is correct, and faster.
    """

    name: str
    wrong: frozenset[str] = frozenset()


USUAL = Course("the first program is wrong, all later ones are faster and correct", frozenset({"base"}))
STUMBLING = Course("an optimisation is wrong", frozenset({"performance"}))


def rehearse(strategy: Strategy, problem: Problem, settings: StrategySettings, course: Course) -> list[Ask]:
    """The asks of a chain whose facts are made up.

    Args:
        strategy: says what is next.
        problem: what is solved.
        settings: of the strategy.
        course: how the replies turn out.

    Raises:
        StrategyFaultError: the strategy, or a template of its, does not work.
    """
    stage = _Stage(strategy, _shown(problem), course)
    chain = Chain(problem=stage.problem, index=0, settings=settings)
    for _ in range(_MOST_ACTIONS):
        match strategy.next_action(chain):
            case Finish():
                break
            case Ask() as ask:
                chain = _with_round(chain, stage.round_of(len(chain.rounds), ask))
            case Measure() as measure:
                chain = _changed(chain, measure.candidate, measurement=stage.measurement(measure))
            case Profile() as profile:
                chain = _changed(chain, profile.candidate, profile=stage.profile(profile))
    return [round_.ask for round_ in chain.rounds]


@dataclass(frozen=True)
class _Stage:
    """Makes the facts up."""

    strategy: Strategy
    problem: Problem
    course: Course
    _spent: set[str] = field(default_factory=set)

    def round_of(self, index: int, ask: Ask) -> Round:
        """What comes of an ask."""
        said = f"{MARK}: what the model says to ask {index + 1} ({ask.label}) stands here"
        if ask.expects == "text":
            return Round(index=index, ask=ask, end="replied", reply=Reply(text=said, model=MARK))
        # A comment would not tell programs apart.
        code = f'{MARK} = "the program of ask {index + 1} ({ask.label}) stands here"\n'
        return Round(
            index=index,
            ask=ask,
            end="replied",
            reply=Reply(text=f"```python\n{code}```", model=MARK),
            code=code,
            candidate=candidate_hash(code),
            verdict=self._verdict(ask.phase),
        )

    def measurement(self, measure: Measure) -> Measurement:
        """A gain over the best so far."""
        faster = Ratio(estimate=1.5, low=1.4, high=1.6, pairs=24, verdict="faster")
        return Measurement(
            verdict="faster",
            reason=MARK,
            vs_best=None if measure.best is None else faster,
            vs_seed=None if measure.best is None else faster,
            vs_reference=Ratio(estimate=0.8, low=0.75, high=0.85, pairs=24, verdict="slower"),
            noise_floor=1.04,
            cpu_ns=_TOTAL_NS,
            test_times=self._times(),
        )

    def profile(self, profile: Profile) -> Profiled:
        """A program of one line has one that is hot."""
        lines = (LineCost(number=1, hits=1000, ns=_TOTAL_NS, share=1.0),)
        return Profiled(input=profile.input, profile=LineProfile(lines=lines, wall_ns=_TOTAL_NS))

    def _verdict(self, phase: str) -> Verdict:
        names = self.problem.test_names
        if phase not in self.course.wrong or phase in self._spent or not self._may_be_wrong(phase):
            times = {time.name: time.cpu_ns for time in self._times()}
            results = tuple(
                TestResult(name=name, passed=True, verdict="correct", cpu_ns=times.get(name, 0))
                for name in names
            )
            return Verdict(kind="correct", reason="all tests passed", results=results, tests_total=len(names))
        self._spent.add(phase)
        if not names:
            return Verdict(kind="error", reason=MARK)
        got = f"{MARK}: what the program gave"
        failed = TestResult(name=names[0], passed=False, verdict="wrong-answer", reason=MARK, got=got)
        return Verdict(
            kind="wrong-answer",
            reason=f"{names[0]}: {MARK}",
            failed_test=names[0],
            results=(failed,),
            tests_total=len(names),
        )

    def _may_be_wrong(self, phase: str) -> bool:
        """A wrong base program that nothing repairs would show nothing of what comes after."""
        return phase != "base" or any(part.phase == "correctness" for part in self.strategy.parts)

    def _times(self) -> tuple[TestTime, ...]:
        """The last test is the slowest by far."""
        names = self.problem.test_names
        rest = (1 - _SLOWEST_SHARE) / max(len(names) - 1, 1)
        shares = [*(rest for _ in names[1:]), _SLOWEST_SHARE]
        return tuple(
            TestTime(name=name, cpu_ns=round(share * _TOTAL_NS), share=share)
            for name, share in zip(names, shares, strict=False)
        )


def _shown(problem: Problem) -> Problem:
    """The problem with few tests, and with outputs for inputs that a reference would have to answer."""
    answered = tuple(
        TestCase(
            name=name,
            input=asked.input,
            expected=encode(f"{MARK}: what the reference gives"),
            comparison=asked.comparison,
        )
        for name, asked in zip(problem.test_names[len(problem.tests) :], problem.unanswered, strict=False)
    )
    tests = (*problem.tests, *answered)[:_MOST_TESTS]
    return msgspec.structs.replace(problem, tests=tests, unanswered=(), checks=problem.checks[:_MOST_TESTS])


def _with_round(chain: Chain, round_: Round) -> Chain:
    return msgspec.structs.replace(chain, rounds=(*chain.rounds, round_))


def _changed(chain: Chain, candidate: str, **changes: object) -> Chain:
    rounds = list(chain.rounds)
    index = max(round_.index for round_ in rounds if round_.candidate == candidate)
    rounds[index] = msgspec.structs.replace(rounds[index], **changes)
    return msgspec.structs.replace(chain, rounds=tuple(rounds))
