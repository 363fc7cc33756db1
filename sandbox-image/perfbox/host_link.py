"""The supervisor's end of the channel to the host.

A message is a control frame (JSON, which says how many blobs follow) and its blobs, each a frame of
kind `b`: inputs and outputs are passed on as they are.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from perfbox import frames

_LARGEST_FRAME = 1 << 30
_HELD_BYTES = 64 << 10
_HELD_NS = 4_000_000


class HostGoneError(Exception):
    """The channel was closed: the host has died or has let go."""


@dataclass(frozen=True)
class Message:
    """A control frame with its blobs."""

    kind: str
    control: dict[str, Any]
    blobs: tuple[bytes, ...]


class HostLink:
    """Messages to and from the host over two descriptors.

    What is posted waits a little for more, since each write wakes everybody on the way.

    Attributes:
        due_ns: monotonic time at which what waits is to be sent, None where nothing does.
    """

    def __init__(self, reader: int, writer: int) -> None:
        self.reader = reader
        self.due_ns: int | None = None
        self._writer = writer
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._buffer = frames.FrameBuffer(_LARGEST_FRAME)

    def receive(self) -> Message:
        """Wait for the next message.

        Raises:
            HostGoneError: there will be none.
        """
        kind, payload = self._wait_for_frame()
        control = json.loads(payload)
        blobs = tuple(self._wait_for_frame()[1] for _ in range(control["blobs"]))
        return Message(kind, control, blobs)

    def take_control(self) -> tuple[str, dict[str, Any]] | None:
        """The next message without blobs, where one was read already."""
        frame = self._buffer.take()
        return None if frame is None else (frame[0], json.loads(frame[1]))

    def post(self, kind: str, control: dict[str, Any], blobs: Sequence[bytes] = ()) -> None:
        """Send a message soon.

        Raises:
            HostGoneError: nobody reads.
        """
        head = json.dumps({**control, "blobs": len(blobs)}).encode("ascii")
        self._hold(frames.header(kind, head), head)
        for blob in blobs:
            self._hold(frames.header("b", blob), blob)
        if self.due_ns is None:
            self.due_ns = time.monotonic_ns() + _HELD_NS
        if self._held_bytes >= _HELD_BYTES or time.monotonic_ns() >= self.due_ns:
            self.flush()

    def send(self, kind: str, control: dict[str, Any], blobs: Sequence[bytes] = ()) -> None:
        """Send a message now, after all that was posted.

        Raises:
            HostGoneError: nobody reads.
        """
        self.post(kind, control, blobs)
        self.flush()

    def flush(self) -> None:
        """Send what was posted.

        Raises:
            HostGoneError: nobody reads.
        """
        held, self._held, self._held_bytes, self.due_ns = self._held, [], 0, None
        try:
            frames.write_parts(self._writer, held)
        except BrokenPipeError as error:
            raise HostGoneError from error

    def _hold(self, *parts: bytes) -> None:
        self._held.extend(parts)
        self._held_bytes += sum(map(len, parts))

    def _wait_for_frame(self) -> tuple[str, bytes]:
        while True:
            frame = self._buffer.take()
            if frame is not None:
                return frame
            self.read()

    def read(self) -> None:
        """Read what is there, or wait for something.

        Raises:
            HostGoneError: the channel was closed.
        """
        data = os.read(self.reader, frames.CHUNK)
        if not data:
            raise HostGoneError
        self._buffer.feed(data)
