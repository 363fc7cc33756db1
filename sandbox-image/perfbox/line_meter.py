"""Where a program's time goes, line by line, as told by the interpreter it runs in.

Between two events of the program's own code, all time goes to the line that is under way: so a line
has what it spends itself and what it calls outside the program (built-ins, libraries), and not what it
calls within the program. All of this lies in the program's own process and in its reach: what comes of it is
advice, never evidence.
"""

from __future__ import annotations

import sys
import threading
import time
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from perfbox.failures import PROGRAM_FILE

_OUTSIDE = 0
# CPU time: on a busy machine, wall time is given to whichever line was under way when others ran.
_now = time.thread_time_ns


class LineMeter:
    """Hits and nanoseconds of each line.

    Attributes:
        hits: how often each line was begun.
        spent: ns of CPU time of each line.
    """

    def __init__(self) -> None:
        self.hits: dict[int, int] = {}
        self.spent: dict[int, int] = {}
        self._line = _OUTSIDE
        self._callers: list[int] = []
        self._since = _now()

    def begin(self, line: int) -> None:
        """A line begins."""
        self._charge()
        self.hits[line] = self.hits.get(line, 0) + 1
        self._line = line
        self._since = _now()

    def enter(self) -> None:
        """Code of the program is entered, or goes on where it yielded."""
        self._charge()
        self._callers.append(self._line)
        self._line = _OUTSIDE
        self._since = _now()

    def leave(self) -> None:
        """It is left, in whatever way."""
        self._charge()
        self._line = self._callers.pop() if self._callers else _OUTSIDE
        self._since = _now()

    def stop(self) -> None:
        """Charge what is under way."""
        self._charge()
        self._line = _OUTSIDE

    def _charge(self) -> None:
        line = self._line
        if line != _OUTSIDE:
            self.spent[line] = self.spent.get(line, 0) + _now() - self._since


@contextmanager
def metered(meter: LineMeter, code: types.CodeType) -> Iterator[None]:
    """Follow the code of a program, and all code within it, on this thread."""
    follow = _monitored if hasattr(sys, "monitoring") else _traced
    with follow(meter, code):
        try:
            yield
        finally:
            meter.stop()


@contextmanager
def _traced(meter: LineMeter, _code: types.CodeType) -> Iterator[None]:
    def within(frame: types.FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            meter.begin(frame.f_lineno)
        elif event == "return":
            meter.leave()
        return within

    def called(frame: types.FrameType, _event: str, _argument: Any) -> Any:
        if frame.f_code.co_filename != PROGRAM_FILE:
            return None
        meter.enter()
        return within

    sys.settrace(called)
    try:
        yield
    finally:
        sys.settrace(None)


@contextmanager
def _monitored(meter: LineMeter, code: types.CodeType) -> Iterator[None]:
    """As `_traced`, but library code runs at its full speed."""
    monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
    events, tool, thread = monitoring.events, monitoring.PROFILER_ID, threading.get_ident()
    codes = list(_all_code(code))
    known = {id(one) for one in codes}

    def on_line(_code: types.CodeType, line: int) -> None:
        if threading.get_ident() == thread:
            meter.begin(line)

    def on_entry(one: types.CodeType, *_rest: Any) -> None:
        if id(one) in known and threading.get_ident() == thread:
            meter.enter()

    def on_exit(one: types.CodeType, *_rest: Any) -> None:
        if id(one) in known and threading.get_ident() == thread:
            meter.leave()

    entries, exits = events.PY_START | events.PY_RESUME, events.PY_RETURN | events.PY_YIELD
    monitoring.use_tool_id(tool, "perftui")
    monitoring.register_callback(tool, events.LINE, on_line)
    for event in (events.PY_START, events.PY_RESUME, events.PY_THROW):
        monitoring.register_callback(tool, event, on_entry)
    for event in (events.PY_RETURN, events.PY_YIELD, events.PY_UNWIND):
        monitoring.register_callback(tool, event, on_exit)
    for one in codes:
        monitoring.set_local_events(tool, one, events.LINE | entries | exits)
    # These two cannot be asked for code by code.
    monitoring.set_events(tool, events.PY_THROW | events.PY_UNWIND)
    try:
        yield
    finally:
        monitoring.free_tool_id(tool)


def _all_code(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _all_code(constant)
