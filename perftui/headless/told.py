"""Which events are worth a line of their own, and what a run says of itself at its beginning. Pure."""

from __future__ import annotations

from typing import Literal

import msgspec

from perftui.events.activity import activity_of
from perftui.events.model import (
    Event,
    Notice,
    ProblemEnded,
    ProblemStarted,
    ReferenceJudged,
    ReplyMissing,
    RoundEnded,
    RunPaused,
    RunResumed,
    RunUnpaused,
    SandboxLost,
)
from perftui.events.plan import TimingBudget
from perftui.events.state import ProblemState, RunState
from perftui.events.summary import Best, furthest, problem_best
from perftui.figures import times
from perftui.text import one_line

Tone = Literal["good", "bad", "warning", "plain"]
_AS_ACTIVITY = (
    Notice, ProblemStarted, ReferenceJudged, ReplyMissing, RunPaused, RunResumed, RunUnpaused, SandboxLost,
)  # fmt: skip
_TONES: dict[str, Tone] = {"✔": "good", "✗": "bad", "⚠": "warning", "!": "warning"}


class Line(msgspec.Struct, frozen=True):
    """A line that stays: what it says, and how it is meant."""

    text: str
    tone: Tone = "plain"


def line_of(event: Event, state: RunState) -> Line | None:
    """The line that an event is worth without a screen, or None.

    Args:
        event: what happened.
        state: the picture that holds it.
    """
    if isinstance(event, ProblemEnded):
        problem = state.problems.get(event.problem or "")
        return _of_end(problem) if problem is not None else None
    flagged = isinstance(event, RoundEnded) and event.outcome.kind == "flagged"
    if not flagged and not isinstance(event, _AS_ACTIVITY):
        return None
    activity = activity_of(event, state)
    if activity is None:
        return None
    words = [activity.glyph, one_line(activity.problem, 40), activity.text]
    return Line(" ".join(word for word in words if word), _TONES.get(activity.glyph, "plain"))


def opening(state: RunState) -> list[Line]:
    """What a run is, before anything of it: what a reader must know to judge the figures."""
    plan, environment = state.plan, state.environment
    if plan is None or environment is None:
        return []
    chains = "1 chain" if plan.chains == 1 else f"{plan.chains} chains"
    problems = "1 problem" if len(state.problems) == 1 else f"{len(state.problems)} problems"
    what = f"{problems} of {plan.benchmark}, {chains} each"
    lines = [
        Line(one_line(f"run {state.run}: {what}, strategy {plan.strategy}, model {_model(plan.model)}", 300))
    ]
    if plan.settings.timing:
        lines.append(Line(f"timing: {timing_terms(plan.budget, environment.timing_core)}"))
    if plan.model.startswith("recorded:"):
        lines.append(Line("⚠ recorded model: its replies are replayed, no live model is asked", "warning"))
    if environment.sandbox.kind == "process":
        why = f" ({one_line(environment.sandbox_reason)})" if environment.sandbox_reason else ""
        text = f"⚠ process sandbox: programs run on this machine with no container around them{why}"
        lines.append(Line(text, "warning"))
    if environment.sandbox.clock == "none":
        lines.append(Line("⚠ no clock to time programs by: speed is unmeasured", "warning"))
    return lines


def timing_terms(budget: TimingBudget, core: int | None) -> str:
    """The budget that a run keeps, and where it times."""
    where = "on no core of its own" if core is None else f"on core {core}"
    whole = "no bound on the run" if budget.run_seconds is None else f"{budget.run_seconds:g} s for the run"
    return f"{where}, at most {budget.candidate_seconds:g} s a measurement, {whole}"


def waiting_line(state: RunState, *, now: float, after: float) -> Line | None:
    """What a server says that has made calls wait for so many seconds; None where none does."""
    waiting = [
        chain
        for problem in state.problems.values()
        for chain in problem.chains
        if chain.stage == "back-off" and now - chain.stage_since > after
    ]
    if not waiting:
        return None
    longest = min(waiting, key=lambda chain: chain.stage_since)
    calls = "a call waits" if len(waiting) == 1 else f"{len(waiting)} calls wait"
    return Line(f"⚠ {calls} for the model server: {one_line(longest.stage_detail)}", "warning")


def _model(spec: str) -> str:
    """A recording is named by its file alone."""
    kind, colon, path = spec.partition(":")
    return f"{kind}:{path.rpartition('/')[2]}" if colon and kind in {"recorded", "samples"} else spec


def _of_end(problem: ProblemState) -> Line:
    name = one_line(problem.head.id, 60)
    reason = f": {one_line(problem.reason)}" if problem.reason else ""
    if problem.status == "infrastructure":
        told = one_line(problem.reason).removeprefix("infrastructure failed").removeprefix(": ")
        return Line(f"⚠ {name} infrastructure failed{f': {told}' if told else ''}", "warning")
    best = problem_best(problem)
    if best is not None:
        cancelled = ", cancelled" if problem.status == "cancelled" else ""
        return Line(f"✔ {name} correct, {_speed(best)}{cancelled}", "good")
    if problem.status == "cancelled":
        return Line(f"– {name} cancelled{reason}")
    if problem.status == "left-out":
        return Line(f"⊖ {name} left out{reason}", "warning")
    return Line(f"✗ {name} {_failing(problem)}", "bad")


def _speed(best: Best) -> str:
    ratio = best.vs_reference
    on = ", on held-out inputs" if best.held_out else ""
    if ratio is not None:
        return f"{times(ratio.estimate)} the reference ({times(ratio.low)} to {times(ratio.high)}){on}"
    ratio = best.vs_seed
    if ratio is not None:
        return f"{times(ratio.estimate)} its seed, against the reference unmeasured"
    return "speed unmeasured"


def _failing(problem: ProblemState) -> str:
    """The verdict on the program that came furthest, or why there is none."""
    verdict = furthest(problem)
    if verdict is None:
        return f"no program{f': {one_line(problem.reason)}' if problem.reason else ''}"
    return f"{verdict.kind}: {one_line(verdict.reason)}"
