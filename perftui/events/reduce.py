"""The pure reducer: the picture of a run and one more event make the next picture.

A picture never changes. What an event does not touch is shared between the old picture and the new
one, so that a reader tells by identity (`is`) what changed.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from perftui.events.activity import activity_of
from perftui.events.model import (
    CandidateJudged,
    CandidateMeasured,
    Event,
    EventBase,
    GeneratorWritten,
    MeasuredAgain,
    ProblemEnded,
    ProblemPrepared,
    ProblemStarted,
    ReferenceJudged,
    ReplyReceived,
    RunEnded,
    RunPaused,
    RunResumed,
    RunRetuned,
    RunStarted,
    RunUnpaused,
    SandboxLost,
    Stepping,
    SteppingChanged,
    WinnerConfirmed,
)
from perftui.events.reduce_chain import at_rest, on_chain
from perftui.events.state import ChainState, Confirmation, ProblemState, RunState, Spent
from perftui.llm.model import Reply

ACTIVITY_KEPT = 50
"""How many lines of activity a picture keeps."""

_replace = msgspec.structs.replace


def apply(state: RunState, event: Event) -> RunState:
    """The picture after an event.

    An event of a problem, an attempt or a chain that the picture does not know changes no problem; a
    stored event that the picture of its problem holds already changes nothing.

    Args:
        state: the picture so far; it stays as it is.
        event: stored or ephemeral; events of one chain come in their order.

    Returns:
        The next picture; the same object where the event tells nothing new.
    """
    before = state
    if _is_known(state, event):
        return state
    match event:
        case RunStarted():
            state = _begin(event)
        case RunRetuned():
            state = _retuned(state, event)
        case SteppingChanged(stepping=stepping):
            state = _replace(state, stepping=stepping)
        case RunResumed() | RunPaused() | RunUnpaused() | RunEnded():
            state = _on_run(state, event)
        case _:
            state = _on_problem(_counted(state, event), event)
    line = activity_of(event, before)
    if line is not None:
        state = _replace(state, activity=(*state.activity, line)[-ACTIVITY_KEPT:])
    if event.seq > state.seq:
        state = _replace(state, seq=event.seq)
    return state


def replay(events: Iterable[Event]) -> RunState:
    """The picture that all these events make, from nothing."""
    state = RunState()
    for event in events:
        state = apply(state, event)
    return state


def with_problem(state: RunState, problem: ProblemState) -> RunState:
    """The picture with another state of a problem."""
    problems = state.problems.copy()
    problems[problem.head.id] = problem
    return _replace(state, problems=problems)


def problem_after(problem: ProblemState, events: Iterable[Event]) -> ProblemState:
    """One problem after events of its own, and after ends and beginnings of its run."""
    state = RunState(problems={problem.head.id: problem})
    for event in events:
        state = apply(state, event)
    return state.problems[problem.head.id]


def _is_known(state: RunState, event: EventBase) -> bool:
    problem = state.problems.get(event.problem) if event.problem is not None else None
    return problem is not None and 0 < event.seq <= problem.seq


def _begin(event: RunStarted) -> RunState:
    chains = tuple(ChainState(index=index) for index in range(event.plan.chains))
    return RunState(
        run=event.run,
        plan=event.plan,
        environment=event.environment,
        status="running",
        problems={
            head.id: ProblemState(head=head, chains=chains, objective=event.plan.settings.objective)
            for head in event.heads
        },
        started_at=event.at,
        stepping=Stepping(by_default=event.plan.step),
    )


def _on_run(state: RunState, event: RunResumed | RunPaused | RunUnpaused | RunEnded) -> RunState:
    match event:
        case RunPaused():
            return _replace(state, status="paused")
        case RunUnpaused():
            return _replace(state, status="running")
        case RunResumed(environment=environment):
            state = _replace(state, status="running", reason="", ended_at=None, environment=environment)
        case RunEnded(how=how, reason=reason, at=at):
            state = _replace(state, status=how, reason=reason, ended_at=at, stepping=Stepping())
    return _replace(state, problems={name: _problem_at_rest(p) for name, p in state.problems.items()})


def _retuned(state: RunState, event: RunRetuned) -> RunState:
    """The plan is what the run keeps to: from here on, these bounds."""
    if state.plan is None:
        return state
    plan = _replace(
        state.plan,
        open_problems=event.open_problems,
        model_calls=event.model_calls,
        budget=_replace(state.plan.budget, run_seconds=event.timing_seconds),
        dollars=event.dollars,
    )
    return _replace(state, plan=plan)


def _counted(state: RunState, event: EventBase) -> RunState:
    """The totals that count what was spent, whatever attempt it belonged to."""
    spent = _spent_after(state.spent, event)
    return state if spent is state.spent else _replace(state, spent=spent)


def _spent_after(spent: Spent, event: EventBase) -> Spent:
    match event:
        case ReplyReceived(reply=Reply(reused=True)):
            return _replace(spent, reused=spent.reused + 1)
        case ReplyReceived(reply=reply) | GeneratorWritten(reply=Reply() as reply):
            return _replace(
                spent,
                calls=spent.calls + 1,
                prompt_tokens=spent.prompt_tokens + reply.usage.prompt_tokens,
                completion_tokens=spent.completion_tokens + reply.usage.completion_tokens,
            )
        case CandidateJudged(known=False):
            return _replace(spent, judged=spent.judged + 1)
        case (
            CandidateMeasured(known=False, measurement=measurement)
            | WinnerConfirmed(measurement=measurement)
            | MeasuredAgain(measurement=measurement)
        ):
            seconds = spent.timing_seconds + measurement.seconds
            return _replace(spent, measured=spent.measured + 1, timing_seconds=seconds)
        case SandboxLost():
            return _replace(spent, losses=spent.losses + 1)
    return spent


def _on_problem(state: RunState, event: EventBase) -> RunState:
    old = state.problems.get(event.problem) if event.problem is not None else None
    if old is None:
        return state
    new = _next_problem(old, event)
    spent = _spent_after(old.spent, event)
    if new is old and spent is old.spent and not event.seq:
        return state
    changed_at = old.changed_at if new is old else event.at
    seq = max(old.seq, event.seq)
    return with_problem(state, _replace(new, changed_at=changed_at, spent=spent, seq=seq))


def _next_problem(problem: ProblemState, event: EventBase) -> ProblemState:
    if isinstance(event, ProblemStarted):
        return _open_problem(problem, event)
    if event.attempt != problem.attempt:
        return problem
    match event:
        case ProblemEnded(how=how, reason=reason, at=at):
            return _replace(_problem_at_rest(problem), status=how, reason=reason, ended_at=at)
        case ReferenceJudged(verdict=verdict, candidate=candidate, limits=limits):
            return _replace(problem, reference=verdict, reference_candidate=candidate, limits=limits)
        case GeneratorWritten(code=code):
            return _replace(problem, generator=code)
        case ProblemPrepared(timing=timing):
            return _replace(problem, timing=timing)
        case WinnerConfirmed():
            return _confirmed(problem, event)
    if event.chain is None or not 0 <= event.chain < len(problem.chains):
        return problem
    old = problem.chains[event.chain]
    new = on_chain(old, event)
    if isinstance(event, CandidateMeasured) and not event.known and event.measurement.seconds:
        problem = _replace(problem, timings=(*problem.timings, event.measurement.seconds))
    return problem if new is old else _with_chain(problem, new)


def _confirmed(problem: ProblemState, event: WinnerConfirmed) -> ProblemState:
    measurement = _replace(event.measurement, trials=())
    found = Confirmation(candidate=event.candidate, measurement=measurement, held_out=event.held_out)
    timings = (*problem.timings, measurement.seconds) if measurement.seconds else problem.timings
    return _replace(problem, confirmed=found, timings=timings)


def _open_problem(problem: ProblemState, event: ProblemStarted) -> ProblemState:
    """A first start, a reopening in the same attempt (after an interruption), or a rerun."""
    if event.attempt < problem.attempt:
        return problem
    if event.attempt > problem.attempt:
        return _rerun(problem, event)
    started = event.at if problem.started_at is None else problem.started_at
    return _replace(problem, status="running", reason="", started_at=started, ended_at=None)


def _rerun(problem: ProblemState, event: ProblemStarted) -> ProblemState:
    return ProblemState(
        head=problem.head,
        attempt=event.attempt,
        status="running",
        chains=tuple(ChainState(index=chain.index) for chain in problem.chains),
        objective=problem.objective,
        started_at=event.at,
        earlier=(*problem.earlier, _replace(_problem_at_rest(problem), earlier=())),
    )


def _with_chain(problem: ProblemState, chain: ChainState) -> ProblemState:
    chains = (*problem.chains[: chain.index], chain, *problem.chains[chain.index + 1 :])
    return _replace(problem, chains=chains)


def _problem_at_rest(problem: ProblemState) -> ProblemState:
    """The problem without what its chains were doing: only facts."""
    chains = tuple(at_rest(chain) for chain in problem.chains)
    if all(new is old for new, old in zip(chains, problem.chains, strict=True)):
        return problem
    return _replace(problem, chains=chains)
