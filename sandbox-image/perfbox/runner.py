"""Starts children, asks them under a deadline, and ends them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence

from perfbox import frames, outcome
from perfbox.answers import excess, read_frame
from perfbox.child_link import NONCE_BYTES
from perfbox.clock import process_cpu_ns, settled_cpu_ns
from perfbox.handle import Handle
from perfbox.memory import OutOfMemoryCount, Peak, peak_bytes
from perfbox.nursery import Born, Nursery, Wish, cpu_seconds
from perfbox.outcome import Outcome
from perfbox.parents import Parents
from perfbox.pump import Pump
from perfbox.sweeper import Sweeper
from perfbox.work import Order, Place
from perfbox.zygotes import ZygoteLostError

_SET_UP_NS = 20_000_000_000
_LEAVE_SECONDS = 1.0


class SandboxBrokenError(Exception):
    """The sandbox cannot be relied on any more; never the program's fault."""


class Runner:
    """All that the jobs share.

    Args:
        parents: who fork the children.
        pump: what moves the bytes.
        own_users: whether each slot has a user of its own.

    Attributes:
        lost: why no further job can be run; empty while all is well.
        breached: whether a program did what makes the sandbox unfit for another problem.
    """

    def __init__(self, parents: Parents, pump: Pump, *, own_users: bool) -> None:
        self.lost = ""
        self.breached = False
        self._parents = parents
        self.pump = pump
        self._nursery = Nursery(own_users=own_users)
        self._sweeper = Sweeper(parents.pids)
        self._out_of_memory = OutOfMemoryCount()
        self._alive: list[Handle] = []

    def start(
        self, place: Place, order: Order, end_ns: int, *, outputs: int = 1, timed: bool = False
    ) -> tuple[Handle, Outcome]:
        """Fork a confined child and give it its order; the answer's kind is `l` where it is ready.

        Args:
            place: where it runs.
            order: what it is to be.
            end_ns: monotonic time at which the job ends; taking the order has the time of a test.
            outputs: how many coded outputs one answer may hold.
            timed: as for `ask`.
        """
        child = self._fork(place, outputs, feeds_stdin=order.feeds_stdin)
        child.peak = Peak(self._bare_bytes(child))
        # The order waits in the pipe; a child reads it only after it has confined itself.
        nonce = self._question(child, "p", order.coded(place.limits.output_bytes))
        self.pump.run_until(child.is_set_up, _in(_SET_UP_NS))
        if child.set_up is None or child.set_up[0] != "k":
            reason = child.set_up[1].decode("utf-8", "replace") if child.set_up else "it ended"
            raise SandboxBrokenError(f"a program could not be confined: {reason[:200]}")
        started, cpu = time.monotonic_ns(), process_cpu_ns(child.pid)
        answer = self._answer(child, nonce, place.deadline(end_ns), "l", timed=timed)
        return child, answer.metered(answer.cpu_ns - cpu, answer.wall_ns - started)

    def ask(
        self, child: Handle, kind: str, body: bytes, deadline_ns: int, *, expect: str, timed: bool = False
    ) -> Outcome:
        """Put a question and wait for its one answer; metered.

        Args:
            child: whom to ask.
            kind: the question's kind.
            body: the question.
            deadline_ns: monotonic time at which waiting ends.
            expect: the kinds of answer that are in order, besides a failure.
            timed: whether speed will be judged by it; reading the clock then takes a little longer.
        """
        if (unasked := _unasked(child)) is not None:
            return unasked
        # What its threads do between two timed questions is charged to the second.
        started, cpu = time.monotonic_ns(), child.cpu_ns if timed else process_cpu_ns(child.pid)
        nonce = self._question(child, kind, body)
        answer = self._answer(child, nonce, deadline_ns, expect, timed=timed)
        child.peak.look(child.pid, answer.cpu_ns - cpu)
        return answer.metered(answer.cpu_ns - cpu, answer.wall_ns - started)

    def ask_many(
        self, child: Handle, bodies: Sequence[bytes], place: Place, end_ns: int
    ) -> Iterator[Outcome]:
        """Put a question of several calls; their answers as they come, up to one after which none can.

        Each answer has the time of a test from the one before. Those that are there in one look share
        what was spent evenly: quick calls are metered together, slow ones each by itself.

        Args:
            child: whom to ask.
            bodies: the coded arguments of each call.
            place: where it runs.
            end_ns: monotonic time at which the job ends.
        """
        if (unasked := _unasked(child)) is not None:
            yield unasked
            return
        wall, cpu = time.monotonic_ns(), process_cpu_ns(child.pid)
        nonce = self._question(child, "m", b"\n".join(bodies))
        missing, usable = len(bodies), True
        while missing and usable:
            in_time = self.pump.run_until(child.has_news, place.deadline(end_ns))
            spent = process_cpu_ns(child.pid) - cpu, time.monotonic_ns() - wall
            answers = self._read_several(child, nonce, missing, in_time=in_time)
            missing -= len(answers)
            child.peak.look(child.pid, spent[0])
            for answer in answers:
                usable = answer.usable
                yield answer.metered(spent[0] // len(answers), spent[1] // len(answers))
            cpu, wall = cpu + spent[0], wall + spent[1]
            child.stdout.begin()

    def run_to_end(self, child: Handle, text: bytes, deadline_ns: int) -> Outcome:
        """Let a stdin program run; metered from the word to go until it is a zombie."""
        started, cpu = time.monotonic_ns(), process_cpu_ns(child.pid)
        nonce = self._question(child, "g", b"")
        if child.stdin is not None:
            child.stdin.send(text)
            child.stdin.finish()
        gone = self.pump.run_until(child.has_ended, deadline_ns) and child.is_orderly
        if gone:
            gone = child.zygote.wait(child.pid, (deadline_ns - time.monotonic_ns()) / 1e9)
            if not gone:
                kill_group(child.pid)
                child.zygote.wait_on()
        spent, passed = process_cpu_ns(child.pid) - cpu, time.monotonic_ns() - started
        return self._read_end(child, nonce, gone=gone).metered(spent, passed)

    def end(self, child: Handle) -> None:
        """Kill a child with all that it started; its peak memory is known afterwards.

        Raises:
            SurvivorError: something lives on.
        """
        child.close()
        if child.remains is None:
            kill_group(child.pid)
            self._reap(child)
        child.peak.take(child.remains[1] if child.remains is not None else 0)
        self._alive.remove(child)
        self._sweeper.sweep(child.uid)

    def retire(self, child: Handle) -> Outcome | None:
        """End a child that was asked all; what it did beside answering, if anything."""
        child.requests.finish()
        self._reap(child)
        while child.results.drain_once():
            continue
        orderly = child.frame is None and not child.unasked_bytes
        self.end(child)
        if _was_forbidden(child):
            return outcome.forbidden()
        return None if orderly else outcome.violation("more than one answer")

    def end_all(self) -> None:
        """End every child that is left."""
        for child in list(self._alive):
            self.end(child)

    def fork_ahead(self) -> None:
        """Have a child ready for the next job, which is likely to want one like the last."""
        if not self.lost:
            self._nursery.fork_ahead()

    def _fork(self, place: Place, outputs: int, *, feeds_stdin: bool) -> Handle:
        zygote, limits = self._parents.of(place.zygote, place.packages), place.limits
        wish = Wish(zygote, place.role, limits.memory_bytes, cpu_seconds(limits), feeds_stdin)
        ahead = self._nursery.take_ahead()
        if ahead is not None:
            child = self._hold(ahead, limits.output_bytes, outputs)
            if ahead.wish == wish and child.is_waiting():
                if ahead.core != place.core:
                    # Only once it is its own user may that user move it.
                    self.pump.run_until(child.is_set_up, _in(_SET_UP_NS))
                ahead.move_to(place.core)
                return child
            self.end(child)
        return self._hold(self._nursery.fork(wish, place.core), limits.output_bytes, outputs)

    def _hold(self, born: Born, output_bytes: int, outputs: int) -> Handle:
        child = Handle(self.pump, born.wish.zygote, born.pid, born.uid, born.pipes, output_bytes, outputs)
        self._alive.append(child)
        return child

    def _bare_bytes(self, child: Handle) -> int:
        """What a zygote's children hold before they see a program: known once one was seen to wait."""
        zygote = child.zygote
        if not zygote.child_bytes and self.pump.run_until(child.is_set_up, _in(_SET_UP_NS)):
            zygote.child_bytes = peak_bytes(child.pid)
        return zygote.child_bytes

    def _question(self, child: Handle, kind: str, body: bytes) -> bytes:
        """Send one; its nonce."""
        child.begin()
        nonce = os.urandom(NONCE_BYTES)
        child.requests.send(frames.pack(kind, nonce + body))
        return nonce

    def _answer(
        self, child: Handle, nonce: bytes, deadline_ns: int, expect: str, *, timed: bool = False
    ) -> Outcome:
        """Wait for the answer to a question; with the clocks as they stand when it is there."""
        in_time = self.pump.run_until(child.has_news, deadline_ns)
        now = time.monotonic_ns()
        cpu = settled_cpu_ns(child.pid) if timed else process_cpu_ns(child.pid)
        child.cpu_ns = cpu
        child.stdout.drain()
        return self._read_answer(child, nonce, expect, in_time=in_time).metered(cpu, now)

    def _read_several(self, child: Handle, nonce: bytes, most: int, *, in_time: bool) -> list[Outcome]:
        """The answers that are there, or the one reason why there is none; at least one."""
        child.stdout.drain()
        answers: list[Outcome] = []
        while child.frame is not None and child.is_orderly:
            extra = child.unasked_bytes if len(answers) + 1 == most else 0
            answers.append(read_frame(*child.frame, nonce, "ve", extra=extra))
            if len(answers) == most or not answers[-1].usable:
                break
            child.next_frame()
        answers = answers or [self._read_answer(child, nonce, "v", in_time=in_time)]
        child.frame = None
        return answers

    def _read_answer(self, child: Handle, nonce: bytes, expect: str, *, in_time: bool) -> Outcome:
        if not child.is_orderly:
            return excess(child)
        if child.frame is not None:
            kind, payload = child.frame
            child.frame = None
            return read_frame(kind, payload, nonce, expect + "e", extra=child.unasked_bytes)
        if not in_time:
            return Outcome("timeout")
        return self._read_remains(child)

    def _read_end(self, child: Handle, nonce: bytes, *, gone: bool) -> Outcome:
        if not child.is_orderly:
            return excess(child)
        if not gone:
            return Outcome("timeout")
        if child.frame is not None:
            # An answer does not make up for what it did before or after.
            self._reap(child)
            if _was_forbidden(child):
                return outcome.forbidden()
            kind, payload = child.frame
            return read_frame(kind, payload, nonce, "ve", extra=child.unasked_bytes)
        if child.unasked_bytes:
            return outcome.violation("an answer that does not end")
        ended = self._read_remains(child)
        return Outcome("returned") if ended.detail == "exit status 0" else ended

    def _read_remains(self, child: Handle) -> Outcome:
        """What became of a child that closed its results without an answer."""
        if not self._reap(child):
            return outcome.violation("the result channel was closed")
        status = child.remains[0] if child.remains is not None else 0
        return outcome.death(status, out_of_memory=self._out_of_memory.has_grown())

    def _reap(self, child: Handle) -> bool:
        """Take a child's remains; False where it had to be killed for that."""
        if child.remains is not None:
            return True
        try:
            child.remains = child.zygote.reap(child.pid, _LEAVE_SECONDS)
        except ZygoteLostError as error:
            # Where no filter forbids it, a program can kill its parent. It dies with it, and what is
            # known of it must still be told before the sandbox is given up.
            self.lost = str(error)
            child.remains = (signal.SIGKILL, 0)
        if child.remains is not None:
            return True
        kill_group(child.pid)
        child.remains = child.zygote.reap_on()
        if child.remains is None:
            raise SandboxBrokenError("a killed program does not end")
        return False


def _unasked(child: Handle) -> Outcome | None:
    child.results.drain_once()
    if child.frame is not None or child.unasked_bytes:
        return outcome.violation("an answer to no question")
    return None


def _was_forbidden(child: Handle) -> bool:
    return child.remains is not None and outcome.is_forbidden(child.remains[0])


def _in(nanoseconds: int) -> int:
    return time.monotonic_ns() + nanoseconds


def kill_group(pid: int) -> None:
    """Kill a child that is not reaped yet, and its process group."""
    for kill in (os.kill, os.killpg):
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
