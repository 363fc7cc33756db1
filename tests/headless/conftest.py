"""Terminals, files and runs that a reader of a run meets."""

from __future__ import annotations

import io
from collections.abc import Sequence

from perftui.events.model import Event
from perftui.events.reduce import apply
from perftui.events.state import RunState
from perftui.headless.follow import Reader
from perftui.headless.output import Output


class Screen(io.TextIOWrapper):
    """A stream in memory that may say that it is a terminal."""

    def __init__(self, *, terminal: bool = False, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding, write_through=True)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def fileno(self) -> int:
        raise io.UnsupportedOperation

    @property
    def text(self) -> str:
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode(self.encoding)


def output(screen: Screen, **environment: str) -> Output:
    return Output(screen, environment)


def read(reader: Reader, events: Sequence[Event], state: RunState | None = None) -> RunState:
    """Hand events to a reader as `follow` does."""
    state = state or RunState()
    for event in events:
        state = apply(state, event)
        reader.on_event(event, state)
    reader.on_tick(state)
    return state


class Session:
    """A run whose events are given by the test."""

    run = "abc123"
    control = None
    start = RunState()

    def __init__(self) -> None:
        self.coming: list[Event] = []

    def drain(self) -> Sequence[Event]:
        events, self.coming = self.coming, []
        return events
