"""The part of the reducer that rebuilds a chain, round by round, from what happened to it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from perftui.events.model import (
    ActionHeld,
    ActionSkipped,
    ActionTaken,
    CandidateFound,
    CandidateJudged,
    CandidateMeasured,
    CandidateMissing,
    CandidateProfiled,
    ChainEnded,
    EventBase,
    MeasuredAgain,
    MeasureProgress,
    MeasureTaken,
    ReplyMissing,
    ReplyReceived,
    ReplyText,
    RoundEnded,
    SandboxLost,
    Stage,
    StageChanged,
)
from perftui.events.state import ChainState
from perftui.refine.chain import Round

STREAMING_KEPT = 50_000
"""Characters of a reply under way that a picture keeps: all of them are copied with each new piece."""

_replace = msgspec.structs.replace


def on_chain(chain: ChainState, event: EventBase) -> ChainState:
    """The chain after one of its events; the same object where the event tells nothing new."""
    match event:
        case StageChanged() | ActionHeld() | ReplyText() | MeasureProgress():
            return _on_ephemeral(chain, event)
        case ActionTaken():
            return _open_round(chain, event)
        case MeasureTaken(measure=measure):
            return _replace(_staged(chain, "lane", event.at), measuring=measure.candidate, progress=None)
        case ChainEnded(reason=reason, best=best, how=how):
            return _replace(at_rest(chain), ended=reason, best=best, how=how, measuring=None)
        case SandboxLost():
            return _replace(chain, losses=chain.losses + 1)
    change = _change_of_round(event)
    return chain if change is None else _with_round(_after_fact(chain, event), event, change)


def at_rest(chain: ChainState) -> ChainState:
    """The chain without what it was doing just now: only facts."""
    if chain.stage is None and chain.held is None and not chain.streaming and chain.progress is None:
        return chain
    return _replace(
        chain, stage=None, stage_detail="", held=None, held_round=None, streaming="", progress=None
    )


def _on_ephemeral(
    chain: ChainState, event: StageChanged | ActionHeld | ReplyText | MeasureProgress
) -> ChainState:
    match event:
        case StageChanged(stage=stage, detail=detail):
            staged = _staged(chain, stage, event.at, detail)
            return staged if stage == "held" else _replace(staged, held=None, held_round=None)
        case ActionHeld(action=action):
            return _replace(_staged(chain, "held", event.at), held=action, held_round=event.round)
        case ReplyText(text=text, restart=restart):
            streaming = (text if restart else chain.streaming + text)[-STREAMING_KEPT:]
            return chain if streaming == chain.streaming else _replace(chain, streaming=streaming)
        case MeasureProgress(done=done, planned=planned):
            return _replace(chain, progress=(done, planned))


def _staged(chain: ChainState, stage: Stage, at: float, detail: str = "") -> ChainState:
    """The chain in a stage; `stage_since` stays where it is in that stage already."""
    since = chain.stage_since if chain.stage == stage else at
    return _replace(chain, stage=stage, stage_detail=detail, stage_since=since)


def _open_round(chain: ChainState, event: ActionTaken) -> ChainState:
    """A new round; one with the same index that was cut short gives way to it."""
    index = len(chain.rounds) if event.round is None else event.round
    kept = tuple(round_ for round_ in chain.rounds if round_.index != index)
    rounds = tuple(sorted((*kept, Round(index=index, ask=event.ask)), key=lambda round_: round_.index))
    chain = _staged(chain, "model", event.at)
    return _replace(
        chain, rounds=rounds, held=None, held_round=None, streaming="", ended=None, how="finished", best=None
    )


def _change_of_round(event: EventBase) -> Callable[[Round], Round] | None:
    """What a fact does to its round, None where it is not about a round."""
    match event:
        case ActionSkipped():
            return lambda round_: _replace(round_, end="skipped")
        case ReplyReceived(reply=reply):
            return lambda round_: _replace(round_, end="replied", reply=reply, trouble="")
        case ReplyMissing(how=how, reason=reason):
            return lambda round_: _replace(round_, end=how, trouble=reason)
        case CandidateFound(candidate=candidate, code=code, note=note):
            return lambda round_: _replace(round_, candidate=candidate, code=code, note=note, no_program="")
        case CandidateMissing(reason=reason):
            return lambda round_: _replace(round_, no_program=reason)
        case CandidateJudged(verdict=verdict):
            return lambda round_: _replace(round_, verdict=verdict)
        case CandidateMeasured(measurement=measurement):
            bare = _replace(measurement, trials=()) if measurement.trials else measurement
            return lambda round_: _replace(round_, measurement=bare)
        case MeasuredAgain(measurement=measurement):
            once_more = _replace(measurement, trials=())
            return lambda round_: _replace(round_, again=(*round_.again, once_more))
        case CandidateProfiled(fact=fact):
            return lambda round_: _replace(round_, profile=fact)
        case RoundEnded(outcome=outcome):
            return lambda round_: _replace(round_, outcome=outcome)
    return None


def _after_fact(chain: ChainState, event: EventBase) -> ChainState:
    """What a fact says of what the chain does now."""
    match event:
        case (
            ReplyReceived()
            | ReplyMissing()
            | ActionSkipped()
            | RoundEnded()
            | CandidateProfiled()
            | MeasuredAgain()
        ):
            return at_rest(chain)
        case CandidateFound():
            return _staged(chain, "sandbox", event.at)
        case CandidateMeasured():
            return _replace(at_rest(chain), measuring=None)
    return chain


def _with_round(chain: ChainState, event: EventBase, change: Callable[[Round], Round]) -> ChainState:
    if not chain.rounds:
        return chain
    wanted = chain.rounds[-1].index if event.round is None else event.round
    for position in range(len(chain.rounds) - 1, -1, -1):
        if chain.rounds[position].index == wanted:
            new = change(chain.rounds[position])
            rounds = (*chain.rounds[:position], new, *chain.rounds[position + 1 :])
            return _replace(chain, rounds=rounds)
    return chain
