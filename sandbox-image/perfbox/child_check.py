"""A child that runs a check: code of the benchmark that calls the candidate, which is elsewhere.

A call is coded, answered by the candidate's own child, and decoded here. An exception of the
candidate is raised here under its own type where that is a built-in one, so that a check may expect it.
"""

from __future__ import annotations

import builtins
import json
import random
from typing import Any

from perfbox import codec, failures
from perfbox.child_link import ChildLink
from perfbox.order import Order, flush_printed, new_module


class CandidateError(Exception):
    """The candidate raised something that is no built-in exception, or answered what is no value."""


class Candidate:
    """Called like the function; the call is made in another process."""

    def __init__(self, link: ChildLink) -> None:
        self._link = link
        self.raised: list[BaseException] = []

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Call the candidate and give its output, or raise what it raised."""
        call = codec.encode((arguments, keywords))
        if codec.OPAQUE_MARK in call:
            raise TypeError("the check passes an argument that is not plain data")
        self._link.answer("c", call.encode("ascii"))
        kind, payload = self._link.receive()
        if kind == "v":
            return self._read(payload)
        error = _exception(json.loads(payload))
        self.raised.append(error)
        raise error

    def _read(self, payload: bytes) -> Any:
        try:
            return codec.decode(payload.decode("ascii"))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            # Only a forged answer is not in the format.
            raise CandidateError("its answer cannot be read") from None


def serve(link: ChildLink, order: Order) -> None:
    """Load the check; when told, run it and say how it ended."""
    # Its zygote's state of chance is the same in every child: what a check draws would be known before.
    random.seed()
    namespace = new_module("check").__dict__
    candidate = Candidate(link)
    link.answer("l")
    link.receive()
    try:
        namespace[str(order.entry_point)] = candidate
        exec(order.compile(failures.CHECK_FILE), namespace)
        namespace["check"](candidate)
    except BaseException as error:
        flush_printed()
        link.answer_failure(_describe(error, candidate))
        return
    flush_printed()
    link.answer("v", b"null")


def _describe(error: BaseException, candidate: Candidate) -> dict[str, Any]:
    failure = failures.describe(error)
    line = failures.line_in_check(error)
    failure["line"] = None
    failure["detail"] = f"line {line} of the check" if line else "in the check"
    # Told apart by identity: a check may raise the same type by itself.
    failure["candidate"] = any(error is raised for raised in candidate.raised)
    return failure


def _exception(failure: dict[str, Any]) -> BaseException:
    kind = getattr(builtins, failure["type"], None)
    if isinstance(kind, type) and issubclass(kind, Exception):
        try:
            return kind(failure["message"])
        except TypeError:
            return CandidateError(f"{failure['type']}: {failure['message']}")
    return CandidateError(f"{failure['type']}: {failure['message']}")
