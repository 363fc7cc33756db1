"""What came of a finished round: the one place that decides whether a program is kept."""

from __future__ import annotations

import msgspec

from perftui.figures import times_within
from perftui.judging.model import Verdict
from perftui.refine.candidate import program_key
from perftui.refine.chain import Chain, Objective, Outcome, OutcomeKind, Round
from perftui.refine.objective import is_better, memory_trend, memory_words, time_trend
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

    A program is kept only where it is correct and measured to be better than the chain's best
    before this round. A seed is the chain's best because nothing came before it. Where the settings
    choose the last program, as the paper does, a correct one is taken however fast it is, and one that
    is not correct sends the chain back to its seed.

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


def same_program(chain: Chain, code: str) -> Round | None:
    """The chain's best or seed where it is this very program, None where it is neither."""
    wanted = program_key(code)
    known = (r for r in (chain.best, chain.seed) if r is not None and r.code is not None)
    return next((r for r in known if program_key(r.code or "") == wanted), None)


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
        return _fallen_back(before, "no-program", round_.no_program or "the reply has no code")
    if not round_.verdict.correct:
        return _fallen_back(before, *_refused(round_.verdict))
    return _correct(before, round_, round_.code)


def _fallen_back(before: Chain, kind: OutcomeKind, reason: str) -> tuple[OutcomeKind, str]:
    """A broken program where the last one is chosen: the chain has its seed again."""
    if before.settings.choice != "last" or before.seed is None or kind not in {"wrong", "no-program"}:
        return kind, reason
    return "dropped", f"back to the seed: {reason}"


def _refused(verdict: Verdict) -> tuple[OutcomeKind, str]:
    reason = verdict.reason or verdict.kind
    match verdict.kind:
        case "infrastructure":
            return "infrastructure", reason
        case "suspected-cheating":
            return "flagged", reason
        case _:
            return "wrong", reason


def _correct(before: Chain, round_: Round, code: str) -> tuple[OutcomeKind, str]:
    best, measurement = before.best, round_.measurement
    if best is None:
        return "seed", _seed_reason(measurement)
    if "choice" in round_.ask.hand:
        return "taken", "chosen by hand: the chain goes on from it, whatever its speed"
    twin = same_program(before, code)
    if before.settings.choice == "last" and twin is not best:
        return "taken", _taken_reason(measurement, twin)
    if twin is not None:
        return "same", f"the same program as round {twin.index + 1} ({twin.ask.label})"
    if before.settings.objective != "time":
        return _by_objective(before.settings.objective, best, round_)
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


def _by_objective(objective: Objective, best: Round, round_: Round) -> tuple[OutcomeKind, str]:
    """Where memory counts: whether the program is better, by the figures of both."""
    ratio = None if round_.measurement is None else round_.measurement.vs_best
    time, memory = time_trend(ratio), memory_trend(round_, best)
    speed = "time not known" if ratio is None else times_within(ratio.estimate, ratio.low, ratio.high)
    figures = f"{speed} vs the best so far, {memory_words(round_, best) or 'memory not known'}"
    if is_better(objective, time, memory):
        return "kept", f"better by {objective}: {figures}"
    if memory == "worse":
        return "larger", f"takes more memory, not kept: {figures}"
    if time == "worse":
        return "slower", f"slower, not kept: {figures}"
    if "unknown" in (time, memory):
        return "unmeasured", f"not kept: {figures}"
    return "same", f"no difference, not kept: {figures}"


def _taken_reason(measurement: Measurement | None, twin: Round | None) -> str:
    if twin is not None:
        return f"the last correct program is taken: the same as round {twin.index + 1}"
    ratio = None if measurement is None else measurement.vs_seed
    if ratio is None or ratio.verdict == "unmeasured":
        return "the last correct program is taken; its speed is not known"
    figures = times_within(ratio.estimate, ratio.low, ratio.high)
    return f"the last correct program is taken, whatever its speed: {figures} vs the seed"


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
