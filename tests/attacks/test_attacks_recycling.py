"""What a program did to its sandbox does not meet the next problem; what runs beside it does not feel it."""

from __future__ import annotations

import anyio
import pytest

from perftui.judging.judge import judge
from perftui.judging.model import Verdict
from perftui.sandbox.choose import open_pool
from perftui.sandbox.docker_model import ImageFacts
from perftui.sandbox.pool import WarmPool
from perftui.sandbox.protocol import JudgeJob, Limits
from tests.attacks.catalogue import CHECKED, DOUBLE, ECHO, LIMITS, body
from tests.attacks.field import HONEST, Field
from tests.attacks.outside import Engine, until
from tests.attacks.themes.channel import FORGE
from tests.support.lab import Lab

FORGED = FORGE + "def f(x):\n    answer('v', b'2')\n    return 2 * x\n"
FORBIDDEN = "import os\ndef f(x):\n    os.kill(1, 0)\n    return 2 * x\n"
GREEDY = "def f(x):\n    held = []\n    while True: held.append(bytearray(b'x' * (1 << 20)))\n"


@pytest.mark.docker
@pytest.mark.parametrize(
    ("problem", "program"),
    [
        (DOUBLE, FORGED),
        (DOUBLE, FORBIDDEN),
        (CHECKED, FORBIDDEN),
        (ECHO, "import os\nprint(2 * int(input()), flush=True)\nos.kill(1, 9)\n"),
        (ECHO, "import os\nprint(2 * int(input()), flush=True)\nos.write(4, b'!')\n"),
    ],
)
async def test_a_breach_takes_the_container_with_it(
    docker_field: Field, problem: object, program: str
) -> None:
    assert docker_field.engine is not None
    (before,) = docker_field.engine.containers()
    await docker_field.judge(problem, program)  # type: ignore[arg-type]
    assert (await docker_field.judge(DOUBLE, HONEST)).correct
    await until(lambda: docker_field.engine is not None and len(docker_field.engine.containers()) == 1)
    assert docker_field.engine.containers() != [before]


@pytest.mark.docker
@pytest.mark.parametrize("program", [FORGED, FORBIDDEN])
async def test_a_breach_in_a_trial_does_so_too(docker_field: Field, program: str) -> None:
    started = docker_field.pool.started
    async with docker_field.pool.lease() as sandbox:
        fact = await Lab(sandbox).time(program, (1,))
        assert fact.end in {"protocol-violation", "forbidden-call"}
        # Until it is given back it serves on: one problem's programs are no secret to each other.
        assert (await Lab(sandbox).time(HONEST, (21,))).outputs == ("42",)
    assert (await docker_field.judge(DOUBLE, HONEST)).correct
    assert docker_field.pool.started == started + 1


@pytest.mark.docker
async def test_an_ordinary_failure_does_not(docker_field: Field) -> None:
    started = docker_field.pool.started
    for program in ("def f(x):\n    return x\n", "def f(x):\n    1 / 0\n", "f(", "import os\nos._exit(0)\n"):
        assert not (await docker_field.judge(DOUBLE, program)).correct
    assert (await docker_field.judge(DOUBLE, HONEST)).correct
    assert docker_field.pool.started == started


@pytest.mark.docker
async def test_memory_that_the_kernel_takes_back_is_told_and_takes_the_container(
    sandbox_image: ImageFacts,
) -> None:
    assert sandbox_image.id
    limits = Limits(test_seconds=10, total_seconds=20, memory_bytes=4 << 30, output_bytes=1 << 20)
    # The container has less than the program may map: only the kernel stands in its way.
    async with open_pool("docker", 1, memory_bytes=32 << 20) as pool:
        async with pool.lease() as sandbox:
            verdict = await judge(sandbox, DOUBLE, GREEDY, limits=limits, cpu=0)
        assert (verdict.kind, "killed by the system for want of memory" in verdict.reason) == ("memory", True)
        async with pool.lease() as sandbox:
            assert (await judge(sandbox, DOUBLE, HONEST, limits=LIMITS, cpu=0)).correct
        assert pool.started == 2


@pytest.mark.docker
async def test_a_program_cannot_use_up_the_threads_of_another_container(sandbox_image: ImageFacts) -> None:
    assert sandbox_image.id
    bomb = body("""
        import threading, time
        def f(x):
            try:
                while True: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
            except RuntimeError:
                pass
            time.sleep(60)
        """)
    threads = body("""
        import threading
        def f(x):
            found = []
            started = [threading.Thread(target=found.append, args=(x,)) for _ in range(2)]
            for thread in started: thread.start()
            for thread in started: thread.join()
            return sum(found)
        """)
    engine = Engine()
    async with open_pool("docker", 2) as pool, anyio.create_task_group() as tasks:

        async def attack() -> None:
            async with pool.lease() as sandbox:
                limits = Limits(test_seconds=60, total_seconds=60, memory_bytes=8 << 30)
                await judge(sandbox, DOUBLE, bomb, limits=limits, cpu=0)

        await until(lambda: pool.started == 2)
        tasks.start_soon(attack)
        await until(lambda: any(_threads(engine, name) > 40 for name in engine.containers()))
        for _ in range(4):  # each of the users that programs run as
            assert await _verdict(pool, threads) == "correct"
        tasks.cancel_scope.cancel()
    engine.close()


def _threads(engine: Engine, container: str) -> int:
    """The most threads that a process of a container has."""
    return max((seen.threads for seen in engine.processes(container)), default=0)


async def _verdict(pool: WarmPool, program: str) -> str:
    async with pool.lease() as sandbox:
        verdict: Verdict = await judge(sandbox, DOUBLE, program, limits=LIMITS, cpu=0)
    return verdict.kind


async def test_a_process_sandbox_is_replaced_likewise(process_field: Field) -> None:
    started = process_field.pool.started
    assert (await process_field.judge(DOUBLE, FORBIDDEN)).kind == "suspected-cheating"
    assert (await process_field.judge(DOUBLE, HONEST)).correct
    assert process_field.pool.started == started + 1


async def test_a_job_that_was_stopped_after_a_breach_is_one(process_field: Field) -> None:
    started = process_field.pool.started
    async with process_field.pool.lease() as sandbox:
        job = JudgeJob(
            program=FORBIDDEN, entry_point="f", inputs=('{"t":[1]}',) * 3, go_on=True, limits=LIMITS
        )
        await sandbox.judge(job, lambda _: False)
    assert (await process_field.judge(DOUBLE, HONEST)).correct
    assert process_field.pool.started == started + 1
