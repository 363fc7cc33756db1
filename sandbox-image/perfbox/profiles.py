"""Profiling: one execution of its own, whose child says which lines took how long.

What it says is advice: it comes from the program's own process, and only its form is seen to.
"""

from __future__ import annotations

import json
import time
from typing import Any

from perfbox.host_link import HostLink, Message
from perfbox.limits import Limits
from perfbox.outcome import Outcome, failure, violation
from perfbox.runner import Runner
from perfbox.work import Order, Place

_DEARER = 20
"""How many times the limit of a test a profile may take: every line costs some microseconds more."""

_OWN_SHARE = 0.9
"""The part of that time after which the child ends itself, so that it can still tell."""

_MOST_LINES = 5_000
_LARGEST = 1 << 53


class Profiling:
    """One profile of a program on one input."""

    def __init__(self, runner: Runner, message: Message) -> None:
        control = message.control
        self._runner = runner
        self._program, self._input = message.blobs
        self._entry_point: str | None = control["entry_point"]
        limits = Limits.of(control["limits"])
        self._place = Place.of(control, limits)
        self._seconds = min(limits.total_seconds, limits.test_seconds * _DEARER)

    def run(self, link: HostLink, job: int) -> None:
        """Run it and tell the host."""
        lines: list[list[int]] = []
        partial = False
        answer = self._answer()
        wall_ns = answer.wall_ns
        if answer.kind == "v":
            try:
                lines, partial, answer = _read(answer)
            except (ValueError, KeyError, TypeError, RecursionError):
                answer = violation("a profile that cannot be read")
        self._runner.breached |= answer.is_breach
        fact: dict[str, Any] = {
            "end": answer.end,
            "detail": answer.told(),
            "partial": partial,
            "lines": lines,
            "wall_ns": wall_ns,
        }
        link.send("p", {"job": job, "fact": fact})

    def _answer(self) -> Outcome:
        end_ns = time.monotonic_ns() + int(self._seconds * 1e9)
        options = {"seconds": self._seconds * _OWN_SHARE, "feeds_stdin": self._entry_point is None}
        order = Order("profile", self._entry_point, self._program, options)
        child, answer = self._runner.start(self._place, order, end_ns)
        try:
            if answer.kind != "l":
                return answer
            if child.stdin is None:
                return self._runner.ask(child, "c", self._input, end_ns, expect="v")
            child.stdin.send(self._input)
            child.stdin.finish()
            return self._runner.ask(child, "g", b"", end_ns, expect="v")
        finally:
            self._runner.end(child)


def _read(answer: Outcome) -> tuple[list[list[int]], bool, Outcome]:
    """What a child told; hostile, so every number is looked at."""
    told = json.loads(answer.body)
    lines, partial, failed = told["lines"], told["partial"], told["failure"]
    if type(lines) is not list or len(lines) > _MOST_LINES or type(partial) is not bool:
        raise TypeError
    for numbers in lines:
        if type(numbers) is not list or len(numbers) != 3:
            raise TypeError
        if any(type(number) is not int or not 0 <= number < _LARGEST for number in numbers):
            raise TypeError
    end = Outcome("returned") if failed is None else failure(json.dumps(failed).encode("ascii"))
    return lines, partial, end
