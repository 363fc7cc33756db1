"""How programs that read stdin end."""

from __future__ import annotations

import pytest

from tests.support.lab import SHORT, Lab


async def test_a_program_reads_and_prints(lab: Lab) -> None:
    facts = await lab.feed("n = int(input())\nprint(n * 2)\nprint(__name__)\n", "1\n", "21")
    assert [(fact.end, fact.output) for fact in facts] == [
        ("returned", "2\n__main__\n"),
        ("returned", "42\n__main__\n"),
    ]
    assert all(fact.cpu_ns > 0 and fact.peak_bytes > 0 for fact in facts)


async def test_each_input_has_a_process_of_its_own(lab: Lab) -> None:
    program = "import builtins\nprint(getattr(builtins, 'seen', 'fresh'))\nbuiltins.seen = 'stale'\n"
    assert [fact.output for fact in await lab.feed(program, "", "")] == ["fresh\n", "fresh\n"]


async def test_large_inputs_and_outputs_pass_whole(lab: Lab) -> None:
    text = "\n".join(map(str, range(100_000)))
    (fact,) = await lab.feed("import sys\nsys.stdout.write(sys.stdin.read())\n", text)
    assert fact.output == text


async def test_input_that_nobody_reads_does_no_harm(lab: Lab) -> None:
    (fact,) = await lab.feed("print('done')\n", "x" * 3_000_000)
    assert (fact.end, fact.output) == ("returned", "done\n")


@pytest.mark.parametrize(
    ("program", "end", "output"),
    [
        ("print(1)\nraise SystemExit\n", "returned", "1\n"),
        ("print(1)\nexit(0)\n", "returned", "1\n"),
        ("import os\nprint(1, flush=True)\nos._exit(0)\n", "returned", "1\n"),
        ("import atexit\natexit.register(print, 'late')\nprint(1)\n", "returned", "1\nlate\n"),
        ("import threading\nthreading.Timer(0.05, print, ['late']).start()\n", "returned", "late\n"),
        ("import os\nos.close(4)\nprint(1)\n", "returned", "1\n"),
        ("print(1)\nraise SystemExit(3)\n", "exited", ""),
        ("import os\nos._exit(3)\n", "exited", ""),
        ("import os\nos.kill(os.getpid(), 9)\n", "killed", ""),
        ("x = bytearray(3 << 30)\n", "memory", ""),
        ("while True: print('spam' * 1000)\n", "output-limit", ""),
        ("import sys\nwhile True: print('spam' * 1000, file=sys.stderr)\n", "output-limit", ""),
        ("print(1", "invalid-program", ""),
    ],
)
async def test_ends_are_told(lab: Lab, program: str, end: str, output: str) -> None:
    (fact,) = await lab.feed(program, "")
    assert (fact.end, fact.output) == (end, output)


async def test_an_exception_is_told_from_outside_of_stderr(lab: Lab) -> None:
    program = "import sys\nprint('Traceback: KeyError', file=sys.stderr)\nint(input())\n"
    (fact,) = await lab.feed(program, "x\n")
    assert (fact.end, fact.error_type, fact.error_line) == ("raised", "ValueError", 3)
    assert fact.printed == "Traceback: KeyError\n"


async def test_no_more_input_is_an_end_of_file(lab: Lab) -> None:
    (fact,) = await lab.feed("input()\ninput()\n", "one\n")
    assert (fact.end, fact.error_type, fact.error_line) == ("raised", "EOFError", 2)


@pytest.mark.parametrize("body", ["while True: pass", "import time; time.sleep(60)"])
async def test_what_takes_too_long_is_ended(lab: Lab, body: str) -> None:
    closed = f"import os\nfor fd in (0, 1, 2, 3, 4): os.close(fd)\n{body}\n"
    for program in (body, closed):
        (fact,) = await lab.feed(program, limits=SHORT)
        assert fact.end == "timeout"


async def test_the_first_failure_ends_the_job_unless_it_goes_on(lab: Lab) -> None:
    program = "print(1 // int(input()))\n"
    assert [fact.end for fact in await lab.feed(program, "1", "0", "1")] == ["returned", "raised"]
    facts = await lab.feed(program, "1", "0", "1", go_on=True)
    assert [fact.end for fact in facts] == ["returned", "raised", "returned"]
    assert len(await lab.feed("print(1", "1", "2", go_on=True)) == 1


async def test_any_bytes_may_be_printed(lab: Lab) -> None:
    (fact,) = await lab.feed("import sys\nsys.stdout.buffer.write(b'\\xff\\x00ok')\n")
    assert fact.output == "\ufffd\x00ok"
