"""A child's end of its two pipes: requests come in, and each is answered once.

A request carries a nonce that its answer repeats, so that the supervisor can tell an answer from
bytes that a program wrote to the pipe by itself.
"""

from __future__ import annotations

import json
import os
from typing import Any

from perfbox import frames
from perfbox.confine import REQUEST_FD, RESULT_FD

NONCE_BYTES = 8


class ChildLink:
    """Requests and answers."""

    def __init__(self) -> None:
        self._buffer = frames.FrameBuffer(1 << 30)
        self._nonce = bytes(NONCE_BYTES)

    def receive(self) -> tuple[str, bytes]:
        """The next request; the process ends where there will be none."""
        while True:
            frame = self._buffer.take()
            if frame is not None:
                kind, payload = frame
                self._nonce = payload[:NONCE_BYTES]
                return kind, payload[NONCE_BYTES:]
            data = os.read(REQUEST_FD, frames.CHUNK)
            if not data:
                os._exit(0)
            self._buffer.feed(data)

    def answer(self, kind: str, payload: bytes = b"") -> None:
        """Answer the last request."""
        frames.write_all(RESULT_FD, frames.pack(kind, self._nonce + payload))

    def answer_failure(self, failure: dict[str, Any]) -> None:
        """Answer the last request with how it failed (`failures.describe`)."""
        self.answer("e", json.dumps(failure).encode())
