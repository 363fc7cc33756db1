"""What came of a finished round: the one place that decides whether a program is kept."""

from __future__ import annotations

import msgspec

from perftui.figures import times_within
from perftui.judging.model import Verdict
from perftui.refine.chain import Chain, Outcome, OutcomeKind, Round
from perftui.text import one_line
from perftui.timing.model import Measurement, Ratio

REASON_LIMIT = 300
"""Characters of a reason."""


def is_finished(round_: Round) -> bool:
    """Whether all that must be known before an outcome is there; a measurement may still be due."""
    if round_.end != "replied":
        return round_.end != "open"
    return round_.ask.expects == "text" or bool(round_.no_program) or round_.verdict is not None


def outcome(chain: Chain, round_: Round) -> Outcome:
    """Decide what came of a finished round of a chain.

    A program is kept only where it is correct and measured to be faster than the chain's best
    before this round. A seed is the chain's best because nothing came before it.

    Args:
        chain: the chain that the round belongs to; its later rounds make no difference.
        round_: a round that is finished, and measured where that was due.

    Raises:
        ValueError: the round is still running.
    """
    if not is_finished(round_):
        raise ValueError(f"round {round_.index} is still running")
    kind, reason = _decide(_before(chain, round_), round_)
    return Outcome(kind=kind, reason=one_line(reason, REASON_LIMIT))


def settled(chain: Chain) -> Chain:
    """The chain with an outcome for each finished round that has none yet."""
    rounds: list[Round] = []
    for round_ in chain.rounds:
        done = round_
        if round_.outcome is None and is_finished(round_):
            so_far = _with_rounds(chain, tuple(rounds))
            done = msgspec.structs.replace(round_, outcome=outcome(so_far, round_))
        rounds.append(done)
    return _with_rounds(chain, tuple(rounds))


def same_program(chain: Chain, candidate: str) -> Round | None:
    """The chain's best or seed where it is this very program, None where it is neither."""
    known = (chain.best, chain.seed)
    return next((r for r in known if r is not None and r.candidate == candidate), None)


def _decide(before: Chain, round_: Round) -> tuple[OutcomeKind, str]:
    match round_.end:
        case "skipped":
            return "skipped", "skipped by hand"
        case "no-reply":
            return "no-reply", round_.trouble or f"the recording has no reply for turn {round_.index}"
        case "model-failed":
            return "infrastructure", round_.trouble or "the model could not be made to answer"
        case _:
            pass
    if round_.ask.expects == "text":
        return "text", f"{len(round_.reply.text) if round_.reply else 0:,} characters for the next prompt"
    if round_.code is None or round_.candidate is None or round_.verdict is None:
        return "no-program", round_.no_program or "the reply has no code"
    if not round_.verdict.correct:
        return _refused(round_.verdict)
    return _correct(before, round_.candidate, round_.measurement)


def _refused(verdict: Verdict) -> tuple[OutcomeKind, str]:
    reason = verdict.reason or verdict.kind
    match verdict.kind:
        case "infrastructure":
            return "infrastructure", reason
        case "suspected-cheating":
            return "flagged", reason
        case _:
            return "wrong", reason


def _correct(before: Chain, candidate: str, measurement: Measurement | None) -> tuple[OutcomeKind, str]:
    best = before.best
    if best is None:
        return "seed", _seed_reason(measurement)
    twin = same_program(before, candidate)
    if twin is not None:
        return "same", f"the same program as round {twin.index + 1} ({twin.ask.label})"
    if measurement is None:
        why = "it was not timed" if before.settings.timing else "timing is off"
        return "unmeasured", f"correct, not kept: {why}, so no gain can be claimed"
    ratio = measurement.vs_best
    if ratio is None:
        return "unmeasured", measurement.reason or "it was not timed against the best so far"
    return _by_speed(best, ratio, measurement)


def _by_speed(best: Round, ratio: Ratio, measurement: Measurement) -> tuple[OutcomeKind, str]:
    figures = (
        f"{times_within(ratio.estimate, ratio.low, ratio.high)} vs the best so far "
        f"(round {best.index + 1}, {best.ask.label}), "
        f"noise floor {measurement.noise_floor:.2f}, {ratio.pairs} pairs"
    )
    match ratio.verdict:
        case "faster" if _beats_reference(measurement):
            return "beats-reference", f"faster: {figures}; {_vs_reference(measurement)}"
        case "faster":
            return "kept", f"faster: {figures}"
        case "slower":
            return "slower", f"slower, not kept: {figures}"
        case "same":
            return "same", f"no difference, not kept: {figures}"
        case "unmeasured":
            return "unmeasured", f"not kept: {measurement.reason or figures}"


def _seed_reason(measurement: Measurement | None) -> str:
    reason = "the first correct program"
    if measurement is None or measurement.vs_reference is None:
        return reason
    if _beats_reference(measurement):
        return f"{reason}, faster than the reference: {_vs_reference(measurement)}"
    if measurement.vs_reference.verdict == "unmeasured":
        return f"{reason}; speed unmeasured: {measurement.reason}"
    return f"{reason}; {_vs_reference(measurement)}"


def _beats_reference(measurement: Measurement) -> bool:
    return measurement.vs_reference is not None and measurement.vs_reference.verdict == "faster"


def _vs_reference(measurement: Measurement) -> str:
    ratio = measurement.vs_reference
    return "" if ratio is None else f"{times_within(ratio.estimate, ratio.low, ratio.high)} vs the reference"


def _before(chain: Chain, round_: Round) -> Chain:
    return _with_rounds(chain, tuple(r for r in chain.rounds if r.index < round_.index))


def _with_rounds(chain: Chain, rounds: tuple[Round, ...]) -> Chain:
    return msgspec.structs.replace(chain, rounds=rounds)
