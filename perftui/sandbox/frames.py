"""Frames on a byte stream: a length (u32, big-endian), a kind (one ASCII character), a payload."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

import anyio
from anyio.abc import ByteStream

from perftui.sandbox.protocol import SandboxLostError

_HEADER: Final = struct.Struct("!IB")
_CHUNK: Final = 1 << 18
_STREAM_ERRORS: Final = (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, OSError)


def pack(kind: str, payload: bytes) -> bytes:
    """One frame as bytes."""
    return _HEADER.pack(len(payload), ord(kind)) + payload


class FrameStream:
    """Whole frames over a byte stream.

    Attributes:
        torn: a frame was begun and not sent to its end, so that nothing more can be said.
    """

    def __init__(self, stream: ByteStream) -> None:
        self.torn = False
        self._stream = stream
        self._received = bytearray()

    async def send(self, frames: Iterable[bytes]) -> None:
        """Send packed frames.

        Raises:
            SandboxLostError: nobody reads.
        """
        self.torn = True
        try:
            await self._stream.send(b"".join(frames))
        except _STREAM_ERRORS as error:
            raise SandboxLostError("the sandbox closed its channel") from error
        self.torn = False

    async def receive(self, limit: int) -> tuple[str, bytes]:
        """The next frame's kind and payload; what was received of it is kept when cancelled.

        Args:
            limit: the longest payload that is accepted, in bytes.

        Raises:
            SandboxLostError: the stream ended, or the frame is too long.
        """
        while (frame := self.take(limit)) is None:
            await self._fill(self._wanted())
        return frame

    def take(self, limit: int) -> tuple[str, bytes] | None:
        """The next frame where all of it was received already, else None.

        Raises:
            SandboxLostError: the frame is too long.
        """
        if len(self._received) < _HEADER.size:
            return None
        length, kind = _HEADER.unpack_from(self._received)
        if length > limit:
            raise SandboxLostError(f"the sandbox sent a frame of {length} bytes, {limit} are allowed")
        end = _HEADER.size + length
        if len(self._received) < end:
            return None
        payload = bytes(memoryview(self._received)[_HEADER.size : end])
        del self._received[:end]
        return chr(kind), payload

    def _wanted(self) -> int:
        """How many bytes there must be before the next frame can be whole."""
        if len(self._received) < _HEADER.size:
            return _HEADER.size
        length: int = _HEADER.unpack_from(self._received)[0]
        return _HEADER.size + length

    async def _fill(self, size: int) -> None:
        while len(self._received) < size:
            wanted = max(_CHUNK, size - len(self._received))
            try:
                self._received += await self._stream.receive(wanted)
            except _STREAM_ERRORS as error:
                raise SandboxLostError("the sandbox closed its channel") from error
