"""Which events are worth a line in the activity of a run, and what the line says."""

from __future__ import annotations

from perftui.events.model import (
    CandidateJudged,
    EventBase,
    MeasuredAgain,
    Notice,
    ProblemEnded,
    ProblemStarted,
    ReferenceJudged,
    ReplyMissing,
    RoundEnded,
    RunEnded,
    RunPaused,
    RunResumed,
    RunRetuned,
    RunUnpaused,
    SandboxLost,
    WinnerConfirmed,
)
from perftui.events.state import Activity, ProblemState, RunState
from perftui.refine.chain import Outcome, Round
from perftui.text import one_line

_ENDS = {
    "solved": ("✔", "solved"),
    "unsolved": ("✗", "not solved"),
    "infrastructure": ("⚠", "infrastructure failed"),
    "left-out": ("⊖", "left out"),
    "cancelled": ("–", "cancelled"),
}
_RUN_ENDS = {
    "done": ("✔", "run done"),
    "interrupted": ("‖", "run interrupted"),
    "failed": ("⚠", "run failed"),
}
_NOTICES = {"information": "·", "warning": "⚠", "error": "⚠"}


def activity_of(event: EventBase, before: RunState) -> Activity | None:
    """The line that an event is worth, or None.

    Args:
        event: what happened.
        before: the picture of the run before it, from which figures are taken.
    """
    told = _of_candidate(event, before) or _of_problem(event) or _of_run(event)
    if told is None:
        return None
    glyph, text = told
    return Activity(at=event.at, glyph=glyph, problem=event.problem or "", text=one_line(text, 120))


def _of_candidate(event: EventBase, before: RunState) -> tuple[str, str] | None:
    match event:
        case RoundEnded(outcome=outcome):
            return _of_outcome(outcome, _round_of(event, before))
        case ReplyMissing(how="model-failed", reason=reason):
            return "⚠", _joined("no reply", reason)
        case CandidateJudged(known=False, verdict=verdict) if verdict.kind == "infrastructure":
            return "⚠", _joined("not judged", verdict.reason)
    return None


def _of_outcome(outcome: Outcome, round_: Round | None) -> tuple[str, str] | None:
    measured = round_.measurement if round_ is not None else None
    match outcome.kind:
        case "beats-reference":
            ratio = measured.vs_reference if measured is not None else None
            return "★", "beats the reference" + (f" {ratio.estimate:.3g}x" if ratio else "")
        case "kept":
            ratio = measured.vs_seed if measured is not None else None
            return "▲", (f"{ratio.estimate:.3g}x, " if ratio else "") + "kept"
        case "slower":
            return "▽", outcome.reason or "slower, not kept"
        case "taken" if round_ is not None and "choice" in round_.ask.hand:
            return "·", "chosen by hand"
        case "flagged":
            return "!", _joined("suspected cheating", outcome.reason)
    return None


def _of_problem(event: EventBase) -> tuple[str, str] | None:
    match event:
        case ProblemEnded(how=how, reason=reason):
            glyph, word = _ENDS[how]
            return glyph, word if how == "solved" else _joined(word, reason)
        case ProblemStarted(attempt=attempt) if attempt > 1:
            return "↻", f"rerun, attempt {attempt}"
        case ReferenceJudged(verdict=verdict, candidate="") if not verdict.correct:
            return "⚠", f"{verdict.reason}: its speed is compared with the seeds alone"
        case ReferenceJudged(verdict=verdict) if not verdict.correct:
            return "⚠", _joined("the reference fails", verdict.reason)
        case WinnerConfirmed():
            return _of_confirmation(event)
        case MeasuredAgain(measurement=measurement):
            ratio = measurement.vs_reference or measurement.vs_seed
            figure = "unmeasured" if ratio is None else f"{ratio.estimate:.3g}x"
            return "·", f"measured again by hand: {figure}"
        case SandboxLost(retry=retry, reason=reason):
            return "⚠", _joined(f"sandbox lost, retry {retry}", reason)
    return None


def _of_confirmation(event: WinnerConfirmed) -> tuple[str, str]:
    on = "on held-out inputs" if event.held_out else "in a measurement of its own"
    ratio = event.measurement.vs_reference or event.measurement.vs_seed
    if ratio is not None and ratio.verdict == "faster":
        return "✔", f"gain confirmed {on}: {ratio.estimate:.3g}x"
    return "=", _joined(f"gain not confirmed {on}", event.measurement.reason)


def _of_run(event: EventBase) -> tuple[str, str] | None:
    match event:
        case RunPaused():
            return "‖", "run paused"
        case RunUnpaused():
            return "▶", "run goes on"
        case RunRetuned(open_problems=problems, model_calls=calls):
            return "·", f"bounds changed by hand: {problems} problems open, {calls} calls in flight"
        case RunResumed():
            return "▶", "run resumed"
        case RunEnded(how=how, reason=reason):
            glyph, word = _RUN_ENDS[how]
            return glyph, _joined(word, reason)
        case Notice(text=text, severity=severity):
            return _NOTICES[severity], text
    return None


def _joined(word: str, reason: str) -> str:
    return f"{word}: {reason}" if reason else word


def _round_of(event: EventBase, before: RunState) -> Round | None:
    problem: ProblemState | None = before.problems.get(event.problem or "")
    if problem is None or problem.attempt != event.attempt or event.chain is None:
        return None
    if not 0 <= event.chain < len(problem.chains):
        return None
    rounds = problem.chains[event.chain].rounds
    return next((round_ for round_ in rounds if round_.index == event.round), None)
