"""The attach stream loses no byte, however the engine cuts its packets."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from anyio.abc import ByteStream, SocketStream
from hypothesis import given
from hypothesis import strategies as st

from perftui.errors import EnvironmentLacksError
from perftui.sandbox.attach import AttachStream, attach
from perftui.sandbox.endpoint import Endpoint
from perftui.sandbox.protocol import SandboxLostError

UPGRADED = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"


def frame(kind: int, payload: bytes) -> bytes:
    return struct.pack(">BxxxL", kind, len(payload)) + payload


class Pieces(ByteStream):
    """A connection that delivers given pieces, and then ends."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = list(pieces)

    async def receive(self, max_bytes: int = 65536) -> bytes:
        if not self.pieces:
            raise anyio.EndOfStream
        piece = self.pieces.pop(0)
        if len(piece) > max_bytes:
            self.pieces.insert(0, piece[max_bytes:])
        return piece[:max_bytes]

    async def send(self, item: bytes) -> None:
        raise NotImplementedError

    async def send_eof(self) -> None:
        raise NotImplementedError

    async def aclose(self) -> None:
        pass


async def read_all(stream: AttachStream, max_bytes: int = 65536) -> bytes:
    return b"".join([piece async for piece in _pieces(stream, max_bytes)])


async def _pieces(stream: AttachStream, max_bytes: int) -> AsyncIterator[bytes]:
    while True:
        try:
            piece = await stream.receive(max_bytes)
        except anyio.EndOfStream:
            return
        assert 0 < len(piece) <= max_bytes
        yield piece


@given(
    frames=st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=40)), max_size=12),
    cuts=st.lists(st.integers(1, 30), min_size=1, max_size=8),
    head=st.integers(0, 50),
    max_bytes=st.integers(1, 64),
)
def test_stdout_comes_whole_and_in_order_however_it_is_cut(
    frames: list[tuple[int, bytes]], cuts: list[int], head: int, max_bytes: int
) -> None:
    wire = b"".join(frame(kind, payload) for kind, payload in frames)
    received, rest = wire[:head], wire[head:]
    pieces: list[bytes] = []
    while rest:
        size = cuts[len(pieces) % len(cuts)]
        pieces.append(rest[:size])
        rest = rest[size:]
    stream = AttachStream(Pieces(pieces), received)

    assert anyio.run(read_all, stream, max_bytes) == b"".join(p for kind, p in frames if kind == 1)
    stderr = b"".join(p for kind, p in frames if kind == 2)
    assert stream.stderr_tail == stderr.decode("utf-8", "replace")


async def test_only_the_tail_of_stderr_is_kept() -> None:
    wire = [frame(2, b"x" * 9000)] * 100 + [frame(2, b"the reason"), frame(1, b"out")]
    stream = AttachStream(Pieces(wire))
    assert await read_all(stream) == b"out"
    assert stream.stderr_tail.endswith("xxthe reason")
    assert len(stream.stderr_tail) == 2048


async def test_what_is_no_frame_breaks_the_stream() -> None:
    with pytest.raises(anyio.BrokenResourceError):
        await AttachStream(Pieces([b"HTTP/1.1 500 oops"])).receive()


@asynccontextmanager
async def fake_engine(
    folder: Path, answer: Callable[[SocketStream], Awaitable[None]]
) -> AsyncIterator[Endpoint]:
    """Something that listens where an engine would, and answers each connection as told."""
    path = folder / "engine.sock"

    async def serve(stream: SocketStream) -> None:
        async with stream:
            await answer(stream)

    async with await anyio.create_unix_listener(path) as listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, serve)
        yield Endpoint(socket=str(path))
        tasks.cancel_scope.cancel()


async def test_bytes_that_come_with_the_header_are_not_lost(tmp_path: Path) -> None:
    requests: list[bytes] = []

    async def answer(stream: SocketStream) -> None:
        requests.append(await stream.receive())
        await stream.send(UPGRADED + frame(1, b"early ") + frame(1, b"bird")[:9])
        await stream.send(frame(1, b"bird")[9:])
        echoed = await stream.receive()
        await stream.send(frame(1, echoed))

    async with (
        fake_engine(tmp_path, answer) as endpoint,
        await attach(endpoint, "abc123", api_version="1.41") as stream,
    ):
        await stream.send(b" sings")
        assert await read_all(stream) == b"early bird sings"
    assert requests[0].startswith(b"POST /v1.41/containers/abc123/attach?stream=1&stdin=1&stdout=1&stderr=1 ")
    assert b"Upgrade: tcp\r\n" in requests[0]


@pytest.mark.parametrize(
    ("response", "complaint"),
    [
        (
            b'HTTP/1.1 404 Not Found\r\n\r\n{"message":"No such \x1b[31mcontainer"}',
            r"HTTP 404\): .*No such \\x1b",
        ),
        (b"HTTP/1.1 500 Internal Server Error\r\n\r\n", "no reason given"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "does not speak HTTP"),
        (b"x" * 100_000, "does not speak HTTP"),
        (b"HTTP/1.1 101", "hung up"),
        (b"", "hung up"),
    ],
)
async def test_a_refusal_is_told_in_one_line(tmp_path: Path, response: bytes, complaint: str) -> None:
    async def answer(stream: SocketStream) -> None:
        await stream.receive()
        await stream.send(response)

    async with fake_engine(tmp_path, answer) as endpoint:
        with pytest.raises(SandboxLostError, match=complaint) as caught:
            await attach(endpoint, "abc", api_version="1.41")
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


async def test_over_tcp_it_is_the_same() -> None:
    async def serve(stream: SocketStream) -> None:
        async with stream:
            await stream.receive()
            await stream.send(UPGRADED + frame(1, b"here"))

    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1") as listener,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(listener.serve, serve)
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        async with await attach(Endpoint(host="127.0.0.1", port=port), "c", api_version="1.41") as stream:
            assert await read_all(stream) == b"here"
        tasks.cancel_scope.cancel()


async def test_without_an_engine_the_cure_is_told(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentLacksError, match="install and start Docker"):
        await attach(Endpoint(socket=str(tmp_path / "none.sock")), "c", api_version="1.41")


async def test_an_engine_that_does_not_answer_is_given_up(silent_engine: Endpoint) -> None:
    with pytest.raises(SandboxLostError, match=r"did not attach to the sandbox within 0.1 s"):
        await attach(silent_engine, "c", api_version="1.41", seconds=0.1)
