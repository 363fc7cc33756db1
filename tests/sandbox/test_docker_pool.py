"""Programs in real containers: judged, killed, cancelled; and nothing is left."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import anyio
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream
from docker import APIClient

from perftui.errors import EnvironmentLacksError
from perftui.owner import this_owner
from perftui.sandbox.choose import open_pool
from perftui.sandbox.container import DockerSetup, docker_sandbox
from perftui.sandbox.docker import DockerEngine
from perftui.sandbox.docker_model import EngineFacts, ImageFacts
from perftui.sandbox.docker_pool import engine_cores
from perftui.sandbox.endpoint import Endpoint
from perftui.sandbox.packaged import best_image
from perftui.sandbox.pool import WarmPool
from perftui.sandbox.protocol import CallFact, JudgeJob, Sandbox, SandboxLostError

ADD = JudgeJob(program="def add(a, b):\n    return a + b\n", entry_point="add", inputs=('{"t":[1,2]}',))
HANG_ON_2 = "def f(n):\n    while n == 2:\n        pass\n"
HANG = JudgeJob(program=HANG_ON_2, entry_point="f", inputs=('{"t":[2]}',))

HOLD = """
import anyio
from perftui.sandbox.choose import open_pool

async def hold():
    async with open_pool("docker", 2) as pool, pool.lease(), pool.lease():
        print("up", flush=True)
        await anyio.sleep_forever()

anyio.run(hold)
"""


async def added(sandbox: Sandbox) -> str:
    facts: list[CallFact] = []

    def keep(fact: CallFact) -> bool:
        facts.append(fact)
        return True

    await sandbox.judge(ADD, keep)
    (fact,) = facts
    return fact.output


async def containers_of(engine: DockerEngine, pid: int) -> list[str]:
    return [container.id for container in await engine.containers(f"perftui.owner.pid={pid}")]


@pytest.mark.docker
async def test_a_program_runs_in_a_container(docker_pool: WarmPool, docker_engine: DockerEngine) -> None:
    async with docker_pool.lease() as sandbox:
        assert await added(sandbox) == "3"
    info = docker_pool.info
    assert info.kind == "docker"
    assert info.image == (await best_image(docker_engine, None, print)).id
    assert "no network" in info.confinement
    assert "seccomp" in info.confinement
    assert info.clock == "process-cpu"


@pytest.mark.docker
async def test_containers_that_are_killed_in_a_job_are_lost_and_replaced(
    docker_pool: WarmPool, docker_engine: DockerEngine, engine_client: APIClient
) -> None:
    lost: list[str] = []
    running = 0
    both_run = anyio.Event()
    one_by_one = JudgeJob(program=HANG_ON_2, entry_point="f", inputs=('{"t":[1]}', '{"t":[2]}'))

    def count(_: CallFact) -> bool:
        nonlocal running
        running += 1
        if running == 2:
            both_run.set()
        return True

    async def run() -> None:
        try:
            async with docker_pool.lease() as sandbox:
                await sandbox.judge(one_by_one, count)
        except SandboxLostError as error:
            lost.append(str(error))

    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run)
            tasks.start_soon(run)
            await both_run.wait()
            for container in await containers_of(docker_engine, os.getpid()):
                await anyio.to_thread.run_sync(engine_client.kill, container)
        assert len(lost) == 2
        async with docker_pool.lease() as one, docker_pool.lease() as other:
            assert [await added(one), await added(other)] == ["3", "3"]
    assert docker_pool.started == 4


@pytest.mark.docker
async def test_many_leases_over_two_containers_some_of_them_cut_off(
    docker_pool: WarmPool, docker_engine: DockerEngine
) -> None:
    chance = random.Random(11)
    done: list[str] = []

    async def work(patience: float | None) -> None:
        with anyio.move_on_after(patience) as scope:
            async with docker_pool.lease() as sandbox:
                if patience is None:
                    done.append(await added(sandbox))
                else:
                    await sandbox.judge(HANG, lambda _: True)
        assert scope.cancelled_caught == (patience is not None)

    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            for number in range(20):
                tasks.start_soon(work, chance.uniform(0.05, 1.0) if number % 4 == 0 else None)
        assert done == ["3"] * 15
        async with docker_pool.lease() as one, docker_pool.lease() as other:
            assert [await added(one), await added(other)] == ["3", "3"]
    assert len(await containers_of(docker_engine, os.getpid())) == 2


@pytest.mark.docker
async def test_the_containers_of_a_killed_host_end_by_themselves(
    docker_engine: DockerEngine, sandbox_image: ImageFacts, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", HOLD]
    async with await anyio.open_process(command, stdin=None, stderr=None, cwd=tmp_path) as host:
        assert host.stdout is not None
        with anyio.fail_after(30):
            assert await BufferedByteReceiveStream(host.stdout).receive_until(b"\n", 10) == b"up"
        assert len(await containers_of(docker_engine, host.pid)) == 2
        host.kill()
    with anyio.fail_after(10):
        while True:
            if not await containers_of(docker_engine, host.pid):
                return
            await anyio.sleep(0.05)


@pytest.mark.docker
async def test_a_supervisor_that_does_not_come_up_is_told_with_what_it_said(
    docker_engine: DockerEngine, ill_image: ImageFacts
) -> None:
    setup = DockerSetup(image=ill_image.id, owner=this_owner(), session="ill", memory_bytes=64 << 20)
    with anyio.fail_after(20), pytest.raises(SandboxLostError) as caught:
        async with docker_sandbox(docker_engine, setup):
            pytest.fail("it is ill")
    assert str(caught.value).endswith(r"; it said: the supervisor is \x1b[31mill")


async def test_no_engine_is_told_with_a_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(EnvironmentLacksError, match=r"no Docker engine at .*--sandbox process"):
        async with open_pool("docker", 1):
            pytest.fail("there is no engine")


@pytest.mark.parametrize(
    ("endpoint", "cpus", "system", "here", "expected"),
    [
        (Endpoint(socket="/s"), 8, "Debian", (2, 3), ((2, 3), True)),
        (Endpoint(socket="/s"), 4, "Docker Desktop", (0, 1), ((0, 1, 2, 3), False)),
        (Endpoint(socket="/s"), 2, "", (0, 1, 2, 3), ((0, 1), False)),
        (Endpoint(host="far"), 4, "Debian", (0, 1), ((0, 1, 2, 3), False)),
        (Endpoint(host="far"), 0, "", (0, 1), ((0,), False)),
    ],
)
def test_a_local_engine_shares_this_process_s_cores(
    endpoint: Endpoint, cpus: int, system: str, here: tuple[int, ...], expected: tuple[tuple[int, ...], bool]
) -> None:
    facts = EngineFacts(version="1", cpus=cpus, operating_system=system)
    assert engine_cores(endpoint, facts, here) == expected
