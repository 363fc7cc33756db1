"""How function programs end: each in its own way, and none of them hurts the next."""

from __future__ import annotations

import pytest

from perftui import values
from perftui.sandbox.protocol import CallFact, JudgeJob
from tests.support.lab import ENOUGH, SHORT, Lab


async def test_a_function_is_called_on_each_input(lab: Lab) -> None:
    facts = await lab.call("def f(a, b):\n    return [a, b]\n", (1, "x"), ((1.5, None), {2: {3}}))
    assert [fact.end for fact in facts] == ["returned", "returned"]
    assert [values.decode(fact.output) for fact in facts] == [[1, "x"], [(1.5, None), {2: {3}}]]
    assert [fact.index for fact in facts] == [0, 1]
    assert all(fact.cpu_ns > 0 and fact.wall_ns > 0 for fact in facts)
    assert facts[-1].peak_bytes > 0


async def test_no_inputs_need_no_run(lab: Lab) -> None:
    assert await lab.facts(JudgeJob(program="", entry_point="f")) == []


@pytest.mark.parametrize(
    ("program", "error", "line"),
    [
        ("def f():\n    return g()\n\ndef g():\n    return 1 / 0\n", "ZeroDivisionError", 5),
        ("def f():\n    return sorted([1, 'a'])\n", "TypeError", 2),
        ("def f():\n    return int('x', 10,\n        99)\n", "TypeError", 2),
        ("def f():\n    raise KeyboardInterrupt\n", "KeyboardInterrupt", 2),
        ("class Odd(BaseException):\n    pass\ndef f():\n    raise Odd('x')\n", "Odd", 4),
        ("def f(a):\n    return a\n", "TypeError", None),
        ("def f():\n    return f()\n", "RecursionError", 2),
    ],
)
async def test_an_exception_is_told_with_its_line(
    lab: Lab, program: str, error: str, line: int | None
) -> None:
    fact = await lab.one(program)
    assert (fact.end, fact.error_type, fact.error_line, fact.output) == ("raised", error, line, "")


async def test_an_exception_does_not_end_the_process(lab: Lab) -> None:
    program = """
seen = []
def f(x):
    seen.append(x)
    if x == 2: raise ValueError(x)
    return seen
"""
    facts = await lab.call(program, (1,), (2,), (3,))
    assert [fact.end for fact in facts] == ["returned", "raised", "returned"]
    assert facts[1].error_message == "2"
    assert facts[2].output == "[1,2,3]"


@pytest.mark.parametrize(
    ("program", "error", "line"),
    [
        ("def f() return 1\n", "SyntaxError", 1),
        ("x = 1\n  y = 2\n", "IndentationError", 2),
        ("x = '\0'\n", "SyntaxError", None),
        ("'\ud800'\n", "UnicodeDecodeError", None),
        ("x = 1\n", "NoEntryPointError", None),
        ("f = 3\n", "NoEntryPointError", None),
        ("x = " + "(" * 5000 + ")" * 5000, "", None),
        ("x = " + "-" * 200_000 + "1", "", None),
    ],
)
async def test_what_is_no_program_is_told_once(lab: Lab, program: str, error: str, line: int | None) -> None:
    (fact,) = await lab.call(program, (), (), go_on=True)
    assert (fact.index, fact.end) == (0, "invalid-program")
    if error:
        assert fact.error_type in {error, "ValueError"}
        assert fact.error_line in {line, None}


async def test_a_failing_module_is_told_once_with_its_line(lab: Lab) -> None:
    (fact,) = await lab.call("import math\nmath.nothing\ndef f():\n    pass\n", (), ())
    assert (fact.end, fact.error_type, fact.error_line) == ("raised", "AttributeError", 2)
    (fact,) = await lab.call("while True:\n    pass\n", (), (), limits=SHORT)
    assert (fact.index, fact.end) == (0, "timeout")
    (fact,) = await lab.call("raise SystemExit(0)\n", (), ())
    assert (fact.index, fact.end) == (0, "exited")


@pytest.mark.parametrize(
    "body", ["while True: pass", "import time; time.sleep(60)", "import signal; signal.pause()"]
)
async def test_what_takes_too_long_is_ended(lab: Lab, body: str) -> None:
    fact = await lab.one(f"def f():\n    {body}\n", limits=SHORT)
    assert fact.end == "timeout"
    assert 0.4e9 <= fact.wall_ns < 3e9


