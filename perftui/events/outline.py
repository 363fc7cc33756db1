"""The outline of a problem: what a list, the totals and the choice of the best need, without long texts.

A run of thousands of chains is too much to be held whole. A problem that has ended gives way to its
outline: prompts, replies, programs, results of tests and most words of reasons go. The store has them.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

import msgspec

from perftui.events.model import Event, MeasuredAgain, ProblemEnded
from perftui.events.reduce import apply, with_problem
from perftui.events.state import ChainState, Confirmation, Outline, ProblemState, RunState
from perftui.events.summary import ENDED, Best, chain_best, furthest, problem_best, tests_passed
from perftui.judging.model import Verdict, VerdictKind
from perftui.refine.actions import Ask, Expects, Hand, Phase
from perftui.refine.chain import Outcome, OutcomeKind, Round
from perftui.timing.model import Measurement

_replace = msgspec.structs.replace


def advance(state: RunState, event: Event, whole: Collection[str] = ()) -> RunState:
    """The picture after an event, in which a problem that has ended is an outline.

    Args:
        state: the picture so far.
        event: that has happened.
        whole: ids of problems that stay whole.
    """
    state = apply(state, event)
    if not isinstance(event, ProblemEnded | MeasuredAgain) or event.problem in whole:
        return state
    return outlined(state, event.problem or "")


def outlined(state: RunState, problem: str) -> RunState:
    """The picture with an outline of a problem, where that has ended."""
    old = state.problems.get(problem)
    return state if old is None or old.status not in ENDED else with_problem(state, outline(old))


def outline(problem: ProblemState) -> ProblemState:
    """The outline of a problem, earlier attempts included; that of an outline is the same.

    The figures of `perftui.events.summary` are the same of both.
    """
    best, verdict = problem_best(problem), furthest(problem)
    return _replace(
        problem,
        outline=Outline(
            furthest=_replace(verdict, results=()) if verdict is not None else None,
            tests=tests_passed(problem),
        ),
        chains=tuple(_chain(chain, best) for chain in problem.chains),
        reference=_verdict(problem.reference) if problem.reference is not None else None,
        generator=None,
        timing=None,
        confirmed=_confirmation(problem.confirmed) if problem.confirmed is not None else None,
        timings=(),
        earlier=tuple(outline(attempt) for attempt in problem.earlier),
    )


def _confirmation(found: Confirmation) -> Confirmation:
    return _replace(found, measurement=_measurement(found.measurement, is_best=True))


def _chain(chain: ChainState, best: Best | None) -> ChainState:
    own = chain_best(chain)
    rounds = tuple(
        _round(
            round_,
            is_timed=own is not None and own.round == round_.index,
            is_best=best is not None and (best.chain, best.round) == (chain.index, round_.index),
        )
        for round_ in chain.rounds
    )
    return ChainState(
        index=chain.index,
        rounds=rounds,
        ended=chain.ended,
        how=chain.how,
        best=chain.best,
        losses=chain.losses,
    )


def _round(round_: Round, *, is_timed: bool, is_best: bool) -> Round:
    """A round without texts.

    Args:
        round_: the whole.
        is_timed: it is the best of its chain, and keeps its measurement.
        is_best: it is the best of the problem, and keeps the reason of its outcome.
    """
    ask, outcome = round_.ask, round_.outcome
    measured = round_.measurement if is_timed else None
    if outcome is not None and not is_best:
        outcome = _outcome(outcome.kind)
    return Round(
        index=round_.index,
        ask=_ask(ask.phase, ask.label, ask.conversation, ask.expects, ask.hand),
        end=round_.end,
        candidate=round_.candidate,
        verdict=_verdict(round_.verdict) if round_.verdict is not None else None,
        measurement=_measurement(measured, is_best=is_best) if measured is not None else None,
        again=tuple(_measurement(once_more, is_best=False) for once_more in round_.again),
        outcome=outcome,
    )


def _measurement(measured: Measurement, *, is_best: bool) -> Measurement:
    slowest = measured.slowest
    return Measurement(
        verdict=measured.verdict,
        reason=measured.reason if is_best else "",
        vs_reference=measured.vs_reference,
        vs_seed=measured.vs_seed,
        noise_floor=measured.noise_floor,
        peak_bytes=measured.peak_bytes,
        test_times=(slowest,) if slowest is not None and is_best else (),
        flags=measured.flags,
    )


def _verdict(verdict: Verdict) -> Verdict:
    return _bare_verdict(verdict.kind, verdict.failed_test, verdict.tests_total)


# Rounds are many, and alike without their texts: those that are equal are one.


@lru_cache(maxsize=4096)
def _bare_verdict(kind: VerdictKind, failed_test: str | None, tests_total: int) -> Verdict:
    return Verdict(kind=kind, reason="", failed_test=failed_test, tests_total=tests_total)


@lru_cache(maxsize=64)
def _outcome(kind: OutcomeKind) -> Outcome:
    return Outcome(kind=kind, reason="")


@lru_cache(maxsize=4096)
def _ask(phase: Phase, label: str, conversation: str, expects: Expects, hand: tuple[Hand, ...]) -> Ask:
    return Ask(phase=phase, label=label, conversation=conversation, expects=expects, hand=hand)
