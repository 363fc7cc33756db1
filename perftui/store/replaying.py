"""A stored run that is played again: its events come at their own times, at any speed."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise

from perftui.events.model import Event, StoredEvent
from perftui.events.reduce import apply
from perftui.events.state import RunState

LONGEST_GAP = 10.0
"""Seconds of nothing that are waited for: a run that was interrupted may have lain there for days."""

CHECKPOINT = 500
"""Events between two pictures that are kept, so that going back is quick."""

MOST_SPEED = 100_000.0
LEAST_SPEED = 0.1


def timeline(times: Sequence[float], longest_gap: float = LONGEST_GAP) -> list[float]:
    """When each event is played, in seconds from the first: as it was, with long gaps shortened.

    Args:
        times: of the events, seconds since the epoch.
        longest_gap: seconds.
    """
    played = [0.0] if times else []
    for before, after in pairwise(times):
        played.append(played[-1] + min(max(0.0, after - before), longest_gap))
    return played


class ReplaySession:
    """Plays a run; see `perftui.engine.control.RunSession` and `Player`.

    Args:
        run: its id.
        events: all of them.
        speed: seconds of the run in one.
        rate: events a second, in place of their own times; None for those.
        monotonic: gives the time that passes.
    """

    control: None = None

    def __init__(
        self,
        run: str,
        events: Sequence[StoredEvent],
        speed: float = 1.0,
        *,
        rate: float | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.run = run
        self.start = RunState()
        self.speed = speed
        self.playing = True
        self._events = events
        self._times = [event.at for event in events]
        self._played = timeline(self._times) if rate is None else [i / rate for i in range(len(events))]
        self._monotonic = monotonic
        self._since = monotonic()
        self._position = 0.0
        self._next = 0
        self._state = RunState()
        self._kept: list[RunState] = [self._state]

    @property
    def player(self) -> ReplaySession:
        """Itself."""
        return self

    @property
    def begin(self) -> float:
        """When the run began, seconds since the epoch."""
        return self._times[0] if self._times else 0.0

    @property
    def end(self) -> float:
        """When its last event was."""
        return self._times[-1] if self._times else 0.0

    @property
    def at_end(self) -> bool:
        """Whether all was played."""
        return self._next >= len(self._events)

    def clock(self) -> float:
        """The time in the run."""
        self._advance()
        index = bisect_right(self._played, self._position) - 1
        if index < 0 or not self._times:
            return self.begin
        at = self._times[index] + self._position - self._played[index]
        return min(at, self._times[index + 1]) if index + 1 < len(self._times) else self._times[index]

    def play(self, *, on: bool) -> None:
        """Let time pass, or stand still; at the end, begin anew."""
        self._advance()
        if on and self.at_end:
            self.seek(self.begin)
        self.playing = on

    def set_speed(self, speed: float) -> None:
        """Let time pass so many times as fast."""
        self._advance()
        self.speed = min(max(speed, LEAST_SPEED), MOST_SPEED)

    def seek(self, at: float) -> None:
        """Go to a moment."""
        self._advance()
        index = bisect_right(self._times, min(max(at, self.begin), self.end))
        index = max(1, index) if self._times else 0
        self._position = self._played[index - 1] if index else 0.0
        self._go_to(index)
        self.start = self._state

    def drain(self) -> Sequence[Event]:
        """Events whose time has come."""
        self._advance()
        until = bisect_right(self._played, self._position)
        fresh = self._events[self._next : until]
        self._fold(until)
        return fresh

    def _advance(self) -> None:
        now = self._monotonic()
        if self.playing:
            end = self._played[-1] if self._played else 0.0
            self._position = min(end, self._position + (now - self._since) * self.speed)
        self._since = now

    def _go_to(self, index: int) -> None:
        """Make the picture after so many events, from the nearest one that is kept."""
        if index < self._next:
            kept = min(index // CHECKPOINT, len(self._kept) - 1)
            self._state, self._next = self._kept[kept], kept * CHECKPOINT
        self._fold(index)

    def _fold(self, until: int) -> None:
        for index in range(self._next, until):
            self._state = apply(self._state, self._events[index])
            if (index + 1) % CHECKPOINT == 0 and (index + 1) // CHECKPOINT == len(self._kept):
                self._kept.append(self._state)
        self._next = max(self._next, until)
