"""A container lives as long as its context, or as the process that holds it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import anyio
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream
from docker import APIClient

from perftui.sandbox.container import DockerSetup, running_container
from perftui.sandbox.docker import DockerEngine
from perftui.sandbox.leftovers import find_leftovers

pytestmark = pytest.mark.docker

HOLD = """
import sys
import anyio
from perftui.sandbox.container import DockerSetup, running_container
from perftui.owner import this_owner
from perftui.sandbox.docker import engine_answers, open_engine

async def hold():
    async with open_engine() as engine:
        await engine_answers(engine)
        setup = DockerSetup(image=sys.argv[1], owner=this_owner(), session=sys.argv[2], memory_bytes=64 << 20)
        async with running_container(engine, setup) as stream:
            await stream.send(b"up")
            await stream.receive()
            print("up", flush=True)
            await anyio.sleep_forever()

anyio.run(hold)
"""


async def until_gone(engine: DockerEngine, label: str, *, seconds: float) -> None:
    with anyio.fail_after(seconds):
        while True:
            if not await engine.containers(label):
                return
            await anyio.sleep(0.05)


async def test_bytes_pass_both_ways_whole_and_in_order(
    docker_engine: DockerEngine, echo_setup: DockerSetup
) -> None:
    sent = os.urandom(3 << 20)
    received = bytearray()
    async with running_container(docker_engine, echo_setup) as stream, anyio.create_task_group() as tasks:
        tasks.start_soon(stream.send, sent)
        with anyio.fail_after(30):
            while len(received) < len(sent):
                received += await stream.receive()
    assert bytes(received) == sent


async def test_a_supervisor_that_sees_the_end_of_its_stdin_ends(
    docker_engine: DockerEngine, echo_setup: DockerSetup
) -> None:
    async with running_container(docker_engine, echo_setup) as stream:
        await stream.send_eof()
        with anyio.fail_after(10), pytest.raises(anyio.EndOfStream):
            await stream.receive()


async def test_an_error_inside_removes_it(docker_engine: DockerEngine, echo_setup: DockerSetup) -> None:
    with pytest.raises(KeyError):
        async with running_container(docker_engine, echo_setup):
            raise KeyError
    assert await docker_engine.containers("perftui.session=tests") == ()


@pytest.mark.parametrize("moment", [0.0, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2])
async def test_a_cancellation_at_any_moment_leaves_nothing(
    docker_engine: DockerEngine, echo_setup: DockerSetup, moment: float
) -> None:
    with anyio.move_on_after(moment):
        async with running_container(docker_engine, echo_setup):
            await anyio.sleep_forever()
    assert await docker_engine.containers("perftui.session=tests") == ()


async def test_one_that_was_removed_behind_our_back_ends_its_stream(
    docker_engine: DockerEngine, echo_setup: DockerSetup, engine_client: APIClient
) -> None:
    async with running_container(docker_engine, echo_setup) as stream:
        (container,) = await docker_engine.containers("perftui.session=tests")
        await anyio.to_thread.run_sync(engine_client.kill, container.id)
        with anyio.fail_after(10), pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
            await stream.receive()


async def test_one_whose_process_is_killed_ends_by_itself(
    docker_engine: DockerEngine, echo_setup: DockerSetup, tmp_path: Path
) -> None:
    session = f"killed-{os.getpid()}"
    command = [sys.executable, "-c", HOLD, echo_setup.image, session]
    async with await anyio.open_process(command, stdin=None, stderr=None, cwd=tmp_path) as host:
        assert host.stdout is not None
        with anyio.fail_after(30):
            assert await BufferedByteReceiveStream(host.stdout).receive_until(b"\n", 10) == b"up"
        assert len(await docker_engine.containers(f"perftui.session={session}")) == 1
        host.kill()
    await until_gone(docker_engine, f"perftui.session={session}", seconds=10)


async def test_the_process_that_lives_has_no_leftovers(
    docker_engine: DockerEngine, echo_setup: DockerSetup
) -> None:
    async with running_container(docker_engine, echo_setup):
        mine = await docker_engine.containers("perftui.session=tests")
        assert len(mine) == 1
        assert not {c.id for c in mine} & {c.id for c in await find_leftovers(docker_engine)}
