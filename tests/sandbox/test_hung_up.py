"""Whether an idle connection still has another end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.stapled import StapledByteStream

from perftui.sandbox.channel import SupervisorClient
from perftui.sandbox.hung_up import has_hung_up


@asynccontextmanager
async def connection(kind: str, folder: Path) -> AsyncIterator[tuple[ByteStream, ByteStream]]:
    """Both ends of a connection."""
    ends: list[ByteStream] = []
    come = anyio.Event()

    async def keep(stream: ByteStream) -> None:
        ends.append(stream)
        come.set()
        await anyio.sleep_forever()

    path = folder / "one.sock"
    listener = await (
        anyio.create_unix_listener(path) if kind == "unix" else anyio.create_tcp_listener(local_host="::1")
    )
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, keep)
        if kind == "unix":
            stream: ByteStream = await anyio.connect_unix(path)
        else:
            stream = await anyio.connect_tcp("::1", listener.extra(SocketAttribute.local_port))
        async with stream:
            await come.wait()
            async with ends[0]:
                yield stream, ends[0]
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize("kind", ["unix", "tcp"])
async def test_a_connection_is_seen_to_be_hung_up(kind: str, tmp_path: Path) -> None:
    async with connection(kind, tmp_path) as (here, there):
        client = SupervisorClient(here)
        assert not has_hung_up(here)
        assert not client.broken
        await there.send(b"not to be read by looking")
        assert not has_hung_up(here)
        assert await here.receive() == b"not to be read by looking"
        await there.aclose()
        with anyio.fail_after(5):
            while not client.broken:  # noqa: ASYNC110 - the kernel sets no event
                await anyio.sleep(0.001)
        assert has_hung_up(here)


async def test_a_connection_that_was_closed_here_is_hung_up(tmp_path: Path) -> None:
    async with connection("unix", tmp_path) as (here, _):
        await here.aclose()
        assert has_hung_up(here)


async def test_pipes_never_tell() -> None:
    async with await anyio.open_process(["cat"]) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert not has_hung_up(StapledByteStream(process.stdin, process.stdout))
        process.kill()
