"""What a screen may ask of a run, and how it hears of it. The engine knows no more of a screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from perftui.events.model import Event

Decision = Literal["send", "skip", "end", "go-on"]
"""What a person does with a held action: send it, skip it, end the chain, or send it and let the
problem run on without asking again."""


class RunControl(Protocol):
    """Commands to a live run. Each returns at once; what comes of it is told by events."""

    def pause(self) -> None:
        """Begin nothing new."""
        ...

    def unpause(self) -> None:
        """Go on."""
        ...

    def step(self, problem: str | None, *, on: bool) -> None:
        """Hold each action of a problem (of all, where None) for a person, or let go."""
        ...

    def decide(self, problem: str, chain: int, decision: Decision) -> None:
        """Answer a held action."""
        ...

    def cancel(self, problem: str) -> None:
        """End a problem's chains now; what is known of it stays."""
        ...

    def rerun(self, problem: str) -> None:
        """Solve an ended problem anew, as another attempt beside the old one."""
        ...

    def stop(self) -> None:
        """Interrupt the run; it can be resumed."""
        ...


class RunSession(Protocol):
    """A run as a watcher has it: live in this process, live in another, or stored."""

    @property
    def run(self) -> str:
        """The run's id."""
        ...

    @property
    def control(self) -> RunControl | None:
        """Commands, or None where this watcher can only look."""
        ...

    def drain(self) -> Sequence[Event]:
        """All events since the last call, oldest first. The first call gives the whole past."""
        ...
