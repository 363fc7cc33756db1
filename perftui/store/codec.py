"""Events as rows: what goes into the body, what is taken out of it, and back."""

from __future__ import annotations

from functools import partial
from typing import TypeVar

import msgspec

from perftui.events.model import CandidateFound, CandidateMeasured, EventBase, StoredEvent
from perftui.events.trials import Measured, without_trials
from perftui.judging.results import as_plain
from perftui.timing.model import Trial

E = TypeVar("E", bound=EventBase)

_encode = partial(msgspec.json.encode, enc_hook=as_plain)
_decoder: msgspec.json.Decoder[StoredEvent] = msgspec.json.Decoder(StoredEvent)
_replace = msgspec.structs.replace

TRIAL_FIELDS = tuple(Trial.__struct_fields__)
"""The columns of a trial, in the order of its row."""


def storable(event: E) -> E:
    """The event as it will be read back: the same object unless it holds text that is not Unicode.

    Raises:
        ValueError: it could not be read back, as with a number that is not finite.
    """
    try:
        body = _encode(event)
    except UnicodeEncodeError:
        event = msgspec.convert(_repaired(msgspec.to_builtins(event, enc_hook=as_plain)), type(event))
        body = _encode(event)
    _decoder.decode(body)
    return event


def as_text(value: msgspec.Struct) -> str:
    """A struct as JSON; what is half a character is replaced."""
    try:
        return _encode(value).decode()
    except UnicodeEncodeError:
        return _encode(_repaired(msgspec.to_builtins(value, enc_hook=as_plain))).decode()


def event_row(event: EventBase) -> tuple[int, str]:
    """The row of an event that has its `seq`: without code and trials, which have tables."""
    match event:
        case CandidateFound():
            event = _replace(event, code="")
        case _:
            event = without_trials(event)
    return event.seq, _encode(event).decode()


def event_of(body: str, code: str | None) -> StoredEvent:
    """The event of a row, with the code that was taken out of it.

    Raises:
        msgspec.MsgspecError: it is not an event.
    """
    event = _decoder.decode(body)
    return _replace(event, code=code or "") if isinstance(event, CandidateFound) else event


def trial_rows(event: EventBase) -> list[tuple[object, ...]]:
    """The rows of a measurement's trials; none where it was known before, and so is stored already."""
    known = isinstance(event, CandidateMeasured) and event.known
    if not isinstance(event, Measured) or known:
        return []
    return [
        (event.seq, position, *msgspec.structs.astuple(trial))
        for position, trial in enumerate(event.measurement.trials)
    ]


def _repaired(value: object) -> object:
    """Plain data with each lone surrogate replaced: half a character cannot be stored."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case list() | tuple():
            return [_repaired(item) for item in value]
        case dict():
            return {_repaired(key): _repaired(item) for key, item in value.items()}
    return value
