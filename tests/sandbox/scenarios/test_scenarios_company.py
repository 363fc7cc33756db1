"""Many calls in one child: asked for together where they are quick, and told as if each were alone."""

from __future__ import annotations

from hashlib import sha256

import pytest

from perftui.sandbox.protocol import JudgeJob
from perftui.values import encode
from tests.support.lab import ENOUGH, SHORT, Lab


async def test_every_call_of_many_is_told_once_and_in_order(lab: Lab) -> None:
    facts = await lab.call("def f(x):\n    return x\n", *[(n,) for n in range(3000)])
    assert [fact.index for fact in facts] == list(range(3000))
    assert [fact.output for fact in facts] == [str(n) for n in range(3000)]


async def test_exceptions_among_many_calls_stay_with_their_calls(lab: Lab) -> None:
    program = "def f(x):\n    if x % 7 == 0: raise ValueError(x)\n    return x\n"
    facts = await lab.call(program, *[(n,) for n in range(500)])
    assert [fact.end for fact in facts] == ["returned" if n % 7 else "raised" for n in range(500)]
    assert {fact.error_message for fact in facts if fact.end == "raised"} == {
        str(n) for n in range(0, 500, 7)
    }


@pytest.mark.parametrize("at", [1, 37, 999])
@pytest.mark.parametrize(
    ("what", "ends"),
    [
        ("while True: pass", {"timeout"}),
        ("__import__('os')._exit(3)", {"exited"}),
        ("__import__('os').close(4)", {"protocol-violation", "exited"}),
    ],
)
async def test_a_call_that_ends_its_process_among_many_is_the_one_that_is_told(
    lab: Lab, at: int, what: str, ends: set[str]
) -> None:
    program = f"def f(x):\n    if x == {at}:\n        {what}\n    return x\n"
    facts = await lab.call(program, *[(n,) for n in range(1000)], limits=SHORT)
    assert facts[-1].index == at
    assert facts[-1].end in ends
    assert [fact.output for fact in facts[:-1]] == [str(n) for n in range(at)]


async def test_an_output_that_is_too_long_among_many_is_the_one_that_is_told(lab: Lab) -> None:
    program = "def f(x):\n    return 'x' * (2 << 20) if x == 50 else x\n"
    facts = await lab.call(program, *[(n,) for n in range(100)])
    assert [fact.end for fact in facts] == ["output-limit" if n == 50 else "returned" for n in range(100)]


async def test_each_of_many_calls_has_the_time_of_a_test(lab: Lab) -> None:
    program = "import time\ndef f(x):\n    if x > 30: time.sleep(0.1)\n    return x\n"
    facts = await lab.call(program, *[(n,) for n in range(40)], limits=SHORT)
    assert [fact.end for fact in facts] == ["returned"] * 40
    assert sum(fact.wall_ns for fact in facts) > 9 * 0.1e9


async def test_an_answer_too_many_among_many_is_a_violation(lab: Lab) -> None:
    program = """
import sys
def link():
    frame = sys._getframe()
    while frame:
        for value in frame.f_locals.values():
            if type(value).__name__ == "ChildLink":
                return value
        frame = frame.f_back
def f(x):
    if x == 40:
        link().answer("v", b"40")
    return x
"""
    facts = await lab.call(program, *[(n,) for n in range(200)])
    assert facts[-1].end == "protocol-violation"
    assert await lab.is_well()


async def test_what_many_calls_print_is_held_against_the_limit_of_each(lab: Lab) -> None:
    program = "def f(x):\n    print('y' * 100_000)\n    return x\n"
    facts = await lab.call(program, *[(n,) for n in range(100)])
    assert [fact.end for fact in facts] == ["returned"] * 100


async def test_a_job_among_many_calls_can_be_stopped(lab: Lab) -> None:
    seen = []

    def on_call(fact: object) -> bool:
        seen.append(fact)
        return len(seen) < 50

    inputs = tuple(encode((n,)) for n in range(20_000))
    job = JudgeJob(program="def f(x):\n    return x\n", entry_point="f", inputs=inputs, limits=ENOUGH)
    await lab.sandbox.judge(job, on_call)
    assert len(seen) == 50
    assert await lab.is_well()


async def test_long_outputs_are_told_by_their_digests_where_that_is_wanted(lab: Lab) -> None:
    program = "def f(n):\n    return 'x' * n\n"
    short, long = await lab.call(program, (98,), (99,), digest_over=100)
    assert (short.output, short.digest) == (encode("x" * 98), "")
    assert (long.output, long.digest) == ("", sha256(encode("x" * 99).encode()).hexdigest())
