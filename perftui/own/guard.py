"""A part that a user wrote, watched: what it does wrong is one line with its file, and ends the chain."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, redirect_stdout
from dataclasses import replace
from typing import TextIO

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
            with spoken_aside():
                step = part.next_step(chain)
            trouble = _trouble(part, chain, step)
        except (Exception, SystemExit) as error:  # it is the user's, and may raise anything
            raise StrategyFaultError(fault_line(error, [path], path)) from error
        if trouble:
            raise StrategyFaultError(f"{path}: {part.name} {trouble}")
        return step

    return replace(part, next_step=next_step)


def spoken_aside() -> AbstractContextManager[TextIO]:
    """What a user's code prints goes to stderr: on stdout others read our own output."""
    return redirect_stdout(sys.stderr)


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
    trouble = _not_stored(ask)
    if trouble:
        return trouble
    if ask.phase != part.phase:
        return f"is of the {part.phase} phase, and asks in the {ask.phase} phase"
    if not ask.label.strip():
        return "asks without a label"
    if not ask.messages or not ask.messages[-1].content.strip():
        return f"asks nothing: the prompt of {ask.label!r} is empty"
    return ""


def _of_profile(chain: Chain, profile: Profile) -> str:
    trouble = _not_stored(profile)
    if trouble:
        return trouble
    round_ = chain.round_of(profile.candidate)
    if round_ is None or not round_.correct:
        return "wants a profile of a program that is no correct one of its chain"
    if round_.profile is not None:
        return f"wants a profile of round {round_.index + 1} again"
    return ""


def _not_stored(step: Step) -> str:
    """Why a step cannot be stored: it is read again, and what does not fit its type would be lost."""
    try:
        msgspec.json.decode(msgspec.json.encode(step), type=type(step))
    except (msgspec.MsgspecError, TypeError, ValueError) as error:
        article = "an" if isinstance(step, Ask) else "a"
        return f"gave {article} {type(step).__name__} that cannot be stored: {error}"
    return ""
