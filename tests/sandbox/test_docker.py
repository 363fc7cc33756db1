"""The engine's control calls, against a real engine and against ones that fail."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import anyio
import pytest
from anyio.abc import SocketStream
from docker import APIClient

from perftui.errors import EnvironmentLacksError
from perftui.sandbox.container import DockerSetup, running_container
from perftui.sandbox.docker import DockerEngine, DockerError, engine_answers, open_engine
from perftui.sandbox.docker_model import ContainerSpec
from perftui.sandbox.endpoint import Endpoint

SPEC = ContainerSpec(image="perftui-no-such-image:1", name="perftui-none", labels={}, memory_bytes=64 << 20)


@pytest.mark.docker
async def test_the_engine_tells_what_it_is(docker_engine: DockerEngine) -> None:
    facts = await engine_answers(docker_engine)
    assert facts.version
    assert facts.cpus >= 1
    assert facts.memory_bytes > 1 << 26
    assert facts.api_version == docker_engine.api_version
    assert facts.security_options is not None
    assert any("seccomp" in option for option in facts.security_options)


@pytest.mark.docker
async def test_what_the_engine_refuses_is_one_line(docker_engine: DockerEngine) -> None:
    with pytest.raises(DockerError, match="No such image") as caught:
        await docker_engine.create(SPEC)
    assert caught.value.status == 404
    assert "\n" not in str(caught.value)


@pytest.mark.docker
async def test_what_is_not_there_is_not_found_and_needs_no_removal(docker_engine: DockerEngine) -> None:
    assert await docker_engine.find_image("perftui-no-such-image:1") is None
    await docker_engine.remove("perftui-no-such-container")
    assert await docker_engine.containers("perftui-no-such-label") == ()


@pytest.mark.docker
async def test_many_calls_at_once_share_few_clients(docker_engine: DockerEngine) -> None:
    async with anyio.create_task_group() as tasks:
        for _ in range(40):
            tasks.start_soon(docker_engine.find_image, "perftui-no-such-image:1")
    assert len(docker_engine._stock) <= 4


async def test_an_engine_that_never_answers_is_given_up(silent_engine: Endpoint) -> None:
    async with open_engine(silent_engine, seconds=0.2) as engine:
        begun = time.monotonic()
        with pytest.raises(EnvironmentLacksError, match=r"did not answer within 0.2 s"):
            await engine_answers(engine)
        with pytest.raises(DockerError, match=r"did not answer within 0.2 s"):
            await engine.containers("label")
        with pytest.raises(DockerError, match=r"did not answer within 0.2 s"):
            await engine.create(SPEC)
        with pytest.raises(DockerError, match=r"did not answer within 0.2 s"):
            await engine.remove("container")
        assert time.monotonic() - begun < 20


async def test_the_question_whether_it_answers_has_a_deadline_of_its_own(silent_engine: Endpoint) -> None:
    async with open_engine(silent_engine, seconds=1) as engine:
        with pytest.raises(EnvironmentLacksError, match=r"within 0.1 s: restart Docker, or use --sandbox"):
            await engine_answers(engine, seconds=0.1)


async def test_no_engine_is_told_with_a_cure(tmp_path: Path) -> None:
    async with open_engine(Endpoint(socket=str(tmp_path / "none.sock"))) as engine:
        with pytest.raises(EnvironmentLacksError, match=r"no Docker engine at .*install and start Docker"):
            await engine_answers(engine)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nnot\njson\n",
        b"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\n\x1b[31",
    ],
)
async def test_what_is_no_engine_is_told_in_one_line(tmp_path: Path, answer: bytes) -> None:
    async def serve(stream: SocketStream) -> None:
        async with stream:
            with suppress(anyio.EndOfStream, anyio.BrokenResourceError):
                await stream.receive()
                await stream.send(answer)

    endpoint = Endpoint(socket=str(tmp_path / "other.sock"))
    async with (
        await anyio.create_unix_listener(endpoint.socket) as listener,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(listener.serve, serve)
        async with open_engine(endpoint, seconds=2) as engine:
            with pytest.raises(EnvironmentLacksError, match="docker info") as caught:
                await engine_answers(engine)
        tasks.cancel_scope.cancel()
    assert str(caught.value).isprintable()


@pytest.mark.docker
async def test_a_container_is_held_as_it_is_meant_to_be(
    docker_engine: DockerEngine, echo_setup: DockerSetup, engine_client: APIClient
) -> None:
    async with running_container(docker_engine, echo_setup) as stream:
        await stream.send(b"up?")
        assert await stream.receive() == b"up?"
        (container,) = engine_client.containers(filters={"label": "perftui.session=tests"})
        seen = engine_client.inspect_container(container)

    held, config = seen["HostConfig"], seen["Config"]
    assert held["NetworkMode"] == "none"
    assert held["IpcMode"] == "none"
    assert held["ReadonlyRootfs"] is True
    assert held["Privileged"] is False
    assert held["CapDrop"] == ["ALL"]
    assert {name.removeprefix("CAP_") for name in held["CapAdd"]} == {"SETUID", "SETGID", "KILL"}
    assert held["SecurityOpt"] == ["no-new-privileges"]
    assert held["PidsLimit"] == 128
    assert held["Memory"] == held["MemorySwap"] == (64 << 20) + (256 << 20)
    assert held["OomScoreAdj"] == 500
    assert held["AutoRemove"] is True
    assert held["LogConfig"]["Type"] == "none"
    assert {(limit["Name"], limit["Hard"]) for limit in held["Ulimits"]} == {("core", 0), ("nofile", 1024)}
    assert not held["Binds"]
    assert not seen["Mounts"]
    assert config["StdinOnce"] is True
    assert config["Tty"] is False
    assert config["User"] == "0:0"
    assert config["Labels"]["perftui.sandbox"] == "1"
    assert config["Labels"]["perftui.owner.pid"] == str(echo_setup.owner.pid)
