"""A child that was forked ahead of its order is as fresh, and held in the same way, as any other."""

from __future__ import annotations

import os
import sys

import pytest

from perftui import values
from perftui.sandbox.cores import usable_cores
from perftui.sandbox.protocol import Limits
from tests.support.lab import ENOUGH, Lab

SMALL = Limits(test_seconds=10.0, total_seconds=30.0, memory_bytes=128 << 20, output_bytes=1 << 20)
CORES = usable_cores()
ECHO = "def f(x):\n    return x\n"
BOUNDS = """
import resource
def f():
    return [resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU)]
"""


@pytest.mark.skipif(sys.platform != "linux" or len(CORES) < 2, reason="needs a choice of cores")
async def test_it_runs_on_the_core_of_its_job(lab: Lab) -> None:
    program = "import os\ndef f():\n    return sorted(os.sched_getaffinity(0))\n"
    for core in (CORES[0], CORES[1], CORES[1], CORES[0], CORES[1]):
        (fact,) = await lab.call(program, cpu=core)
        assert fact.output == f"[{core}]"


async def test_it_has_the_bounds_of_its_job(lab: Lab) -> None:
    for limits in (ENOUGH, SMALL, SMALL, ENOUGH):
        fact = await lab.one(BOUNDS, limits=limits)
        memory, seconds = values.decode(fact.output)  # type: ignore[misc]
        assert memory == limits.memory_bytes or sys.platform != "linux"
        assert limits.total_seconds < seconds < limits.total_seconds + 15


async def test_it_does_the_duty_of_its_job(lab: Lab) -> None:
    for _ in range(2):
        assert await lab.is_well()
        (fact,) = await lab.feed("print(input()[::-1])", "abc\n")
        assert fact.output == "cba\n"
        assert (await lab.check(ECHO, "def check(f):\n    assert f(2) == 2\n")).end == "returned"
        assert (await lab.time(ECHO, (1,))).outputs == ("1",)


async def test_it_has_the_hash_seed_of_its_job(lab: Lab) -> None:
    program = "def f():\n    return hash('perftui')\n"
    hashes = [(await lab.call(program, zygote=zygote))[0].output for zygote in (0, 1, 1, 2, 0, 2)]
    assert hashes[1] == hashes[2]
    assert hashes[0] == hashes[4]
    assert hashes[3] == hashes[5]
    assert len(set(hashes)) == 3


async def test_it_knows_nothing_of_the_program_before(lab: Lab) -> None:
    before = (
        "import sys, math\nsys.mark = math.mark = 1\nsys.modules['marked'] = sys\ndef f():\n    return 1\n"
    )
    after = (
        "import sys, math\n"
        "def f():\n    return [hasattr(sys, 'mark'), hasattr(math, 'mark'), 'marked' in sys.modules]\n"
    )
    for _ in range(3):
        assert (await lab.one(before)).end == "returned"
        assert (await lab.one(after)).output == "[false,false,false]"


async def test_its_random_numbers_are_its_own(lab: Lab) -> None:
    program = "import random\ndef f():\n    return random.random()\n"
    drawn = [(await lab.one(program)).output for _ in range(4)]
    assert len(set(drawn)) == 4


async def test_it_has_a_process_of_its_own(lab: Lab) -> None:
    program = "import os\ndef f():\n    return os.getpid()\n"
    pids = [(await lab.one(program)).output for _ in range(4)]
    assert len(set(pids)) == 4
    assert str(os.getpid()) not in pids
