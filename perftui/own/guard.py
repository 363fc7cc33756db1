"""A part that a user wrote, watched: what it does wrong is one line with its file, and ends the chain."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from perftui.refine.actions import Ask, Profile, Step
from perftui.refine.chain import Chain
from perftui.refine.faults import StrategyFaultError, fault_line
from perftui.refine.part import Part


def guarded(part: Part, path: str) -> Part:
    """The part, whose faults are told as `StrategyFaultError`.

    Args:
        part: as it was defined.
        path: of the file that it is from.
    """

    def next_step(chain: Chain) -> Step | None:
        try:
            step = part.next_step(chain)
            trouble = _trouble(part, chain, step)
        except Exception as error:  # it is the user's, and may raise anything
            raise StrategyFaultError(fault_line(error, [path], path)) from error
        if trouble:
            raise StrategyFaultError(f"{path}: {part.name} {trouble}")
        return step

    return replace(part, next_step=next_step)


def _trouble(part: Part, chain: Chain, step: object) -> str:
    match step:
        case None:
            return ""
        case Ask():
            return _of_ask(part, step)
        case Profile():
            return _of_profile(chain, step)
        case _:
            return f"must give an Ask, a Profile or None, and gave {type(step).__name__}"


def _of_ask(part: Part, ask: Ask) -> str:
    try:
        # What is stored is read again: what does not fit its type must not get that far.
        msgspec.json.decode(msgspec.json.encode(ask), type=Ask)
    except (msgspec.MsgspecError, TypeError, ValueError) as error:
        return f"gave an Ask that cannot be stored: {error}"
    if ask.phase != part.phase:
        return f"is of the {part.phase} phase, and asks in the {ask.phase} phase"
    if not ask.label.strip():
        return "asks without a label"
    if not ask.messages or not ask.messages[-1].content.strip():
        return f"asks nothing: the prompt of {ask.label!r} is empty"
    return ""


def _of_profile(chain: Chain, profile: Profile) -> str:
    round_ = next((r for r in reversed(chain.rounds) if r.candidate == profile.candidate), None)
    if round_ is None or not round_.correct:
        return "wants a profile of a program that is no correct one of its chain"
    if round_.profile is not None:
        return f"wants a profile of round {round_.index + 1} again"
    return ""
