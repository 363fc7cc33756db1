"""Timed executions: every phase metered, and no way to carry work from one pass to another."""

from __future__ import annotations

import pytest

from perftui import values
from perftui.sandbox.protocol import TrialJob
from tests.support.lab import ENOUGH, SHORT, Lab

WORK = "def f(n):\n    return sum(i * i for i in range(n))\n"


async def test_every_phase_is_metered(lab: Lab) -> None:
    fact = await lab.time("table = list(range(50_000))\n" + WORK, (2000,), (3000,), repeats=3)
    assert fact.end == "returned"
    assert min(fact.load_ns, fact.decode_ns, fact.rest_ns, fact.encode_ns, *fact.first_ns) > 0
    assert len(fact.first_ns) == 1
    assert fact.wall_ns > sum(fact.first_ns)
    assert fact.peak_bytes > 0
    assert fact.outputs == tuple(str(sum(i * i for i in range(n))) for n in (2000, 3000))


async def test_more_work_costs_more_and_none_costs_little(lab: Lab) -> None:
    small = await lab.time(WORK, (2_000,))
    large = await lab.time(WORK, (200_000,))
    null = await lab.time("table = [list(range(9)) for _ in range(100_000)]\n" + WORK, (200_000,), null=True)
    full = await lab.time("table = [list(range(9)) for _ in range(100_000)]\n" + WORK, (1,))
    assert large.first_ns[0] > 5 * small.first_ns[0]
    assert null.first_ns[0] < large.first_ns[0] / 5
    assert null.load_ns < full.load_ns / 5
    assert null.outputs == ("null",)


async def test_each_input_of_the_first_pass_can_be_metered(lab: Lab) -> None:
    fact = await lab.time(WORK, (100,), (300_000,), (200,), per_test=True, repeats=2)
    assert len(fact.first_ns) == 3
    assert max(fact.first_ns) == fact.first_ns[1]
    assert fact.rest_ns > fact.first_ns[0]


async def test_one_pass_has_no_rest(lab: Lab) -> None:
    fact = await lab.time(WORK, (10,))
    assert (fact.end, fact.rest_ns) == ("returned", 0)


async def test_a_cache_does_not_carry_over_between_passes(lab: Lab) -> None:
    program = "import functools\n@functools.lru_cache(None)\n" + WORK
    fact = await lab.time(program, (50_000,), repeats=5)
    assert fact.rest_ns > 2 * fact.first_ns[0]


async def test_inputs_are_fresh_for_each_pass(lab: Lab) -> None:
    program = "def f(x):\n    x.append(len(x))\n    return len(x)\n"
    for _ in range(4):  # whichever pass is chosen
        assert (await lab.time(program, ([],), repeats=4)).outputs == ("1",)


async def test_every_pass_must_be_done(lab: Lab) -> None:
    program = """
import builtins
builtins.loads = getattr(builtins, 'loads', 0) + 1
number = builtins.loads
def f(x):
    return x if number == 1 else None
"""
    outputs = {(await lab.time(program, (7,), repeats=2)).outputs for _ in range(40)}
    assert outputs == {("7",), ("null",)}  # the pass that is looked at is chosen by chance


async def test_a_stdin_program_is_timed_from_start_to_end(lab: Lab) -> None:
    early = "total = sum(i * i for i in range(300_000))\nprint(total * int(input()))\n"
    job = TrialJob(program=early, entry_point=None, inputs=("1", "2"), repeats=2, limits=ENOUGH)
    fact = await lab.sandbox.trial(job)
    total = sum(i * i for i in range(300_000))
    assert fact.outputs == (f"{total}\n", f"{total * 2}\n")
    null = await lab.sandbox.trial(
        TrialJob(program=early, entry_point=None, inputs=("1",), null=True, limits=ENOUGH)
    )
    assert len(fact.first_ns) == 2
    assert min(fact.first_ns) > 2 * null.first_ns[0]
    assert fact.rest_ns > min(fact.first_ns)


async def test_each_output_has_the_limit_to_itself(lab: Lab) -> None:
    program = "def f(n):\n    return 'x' * n\n"
    fact = await lab.time(program, *[((1 << 20) - 2,)] * 5)
    assert [len(output) for output in fact.outputs] == [1 << 20] * 5
    assert (await lab.time(program, (5,), ((1 << 20) - 1,))).end == "output-limit"


@pytest.mark.parametrize(
    ("program", "end", "detail"),
    [
        ("def f(n):\n    return n / 0\n", "raised", "ZeroDivisionError: division by zero (line 2)"),
        ("def f(n) 1\n", "invalid-program", "SyntaxError"),
        ("1 / 0\ndef f(n): pass\n", "raised", "(line 1)"),
        ("def g(n): pass\n", "raised", "no function f"),
        ("def f(n):\n    while True: pass\n", "timeout", ""),
        ("import os\ndef f(n): os._exit(0)\n", "exited", "exit status 0"),
        ("def f(n): return bytearray(3 << 30)\n", "memory", "MemoryError"),
        ("def f(n): return 'x' * (2 << 20)\n", "output-limit", ""),
    ],
)
async def test_a_trial_that_fails_says_how(lab: Lab, program: str, end: str, detail: str) -> None:
    fact = await lab.time(program, (1,), limits=SHORT)
    assert fact.end == end
    assert detail in fact.detail
    assert fact.outputs == ()


async def test_a_zygote_has_its_own_hash_seed(lab: Lab) -> None:
    program = "def f():\n    return hash('perftui')\n"
    hashes = [(await lab.time(program, (), zygote=number)).outputs for number in (0, 1, 2, 3)]
    assert hashes[0] == hashes[3]
    assert len(set(hashes)) == 3


async def test_a_program_runs_on_the_core_it_is_given(lab: Lab) -> None:
    program = "import os\ndef f():\n    return len(os.sched_getaffinity(0))\n"
    assert (await lab.time(program, (), cpu=0)).outputs == ("1",)
    (fact,) = await lab.call(program, (), cpu=1)
    assert values.decode(fact.output) == 1