async def test_a_timeout_ends_the_job_unless_it_goes_on(lab: Lab) -> None:
    program = "calls = []\ndef f(x):\n    calls.append(x)\n    while x == 1: pass\n    return calls\n"
    inputs = ((0,), (1,), (2,), (3,))
    facts = await lab.call(program, *inputs, limits=SHORT)
    assert [fact.end for fact in facts] == ["returned", "timeout"]
    facts = await lab.call(program, *inputs, limits=SHORT, go_on=True)
    assert [fact.end for fact in facts] == ["returned", "timeout", "returned", "returned"]
    assert facts[3].output == "[2,3]"  # a fresh process took the rest


async def test_the_whole_job_has_a_limit(lab: Lab) -> None:
    limits = SHORT.__class__(test_seconds=0.3, total_seconds=0.7)
    facts = await lab.call("def f():\n    while True: pass\n", *[()] * 50, limits=limits, go_on=True)
    assert {fact.end for fact in facts} == {"timeout"}
    assert 2 <= len(facts) <= 3


@pytest.mark.parametrize(
    "body",
    [
        "return len(bytearray(3 << 30))",
        "x = [0]\n    while True: x = x + x",
        "return 'a' * 10 ** 10",
        "x = []\n    while True: x.append(bytes(1 << 20))",
        "import mmap\n    return len(mmap.mmap(-1, 3 << 30))",
    ],
)
async def test_memory_has_a_limit(lab: Lab, body: str) -> None:
    fact = await lab.one(f"def f():\n    {body}\n")
    assert fact.end == "memory" or (fact.end, fact.error_type) == ("raised", "OSError")


async def test_a_program_may_recover_from_want_of_memory(lab: Lab) -> None:
    program = "def f(x):\n    return 1 if x else len(bytearray(3 << 30))\n"
    assert [fact.end for fact in await lab.call(program, (0,), (1,))] == ["memory", "returned"]


async def test_what_a_function_prints_is_kept_up_to_its_head(lab: Lab) -> None:
    facts = await lab.call(
        "import sys\ndef f(x):\n    print('out', x)\n    print('err', file=sys.stderr)\n", (1,), (2,)
    )
    assert [sorted(fact.printed.split("\n")) for fact in facts] == [
        ["", "err", "out 1"],
        ["", "err", "out 2"],
    ]
    fact = await lab.one("def f():\n    print('x' * 100_000)\n    return 7\n")
    assert (fact.output, fact.printed) == ("7", "x" * 4096)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("while True: print('spam' * 1000)", "printed text"),
        ("import os\n    while True: os.write(2, b'spam' * 1000)", "printed text"),
        ("return 'x' * (2 << 20)", ""),
    ],
)
async def test_output_has_a_limit(lab: Lab, body: str, detail: str) -> None:
    fact = await lab.one(f"def f():\n    {body}\n")
    assert (fact.end, fact.detail) == ("output-limit", detail)


@pytest.mark.parametrize(
    ("body", "end", "detail"),
    [
        ("import os; os._exit(0)", "exited", "exit status 0"),
        ("import os; os._exit(7)", "exited", "exit status 7"),
        ("import sys; sys.exit(3)", "exited", "exit status 3"),
        ("exit()", "exited", "exit status 0"),
        ("raise SystemExit('bye')", "exited", "exit status 1"),
        ("import os; os.kill(os.getpid(), 9)", "killed", "SIGKILL"),
        ("import os; os.abort()", "killed", "SIGABRT"),
        ("import ctypes; ctypes.string_at(0)", "killed", "SIGSEGV"),
        ("import signal; signal.raise_signal(signal.SIGTERM)", "killed", "SIGTERM"),
    ],
)
async def test_an_end_without_an_answer_is_told(lab: Lab, body: str, end: str, detail: str) -> None:
    fact = await lab.one(f"def f():\n    {body}\n")
    assert (fact.end, fact.detail, fact.output) == (end, detail, "")


async def test_inputs_are_decoded_afresh_for_each_call(lab: Lab) -> None:
    facts = await lab.call("def f(x):\n    x.append(1)\n    return x\n", ([5],), ([5],))
    assert [fact.output for fact in facts] == ["[5,1]", "[5,1]"]


