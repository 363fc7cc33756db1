"""A fork: a run of one problem whose chains begin with facts of another run's chain. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from perftui.errors import BadInputError
from perftui.events.model import (
    ActionSkipped,
    ActionTaken,
    CandidateFound,
    CandidateJudged,
    CandidateMeasured,
    CandidateMissing,
    CandidateProfiled,
    GeneratorWritten,
    MeasureTaken,
    ProblemPrepared,
    ProblemStarted,
    ReferenceJudged,
    ReplyMissing,
    ReplyReceived,
    RoundEnded,
    StoredEvent,
)
from perftui.events.plan import Fork, Origin, RunPlan
from perftui.events.state import RunState
from perftui.llm.model import Reply
from perftui.refine.actions import Ask
from perftui.refine.strategy import DEFAULTS
from perftui.text import one_line

DEFAULT_STRATEGY = "perfcodegen"
"""Of a fork of a run that had no strategy: the programs were given."""

_OF_PROBLEM = (ReferenceJudged, GeneratorWritten, ProblemPrepared)
_OF_CHAIN = (
    ActionTaken, ActionSkipped, ReplyReceived, ReplyMissing, CandidateFound, CandidateMissing,
    CandidateJudged, MeasureTaken, CandidateMeasured, CandidateProfiled, RoundEnded,
)  # fmt: skip
_replace = msgspec.structs.replace


def plan_of_fork(plan: RunPlan, fork: Fork) -> RunPlan:
    """The plan of a fork, given that of its origin.

    Raises:
        BadInputError: the origin had no model, and none is named.
    """
    given = plan.strategy == "given"
    if given and fork.model is None:
        raise BadInputError("the programs of this run were given: name the --model that goes on from here")
    settings = DEFAULTS if given else plan.settings
    if fork.temperature is not None:
        settings = _replace(settings, base_temperature=fork.temperature, refine_temperature=fork.temperature)
    other_model = fork.model is not None and fork.model != plan.model
    return _replace(
        plan,
        purpose="refine" if given else plan.purpose,
        model=fork.model or plan.model,
        base_url=fork.base_url if other_model else fork.base_url or plan.base_url,
        prices=None if other_model else plan.prices,
        strategy=fork.strategy or (DEFAULT_STRATEGY if given else plan.strategy),
        settings=settings,
        chains=fork.chains,
        at=(),
        problems=(fork.origin.problem,),
        step=False,
        cell=None,
        origin=fork.origin,
        opening=fork.messages,
        dollars=None,
        write_generators=False,
    )


def check_origin(state: RunState, origin: Origin) -> None:
    """See that there is such a round, and that it has come to its end.

    Raises:
        BadInputError: there is not; the text says what there is.
    """
    problem = state.problems.get(origin.problem)
    name = one_line(origin.problem, 60)
    if problem is None:
        raise BadInputError(f"run {state.run} has no problem {name}")
    attempts = {one.attempt: one for one in (*problem.earlier, problem)}
    if origin.attempt not in attempts:
        raise BadInputError(f"{name} has {len(attempts)} attempts, and no attempt {origin.attempt}")
    chains = attempts[origin.attempt].chains
    if not 0 <= origin.chain < len(chains):
        raise BadInputError(f"{name} has {len(chains)} chains, and no chain {origin.chain + 1}")
    rounds = chains[origin.chain].rounds
    found = next((round_ for round_ in rounds if round_.index == origin.round), None)
    if found is None:
        said = f"chain {origin.chain + 1} of {name} has {len(rounds)} rounds"
        raise BadInputError(f"{said}, and no round {origin.round + 1}")
    if found.outcome is None:
        raise BadInputError(f"round {origin.round + 1} of {name} has not come to its end yet")


def prefix_of(events: Iterable[StoredEvent], fork: Fork) -> tuple[StoredEvent, ...]:
    """The facts that a fork begins with.

    Args:
        events: of the origin's run.
        fork: what is wanted; its origin was checked.
    """
    origin = fork.origin
    own = [e for e in events if e.problem == origin.problem and e.attempt == origin.attempt]
    taken: list[StoredEvent] = [ProblemStarted(problem=origin.problem)]
    taken += [_known(event) for event in own if isinstance(event, _OF_PROBLEM)]
    rounds = [
        event
        for event in own
        if isinstance(event, _OF_CHAIN)
        and event.chain == origin.chain
        and event.round is not None
        and event.round <= origin.round
    ]
    for chain in range(fork.chains):
        taken += [_replace(_known(event), chain=chain) for event in rounds]
        if fork.code is not None:
            taken += _written(fork, fork.code, chain, _last_candidate(rounds))
    return tuple(_replace(event, problem=origin.problem, attempt=1, seq=0) for event in taken)


def _known(event: StoredEvent) -> StoredEvent:
    """A fact as one that another run has paid for."""
    match event:
        case ReplyReceived(reply=reply):
            return _replace(event, reply=_replace(reply, reused=True))
        case GeneratorWritten():
            return _replace(event, reply=None, known=True)
        case CandidateJudged() | CandidateMeasured():
            return _replace(event, known=True)
    return event


def _written(fork: Fork, code: str, chain: int, parent: str | None) -> list[StoredEvent]:
    ask = Ask(phase="given", label="by hand", expects="source", parent=parent, hand=("program",))
    place = fork.origin.round + 1
    return [
        ActionTaken(ask=ask, chain=chain, round=place),
        ReplyReceived(reply=Reply(text=code, model="person"), chain=chain, round=place),
    ]


def _last_candidate(rounds: Sequence[StoredEvent]) -> str | None:
    found = (event.candidate for event in reversed(rounds) if isinstance(event, CandidateFound))
    return next(found, None)
