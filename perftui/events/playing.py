"""Playing a stored run again: where time stands, which gaps are left out, what is made up. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from perftui.events.model import (
    CandidateMeasured,
    EphemeralEvent,
    ReplyReceived,
    ReplyText,
    StageChanged,
    StoredEvent,
)

LONGEST_GAP = 10.0
"""Seconds without an event that are waited for: a run that was interrupted may have lain for days."""

MOST_SPEED = 100_000.0
LEAST_SPEED = 0.1

PIECES = 12
"""Into how many pieces a reply is cut, to be shown as it came."""

REPLAYED = "replayed"
"""The detail of each stage that is made up: no fact tells when it began."""

_replace = msgspec.structs.replace


class Playhead(msgspec.Struct, frozen=True, kw_only=True):
    """Where a player stands.

    Attributes:
        at: the time in the run, seconds since the epoch.
        since: when it stood there, seconds of a clock that never goes back.
        speed: seconds of the run in one.
        playing: whether time passes.
    """

    at: float
    since: float
    speed: float = 1.0
    playing: bool = True

    def moved(self, now: float, limit: float) -> Playhead:
        """The same at a later moment; it goes no further than to `limit`, and never back."""
        passed = max(0.0, now - self.since) * self.speed if self.playing else 0.0
        return _replace(self, at=max(self.at, min(self.at + passed, limit)), since=now)

    def at_speed(self, speed: float) -> Playhead:
        """The same at another speed, held to what can be played."""
        return _replace(self, speed=min(max(speed, LEAST_SPEED), MOST_SPEED))


def skipped(at: float, last: float, following: float) -> float:
    """Seconds of nothing to leave out now, 0 where none are.

    Args:
        at: where the player stands.
        last: when the last event was.
        following: when the next one is.
    """
    is_long = following - last > LONGEST_GAP and at - last >= LONGEST_GAP
    return max(0.0, following - at) if is_long else 0.0


def told_gap(seconds: float) -> str:
    """One line on time that was left out."""
    for size, unit in ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit} without an event left out"
    return f"{seconds:.0f} s without an event left out"


def made_up(event: StoredEvent, at: float) -> Iterator[tuple[float, EphemeralEvent]]:
    """What a watcher would have seen before a fact, with when; the log has no more than how long it took.

    Args:
        event: a fact.
        at: when it is played.
    """
    match event:
        case ReplyReceived(reply=reply) if reply.seconds > 0 and not reply.reused:
            begin = at - reply.seconds
            yield begin, _placed(StageChanged(stage="model", detail=REPLAYED), event, begin)
            size = max(1, -(-len(reply.text) // PIECES))
            for number, start in enumerate(range(0, len(reply.text), size), 1):
                when = begin + reply.seconds * number / (PIECES + 1)
                piece = ReplyText(text=reply.text[start : start + size], restart=start == 0)
                yield when, _placed(piece, event, when)
        case CandidateMeasured(measurement=measurement, known=False) if measurement.seconds > 0:
            begin = at - measurement.seconds
            yield begin, _placed(StageChanged(stage="timing", detail=REPLAYED), event, begin)


def _placed(made: EphemeralEvent, event: StoredEvent, at: float) -> EphemeralEvent:
    return _replace(
        made,
        at=at,
        run=event.run,
        problem=event.problem,
        attempt=event.attempt,
        chain=event.chain,
        round=event.round,
    )
