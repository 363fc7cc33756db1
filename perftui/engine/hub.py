"""Where every event goes through: stored first, then in the picture, then to whoever watches."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import anyio
import msgspec

from perftui.engine.control import RunControl
from perftui.events.model import EphemeralEvent, Event, StoredEvent
from perftui.events.outline import advance, outlined
from perftui.events.reduce import replay
from perftui.events.state import ProblemState, RunState
from perftui.events.trials import without_trials


class EventLog(Protocol):
    """What makes events durable."""

    async def append(self, event: StoredEvent) -> StoredEvent:
        """Store an event; it is durable on return, with its `seq` and `at` set."""
        ...

    async def whole(self, run: str, problem: str) -> ProblemState | None:
        """A problem with all its texts, None where there is none."""
        ...


class Hub:
    """The one place where a run's events are stored, reduced and handed out.

    Problems that have ended are outlines in its picture, so that a long run does not grow without bound.

    Args:
        log: makes facts durable.
        run: the run's id.
        past: events of the run so far, where it is resumed.
    """

    def __init__(self, log: EventLog, run: str, past: Sequence[StoredEvent] = ()) -> None:
        self._log = log
        self._run = run
        self._watchers: list[deque[Event]] = []
        self._past: Sequence[Event] = past
        self.state: RunState = replay(past)

    @property
    def run(self) -> str:
        """The run's id."""
        return self._run

    async def record(self, event: StoredEvent) -> None:
        """Make a fact durable, then let everybody know.

        Raw trials stay in the log: a watcher asks the store for those it shows.
        """
        # A fact that is in the log and not in the picture would be acted on twice.
        with anyio.CancelScope(shield=True):
            stored = await self._log.append(msgspec.structs.replace(event, run=self._run, at=time.time()))
        self._publish(without_trials(stored))

    def tell(self, event: EphemeralEvent) -> None:
        """Let everybody know what goes on now; nothing is stored."""
        self._publish(msgspec.structs.replace(event, run=self._run, at=time.time()))

    async def whole(self, problem: str) -> ProblemState:
        """A problem of the run with all its texts."""
        now = self.state.problems[problem]
        found = None if now.outline is None else await self._log.whole(self._run, problem)
        return now if found is None else found

    def settle(self) -> None:
        """Hold no more of the past than goes on: for when all who needed its texts have seen it."""
        for problem in self.state.problems:
            self.state = outlined(self.state, problem)

    def watch(self, control: RunControl | None, *, from_start: bool = False) -> LiveSession:
        """A watcher that is given all that comes, on from the picture as it is now.

        Args:
            control: takes its commands.
            from_start: give it the past as events; for who watches before the run goes on.
        """
        past, start = (self._past, RunState()) if from_start and self._past else ((), self.state)
        queue: deque[Event] = deque(past)
        self._watchers.append(queue)
        return LiveSession(self._run, control, queue, lambda: self._forget(queue), start)

    def _forget(self, queue: deque[Event]) -> None:
        self._watchers = [known for known in self._watchers if known is not queue]

    def _publish(self, event: Event) -> None:
        self._past = ()
        self.state = advance(self.state, event)
        for queue in self._watchers:
            queue.append(event)


class LiveSession:
    """A run of this process, as a watcher has it."""

    def __init__(
        self,
        run: str,
        control: RunControl | None,
        queue: deque[Event],
        on_close: Callable[[], None],
        start: RunState,
    ) -> None:
        self.run = run
        self.control = control
        self.player: None = None
        self.is_reading = False
        self.start = start
        self._queue = queue
        self._on_close = on_close

    def clock(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def drain(self) -> Sequence[Event]:
        """All events since the last call, oldest first."""
        return list(_take_all(self._queue))

    def close(self) -> None:
        """Watch no longer."""
        self._on_close()


def _take_all(queue: deque[Event]) -> Iterable[Event]:
    while queue:
        yield queue.popleft()
