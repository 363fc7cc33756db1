"""What a screen may ask of a run, and how it hears of it. The engine knows no more of a screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from perftui.events.commands import Command
from perftui.events.model import Event
from perftui.events.state import RunState


class RunControl(Protocol):
    """Takes commands to a live run, of this process or of another."""

    def send(self, command: Command) -> None:
        """Ask for something. It returns at once; what comes of it is told by events."""
        ...


class Player(Protocol):
    """Plays a stored run at any speed. Each method returns at once."""

    @property
    def begin(self) -> float:
        """When the run began, seconds since the epoch."""
        ...

    @property
    def end(self) -> float:
        """When its last event was, seconds since the epoch."""
        ...

    @property
    def speed(self) -> float:
        """How many of the run's seconds pass in one."""
        ...

    @property
    def playing(self) -> bool:
        """Whether time passes."""
        ...

    def play(self, *, on: bool) -> None:
        """Let time pass, or stand still."""
        ...

    def seek(self, at: float) -> None:
        """Go to a moment, seconds since the epoch; it is held to the run's own time."""
        ...

    def set_speed(self, speed: float) -> None:
        """Let time pass so many times as fast."""
        ...


class RunSession(Protocol):
    """A run as a watcher has it: live in this process, live in another, stored, or played again."""

    @property
    def run(self) -> str:
        """The run's id."""
        ...

    @property
    def control(self) -> RunControl | None:
        """Takes commands; None where nobody would hear them."""
        ...

    @property
    def player(self) -> Player | None:
        """Where the run is played again; else None."""
        ...

    @property
    def is_reading(self) -> bool:
        """Whether some of the past is still being read: it comes as events, as what is new does."""
        ...

    @property
    def start(self) -> RunState:
        """The picture when this watcher came, or after the player sought: events go on from it."""
        ...

    def clock(self) -> float:
        """The time in this run, seconds since the epoch: that of the player, where it is played again."""
        ...

    def drain(self) -> Sequence[Event]:
        """All events since the last call, oldest first; the first call goes on from `start`.

        After the player sought, `start` is another picture (`is` tells), and events go on from that.
        """
        ...
