"""Checks: benchmark code in a child of its own that calls the candidate in another."""

from __future__ import annotations

import pytest

from tests.support.lab import SHORT, Lab

DOUBLE = "def f(x):\n    print('called with', x)\n    return x * 2\n"


async def test_a_check_that_comes_to_its_end_has_passed(lab: Lab) -> None:
    check = """
import random
def check(candidate):
    for _ in range(20):
        n = random.randrange(99)
        assert candidate(n) == n * 2
"""
    fact = await lab.check(DOUBLE, check)
    assert (fact.index, fact.end, fact.output) == (0, "returned", "null")
    assert fact.printed.startswith("called with ")
    assert fact.cpu_ns > 0
    assert fact.peak_bytes > 0


async def test_a_check_knows_the_function_by_its_name_too(lab: Lab) -> None:
    assert (await lab.check(DOUBLE, "def check(_):\n    assert f(x=4) == 8\n")).end == "returned"


async def test_a_failing_assertion_is_the_check_s(lab: Lab) -> None:
    fact = await lab.check(
        DOUBLE, "def check(candidate):\n    assert candidate(1) == 2\n    assert candidate(2) == 5, 'two'\n"
    )
    assert (fact.end, fact.error_type, fact.error_message) == ("raised", "AssertionError", "two")
    assert (fact.error_line, fact.detail) == (None, "line 3 of the check")


async def test_what_the_candidate_raises_is_its_own(lab: Lab) -> None:
    fact = await lab.check(
        "def f(x):\n    y = x\n    return y + z\n", "def check(candidate):\n    candidate(1)\n"
    )
    assert (fact.end, fact.error_type, fact.error_line) == ("raised", "NameError", 3)


async def test_a_check_may_expect_an_exception(lab: Lab) -> None:
    check = """
def check(candidate):
    try:
        candidate(-1)
    except ValueError as error:
        assert str(error) == 'negative'
    else:
        raise AssertionError('no error')
    assert candidate(1) == 1
"""
    program = "def f(x):\n    if x < 0: raise ValueError('negative')\n    return x\n"
    assert (await lab.check(program, check)).end == "returned"
    assert (await lab.check("def f(x):\n    return x\n", check)).error_message == "no error"
    own_type = "class Own(Exception): pass\ndef f(x):\n    raise Own('negative')\n"
    fact = await lab.check(own_type, check)
    assert (fact.end, fact.error_type, fact.error_line) == ("raised", "Own", 3)


@pytest.mark.parametrize(
    ("program", "end"),
    [
        ("import os\ndef f(x):\n    os._exit(0)\n", "exited"),
        ("def f(x):\n    while True: pass\n", "timeout"),
        ("def f(x):\n    return bytearray(3 << 30)\n", "memory"),
        ("def f(x):\n    while True: print('spam' * 1000)\n", "output-limit"),
        ("def f(x) return x\n", "invalid-program"),
        ("def g(x):\n    return x\n", "invalid-program"),
        ("import os\ndef f(x):\n    os.write(4, b'\\0\\0\\0\\4v1234')\n    return x\n", "protocol-violation"),
    ],
)
async def test_the_candidate_s_end_is_told(lab: Lab, program: str, end: str) -> None:
    check = "def check(candidate):\n    assert candidate(1) == 1\n"
    assert (await lab.check(program, check, limits=SHORT)).end == end


async def test_a_check_that_takes_too_long_is_ended(lab: Lab) -> None:
    fact = await lab.check(DOUBLE, "def check(candidate):\n    while True: candidate(1)\n", limits=SHORT)
    assert fact.end in {"timeout", "output-limit"}
    fact = await lab.check(
        "def f(x):\n    return x\n", "def check(candidate):\n    while True: pass\n", limits=SHORT
    )
    assert fact.end == "timeout"


async def test_a_result_that_is_no_plain_data_equals_nothing(lab: Lab) -> None:
    program = "class Any:\n    def __eq__(self, _): return True\ndef f(x):\n    return Any()\n"
    fact = await lab.check(
        program, "def check(candidate):\n    assert candidate(1) == 1, type(candidate(1)).__name__\n"
    )
    assert (fact.end, fact.error_message) == ("raised", "Opaque")


async def test_a_check_cannot_hand_over_what_is_no_data(lab: Lab) -> None:
    fact = await lab.check(DOUBLE, "def check(candidate):\n    candidate(lambda: 1)\n")
    assert (fact.end, fact.error_type) == ("raised", "TypeError")
    assert "line 2 of the check" in fact.detail


async def test_a_broken_check_is_told_as_such(lab: Lab) -> None:
    fact = await lab.check(DOUBLE, "def check(candidate):\n    candidate(1).nothing\n")
    assert (fact.end, fact.error_type, fact.error_line) == ("raised", "AttributeError", None)
    fact = await lab.check(DOUBLE, "def chek(candidate):\n    pass\n")
    assert (fact.end, fact.error_type) == ("raised", "KeyError")
    assert "check" in fact.detail


async def test_the_check_is_out_of_the_candidate_s_sight(lab: Lab) -> None:
    program = """
import gc, sys
def f(x):
    frames, frame = [], sys._getframe()
    while frame:
        frames.append(frame)
        frame = frame.f_back
    texts = [repr(frame.f_locals) for frame in frames]
    texts += [repr(o) for o in gc.get_objects() if type(o) is dict]
    return any('the' + '-secret' in text for text in texts)
"""
    check = "def check(candidate):\n    expected = 'the-secret'\n    assert candidate(1) is False\n"
    assert (await lab.check(program, check)).end == "returned"
