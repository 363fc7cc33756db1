"""What screens ask of the application that opened them, and where it keeps what they need for that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from textual.app import App
from textual.message import Message

from perftui.events.commands import Command
from perftui.events.plan import Fork
from perftui.tui.launching import Launcher, NewRun
from perftui.tui.library import Library


@dataclass
class GoOnWith(Message):
    """A stored run is to be taken up by this process: what is open in it, and what is asked for."""

    run: str
    commands: tuple[Command, ...] = ()


@dataclass
class ForkWanted(Message):
    """A run that goes on from another's round is to begin."""

    fork: Fork


@dataclass
class ForkOpened(Message):
    """A fork is to be shown, at its problem."""

    run: str
    problem: str


@dataclass
class RunWanted(Message):
    """A new run is to begin."""

    form: NewRun


@dataclass
class ReplayWanted(Message):
    """A run is to be played again, so many times as fast as it was."""

    run: str
    speed: float = 1.0


@runtime_checkable
class World(Protocol):
    """An application with runs to show, and perhaps somebody who begins them."""

    @property
    def library(self) -> Library:
        """All runs there are."""
        ...

    @property
    def launcher(self) -> Launcher | None:
        """Begins runs; None where none can be begun."""
        ...


def launcher_of(app: App[object]) -> Launcher | None:
    """Who begins runs for an application, None where nobody does."""
    return app.launcher if isinstance(app, World) else None
