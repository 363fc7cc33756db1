"""How an exception that left a program is told: type, message, line; all of it hostile."""

from __future__ import annotations

from typing import Any

PROGRAM_FILE = "<program>"
CHECK_FILE = "<check>"
_MESSAGE_CHARACTERS = 2000


class OutputLimitError(Exception):
    """A coded output is longer than allowed."""


def describe(error: BaseException, *, compiling: bool = False) -> dict[str, Any]:
    """What the supervisor is told of an exception."""
    failure = {
        "end": "invalid-program" if compiling else _end(error),
        "type": _type_name(error),
        "message": _message(error),
        "line": _line(error, PROGRAM_FILE),
        "detail": "",
    }
    if isinstance(error, SystemExit):
        failure["detail"] = f"exit status {exit_status(error)}"
    return failure


def line_in_check(error: BaseException) -> int | None:
    """The line of the check that an exception left."""
    return _line(error, CHECK_FILE)


def exit_status(error: SystemExit) -> int:
    """The status with which the interpreter would have ended."""
    code = error.code
    if code is None:
        return 0
    return code if type(code) is int else 1


def _end(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, OutputLimitError):
        return "output-limit"
    return "exited" if isinstance(error, SystemExit) else "raised"


def _type_name(error: BaseException) -> str:
    try:
        return _plain(type(error).__name__, 100)
    except BaseException:
        return "Exception"


def _message(error: BaseException) -> str:
    try:
        return _plain(str(error), _MESSAGE_CHARACTERS)
    except BaseException:
        return "(its message cannot be shown)"


def _plain(text: str, limit: int) -> str:
    # What `__str__` gives may be a kind of str of the program's own.
    return str.__getitem__(text, slice(limit))


def _line(error: BaseException, file: str) -> int | None:
    if isinstance(error, SyntaxError) and error.filename == file and type(error.lineno) is int:
        return error.lineno
    found = None
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == file:
            found = step.tb_lineno
        step = step.tb_next
    return found
