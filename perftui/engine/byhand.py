"""What a person's answers to a held action mean, as asks and replies of the chain's own. Pure."""

from __future__ import annotations

import msgspec

from perftui.events.commands import Again, Choose, Send, Write
from perftui.llm.model import Reply
from perftui.refine.actions import Ask, Hand
from perftui.refine.chain import Chain

PERSON = "person"
"""Stands where a reply names its model."""

_replace = msgspec.structs.replace


def edited(ask: Ask, send: Send) -> Ask:
    """An ask as a person would have it; the same object where nothing was changed."""
    hand: list[Hand] = []
    if send.messages is not None and send.messages != ask.messages:
        ask = _replace(ask, messages=send.messages)
        hand.append("prompt")
    if send.temperature is not None and send.temperature != ask.temperature:
        ask = _replace(ask, temperature=send.temperature)
        hand.append("temperature")
    return _replace(ask, hand=(*ask.hand, *hand)) if hand else ask


def asked_again(chain: Chain, again: Again) -> Ask | None:
    """An earlier question at another temperature, None where there is no such question."""
    former = next((r.ask for r in chain.rounds if r.index == again.round and r.ask.phase != "given"), None)
    return None if former is None else _replace(former, temperature=again.temperature, hand=("again",))


def written(write: Write) -> tuple[Ask, Reply]:
    """A person's program as a round."""
    ask = Ask(phase="given", label="by hand", expects="source", parent=write.parent, hand=("program",))
    return ask, Reply(text=write.code, model=PERSON)


def chosen(chain: Chain, choose: Choose) -> tuple[Ask, Reply] | None:
    """The choice of one of the chain's correct programs as a round, None where it has no such program."""
    code = next((r.code for r in chain.rounds if r.candidate == choose.candidate and r.correct), None)
    if code is None:
        return None
    ask = Ask(
        phase="given", label="chosen by hand", expects="source", parent=choose.candidate, hand=("choice",)
    )
    return ask, Reply(text=code, model=PERSON)
