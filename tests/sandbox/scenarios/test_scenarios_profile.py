"""Line profiles: a hot line is found, in both kinds of program; hostile ones harm only their own."""

from __future__ import annotations

import pytest

from perftui.sandbox.protocol import Limits
from perftui.timing.profile import LineProfile
from perftui.timing.profiling import profile
from tests.support.lab import ENOUGH, SHORT, Lab

HOT_FUNCTION = """\
def inner(n):
    return sorted(range(n, 0, -1))

def f(n):
    total = 0
    for i in range(3):
        total += sum(x * x % 7 for x in range(n))
    return total + len(inner(9))
"""
HOT_PROGRAM = """\
n = int(input())
kept = []
for i in range(n):
    kept.insert(0, i)
print(sum(kept))
"""
ENDLESS = """\
def f():
    n = 0
    while True:
        n += 1
"""


async def profiled(lab: Lab, program: str, input_: str = '{"t":[]}', limits: Limits = ENOUGH) -> LineProfile:
    return await profile(lab.sandbox, program, entry_point="f", input_=input_, limits=limits, core=0)


async def test_the_hot_line_of_a_function_is_found(lab: Lab) -> None:
    found = await profiled(lab, HOT_FUNCTION, '{"t":[20000]}')
    assert (found.end, found.partial, found.detail) == ("returned", False, "")
    (hottest,) = found.hottest(1)
    assert hottest.number == 7
    assert hottest.share > 0.9
    hits = {line.number: line.hits for line in found.lines}
    assert (hits[1], hits[2], hits[4], hits[5], hits[6], hits[8]) == (1, 1, 1, 1, 4, 1)
    assert sum(line.ns for line in found.lines) <= found.wall_ns


async def test_the_hot_line_of_a_stdin_program_is_found(lab: Lab) -> None:
    found = await profile(lab.sandbox, HOT_PROGRAM, entry_point=None, input_="20000\n", limits=ENOUGH, core=0)
    assert (found.end, found.partial) == ("returned", False)
    assert found.hottest(1)[0].number == 4
    assert {line.number: line.hits for line in found.lines}[4] == 20_000


async def test_time_in_a_called_line_is_its_own_and_not_its_caller_s(lab: Lab) -> None:
    program = """\
def slow():
    return sum(range(2_000_000))

def f():
    a = slow()
    return a + sum(i for i in (1, 2))
"""
    found = await profiled(lab, program)
    shares = {line.number: line.share for line in found.lines}
    assert shares[2] > 0.8
    assert shares[5] < 0.1


async def test_generators_recursion_and_exceptions_keep_their_lines_apart(lab: Lab) -> None:
    program = """\
def numbers(n):
    for i in range(n):
        yield i

def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)

def fails():
    raise KeyError("x")

def f():
    total = sum(numbers(10))
    total += deep(10)
    for _ in range(3):
        try:
            fails()
        except KeyError:
            total += 1
    return total + sum(range(1_000_000))
"""
    found = await profiled(lab, program)
    assert found.end == "returned"
    hits = {line.number: line.hits for line in found.lines}
    assert (hits[3], hits[6], hits[9], hits[18]) == (10, 11, 3, 3)
    assert found.hottest(1)[0].number == 19


async def test_a_profile_whose_time_is_up_tells_what_it_has(lab: Lab) -> None:
    limits = Limits(test_seconds=0.05, total_seconds=5.0, memory_bytes=256 << 20, output_bytes=1 << 20)
    found = await profiled(lab, ENDLESS, limits=limits)
    assert found.partial
    assert {line.number for line in found.hottest(2)} == {3, 4}


async def test_an_exception_keeps_the_lines_before_it(lab: Lab) -> None:
    found = await profiled(lab, "def f():\n    sum(range(100_000))\n    return 1 // 0\n")
    assert (found.end, found.detail) == (
        "raised",
        "ZeroDivisionError: integer division or modulo by zero (line 3)",
    )
    assert [line.number for line in found.lines] == [1, 2, 3]


@pytest.mark.parametrize("program", ["def f(:\n", "def g():\n    pass\n", "raise SystemExit(3)\n"])
async def test_what_cannot_run_is_told(lab: Lab, program: str) -> None:
    found = await profiled(lab, program)
    assert found.end in {"invalid-program", "raised", "exited"}
    assert found.detail


@pytest.mark.parametrize(
    "body",
    [
        "import sys; sys.settrace(None)",
        "import sys; sys.settrace(lambda *_: 1 / 0)",
        "import sys; getattr(sys, 'monitoring', None) and sys.monitoring.free_tool_id(2)",
        "import time; time.thread_time_ns = lambda: -1",
        "exec(compile('x = 1\\n' * 9999, '<program>', 'exec'))",
        (
            "import gc\n    for o in gc.get_objects():\n        if type(o).__name__ == 'LineMeter':\n"
            "            o.hits[10 ** 30] = -1; o.spent['x'] = None"
        ),
        "import json; json.dumps = lambda _: '{}'",
        'import json; json.dumps = lambda _: \'{"lines": [[1, true, 1]], "partial": 0, "failure": 0}\'',
        "import os; os.write(4, b'\\0\\0\\0\\x09v12345678x')",
        "import signal; signal.signal(signal.SIGALRM, signal.SIG_IGN)",
        "import os; os._exit(0)",
        "import os; os.kill(os.getpid(), 9)",
        "import threading; [threading.Thread(target=lambda: sum(range(10 ** 5))).start() for _ in range(4)]",
    ],
)
async def test_a_hostile_program_harms_only_its_own_profile(lab: Lab, body: str) -> None:
    hostile = await profiled(lab, f"def f():\n    {body}\n    return 1\n", limits=SHORT)
    assert all(line.number > 0 and line.hits > 0 and line.ns >= 0 for line in hostile.lines)
    honest = await profiled(lab, HOT_FUNCTION, '{"t":[5000]}')
    assert honest.hottest(1)[0].number == 7


async def test_a_program_that_lets_nothing_end_it_is_killed_in_time(lab: Lab) -> None:
    stubborn = """\
import signal
def f():
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    while True:
        try:
            pass
        except BaseException:
            pass
"""
    limits = Limits(test_seconds=0.05, total_seconds=1.0, memory_bytes=256 << 20, output_bytes=1 << 20)
    found = await profiled(lab, stubborn, limits=limits)
    assert (found.end, found.lines) == ("timeout", ())
    assert found.wall_ns < 5e9


async def test_a_flood_of_output_ends_it(lab: Lab) -> None:
    found = await profiled(lab, "def f():\n    while True: print('x' * 100_000)\n", limits=SHORT)
    assert found.end == "output-limit"


async def test_it_leaves_the_peak_and_the_time_of_other_jobs_alone(lab: Lab) -> None:
    before = await lab.one("def f():\n    return 1\n")
    await profiled(lab, "def f():\n    return len(bytearray(100 << 20))\n")
    after = await lab.one("def f():\n    return 1\n")
    assert abs(after.peak_bytes - before.peak_bytes) < 4 << 20
