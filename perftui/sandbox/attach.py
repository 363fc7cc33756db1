"""The engine's attach stream: a container's stdin and stdout as one stream of bytes.

docker-py's own attach loses bytes that arrive in one packet with the header (its issue 3332) and blocks a
thread for as long as it reads, so this speaks the protocol itself: an HTTP request that is upgraded to a raw
stream; what is sent is stdin; what is received are frames, each with a header of 8 bytes (a byte that names
stdout or stderr, three of padding, the length as a big-endian u32).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Final

import anyio
from anyio.abc import ByteStream

from perftui.sandbox.endpoint import Endpoint, connect
from perftui.sandbox.protocol import SandboxLostError
from perftui.text import one_line

_HEADER: Final = struct.Struct(">BxxxL")
_STDOUT: Final = 1
_STDERR: Final = 2
_MAX_RESPONSE_HEAD: Final = 64 << 10
_STDERR_KEPT: Final = 2 << 10
_CHUNK: Final = 256 << 10


class AttachStream(ByteStream):
    """Bytes to a container's stdin, and bytes from its stdout.

    The tail of stderr is kept aside: it tells why a supervisor did not start. One task may receive
    while another sends.
    """

    def __init__(self, raw: ByteStream, received: bytes = b"") -> None:
        self._raw = raw
        self._buffer = bytearray(received)
        self._left = 0
        self._kind = _STDOUT
        self._stderr = bytearray()

    @property
    def stderr_tail(self) -> str:
        """What the container wrote to stderr last; hostile text."""
        return self._stderr.decode("utf-8", "replace")

    async def receive(self, max_bytes: int = 65536) -> bytes:
        """Bytes of stdout, as they come.

        Raises:
            anyio.EndOfStream: the container ended, or closed its stdout.
            anyio.BrokenResourceError: the connection broke, or does not carry frames.
        """
        while True:
            if self._left == 0:
                await self._next_frame()
            if not self._buffer:
                await self._fill()
            piece = bytes(memoryview(self._buffer)[: min(self._left, max_bytes)])
            del self._buffer[: len(piece)]
            self._left -= len(piece)
            if self._kind == _STDOUT and piece:
                return piece
            self._stderr = (self._stderr + piece)[-_STDERR_KEPT:]

    async def send(self, item: bytes) -> None:
        """Write all bytes to stdin."""
        await self._raw.send(item)

    async def send_eof(self) -> None:
        """Close the container's stdin."""
        await self._raw.send_eof()

    async def aclose(self) -> None:
        """Close the connection; a supervisor takes it as the end of its host."""
        await self._raw.aclose()

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        """The connection's own attributes."""
        return self._raw.extra_attributes

    async def __aenter__(self) -> AttachStream:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _next_frame(self) -> None:
        while len(self._buffer) < _HEADER.size:
            await self._fill()
        self._kind, self._left = _HEADER.unpack_from(self._buffer)
        if self._kind not in (_STDOUT, _STDERR):
            raise anyio.BrokenResourceError
        del self._buffer[: _HEADER.size]

    async def _fill(self) -> None:
        self._buffer += await self._raw.receive(_CHUNK)


async def attach(
    endpoint: Endpoint, container: str, *, api_version: str, seconds: float = 20.0
) -> AttachStream:
    """Attach to a container, best before it starts, so that nothing it writes is lost.

    Args:
        endpoint: where the engine listens.
        container: its id.
        api_version: the engine's API version, such as `1.41`.
        seconds: how long the engine may take.

    Raises:
        SandboxLostError: the engine refused, hung up, or did not answer.
        EnvironmentLacksError: no engine listens there.
    """
    try:
        with anyio.fail_after(seconds):
            return await _upgrade(await connect(endpoint), _request(container, api_version))
    except TimeoutError as error:
        raise SandboxLostError(f"Docker did not attach to the sandbox within {seconds:g} s") from error


async def _upgrade(raw: ByteStream, request: bytes) -> AttachStream:
    try:
        await raw.send(request)
        return AttachStream(raw, await _accepted(raw))
    except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError) as error:
        await anyio.aclose_forcefully(raw)
        raise SandboxLostError("Docker hung up while attaching to the sandbox") from error
    except BaseException:
        await anyio.aclose_forcefully(raw)
        raise


def _request(container: str, api_version: str) -> bytes:
    return (
        f"POST /v{api_version}/containers/{container}/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\n"
        "Host: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n"
    ).encode("ascii")


async def _accepted(raw: ByteStream) -> bytes:
    """Read the response's head; give the bytes that came after it, which are the stream's first."""
    received = bytearray()
    while b"\r\n\r\n" not in received:
        if len(received) > _MAX_RESPONSE_HEAD:
            raise SandboxLostError("what answers at Docker's address does not speak HTTP")
        received += await raw.receive(_CHUNK)
    head, _, rest = bytes(received).partition(b"\r\n\r\n")
    status = re.match(rb"HTTP/1\.[01] (\d{3})", head)
    if status is None:
        raise SandboxLostError("what answers at Docker's address does not speak HTTP")
    if status[1] not in (b"101", b"200"):
        said = one_line(rest.decode("utf-8", "replace"), 160) or "no reason given"
        raise SandboxLostError(f"Docker refused to attach to the sandbox (HTTP {int(status[1])}): {said}")
    return rest
