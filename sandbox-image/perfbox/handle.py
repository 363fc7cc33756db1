"""One child as the supervisor holds it: its pipes, and what came out of them.

The first frame is the child's own word on its confinement, said before it sees the program; each later
one answers a question.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from dataclasses import dataclass

from perfbox import frames
from perfbox.memory import Peak
from perfbox.pump import Inlet, Outlet, Pump
from perfbox.zygotes import Zygote

_HEAD_BYTES = 4096
_PIPE_BYTES = 1 << 20
_SET_PIPE_SIZE = 1031  # F_SETPIPE_SZ, which Python 3.9 has no name for
_LARGEST_ANSWER = 256 << 20
_FRAME_SLACK = 64 << 10


@dataclass(frozen=True)
class Pipes:
    """The supervisor's ends, and what the child gets, in the order of its descriptors."""

    stdin: int | None
    stdout: int
    stderr: int | None
    requests: int
    results: int
    for_child: tuple[int, int, int, int, int]

    def close_for_child(self) -> None:
        """Close the child's ends once it has them, or they are on their way."""
        for descriptor in set(self.for_child):
            os.close(descriptor)

    def close(self) -> None:
        """Close the supervisor's ends, where no child came of them."""
        for descriptor in (self.stdin, self.stdout, self.stderr, self.requests, self.results):
            if descriptor is not None:
                os.close(descriptor)


def open_pipes(*, feeds_stdin: bool) -> Pipes:
    """New pipes; a function program gets an empty stdin and prints to one pipe."""
    request_reader, request_writer = _pipe()
    result_reader, result_writer = _pipe()
    stdout_reader, stdout_writer = _pipe()
    if not feeds_stdin:
        empty = os.open(os.devnull, os.O_RDONLY)
        child = (empty, stdout_writer, stdout_writer, request_reader, result_writer)
        return Pipes(None, stdout_reader, None, request_writer, result_reader, child)
    stdin_reader, stdin_writer = _pipe()
    stderr_reader, stderr_writer = _pipe()
    child = (stdin_reader, stdout_writer, stderr_writer, request_reader, result_writer)
    return Pipes(stdin_writer, stdout_reader, stderr_reader, request_writer, result_reader, child)


def _pipe() -> tuple[int, int]:
    reader, writer = os.pipe()
    # At its usual size it only costs more wake-ups.
    with contextlib.suppress(OSError):
        fcntl.fcntl(reader, _SET_PIPE_SIZE, _PIPE_BYTES)
    return reader, writer


class Capture:
    """What a child prints: counted against the limit, and the head of it kept.

    Attributes:
        total: bytes printed since the child began.
    """

    def __init__(self, pump: Pump, descriptor: int, limit: int, kept: int) -> None:
        self._limit = limit
        self._kept = kept
        self._count = 0
        self.total = 0
        self.head = bytearray()
        self.inlet = Inlet(pump, descriptor, self._add)

    @property
    def over(self) -> bool:
        """Whether more was printed than allowed."""
        return self._count > self._limit

    def begin(self) -> None:
        """Start anew for the next call."""
        self._count = 0
        self.head.clear()

    def drain(self) -> None:
        """Read all that was printed so far."""
        while not self.over and self.inlet.drain_once():
            continue

    def _add(self, data: bytes) -> None:
        self._count += len(data)
        self.total += len(data)
        self.head += data[: max(0, self._kept - len(self.head))]


class Handle:
    """A child: where to write, what it answered, what it printed."""

    def __init__(
        self,
        pump: Pump,
        zygote: Zygote,
        pid: int,
        uid: int | None,
        pipes: Pipes,
        output_bytes: int,
        outputs: int,
    ) -> None:
        self.zygote = zygote
        self.pid = pid
        self.uid = uid
        self.cpu_ns = 0  # its clock at its last answer
        self.remains: tuple[int, int] | None = None
        self.set_up: tuple[str, bytes] | None = None
        self.frame: tuple[str, bytes] | None = None
        self.too_long: str | None = None
        self.peak = Peak()
        self._buffer = frames.FrameBuffer(min(output_bytes * outputs, _LARGEST_ANSWER) + _FRAME_SLACK)
        self.requests = Outlet(pump, pipes.requests)
        self.results = Inlet(pump, pipes.results, self._on_result)
        feeds_stdin = pipes.stdin is not None and pipes.stderr is not None
        kept = output_bytes if feeds_stdin else _HEAD_BYTES
        self.stdout = Capture(pump, pipes.stdout, output_bytes, kept)
        self.stdin = None if pipes.stdin is None else Outlet(pump, pipes.stdin)
        self.stderr = None if pipes.stderr is None else Capture(pump, pipes.stderr, output_bytes, _HEAD_BYTES)

    @property
    def is_orderly(self) -> bool:
        """Whether it printed and answered no more than allowed."""
        over = self.stdout.over or (self.stderr is not None and self.stderr.over)
        return not over and self.too_long is None

    @property
    def unasked_bytes(self) -> int:
        """How many bytes came that belong to no answer."""
        return len(self._buffer)

    def is_set_up(self) -> bool:
        """Whether its confinement has come to an end, for good or ill."""
        return self.set_up is not None or self.results.ended

    def is_waiting(self) -> bool:
        """Whether a child that was forked some time ago is alive and has an order to wait for."""
        while self.results.drain_once():
            continue
        return not self.results.ended

    def has_news(self) -> bool:
        """Whether waiting for its answer is over, for good or ill."""
        return self.frame is not None or self.results.ended or not self.is_orderly

    def has_ended(self) -> bool:
        """Whether all its pipes are closed, or it has gone too far."""
        captures = [self.stdout] if self.stderr is None else [self.stdout, self.stderr]
        ended = self.results.ended and all(capture.inlet.ended for capture in captures)
        return ended or not self.is_orderly

    def begin(self) -> None:
        """Make ready for a question."""
        self.frame = None
        self.stdout.begin()

    def next_frame(self) -> None:
        """Have the next answer that has come already, if any, in place of the last."""
        self.frame = None
        self._on_result(b"")

    def close(self) -> None:
        """Close all pipes."""
        self.requests.close()
        self.results.close()
        self.stdout.inlet.close()
        if self.stdin is not None:
            self.stdin.close()
        if self.stderr is not None:
            self.stderr.inlet.close()

    def _on_result(self, data: bytes) -> None:
        self._buffer.feed(data)
        try:
            if self.set_up is None:
                self.set_up = self._buffer.take()
            if self.set_up is not None and self.frame is None:
                self.frame = self._buffer.take()
        except frames.FrameTooLongError as error:
            self.too_long = error.kind
            self.results.close()
