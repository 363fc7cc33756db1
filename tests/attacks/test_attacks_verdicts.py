"""Each verdict is told from the others, in every kind of sandbox, with a reason that a person can act on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import anyio
import pytest

from perftui.engine.judges import MAX_LOSSES, Judges
from perftui.events.model import Stage
from perftui.judging.model import Verdict, VerdictKind
from perftui.sandbox.choose import open_pool
from perftui.sandbox.cores import Cores
from perftui.sandbox.docker_model import ImageFacts
from tests.attacks.catalogue import BRIEF, DOUBLE, LIMITS, Attack
from tests.attacks.everything import ATTACKS
from tests.attacks.field import HONEST, Field
from tests.attacks.outside import Engine
from tests.attacks.themes.channel import FORGE

EXAMPLES: Mapping[VerdictKind, tuple[str, str]] = {
    "correct": (HONEST, "passed all 3 tests"),
    "wrong-answer": ("def f(x):\n    return 2 * x if x < 3 else 7\n", "t3: returned 7, expected 6"),
    "error": (
        "def f(x):\n    y = {}\n    return y['no such key']\n",
        "t1: KeyError: 'no such key' (line 3)",
    ),
    "timeout": ("def f(x):\n    while True: pass\n", "t1: took over 0.4 s"),
    "memory": ("def f(x):\n    return bytearray(3 << 30)\n", "t1: needed over 256 MiB of memory"),
    "output-limit": (
        "def f(x):\n    while True: print('spam' * 999)\n",
        "t1: put out over 1 MiB (printed text)",
    ),
    "killed": ("import ctypes\ndef f(x):\n    ctypes.string_at(0)\n", "t1: was killed (SIGSEGV)"),
    "invalid-program": (
        "def f(x)\n    return 2 * x\n",
        "t1: SyntaxError: expected ':' (<program>, line 1) (line 1)",
    ),
    "protocol-violation": (
        FORGE + "def f(x):\n    answer('q', b'')\n",
        "t1: wrote to the result channel what it should not (a forged answer)",
    ),
    "suspected-cheating": (
        "import os\ndef f(x):\n    os.kill(1, 9)\n",
        "t1: made a system call that no solution needs",
    ),
}


def test_every_verdict_but_the_infrastructure_s_is_met_by_some_attack() -> None:
    met = {verdict for attack in ATTACKS for verdict in attack.verdicts}
    assert met == set(EXAMPLES) == set(get_args(VerdictKind)) - {"infrastructure"}


@pytest.mark.parametrize("kind", EXAMPLES)
async def test_a_verdict_has_its_reason_in_a_process(process_field: Field, kind: VerdictKind) -> None:
    await _expect(process_field, kind)


@pytest.mark.docker
@pytest.mark.parametrize("kind", EXAMPLES)
async def test_a_verdict_has_its_reason_in_a_container(docker_field: Field, kind: VerdictKind) -> None:
    await _expect(docker_field, kind)


async def _expect(field: Field, kind: VerdictKind) -> None:
    program, reason = EXAMPLES[kind]
    attack = Attack(name=kind, row="verdicts", program=program, verdicts=(kind,), limits=BRIEF)
    after = await field.try_out(attack)
    assert after.problems == ()
    assert after.verdict is not None
    assert after.verdict.reason == reason


@pytest.mark.docker
async def test_a_container_that_is_killed_is_nobody_s_fault(sandbox_image: ImageFacts) -> None:
    """It is tried again, and where it is killed each time, the verdict is the infrastructure's."""
    assert sandbox_image.id
    engine = Engine()
    losses: list[int] = []
    slow = "import time\ndef f(x):\n    time.sleep(3)\n    return 2 * x\n"

    async def judged(kills: int) -> Verdict:
        losses.clear()
        async with open_pool("docker", 1) as pool, anyio.create_task_group() as tasks:
            judges = Judges(pool, Cores(pool.cores), {}, all_tests=False)

            async def kill() -> None:
                await anyio.sleep(1.0)  # by then the program runs
                for container in engine.containers():
                    engine.kill(container)

            def on_stage(stage: Stage) -> None:
                if stage == "judging" and len(losses) < kills:
                    tasks.start_soon(kill)

            async def on_loss(_reason: str, count: int) -> None:
                losses.append(count)

            verdict, known = await judges.verdict(DOUBLE, slow, LIMITS, on_stage=on_stage, on_loss=on_loss)
        assert not known
        return verdict

    once = await judged(1)
    assert (once.kind, losses) == ("correct", [1])
    always = await judged(100)
    assert (always.kind, losses) == ("infrastructure", [1, 2, 3])
    assert len(losses) == MAX_LOSSES
    assert always.reason.startswith("the sandbox was lost 3 times: ")
    assert always.failed_test is None
    engine.close()
