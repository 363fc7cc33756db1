"""The engine's stream of build and pull events, as lines for a person."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing

import msgspec

from perftui.sandbox.blocking import Caller
from perftui.text import one_line

_NOISE = ("---> ", "Removing intermediate container")
_TICKS = {"Downloading", "Extracting", "Waiting", "Pulling fs layer", "Verifying Checksum"}


class ProgressError(Exception):
    """The stream told that the work failed; the text is one line."""


class ProgressEvent(msgspec.Struct, frozen=True):
    """One event of a build or a pull; which fields it has depends on what happened."""

    stream: str | None = None
    status: str | None = None
    id: str | None = None
    error: str | None = None


class ProgressLines:
    """Turns events into lines: whole, printable, and none for what tells a person nothing."""

    def __init__(self) -> None:
        self._partial = ""

    def read(self, event: ProgressEvent) -> list[str]:
        """The lines that an event completes."""
        if event.status is not None:
            return [] if event.status in _TICKS else [_status_line(event.status, event.id)]
        *whole, self._partial = (self._partial + (event.stream or "")).split("\n")
        return [line for line in map(one_line, whole) if line and not line.startswith(_NOISE)]


def _status_line(status: str, layer: str | None) -> str:
    return one_line(f"{layer}: {status}" if layer else status)


def follow(events: Generator[object], caller: Caller, on_progress: Callable[[str], None]) -> None:
    """Read a stream in a thread of its own to its end; hand each line to the event loop's thread.

    Raises:
        ProgressError: the work failed.
        AbandonedError: nobody waits for it any longer.
    """
    lines = ProgressLines()
    with closing(events):
        for raw in events:
            caller.check()
            event = msgspec.convert(raw, ProgressEvent)
            if event.error is not None:
                raise ProgressError(one_line(event.error))
            for line in lines.read(event):
                caller.run(on_progress, line)
