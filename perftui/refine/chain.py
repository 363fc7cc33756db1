"""The facts of a chain so far: all that a strategy may look at."""

from __future__ import annotations

from typing import Literal

import msgspec

from perftui.judging.model import Verdict
from perftui.llm.model import Reply
from perftui.problems.model import Problem
from perftui.refine.actions import Ask
from perftui.timing.model import Measurement

RoundEnd = Literal["open", "replied", "skipped", "no-reply", "model-failed"]
"""How the asking of a round ended; `skipped` is a person's choice."""

OutcomeKind = Literal[
    "text",
    "seed",
    "wrong",
    "flagged",
    "kept",
    "beats-reference",
    "same",
    "slower",
    "unmeasured",
    "no-program",
    "skipped",
    "no-reply",
    "infrastructure",
]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a round, and why.

    Attributes:
        kind: `seed`: the chain's first correct program. `kept`: faster than the best so far.
            `beats-reference`: kept, and faster than the reference. `same`, `slower`,
            `unmeasured`: correct, and not kept. `flagged`: suspected of cheating. `text`: a reply
            that was no program and was not meant to be one.
        reason: one printable line with the figures it rests on.
    """

    kind: OutcomeKind
    reason: str


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One call of the model and all that came of it.

    Attributes:
        index: 0-based within the chain; also the index of the model call (the turn).
        ask: what was asked.
        end: how the asking ended.
        reply: the whole reply.
        trouble: why there is no reply, where there is none.
        candidate: hash of the extracted program, None where there is none.
        code: the extracted program, whole.
        no_program: why nothing could be extracted from the reply.
        verdict: whether the candidate is correct.
        measurement: how fast it is.
        outcome: what came of it; None while the round is running.
    """

    index: int
    ask: Ask
    end: RoundEnd = "open"
    reply: Reply | None = None
    trouble: str = ""
    candidate: str | None = None
    code: str | None = None
    no_program: str = ""
    verdict: Verdict | None = None
    measurement: Measurement | None = None
    outcome: Outcome | None = None


class StrategySettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a user may turn in a strategy.

    Attributes:
        correctness_rounds: attempts to repair a wrong base program.
        repair_rounds: attempts to repair each wrong optimisation.
        feedback_rounds: refinements with the slowest test.
        base_temperature: of the base generation.
        refine_temperature: of all later calls.
        timing: False judges only.
    """

    correctness_rounds: int = 1
    repair_rounds: int = 1
    feedback_rounds: int = 1
    base_temperature: float = 0.7
    refine_temperature: float = 0.0
    timing: bool = True


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """One of a problem's independent conversations, as far as it has come.

    Attributes:
        problem: what is solved.
        index: 0-based.
        settings: of the strategy.
        rounds: in order; only the last may be open.
    """

    problem: Problem
    index: int
    settings: StrategySettings = StrategySettings()
    rounds: tuple[Round, ...] = ()

    @property
    def seed(self) -> Round | None:
        """The round of the first correct program."""
        return next((r for r in self.rounds if r.verdict is not None and r.verdict.correct), None)

    @property
    def best(self) -> Round | None:
        """The round of the best correct program so far: the seed, or the last that was kept."""
        best = self.seed
        for round_ in self.rounds:
            if round_.outcome is not None and round_.outcome.kind in {"kept", "beats-reference"}:
                best = round_
        return best
