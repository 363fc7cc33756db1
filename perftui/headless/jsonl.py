"""A run as JSON lines: one stored event an object, for programs that read along."""

from __future__ import annotations

import msgspec

from perftui.events.model import EphemeralEvent, Event, Notice
from perftui.events.state import RunState
from perftui.headless.output import Output
from perftui.judging.results import as_plain
from perftui.text import one_line


class JsonLines:
    """A Reader that writes each stored event to `out` the moment it comes, and notices to `err`."""

    def __init__(self, out: Output, err: Output) -> None:
        self._out = out
        self._err = err
        self._encoder = msgspec.json.Encoder(enc_hook=as_plain)

    @property
    def gone(self) -> bool:
        """Whether nobody reads the events any more."""
        return self._out.gone

    def on_event(self, event: Event, state: RunState) -> None:  # noqa: ARG002  # events alone are shown
        """Write a fact; what is ephemeral is no fact."""
        if isinstance(event, Notice):
            self._err.write(f"perftui: {one_line(event.text)}\n")
        if isinstance(event, EphemeralEvent):
            return
        self._out.write(self._encoder.encode(event).decode() + "\n")

    def on_tick(self, state: RunState) -> None:
        """Nothing: every event is flushed as it comes."""

    def finish(self, state: RunState) -> None:
        """Nothing is left to write."""
