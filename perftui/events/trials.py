"""Events that carry raw trials, and the same without them: trials are kept apart, and read when asked for."""

from __future__ import annotations

from typing import TypeAlias, TypeVar

import msgspec

from perftui.events.model import CandidateMeasured, EventBase, MeasuredAgain, WinnerConfirmed

E = TypeVar("E", bound=EventBase)

Measured: TypeAlias = CandidateMeasured | WinnerConfirmed | MeasuredAgain


def without_trials(event: E) -> E:
    """The event as readers of the log have it; the same object where it has no trials."""
    if not isinstance(event, Measured) or not event.measurement.trials:
        return event
    bare = msgspec.structs.replace(event.measurement, trials=())
    return msgspec.structs.replace(event, measurement=bare)
