"""Peak memory: what a program allocates shows, in company and alone, and the harness's own does not."""

from __future__ import annotations

import pytest

from perftui.sandbox.protocol import CallFact
from tests.support.lab import Lab

MIB = 1 << 20
LITTLE = 6 * MIB
"""What a program that allocates nothing may show at the most."""

SLACK = MIB
"""How far the kernel's own count may be off: it keeps some pages of each core apart."""

HUNGRY = "def f(mib):\n    return len(bytearray(mib << 20))\n"
HUNGRY_STDIN = "print(len(bytearray(int(input()) << 20)))\n"


def peaks(facts: list[CallFact]) -> list[int]:
    assert {fact.end for fact in facts} == {"returned"}
    return [fact.peak_bytes for fact in facts]


async def test_each_call_in_company_shows_the_peak_so_far(lab: Lab) -> None:
    small, large, after = peaks(await lab.call(HUNGRY, (0,), (80,), (0,)))
    assert 0 < small < LITTLE
    assert 80 * MIB - SLACK <= large < 80 * MIB + LITTLE
    assert after >= large


async def test_a_call_before_which_others_were_quick_is_seen(lab: Lab) -> None:
    *quick, large = peaks(await lab.call(HUNGRY, *[(0,)] * 20, (40,)))
    assert quick[0] < LITTLE
    assert large >= 40 * MIB - SLACK


async def test_a_job_that_is_stopped_at_its_first_call_has_a_peak(lab: Lab) -> None:
    facts: list[CallFact] = []
    job = lab.job(HUNGRY, (60,), (0,))
    await lab.sandbox.judge(job, lambda fact: bool(facts.append(fact)))
    assert facts[0].peak_bytes >= 60 * MIB - SLACK


@pytest.mark.parametrize("mib", [0, 70])
async def test_each_stdin_run_has_its_own(lab: Lab, mib: int) -> None:
    one, other = peaks(await lab.feed(HUNGRY_STDIN, str(mib), "0"))
    assert mib * MIB - SLACK < one < mib * MIB + LITTLE
    assert 0 < other < LITTLE


async def test_one_that_died_has_a_peak(lab: Lab) -> None:
    program = "import os\ndef f():\n    kept = bytearray(50 << 20)\n    os._exit(3)\n"
    fact = await lab.one(program)
    assert fact.end == "exited"
    assert fact.peak_bytes >= 50 * MIB - SLACK


async def test_a_check_shows_the_candidate_s_and_not_its_own(lab: Lab) -> None:
    check = "def check(candidate):\n    kept = bytearray(90 << 20)\n    assert candidate(30) == 30 << 20\n"
    fact = await lab.check(HUNGRY, check)
    assert fact.end == "returned"
    assert 30 * MIB - SLACK <= fact.peak_bytes < 30 * MIB + LITTLE


async def test_a_timed_run_shows_it(lab: Lab) -> None:
    assert 0 < (await lab.time(HUNGRY, (0,))).peak_bytes < LITTLE
    assert (await lab.time(HUNGRY, (50,))).peak_bytes >= 50 * MIB - SLACK
