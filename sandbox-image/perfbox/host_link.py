"""The supervisor's end of the channel to the host.

A message is a control frame (JSON, which says how many blobs follow) and its blobs, each a frame of
kind `b`: inputs and outputs are passed on as they are.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from perfbox import frames

_LARGEST_FRAME = 1 << 30


class HostGoneError(Exception):
    """The channel was closed: the host has died or has let go."""


@dataclass(frozen=True)
class Message:
    """A control frame with its blobs."""

    kind: str
    control: dict[str, Any]
    blobs: tuple[bytes, ...]


class HostLink:
    """Messages to and from the host over two descriptors."""

    def __init__(self, reader: int, writer: int) -> None:
        self.reader = reader
        self._writer = writer
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

    def send(self, kind: str, control: dict[str, Any], blobs: Sequence[bytes] = ()) -> None:
        """Send a message.

        Raises:
            HostGoneError: nobody reads.
        """
        head = frames.pack(kind, json.dumps({**control, "blobs": len(blobs)}).encode("ascii"))
        parts = [head, *(frames.pack("b", blob) for blob in blobs)]
        try:
            frames.write_all(self._writer, b"".join(parts))
        except BrokenPipeError as error:
            raise HostGoneError from error

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
