"""Judging by a check: benchmark code in a child of its own calls the candidate in another."""

from __future__ import annotations

import json
import time
from dataclasses import replace

from perfbox.handle import Handle
from perfbox.host_link import Message
from perfbox.jobs import Facts
from perfbox.limits import Limits
from perfbox.outcome import Outcome
from perfbox.runner import Runner
from perfbox.work import Order, Place


class Checking:
    """One job with a check: its one fact is how the check ended, or how the candidate failed it."""

    def __init__(self, runner: Runner, facts: Facts, message: Message) -> None:
        control = message.control
        self._runner = runner
        self._facts = facts
        self._program, self._check = message.blobs
        self._entry_point: str = control["entry_point"]
        limits = Limits.of(control["limits"])
        self._candidate_place = place = Place.of(control, limits)
        self._checker_place = replace(place, zygote=place.zygote + 1, role="checker")
        seconds = min(limits.test_seconds, limits.total_seconds)
        self._end_ns = time.monotonic_ns() + int(seconds * 1e9)
        self._spent_ns = 0

    def run(self) -> None:
        """Start both, relay the calls, give the fact."""
        started = time.monotonic_ns()
        order = Order("calls", self._entry_point, self._program, {})
        candidate, answer = self._runner.start(self._candidate_place, order, self._end_ns)
        if answer.kind == "l":
            answer = self._run_check(candidate)
        if answer.usable:
            answer = self._runner.retire(candidate) or answer
        else:
            self._runner.end(candidate)
        self._facts.give(0, answer.metered(self._spent_ns, time.monotonic_ns() - started), candidate)

    def _run_check(self, candidate: Handle) -> Outcome:
        order = Order("check", self._entry_point, self._check, {})
        checker, answer = self._runner.start(self._checker_place, order, self._end_ns)
        try:
            if answer.kind != "l":
                return _of_check(answer)
            return self._relay(candidate, checker)
        finally:
            self._runner.end(checker)

    def _relay(self, candidate: Handle, checker: Handle) -> Outcome:
        kind, body = "g", b""
        failed: Outcome | None = None
        while True:
            asked = self._runner.ask(checker, kind, body, self._end_ns, expect="vc")
            if asked.kind != "c":
                return failed if asked.from_candidate and failed is not None else _of_check(asked)
            answer = self._runner.ask(candidate, "k", asked.body, self._end_ns, expect="v")
            self._spent_ns += answer.cpu_ns
            if not answer.usable:
                return answer
            kind, body = answer.kind, answer.body
            if answer.kind == "e":
                failed = answer
                body = json.dumps({"type": answer.error_type, "message": answer.error_message}).encode()


def _of_check(answer: Outcome) -> Outcome:
    """What the checker's own end means: it is told as the check's, whatever the candidate did."""
    if answer.end == "returned":
        return answer
    if answer.end == "forbidden-call":
        # The benchmark's own doing: nobody cheats here.
        return replace(answer, end="killed", detail="SIGSYS in the check")
    detail = answer.detail if answer.usable else f"{answer.detail} in the check".strip()
    return replace(answer, detail=detail, error_line=None)
