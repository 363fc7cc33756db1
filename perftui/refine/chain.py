"""The facts of a chain so far: all that a strategy may look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from perftui.judging.model import Verdict
from perftui.llm.model import Reply
from perftui.problems.model import Problem
from perftui.refine.actions import Ask, Measure
from perftui.timing.model import Measurement
from perftui.timing.profile import LineProfile

RoundEnd = Literal["open", "replied", "skipped", "no-reply", "model-failed"]
"""How the asking of a round ended; `skipped` is a person's choice."""

Objective = Literal["time", "memory", "both"]

OutcomeKind = Literal[
    "text",
    "seed",
    "wrong",
    "flagged",
    "kept",
    "beats-reference",
    "same",
    "slower",
    "larger",
    "taken",
    "dropped",
    "unmeasured",
    "no-program",
    "skipped",
    "no-reply",
    "infrastructure",
]


_IN_PLACE = frozenset({"kept", "beats-reference", "taken"})
"""A program of such a round takes the place of the best so far."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a round, and why.

    Attributes:
        kind: `seed`: the chain's first correct program. `kept`: faster than the best so far.
            `beats-reference`: kept, and faster than the reference. `same`, `slower`,
            `larger` (takes more memory), `unmeasured`: correct, and not kept. `flagged`: suspected of
            cheating. `text`: a reply that was no program and was not meant to be one. Where the
            last program is chosen (`StrategySettings.choice`), `taken`: correct, and in the place
            of the best so far, however fast; `dropped`: not correct, so the chain has its seed again.
        reason: one printable line with the figures it rests on.
    """

    kind: OutcomeKind
    reason: str


class Profiled(msgspec.Struct, frozen=True, kw_only=True):
    """What came of profiling a program.

    Attributes:
        input: name of the input it was run on.
        profile: line by line; None where it could not be had.
        trouble: why, one printable line.
    """

    input: str
    profile: LineProfile | None = None
    trouble: str = ""


class Rival(msgspec.Struct, frozen=True, kw_only=True):
    """The fastest correct program of the problem's other chains, when a chain looked.

    Attributes:
        chain: whose it is, 0-based.
        candidate: its hash.
        code: its text.
        measurement: how fast it is; its ratio to the reference is known.
    """

    chain: int
    candidate: str
    code: str
    measurement: Measurement


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
        note: what a person should know of how it was found; most often empty.
        no_program: why nothing could be extracted from the reply.
        verdict: whether the candidate is correct.
        measurement: how fast it is.
        again: later measurements of it that a person asked for, oldest first; nothing was decided by them.
        profile: where its time goes, None where that was not looked at.
        outcome: what came of it; None while the round is running.
    """

    index: int
    ask: Ask
    end: RoundEnd = "open"
    reply: Reply | None = None
    trouble: str = ""
    candidate: str | None = None
    code: str | None = None
    note: str = ""
    no_program: str = ""
    verdict: Verdict | None = None
    measurement: Measurement | None = None
    again: tuple[Measurement, ...] = ()
    profile: Profiled | None = None
    outcome: Outcome | None = None

    @property
    def correct(self) -> bool:
        """Whether its program passed every test, and is not suspected of cheating."""
        flagged = self.outcome is not None and self.outcome.kind == "flagged"
        return self.verdict is not None and self.verdict.correct and not flagged


class StrategySettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a user may turn in a strategy.

    Attributes:
        correctness_rounds: attempts to repair a wrong base program.
        repair_rounds: attempts to repair each wrong optimisation.
        feedback_rounds: refinements with execution feedback, at most.
        plateau: that many refinements in a row without a gain end the chain; 0 goes on to the last.
        calls: model calls of a chain at most; None is no bound.
        base_temperature: of the base generation.
        refine_temperature: of all later calls.
        objective: what a program must be better in to be kept; `both` keeps what is better in one and
            not worse in the other.
        choice: `best` keeps the best program of the chain, whatever came after it; `last` takes the last
            one, or the seed where that is not correct, as the paper does.
        profile: show the model a line profile of its program.
        share_best: show the model the fastest correct program of the problem's other chains.
        stop_hopeless: end a chain that can no longer overtake another chain of its problem.
        timing: False judges only.
    """

    correctness_rounds: int = 1
    repair_rounds: int = 1
    feedback_rounds: int = 3
    plateau: int = 2
    calls: int | None = None
    base_temperature: float = 0.7
    refine_temperature: float = 0.0
    objective: Objective = "time"
    choice: Literal["best", "last"] = "best"
    profile: bool = True
    share_best: bool = False
    stop_hopeless: bool = False
    timing: bool = True


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """One of a problem's independent conversations, as far as it has come.

    Attributes:
        problem: what is solved.
        index: 0-based.
        settings: of the strategy.
        rounds: in order; only the last may be open.
        rival: of the problem's other chains, where the settings let this one know of it.
    """

    problem: Problem
    index: int
    settings: StrategySettings = StrategySettings()
    rounds: tuple[Round, ...] = ()
    rival: Rival | None = None

    @property
    def seed(self) -> Round | None:
        """The round of the first correct program."""
        return next((r for r in self.rounds if r.correct), None)

    @property
    def best(self) -> Round | None:
        """The round of the best correct program so far: the seed, or the last in its place."""
        return best_round(self.rounds)

    def round_of(self, candidate: str) -> Round | None:
        """The round that a program is known by: the best where it is that one, or else its latest.

        A model may write the same program again later, which takes no place of the best.
        """
        best = self.best
        if best is not None and best.candidate == candidate:
            return best
        return next((r for r in reversed(self.rounds) if r.candidate == candidate), None)


def best_round(rounds: Sequence[Round]) -> Round | None:
    """The round whose program a chain would end with: its first correct one, or the last in its place.

    A program that was found to cheat after it was kept is no longer correct.
    """
    seed = best = None
    for round_ in rounds:
        kind = None if round_.outcome is None else round_.outcome.kind
        if round_.correct:
            seed = seed or round_
            if best is None or kind in _IN_PLACE:
                best = _timed_twin(rounds, seed, round_) if kind == "taken" else round_
        elif kind == "dropped":
            best = seed
    return best


def _timed_twin(rounds: Sequence[Round], seed: Round, taken: Round) -> Round:
    """The round that a taken program was timed in: what was timed is not timed again."""
    if taken.measurement is not None:
        return taken
    if "choice" in taken.ask.hand:
        timed = (r for r in rounds if r.candidate == taken.candidate and r.measurement is not None)
        return next(timed, taken)
    return seed if seed.measurement is not None else taken


def is_by_hand(round_: Round) -> bool:
    """Whether a round is a person's own, with no call of the model."""
    return round_.ask.phase == "given" and bool(round_.ask.hand)


def unaided(rounds: Sequence[Round]) -> Sequence[Round]:
    """The rounds before the first program of a person: what follows may build on that."""
    first = next((at for at, round_ in enumerate(rounds) if "program" in round_.ask.hand), len(rounds))
    return rounds[:first]


def turn_of(rounds: Sequence[Round], index: int) -> int:
    """Which call of the model a round is, 0-based: rounds made by hand are none."""
    return index - sum(is_by_hand(round_) for round_ in rounds if round_.index < index)


def measure_of(before: Chain, round_: Round) -> Measure:
    """What a round's candidate was compared with, given the chain before that round."""
    candidate = round_.candidate or ""
    seed, best = before.seed, before.best
    return Measure(
        candidate=candidate,
        best=best.candidate if best is not None else None,
        seed=(seed.candidate if seed is not None else None) or candidate,
    )
