"""Judging: a function program's inputs share a child; each stdin input has its own."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from perfbox.handle import Handle
from perfbox.host_link import HostLink, Message
from perfbox.limits import Limits
from perfbox.outcome import Outcome, violation
from perfbox.runner import Order, Place, Runner


class Facts:
    """Hands facts of one job to the host as they come."""

    def __init__(self, link: HostLink, job: int) -> None:
        self._link = link
        self._job = job

    def give(self, index: int, outcome: Outcome, child: Handle) -> None:
        """One fact; only a call that returned has an output."""
        printed = child.stdout if child.stderr is None else child.stderr
        fact: dict[str, Any] = {
            "index": index,
            "end": outcome.end,
            "error_type": outcome.error_type,
            "error_message": outcome.error_message,
            "error_line": outcome.error_line,
            "detail": outcome.detail,
            "printed": bytes(printed.head).decode("utf-8", "replace"),
            "cpu_ns": outcome.cpu_ns,
            "wall_ns": outcome.wall_ns,
            "peak_bytes": child.remains[1] if child.remains is not None else 0,
        }
        blobs = [outcome.body if outcome.end == "returned" else b""]
        self._link.send("f", {"job": self._job, "fact": fact}, blobs)


class Judging:
    """One judging job."""

    def __init__(self, runner: Runner, facts: Facts, message: Message) -> None:
        control = message.control
        self._runner = runner
        self._facts = facts
        self._program = message.blobs[0]
        self._inputs: Sequence[bytes] = message.blobs[1:]
        self._entry_point: str | None = control["entry_point"]
        self._go_on = bool(control["go_on"])
        self._limits = Limits.of(control["limits"])
        self._place = Place(control["zygote"], control["core"], self._limits)
        self._end_ns = time.monotonic_ns() + int(self._limits.total_seconds * 1e9)

    def run(self) -> None:
        """Judge every input, until one ends its child (unless the job is to go on) or time is up."""
        index = 0
        step = self._run_stdin if self._entry_point is None else self._run_calls
        while index < len(self._inputs):
            index, good = step(index)
            if not (good or self._go_on) or time.monotonic_ns() >= self._end_ns:
                return

    def _run_calls(self, start: int) -> tuple[int, bool]:
        """Call on inputs from `start` in one child; the next index, and whether the child was good."""
        order = Order("calls", self._entry_point, self._program, {})
        child, answer = self._runner.start(self._place, order, self._end_ns)
        if answer.kind != "l":
            self._go_on = False
            self._runner.end(child)
            return self._give(start, answer, child)
        for index in range(start, len(self._inputs)):
            deadline = self._place.deadline(self._end_ns)
            answer = self._runner.ask(child, "c", self._inputs[index], deadline, expect="v")
            if not answer.usable:
                self._runner.end(child)
                return self._give(index, answer, child)
            if index == len(self._inputs) - 1 and not self._runner.retire(child):
                answer = violation("more than one answer")
            self._give(index, answer, child)
        return len(self._inputs), answer.usable

    def _run_stdin(self, index: int) -> tuple[int, bool]:
        """Run on one input; the next index, and whether the program came to its end."""
        order = Order("stdin", None, self._program, {})
        child, answer = self._runner.start(self._place, order, self._end_ns)
        if answer.kind == "l":
            deadline = self._place.deadline(self._end_ns)
            answer = self._runner.run_to_end(child, self._inputs[index], deadline)
            answer = replace(answer, body=bytes(child.stdout.head))
        elif answer.end == "invalid-program":
            self._go_on = False
        self._runner.end(child)
        return self._give(index, answer, child)

    def _give(self, index: int, answer: Outcome, child: Handle) -> tuple[int, bool]:
        self._facts.give(index, answer, child)
        return index + 1, answer.end == "returned"
