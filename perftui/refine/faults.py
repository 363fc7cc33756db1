"""A strategy or a prompt template that does not work: one line that says where, and why."""

from __future__ import annotations

import traceback
from collections.abc import Collection

from perftui.text import one_line

LINE_LIMIT = 400


class StrategyFaultError(Exception):
    """A strategy or template failed on a chain: the chain ends with this line, the run goes on."""


def fault_line(error: BaseException, files: Collection[str], default: str) -> str:
    """What an exception is worth: the place where one of some files last had a hand in it, and its text.

    Args:
        error: what was raised.
        files: paths whose lines are told.
        default: what is told in place of a path where no line of them is known.
    """
    place = _place(error, files) or default
    said = f"{error}".strip()
    what = type(error).__name__ + (f": {said}" if said else "")
    if isinstance(error, StrategyFaultError):
        what = said
    elif isinstance(error, SyntaxError):
        what = f"{type(error).__name__}: {error.msg}"
    return one_line(f"{place}: {what}", LINE_LIMIT)


def _place(error: BaseException, files: Collection[str]) -> str:
    if isinstance(error, SyntaxError) and error.filename in files:
        return f"{error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    frame = next((frame for frame in reversed(frames) if frame.filename in files), None)
    return "" if frame is None else f"{frame.filename}:{frame.lineno}"
