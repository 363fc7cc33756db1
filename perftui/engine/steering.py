"""What people want of a live run: pause, step, cancel, rerun, stop."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import msgspec

from perftui.events.commands import (
    Cancel,
    Command,
    Decide,
    Decision,
    GoOn,
    MeasureAgain,
    Pause,
    Requeue,
    Rerun,
    Retune,
    Send,
    Step,
    Stop,
    Unpause,
)
from perftui.events.model import Stepping

_About = tuple[int, int]
"""An attempt and a round."""


class Steering:
    """Holds wishes; the engine asks it at each gate. All methods return at once.

    Args:
        on_pause: is told when the run is paused.
        on_unpause: is told when it goes on.
        on_cancel: ends a problem now; returns False where it is not running.
        on_rerun: opens another attempt of an ended problem.
        on_stop: interrupts the run.
        on_spending: is told of each reply that was paid for.
        on_stepping: is told whose actions are held, when that changes.
        on_wish: is handed what the engine does in its own time.
    """

    def __init__(
        self,
        *,
        on_pause: Callable[[], None],
        on_unpause: Callable[[], None],
        on_cancel: Callable[[str], None],
        on_rerun: Callable[[str], None],
        on_stop: Callable[[], None],
        on_spending: Callable[[], None],
        on_stepping: Callable[[Stepping], None],
        on_wish: Callable[[Requeue | MeasureAgain | Retune], None],
    ) -> None:
        self._stepping = Stepping()
        self._paused = False
        self._on_pause = on_pause
        self._on_unpause = on_unpause
        self.cancel = on_cancel
        self.rerun = on_rerun
        self.stop = on_stop
        self._on_wish = on_wish
        self._on_spending = on_spending
        self._on_stepping = on_stepping
        self._changed = anyio.Event()
        self._decisions: dict[tuple[str, int], tuple[_About | None, Decision]] = {}

    def send(self, command: Command) -> None:
        """Do what a person asks for."""
        match command:
            case Pause():
                self.pause()
            case Unpause():
                self.unpause()
            case Step(problem=problem, on=on):
                self.step(problem, on=on)
            case Decide(problem=problem, chain=chain, decision=decision):
                self.decide(problem, chain, decision, about=(command.attempt, command.round))
            case Cancel(problem=problem):
                self.cancel(problem)
            case Rerun(problem=problem):
                self.rerun(problem)
            case Stop():
                self.stop()
            case Requeue() | MeasureAgain() | Retune():
                self._on_wish(command)

    def pause(self) -> None:
        """Begin nothing new."""
        if not self._paused:
            self._paused = True
            self._on_pause()
            self._wake()

    def unpause(self) -> None:
        """Go on."""
        if self._paused:
            self._paused = False
            self._on_unpause()
            self._wake()

    def step(self, problem: str | None, *, on: bool) -> None:
        """Hold each action of a problem (of all, where None) for a person, or let go."""
        if problem is None:
            self._stepping = Stepping(by_default=on)
        elif on != self.steps(problem):
            others = set(self._stepping.others) ^ {problem}
            self._stepping = msgspec.structs.replace(self._stepping, others=tuple(sorted(others)))
        self._on_stepping(self._stepping)
        self._wake()

    def decide(self, problem: str, chain: int, decision: Decision, *, about: _About | None = None) -> None:
        """Answer a held action.

        Args:
            problem: its problem.
            chain: its chain.
            decision: the answer.
            about: attempt and round of the action that is meant, None for whichever is held.
        """
        self._decisions[problem, chain] = (about, decision)
        self._wake()

    def steps(self, problem: str) -> bool:
        """Whether the problem's actions are held."""
        return self._stepping.holds(problem)

    @property
    def paused(self) -> bool:
        """Whether nothing new may begin."""
        return self._paused

    async def until_unpaused(self) -> None:
        """Wait while the run is paused."""
        while self._paused:
            await self._changed.wait()

    async def decision(self, problem: str, chain: int, *, about: _About | None = None) -> Decision:
        """Wait until a person decides, or the problem is no longer stepped.

        Args:
            problem: whose action is held.
            chain: likewise.
            about: attempt and round of the action; an answer to another one does not count.
        """
        self._decisions.pop((problem, chain), None)
        while True:
            meant, decided = self._decisions.pop((problem, chain), (None, None))
            if decided is not None and (meant is None or about is None or meant == about):
                break
            if not self.steps(problem):
                return Send()
            await self._changed.wait()
        if isinstance(decided, GoOn):
            self.step(problem, on=False)
            return Send()
        return decided

    def heed_spending(self) -> None:
        """A reply was paid for: the run may have come to its bound."""
        self._on_spending()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()
