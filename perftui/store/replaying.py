"""A stored run that is played again: its events come at their own times, at any speed.

Pages of the log are read ahead of the play head, so that a long run need not be held. Pictures are kept
at the ends of pages: a picture never changes and shares most with the next, so that keeping it is cheap.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import anyio
import anyio.lowlevel
import msgspec

from perftui.errors import BadInputError
from perftui.events.model import Event, Notice, StoredEvent
from perftui.events.outline import advance
from perftui.events.playing import LEAST_SPEED, MOST_SPEED, Playhead, made_up, skipped, told_gap
from perftui.events.state import RunState
from perftui.store.readers import Reader

__all__ = ["LEAST_SPEED", "MOST_SPEED", "Pages", "ReplaySession"]

PAGE = 500
"""Events that are read at once; a picture is kept after each page."""

AHEAD = 2_000
"""Events that are read ahead of the play head."""

MARKS = 64
"""Pictures that are kept at most; where there are more, every other one goes."""

_FOLDED_AT_ONCE = 50

_FIRST = "SELECT at FROM event WHERE run = ? ORDER BY seq LIMIT 1"
_LAST = "SELECT at FROM event WHERE run = ? ORDER BY seq DESC LIMIT 1"

Pages = Callable[[int, int], Awaitable[Sequence[StoredEvent]]]
"""The events of a run after a `seq`, at most so many."""


@dataclass(frozen=True, kw_only=True)
class _Mark:
    """How far a run was read.

    Attributes:
        at: of the last event; no event is earlier than one before it.
        seq: likewise.
        state: the picture after it.
    """

    at: float
    seq: int = 0
    state: RunState


class ReplaySession:
    """Plays a run; see `perftui.engine.control.RunSession` and `Player`. `follow` must run beside it.

    Args:
        run: its id.
        pages: gives its events.
        begin: when its first event was, seconds since the epoch.
        end: when its last one was.
        speed: seconds of the run in one.
        rate: events a second, in place of their own times; None for those.
        monotonic: gives the time that passes.
    """

    control: None = None
    is_reading = False

    def __init__(
        self,
        run: str,
        pages: Pages,
        *,
        begin: float,
        end: float,
        speed: float = 1.0,
        rate: float | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.run = run
        self.begin = begin
        self.end = max(begin, end)
        self.start = RunState()
        self._pages = pages
        self._rate = rate
        self._monotonic = monotonic
        self._head = Playhead(at=begin, since=monotonic()).at_speed(speed)
        self._marks = [_Mark(at=begin, state=RunState())]
        self._read = self._marks[0]
        self._all_read = False
        self._ahead: deque[tuple[float, Event]] = deque()
        self._played_at = begin
        self._target: float | None = None
        self._allowed = 0.0
        self._wanted = anyio.Event()

    @classmethod
    async def load(
        cls, reader: Reader, run: str, speed: float = 1.0, *, rate: float | None = None
    ) -> ReplaySession:
        """A session that plays a run of a database from its beginning.

        Args:
            reader: of the database.
            run: the run's id.
            speed: seconds of the run in one.
            rate: events a second, in place of their own times.

        Raises:
            BadInputError: there is nothing to play.
        """

        async def pages(after: int, limit: int) -> Sequence[StoredEvent]:
            return await reader.events(run, after=after, limit=limit)

        first, last = await reader.rows(_FIRST, run), await reader.rows(_LAST, run)
        if not first:
            raise BadInputError(f"run {run} has no events to play")
        begin, end = msgspec.convert((first[0][0], last[0][0]), tuple[float, float])
        return cls(run, pages, begin=begin, end=end, speed=speed, rate=rate)

    @classmethod
    def of(
        cls,
        run: str,
        events: Sequence[StoredEvent],
        speed: float = 1.0,
        *,
        rate: float | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> ReplaySession:
        """A session that plays events at hand; they are in their order, and at least one."""

        async def pages(after: int, limit: int) -> Sequence[StoredEvent]:
            first = bisect_right(events, after, key=lambda event: event.seq)
            return events[first : first + limit]

        begin, end = events[0].at, events[-1].at
        return cls(run, pages, begin=begin, end=end, speed=speed, rate=rate, monotonic=monotonic)

    @property
    def player(self) -> ReplaySession:
        """Itself."""
        return self

    @property
    def speed(self) -> float:
        """How many of the run's seconds pass in one."""
        return self._head.speed

    @property
    def playing(self) -> bool:
        """Whether time passes."""
        return self._head.playing

    @property
    def at_end(self) -> bool:
        """Whether all was played."""
        return self._all_read and not self._ahead and self._target is None

    def clock(self) -> float:
        """The time in the run, seconds since the epoch; where the player seeks, that which it goes to."""
        return self._head.at if self._target is None else self._target

    def play(self, *, on: bool) -> None:
        """Let time pass, or stand still; at the end, begin anew."""
        self._advance()
        if on and self.at_end:
            self.seek(self.begin)
        self._head = msgspec.structs.replace(self._head, playing=on)

    def set_speed(self, speed: float) -> None:
        """Let time pass so many times as fast."""
        self._advance()
        self._head = self._head.at_speed(speed)

    def seek(self, at: float) -> None:
        """Go to a moment; the picture there is `start` as soon as it is made."""
        self._target = min(max(at, self.begin), self.end)
        self._wanted.set()

    def drain(self) -> Sequence[Event]:
        """Events whose time has come; none while the player seeks."""
        told = self._advance()
        if self._target is not None:
            return ()
        due = self._due_by_rate() if self._rate is not None else self._due_by_time()
        if len(self._ahead) < AHEAD:
            self._wanted.set()
        if self.at_end:
            # It stands still, so that who goes back from there can look.
            self._head = msgspec.structs.replace(self._head, playing=False)
        return [*told, *due]

    async def follow(self) -> None:
        """Read ahead, and make the pictures that are sought, until cancelled.

        Raises:
            PerftuiError: the database cannot be read any more.
        """
        while True:
            self._wanted = anyio.Event()
            if self._target is not None:
                await self._go_to(self._target)
            elif not self._all_read and len(self._ahead) < AHEAD:
                await self._read_page(float("-inf"))
            else:
                await self._wanted.wait()

    def _advance(self) -> list[Notice]:
        now = self._monotonic()
        passed = max(0.0, now - self._head.since)
        if self._target is not None or self._rate is not None:
            if self._rate is not None and self._head.playing:
                self._allowed = min(self._allowed + passed * self._rate, max(1.0, self._rate))
            self._head = msgspec.structs.replace(self._head, since=now)
            return []
        # What was not read yet cannot be played: time waits for it.
        self._head = self._head.moved(now, self.end if self._all_read else self._read.at)
        gap = 0.0
        if self._ahead and self._head.playing:
            gap = skipped(self._head.at, self._played_at, self._ahead[0][0])
        if not gap:
            return []
        self._head = msgspec.structs.replace(self._head, at=self._head.at + gap)
        return [Notice(run=self.run, at=self._head.at, text=told_gap(gap))]

    def _due_by_time(self) -> list[Event]:
        due: list[Event] = []
        while self._ahead and self._ahead[0][0] <= self._head.at:
            self._played_at, event = self._ahead.popleft()
            due.append(event)
        return due

    def _due_by_rate(self) -> list[Event]:
        due: list[Event] = []
        while self._ahead and self._allowed >= 1.0:
            self._allowed -= 1.0
            self._played_at, event = self._ahead.popleft()
            due.append(event)
        self._head = msgspec.structs.replace(self._head, at=max(self._head.at, self._played_at))
        return due

    async def _read_page(self, until: float) -> RunState | None:
        """Read on; events up to `until` are folded, later ones wait to be played.

        Returns:
            The picture at `until`, None where the page holds no event up to then.
        """
        events = await self._pages(self._read.seq, PAGE)
        self._all_read = not events
        state, at, sought = self._read.state, self._read.at, None
        page: list[tuple[float, Event]] = []
        for count, event in enumerate(events, 1):
            # A clock that was set back does not turn events round.
            at = max(at, event.at)
            state = advance(state, event)
            if at <= until:
                sought = state
            else:
                if self._rate is None:
                    page.extend((max(when, self._read.at, until), made) for when, made in made_up(event, at))
                page.append((at, event))
            if count % _FOLDED_AT_ONCE == 0:
                await anyio.lowlevel.checkpoint()
        if events:
            self._read = _Mark(at=at, seq=events[-1].seq, state=state)
            if self._read.seq > self._marks[-1].seq:
                self._marks = [*(self._marks if len(self._marks) < MARKS else self._marks[::2]), self._read]
            self._ahead.extend(sorted(page, key=lambda one: one[0]))
        return sought

    async def _go_to(self, target: float) -> None:
        place = bisect_right(self._marks, target, key=lambda mark: mark.at) - 1
        self._read = self._marks[max(0, place)]
        self._ahead.clear()
        self._all_read = False
        found = self._read.state
        while not self._ahead and not self._all_read:
            found = await self._read_page(target) or found
            if self._target != target:
                return
        # A copy: a watcher tells by identity that it is another.
        self.start = msgspec.structs.replace(found)
        self._head = msgspec.structs.replace(self._head, at=target, since=self._monotonic())
        self._played_at = target
        self._target = None
