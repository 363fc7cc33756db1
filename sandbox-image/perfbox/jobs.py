"""Judging: a function program's inputs share a child; each stdin input has its own."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from perfbox.handle import Handle
from perfbox.host_link import HostLink, Message
from perfbox.limits import Limits
from perfbox.outcome import Outcome
from perfbox.runner import Runner
from perfbox.work import Order, Place

_MOST_AT_ONCE = 256
_BATCH_BYTES = 256 << 10
_SHORT_NS, _LONG_NS = 10_000_000, 100_000_000


class Facts:
    """Hands facts of one job to the host as they come.

    Args:
        link: to the host.
        job: its number.
        runner: is told of a breach.
        digest_over: outputs of more bytes are told by their digests; 0 for none.
    """

    def __init__(self, link: HostLink, job: int, runner: Runner, digest_over: int) -> None:
        self._link = link
        self._job = job
        self._runner = runner
        self._digest_over = digest_over

    def give(self, index: int, outcome: Outcome, child: Handle) -> None:
        """One fact; only a call that returned has an output."""
        self._runner.breached |= outcome.is_breach
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
            "peak_bytes": child.peak.bytes,
        }
        output = outcome.body if outcome.end == "returned" else b""
        if 0 < self._digest_over < len(output):
            fact["digest"], output = hashlib.sha256(output).hexdigest(), b""
        self._link.post("f", {"job": self._job, "fact": fact}, [output])


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
        self._place = Place.of(control, self._limits)
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
        batch = _Batch(self._limits.output_bytes // 2)
        index, last = start, len(self._inputs) - 1
        while index <= last:
            bodies = batch.cut(self._inputs, index)
            began, printed = time.monotonic_ns(), child.stdout.total
            for answer in self._runner.ask_many(child, bodies, self._place, self._end_ns):
                if not answer.usable:
                    self._runner.end(child)
                    return self._give(index, answer, child)
                breach = self._runner.retire(child) if index == last else None
                self._give(index, breach or answer, child)
                index += 1
            batch.learn(time.monotonic_ns() - began, child.stdout.total - printed)
        return len(self._inputs), breach is None

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


class _Batch:
    """How many calls are asked for at once: more where they are quick, so that the asking costs little.

    It begins with one, for a program that is wrong mostly fails its first test.

    Args:
        printed_bytes: how much the calls of one batch may print, since it cannot be told whose it is.
    """

    def __init__(self, printed_bytes: int) -> None:
        self._size = 1
        self._asked = 0
        self._printed_bytes = printed_bytes

    def cut(self, inputs: Sequence[bytes], start: int) -> Sequence[bytes]:
        """The inputs of the next batch, from `start` on; at least one."""
        end, held = start, 0
        while end < min(len(inputs), start + self._size) and (end == start or held < _BATCH_BYTES):
            held += len(inputs[end])
            end += 1
        self._asked = end - start
        return inputs[start:end]

    def learn(self, passed_ns: int, printed: int) -> None:
        """Take in how long the last batch took, and how much it printed."""
        if passed_ns < _SHORT_NS:
            self._size = min(self._size * 4, _MOST_AT_ONCE)
        elif passed_ns > _LONG_NS:
            self._size = max(self._size // 4, 1)
        each = printed // self._asked
        if each:
            self._size = max(1, min(self._size, self._printed_bytes // each))
