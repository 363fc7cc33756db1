"""Frames: a length (u32, big-endian), a kind (one ASCII character), a payload."""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence

HEADER = struct.Struct("!IB")
CHUNK = 1 << 16  # larger buffers are mapped and unmapped at each read


class FrameTooLongError(Exception):
    """A frame announces more bytes than its reader accepts."""

    def __init__(self, kind: str, length: int) -> None:
        super().__init__(f"a frame of kind {kind!r} announces {length} bytes")
        self.kind = kind
        self.length = length


def header(kind: str, payload: bytes) -> bytes:
    """What stands before a payload."""
    return HEADER.pack(len(payload), ord(kind))


def pack(kind: str, payload: bytes = b"") -> bytes:
    """One frame as bytes."""
    return header(kind, payload) + payload


def write_all(descriptor: int, data: bytes | bytearray) -> None:
    """Write every byte; the descriptor blocks."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def write_parts(descriptor: int, parts: Sequence[bytes]) -> None:
    """Write every byte of every part, small ones together; the descriptor blocks."""
    gathered = bytearray()
    for part in parts:
        if len(part) < CHUNK:
            gathered += part
        if len(part) >= CHUNK or len(gathered) >= CHUNK:
            write_all(descriptor, gathered)
            gathered = bytearray()
        if len(part) >= CHUNK:
            write_all(descriptor, part)
    write_all(descriptor, gathered)


class FrameBuffer:
    """Bytes as they arrive, taken out as whole frames."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._data = bytearray()

    def __len__(self) -> int:
        return len(self._data)

    def feed(self, data: bytes) -> None:
        """Add what arrived."""
        self._data += data

    def take(self) -> tuple[str, bytes] | None:
        """The next whole frame, or None where it is not there yet.

        Raises:
            FrameTooLongError: its header announces more than the limit.
        """
        if len(self._data) < HEADER.size:
            return None
        length, kind = HEADER.unpack_from(self._data)
        if length > self.limit:
            raise FrameTooLongError(chr(kind), length)
        end = HEADER.size + length
        if len(self._data) < end:
            return None
        payload = bytes(memoryview(self._data)[HEADER.size : end])
        del self._data[:end]
        return chr(kind), payload
