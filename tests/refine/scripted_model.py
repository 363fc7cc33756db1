"""A scripted model whose replies depend on what it was shown.

It has ideas for a problem: each makes the program it is applied to some times faster (or slower), may break
it at first, and may need to be shown something before it comes to mind: the slowest test, or where the time
goes line by line. Asked to make a program faster, it applies the best idea that it is aware of and that its
conversation does not hold yet; without one it gives the program back as it is. It works from the program
that the prompt names, else from the last one of its conversation. Shown the failing test of a program, it
mends it.

A program of its own is a text that tells which ideas are in it and whether it is broken; what it costs
follows from that, and the measurements that the strategy sees follow from the costs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from perftui.judging.model import TestResult, Verdict
from perftui.llm.model import Message, Reply
from perftui.problems.model import Problem
from perftui.refine.actions import Ask, Finish, Measure, Profile
from perftui.refine.candidate import candidate_hash
from perftui.refine.chain import Chain, Profiled, Round, StrategySettings
from perftui.refine.outcome import outcome
from perftui.refine.strategy import Strategy
from perftui.timing.model import Measurement, Ratio, SpeedVerdict, TestTime
from perftui.timing.profile import LineCost, LineProfile

_PROGRAM = re.compile(r"IDEAS = \[(?P<ideas>[^\]]*)\]\n {4}BROKEN = (?P<broken>True|False)")
_SEEN = {"slowest test": "([0, 1, 2", "hot lines": "line by line"}
"""What an idea may need, and by which words the model is aware of it."""

NOISE = 1.04
"""A ratio within this is no difference."""


@dataclass(frozen=True)
class Idea:
    """A way to make a program faster.

    Attributes:
        name: of it.
        factor: how many times faster it makes the program; under 1 slower.
        breaks: whether the first program with it is wrong.
        needs: what must have been shown.
    """

    name: str
    factor: float
    breaks: bool = False
    needs: str = ""


@dataclass(frozen=True)
class Character:
    """A problem as the scripted model sees it.

    Attributes:
        ideas: all that it can come to think of.
        base_wrong: whether its first program fails a test.
    """

    ideas: tuple[Idea, ...]
    base_wrong: bool = False

    def cost(self, code: str) -> float:
        """What a program costs, where the first one costs 1."""
        factors = {idea.name: idea.factor for idea in self.ideas}
        cost = 1.0
        for name in ideas_in(code):
            cost /= factors[name]
        return cost

    def reply(self, ask: Ask) -> str:
        """What the model answers; prose where it is asked for prose."""
        if ask.expects == "text":
            return "It forgets a case."
        prompt = ask.messages[-1].content
        said = "\n".join(message.content for message in ask.messages)
        if ask.phase == "base":
            return program((), broken=self.base_wrong)
        current = named_program(ask.messages)
        if "fails test" in said and is_broken(current):
            return program(ideas_in(current), broken=False)
        tried = {name for found in _PROGRAM.finditer(said) for name in _names(found["ideas"])}
        aware = [
            idea for idea in self.ideas if idea.name not in tried and _SEEN.get(idea.needs, "") in prompt
        ]
        if not aware:
            return current
        best = max(aware, key=lambda idea: idea.factor)
        return program((*ideas_in(current), best.name), broken=best.breaks)


def program(ideas: Sequence[str], *, broken: bool) -> str:
    """A program with these ideas in it."""
    named = ", ".join(f'"{name}"' for name in ideas)
    return f"def total(xs, k):\n    IDEAS = [{named}]\n    BROKEN = {broken}\n    return sum(xs) * k\n"


def ideas_in(code: str) -> tuple[str, ...]:
    """The ideas that a program holds."""
    found = _PROGRAM.search(code)
    return () if found is None else _names(found["ideas"])


def is_broken(code: str) -> bool:
    """Whether a program fails a test."""
    found = _PROGRAM.search(code)
    return found is not None and found["broken"] == "True"


def named_program(messages: Sequence[Message]) -> str:
    """The program that a prompt wants to be bettered or repaired."""
    prompt = messages[-1].content
    held = "best program so far" in prompt or "begin again from" in prompt
    if held and "fails test" not in prompt:
        return _last_program(prompt)
    return next(
        _last_program(m.content)
        for m in reversed(messages)
        if m.role == "assistant" and _PROGRAM.search(m.content)
    )


@dataclass
class Course:
    """A chain that a strategy takes with this model, with no engine and no sandbox."""

    strategy: Strategy
    character: Character
    chain: Chain
    calls: int = field(default=0)

    def run(self) -> Course:
        """Go on to the end."""
        for _ in range(100):
            action = self.strategy.next_action(self.chain)
            match action:
                case Finish():
                    self._close()
                    return self
                case Measure():
                    self._change(-1, measurement=self._measured(action))
                    self._close()
                case Profile():
                    self._close()
                    at = max(r.index for r in self.chain.rounds if r.candidate == action.candidate)
                    line = LineCost(number=4, hits=9, ns=9, share=0.9)
                    self._change(at, profile=Profiled(input=action.input, profile=LineProfile(lines=(line,))))
                case Ask():
                    self._close()
                    self._ask(action)
        raise AssertionError("it does not come to its end")

    @property
    def cost(self) -> float:
        """Of the program that the chain ends with."""
        best = self.chain.best
        assert best is not None
        assert best.code is not None
        return self.character.cost(best.code)

    @property
    def seed_cost(self) -> float:
        """Of the chain's first correct program."""
        seed = self.chain.seed
        assert seed is not None
        assert seed.code is not None
        return self.character.cost(seed.code)

    def _ask(self, ask: Ask) -> None:
        self.calls += 1
        text = self.character.reply(ask)
        round_ = Round(
            index=len(self.chain.rounds), ask=ask, end="replied", reply=Reply(text=text, model="s")
        )
        if ask.expects == "program":
            round_ = msgspec.structs.replace(
                round_, code=text, candidate=candidate_hash(text), verdict=_verdict(broken=is_broken(text))
            )
        self.chain = msgspec.structs.replace(self.chain, rounds=(*self.chain.rounds, round_))

    def _measured(self, measure: Measure) -> Measurement:
        costs = {
            r.candidate: self.character.cost(r.code) for r in self.chain.rounds if r.candidate and r.code
        }
        mine = costs[measure.candidate]
        best = None if measure.best is None else _ratio(costs[measure.best] / mine)
        cost = round(mine * 1e6)
        return Measurement(
            verdict="same" if best is None else best.verdict,
            reason="by the script",
            vs_best=best,
            vs_seed=None if best is None else _ratio(costs[measure.seed] / mine),
            vs_reference=_ratio(1.0 / mine),
            test_times=(
                TestTime(name="t1", cpu_ns=cost // 100, share=0.01),
                TestTime(name="t2", cpu_ns=cost, share=0.99),
            ),
        )

    def _close(self) -> None:
        if self.chain.rounds and self.chain.rounds[-1].outcome is None:
            self._change(-1, outcome=outcome(self.chain, self.chain.rounds[-1]))

    def _change(self, at: int, **changes: object) -> None:
        rounds = list(self.chain.rounds)
        rounds[at] = msgspec.structs.replace(rounds[at], **changes)
        self.chain = msgspec.structs.replace(self.chain, rounds=tuple(rounds))


def course(
    strategy: Strategy,
    character: Character,
    problem: Problem,
    *,
    calls: int | None = None,
    **settings: object,
) -> Course:
    """The chain that a strategy takes with its own settings and a budget of calls."""
    turned: StrategySettings = msgspec.structs.replace(strategy.settings, calls=calls, **settings)
    return Course(strategy, character, Chain(problem=problem, index=0, settings=turned)).run()


def _verdict(*, broken: bool) -> Verdict:
    first = TestResult(name="t1", passed=True, verdict="correct", cpu_ns=1_000)
    if broken:
        failed = TestResult(name="t2", passed=False, verdict="wrong-answer", reason="wrong on t2", got="41")
        return Verdict(
            kind="wrong-answer", reason="t2", failed_test="t2", results=(first, failed), tests_total=2
        )
    passed = TestResult(name="t2", passed=True, verdict="correct", cpu_ns=99_000)
    return Verdict(kind="correct", reason="2 of 2", results=(first, passed), tests_total=2)


def _ratio(estimate: float) -> Ratio:
    verdict: SpeedVerdict = "faster" if estimate > NOISE else "slower" if estimate < 1 / NOISE else "same"
    return Ratio(estimate=estimate, low=estimate * 0.99, high=estimate * 1.01, pairs=20, verdict=verdict)


def _names(listed: str) -> tuple[str, ...]:
    return tuple(name.strip(' "') for name in listed.split(",") if name.strip())


def _last_program(text: str) -> str:
    found = list(_PROGRAM.finditer(text))[-1]
    return program(_names(found["ideas"]), broken=found["broken"] == "True")
