"""Errors that a person reads: one line that says what is wrong, where, and what to do."""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitStatus(IntEnum):
    """The exit statuses of the command line; others script against them."""

    DONE = 0
    INFRASTRUCTURE_FAILED = 1
    BAD_INPUT = 2
    ENVIRONMENT_LACKS = 3
    INTERRUPTED = 130


class PerftuiError(Exception):
    """An error whose text is shown to the user as it is, without a traceback."""

    exit_status: ClassVar[ExitStatus] = ExitStatus.BAD_INPUT


class BadInputError(PerftuiError):
    """A flag, a file or a name that the user gave cannot be used."""

    exit_status = ExitStatus.BAD_INPUT


class EnvironmentLacksError(PerftuiError):
    """Something outside is missing: an engine, an image, a key, a reachable server.

    The text names the cure.
    """

    exit_status = ExitStatus.ENVIRONMENT_LACKS


class InfrastructureFailedError(PerftuiError):
    """Something outside failed while a run was under way, such as a server that went away.

    The text says how to go on.
    """

    exit_status = ExitStatus.INFRASTRUCTURE_FAILED


def cause_of(error: BaseException) -> BaseException:
    """The error to tell of a group: one that is meant for a person before any other."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    causes = [cause_of(inner) for inner in error.exceptions]
    return next((cause for cause in causes if isinstance(cause, PerftuiError)), causes[0])
