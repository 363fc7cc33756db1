"""Timing: a fresh process, its clock read from outside while it rests between the phases."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import Any

from perfbox.handle import Handle
from perfbox.host_link import HostLink, Message
from perfbox.limits import Limits
from perfbox.outcome import Outcome, violation
from perfbox.runner import Runner
from perfbox.work import Order, Place

_chooser = random.SystemRandom()
_EARLY = 0.2
"""How often a trial of several passes is asked for its outputs after the first of them."""


@dataclass
class Costs:
    """What the phases cost, as the host is told (`TrialFact`)."""

    load_ns: int = 0
    decode_ns: int = 0
    first_ns: list[int] = field(default_factory=list)
    rest_ns: int = 0
    encode_ns: int = 0
    wall_ns: int = 0
    peak_bytes: int = 0


class TrialFailedError(Exception):
    """A phase did not come to its end."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.end)
        self.outcome = outcome


class TrialRun:
    """One timed execution: of one process for a function, of one an input for a stdin program."""

    def __init__(self, runner: Runner, message: Message) -> None:
        control = message.control
        self._runner = runner
        self._program = message.blobs[0]
        self._inputs = message.blobs[1:]
        self._entry_point: str | None = control["entry_point"]
        self._repeats = int(control["repeats"])
        self._per_test = bool(control["per_test"])
        self._null = bool(control["null"])
        self._limits = Limits.of(control["limits"])
        self._place = Place.of(control, self._limits)
        self._end_ns = time.monotonic_ns() + int(self._limits.total_seconds * 1e9)
        self._costs = Costs()

    def run(self, link: HostLink, job: int) -> None:
        """Run it and tell the host."""
        outputs: list[bytes] = []
        outcome = Outcome("returned")
        try:
            outputs = self._run_function() if self._entry_point is not None else self._run_stdin()
        except TrialFailedError as error:
            outcome = error.outcome
        self._runner.breached |= outcome.is_breach
        fact: dict[str, Any] = {"end": outcome.end, "detail": outcome.told(), **vars(self._costs)}
        link.send("t", {"job": job, "fact": fact}, outputs)

    def _run_function(self) -> list[bytes]:
        options = {"repeats": self._repeats, "null": self._null}
        order = Order("trial", self._entry_point, self._program, options)
        child, answer = self._runner.start(
            self._place, order, self._end_ns, outputs=len(self._inputs), timed=True
        )
        try:
            _demand(answer, "l")
            outputs = self._go_through_phases(child)
        except BaseException:
            self._runner.end(child)
            self._note_peak(child)
            raise
        # Not before: beside the phases nothing else shall run.
        self._runner.fork_ahead()
        breach = self._runner.retire(child)
        self._note_peak(child)
        if breach is not None:
            raise TrialFailedError(breach)
        return outputs

    def _go_through_phases(self, child: Handle) -> list[bytes]:
        costs, tests = self._costs, len(self._inputs)
        self._prepare(child)
        if self._per_test:
            indices = [str(index).encode() for index in range(tests)]
            costs.first_ns = [self._phase(child, "f", index, 1).cpu_ns for index in indices]
        else:
            costs.first_ns = [self._phase(child, "f", b"", tests).cpu_ns]
        # Sometimes before the later passes, so that no pass can leave its work to those that follow.
        if self._repeats > 1 and _chooser.random() >= _EARLY:
            costs.rest_ns = self._phase(child, "r", b"", tests * (self._repeats - 1)).cpu_ns
        done = self._repeats if costs.rest_ns else 1
        # Chosen only now, so that no pass can be left undone.
        chosen = str(_chooser.randrange(done)).encode()
        coded = self._phase(child, "o", chosen, tests)
        costs.encode_ns = coded.cpu_ns
        if done < self._repeats:
            costs.rest_ns = self._phase(child, "r", b"", tests * (self._repeats - 1)).cpu_ns
        outputs = coded.body.split(b"\n") if tests else []
        if len(outputs) != tests or any(len(output) > self._limits.output_bytes for output in outputs):
            raise TrialFailedError(violation("not one output for each input"))
        return outputs

    def _prepare(self, child: Handle) -> None:
        """Load the program and decode the inputs, one of them before the other.

        One pass: inputs first, for what it takes to decode them is none of the program's doing while none
        of it has run; a program that reads them while it loads is charged for it. Several passes: the
        program first, for what it did once for all of them while it loads would be charged to one only.
        """
        costs = self._costs
        if self._repeats > 1:
            costs.load_ns = self._phase(child, "d", b"", self._repeats).cpu_ns
        costs.decode_ns = self._phase(child, "i", b"\n".join(self._inputs), self._repeats).cpu_ns
        if self._repeats == 1:
            costs.load_ns = self._phase(child, "d", b"", self._repeats).cpu_ns

    def _phase(self, child: Handle, kind: str, body: bytes, calls: int) -> Outcome:
        deadline = self._place.deadline(self._end_ns, calls)
        answer = self._runner.ask(child, kind, body, deadline, expect="v", timed=True)
        self._costs.wall_ns += answer.wall_ns
        return _demand(answer, "v")

    def _run_stdin(self) -> list[bytes]:
        passes = [self._run_stdin_pass(number) for number in range(self._repeats)]
        return passes[_chooser.randrange(self._repeats)]

    def _run_stdin_pass(self, number: int) -> list[bytes]:
        outputs = []
        for text in self._inputs:
            answer, output = self._run_stdin_once(text)
            self._costs.wall_ns += answer.wall_ns
            if number == 0:
                self._costs.first_ns.append(answer.cpu_ns)
            else:
                self._costs.rest_ns += answer.cpu_ns
            if answer.end != "returned":
                raise TrialFailedError(answer)
            outputs.append(output)
        return outputs

    def _run_stdin_once(self, text: bytes) -> tuple[Outcome, bytes]:
        order = Order("stdin", None, self._program, {"null": self._null})
        child, answer = self._runner.start(self._place, order, self._end_ns)
        try:
            if answer.kind == "l":
                answer = self._runner.run_to_end(child, text, self._place.deadline(self._end_ns))
            return answer, bytes(child.stdout.head)
        finally:
            self._runner.end(child)
            self._note_peak(child)

    def _note_peak(self, child: Handle) -> None:
        self._costs.peak_bytes = max(self._costs.peak_bytes, child.peak.bytes)


def _demand(answer: Outcome, kind: str) -> Outcome:
    if answer.kind != kind:
        raise TrialFailedError(answer)
    return answer
