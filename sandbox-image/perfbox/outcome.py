"""How an exchange with a child ended, as the supervisor saw it."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import dataclass, replace
from typing import Any

_BREACHES = ("protocol-violation", "forbidden-call")
_TOLD_ENDS = ("raised", "memory", "output-limit", "exited", "invalid-program")


@dataclass(frozen=True)
class Outcome:
    """An answer, or what came instead of one.

    Attributes:
        end: as the host names it (`CallEnd`).
        kind: the answer's kind; empty where the child is past use and must be ended.
        body: the answer's payload.
        error_type: of an exception that left the program.
        error_message: its message.
        error_line: its line in the program.
        detail: more about the end.
        from_candidate: the exception that left a check was the candidate's own.
        by_system: the kernel ended it, for want of memory in the whole sandbox.
        cpu_ns: CPU time of the child during the exchange.
        wall_ns: wall time of it.
    """

    end: str
    kind: str = ""
    body: bytes = b""
    error_type: str = ""
    error_message: str = ""
    error_line: int | None = None
    detail: str = ""
    from_candidate: bool = False
    by_system: bool = False
    cpu_ns: int = 0
    wall_ns: int = 0

    @property
    def usable(self) -> bool:
        """Whether the child may be asked again."""
        return bool(self.kind)

    @property
    def is_breach(self) -> bool:
        """Whether the sandbox has seen more than a program may do, and should serve no other problem."""
        return self.by_system or self.end in _BREACHES

    def told(self) -> str:
        """One text of what went wrong: its detail, else the exception with its line."""
        if not self.error_type:
            return self.detail
        where = f" (line {self.error_line})" if self.error_line is not None else ""
        return f"{self.error_type}: {self.error_message}{where}"

    def metered(self, cpu_ns: int, wall_ns: int) -> Outcome:
        """The same with what it cost."""
        return replace(self, cpu_ns=max(0, cpu_ns), wall_ns=wall_ns)


def violation(detail: str) -> Outcome:
    """The child wrote what it should not."""
    return Outcome("protocol-violation", detail=detail)


def forbidden() -> Outcome:
    """The filter killed the child; one that sends itself the same signal has only itself to blame."""
    return Outcome("forbidden-call")


def is_forbidden(status: int) -> bool:
    """Whether a wait status says that the filter killed."""
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGSYS


def failure(body: bytes) -> Outcome:
    """What a child tells of an exception; hostile, so every field is looked at."""
    try:
        raw = json.loads(body)
        end, line = raw["end"], raw["line"]
        texts = [_text(raw[name]) for name in ("type", "message", "detail")]
        from_candidate = raw.get("candidate", False) is True
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError):
        return violation("an answer that cannot be read")
    if end not in _TOLD_ENDS or not (line is None or (type(line) is int and 0 < line < 1 << 31)):
        return violation("an answer that cannot be read")
    return Outcome(
        end, "e", body, texts[0], texts[1], error_line=line, detail=texts[2], from_candidate=from_candidate
    )


def death(status: int, *, out_of_memory: bool) -> Outcome:
    """What a wait status says of a child that ended without an answer."""
    if not os.WIFSIGNALED(status):
        return Outcome("exited", detail=f"exit status {os.WEXITSTATUS(status)}")
    number = os.WTERMSIG(status)
    if number == signal.SIGKILL and out_of_memory:
        return Outcome("memory", detail="killed by the system for want of memory", by_system=True)
    if is_forbidden(status):
        return forbidden()
    if number == signal.SIGXCPU:
        return Outcome("timeout", detail="CPU time")
    return Outcome("killed", detail=_signal_name(number))


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _text(value: Any) -> str:
    if type(value) is not str or len(value) > 4000:
        raise TypeError
    # A lone surrogate cannot be passed on as UTF-8.
    return value.encode("utf-8", "backslashreplace").decode("utf-8")