async def test_a_huge_integer_comes_back_whole(lab: Lab) -> None:
    fact = await lab.one("def f():\n    return -(7 ** 300_000)\n")
    assert values.decode(fact.output) == -(7**300_000)
    fact = await lab.one("def f():\n    return str(7 ** 20_000)\n")
    assert fact.end == "returned"  # no limit on digits


async def test_deep_nesting_comes_back_opaque(lab: Lab) -> None:
    deep = "def f(n):\n    x = []\n    for _ in range(n): x = [x]\n    return x\n"
    assert isinstance(values.decode((await lab.one(deep, 150)).output), list)
    assert isinstance(values.decode((await lab.one(deep, 10_000)).output), values.Opaque)
    own = await lab.one("def f():\n    x = []\n    x.append(x)\n    return x\n")
    assert isinstance(values.decode(own.output), values.Opaque)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("(i for i in [1])", values.Opaque),
        ("range(3)", values.Opaque),
        ("object()", values.Opaque),
        ("map(str, [1])", values.Opaque),
        ("type('Equal', (), {'__eq__': lambda *_: True})()", values.Opaque),
        ("type('Text', (str,), {'__eq__': lambda *_: True, '__str__': lambda _: 'z'})('abc')", str),
        ("type('Number', (int,), {'__index__': lambda _: 9})(5)", int),
        ("type('List', (list,), {'__iter__': lambda _: iter([9])})([1])", list),
        ("__import__('collections').OrderedDict(a=1)", dict),
        ("__import__('collections').namedtuple('P', 'x')(1)", tuple),
    ],
)
async def test_only_plain_data_leaves(lab: Lab, result: str, expected: type) -> None:
    fact = await lab.one(f"def f():\n    return {result}\n")
    assert type(values.decode(fact.output)) is expected


async def test_the_program_sees_nothing_of_its_host(lab: Lab) -> None:
    program = """
import os, sys
def f():
    return [dict(os.environ), sys.argv, sys.stdin.read(), __name__,
            [name for name in sys.path if 'perfbox' in name or name == ''], len(os.listdir('/proc/self/fd'))]
"""
    assert (await lab.one(program)).output == '[{"d":[]},["<program>"],"","solution",[],6]'


async def test_a_program_can_use_the_standard_library(lab: Lab) -> None:
    program = """
import dataclasses, heapq, threading, decimal, sqlite3, xml.dom.minidom
@dataclasses.dataclass
class P:
    x: int = 3
def f():
    found = []
    threads = [threading.Thread(target=found.append, args=(i,)) for i in range(4)]
    for t in threads: t.start()
    for t in threads: t.join()
    return sorted(found) + [P().x]
"""
    assert (await lab.one(program)).output == "[0,1,2,3,3]"


@pytest.mark.parametrize(
    ("depth", "before", "end"),
    [(950, "", "returned"), (9000, "", "raised"), (9000, "sys.setrecursionlimit(20000)", "returned")],
)
async def test_a_program_recurses_as_deeply_as_python_lets_it(
    lab: Lab, depth: int, before: str, end: str
) -> None:
    program = f"""
import sys
{before}
def g(n):
    return 0 if n == 0 else 1 + g(n - 1)
def f():
    return g({depth})
"""
    fact = await lab.one(program)
    assert (fact.end, fact.error_type) == (end, "RecursionError" if end == "raised" else "")


async def test_a_job_is_stopped_by_who_asked(lab: Lab) -> None:
    facts: list[CallFact] = []

    def stop_at_second(fact: CallFact) -> bool:
        facts.append(fact)
        return len(facts) < 2

    program = "def f(x):\n    while x == 5: pass\n    return x\n"
    inputs = tuple(values.encode((number,)) for number in range(6))
    job = JudgeJob(program=program, entry_point="f", inputs=inputs, limits=ENOUGH)
    await lab.sandbox.judge(job, stop_at_second)
    assert [fact.index for fact in facts] == [0, 1]


async def test_an_error_of_who_asked_ends_the_job_and_not_the_sandbox(lab: Lab) -> None:
    def fail(_: CallFact) -> bool:
        raise LookupError("mine")

    job = JudgeJob(
        program="def f():\n    return 1\n", entry_point="f", inputs=('{"t":[]}',) * 5, limits=ENOUGH
    )
    with pytest.raises(LookupError, match="mine"):
        await lab.sandbox.judge(job, fail)
