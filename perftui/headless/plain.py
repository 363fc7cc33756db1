"""A run as plain text: lines that stay for what is worth one, and where the run stands."""

from __future__ import annotations

import time
from collections.abc import Callable

from perftui.events.eta import Eta, Mark, estimate, marked
from perftui.events.model import Event, RunResumed, RunStarted
from perftui.events.state import RunState
from perftui.headless.ending import ending
from perftui.headless.output import Output
from perftui.headless.progress import progress_line, progress_report
from perftui.headless.told import Line, Tone, line_of, opening, waiting_line

_REDRAW_SECONDS = 0.2
_REPORT_SECONDS = 10.0
_PATIENCE_SECONDS = 10.0
_REMIND_SECONDS = 60.0
_COLOURS: dict[Tone, str] = {"good": "\x1b[32m", "bad": "\x1b[31m", "warning": "\x1b[33m", "plain": ""}
_ERASE = "\r\x1b[K"


class Plain:
    """A Reader for a person: progress goes to `err`, the summary at the end to `out`.

    On a terminal the last line is redrawn at most 5 times a second; elsewhere a line is added every
    10 s, without a control code.
    """

    def __init__(self, out: Output, err: Output, *, clock: Callable[[], float] = time.time) -> None:
        """Read a run.

        Args:
            out: where the summary goes.
            err: where all else goes.
            clock: seconds since the epoch.
        """
        self._out = out
        self._err = err
        self._clock = clock
        self._joined = clock()
        self._since = self._joined
        self._mark: Mark | None = None
        self._opened = False
        self._drawn_at = 0.0
        self._drawn = ""
        self._reminded_at = 0.0

    @property
    def gone(self) -> bool:
        """Never: a run goes on where its progress is not read."""
        return False

    def on_event(self, event: Event, state: RunState) -> None:
        """Tell what is worth a line; of what happened before this reader came, nothing."""
        if isinstance(event, RunStarted | RunResumed):
            self._since = event.at
        self._mark = marked(self._mark, event, state)
        if event.at < self._joined:
            return
        self._open(state)
        line = line_of(event, state)
        if line is not None:
            self._say(line)

    def on_tick(self, state: RunState) -> None:
        """Draw where the run stands, if it is time to."""
        self._open(state)
        if state.plan is None or state.ended_at is not None:
            return
        now = self._clock()
        self._remind(state, now)
        every = _REDRAW_SECONDS if self._err.is_terminal else _REPORT_SECONDS
        if now - self._drawn_at < every:
            return
        if self._err.is_terminal:
            self._draw(state)
        elif self._drawn_at:
            self._err.write(progress_report(state, elapsed=self._elapsed(state), eta=self._eta(state)) + "\n")
        self._drawn_at = now

    def finish(self, state: RunState) -> None:
        """Take the live line away and give the summary."""
        self._open(state)
        self._erase()
        self._out.write(ending(state, self._elapsed(state)))

    def _open(self, state: RunState) -> None:
        if self._opened or state.plan is None:
            return
        self._opened = True
        for line in opening(state):
            self._say(line)
        ended = sum(problem.ended_at is not None for problem in state.problems.values())
        if ended and state.ended_at is None:
            self._say(Line(f"{ended} of {len(state.problems)} problems had ended before"))

    def _remind(self, state: RunState, now: float) -> None:
        """Say from time to time that a server makes calls wait."""
        if now - self._reminded_at < _REMIND_SECONDS:
            return
        line = waiting_line(state, now=now, after=_PATIENCE_SECONDS)
        if line is not None:
            self._reminded_at = now
            self._say(line)

    def _say(self, line: Line) -> None:
        colour = _COLOURS[line.tone] if self._err.has_colour else ""
        text = f"{colour}{line.text}\x1b[0m" if colour else line.text
        if self._err.is_terminal:
            self._err.write(f"{_ERASE if self._drawn else ''}{text}\n{self._drawn}")
        else:
            self._err.write(f"{text}\n")

    def _draw(self, state: RunState) -> None:
        line = progress_line(
            state,
            elapsed=self._elapsed(state),
            eta=self._eta(state),
            width=self._err.width,
            unicode=self._err.has_unicode,
        )
        if line != self._drawn:
            self._err.write(_ERASE + line)
            self._drawn = line

    def _erase(self) -> None:
        if self._drawn:
            self._err.write(_ERASE)
            self._drawn = ""

    def _eta(self, state: RunState) -> Eta | None:
        return estimate(state, now=self._clock(), mark=self._mark)

    def _elapsed(self, state: RunState) -> float:
        return (state.ended_at or self._clock()) - self._since
