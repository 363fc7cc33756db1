"""Problems that are judged by code: attacks on the checker that calls the program."""

from __future__ import annotations

import msgspec

from perftui.problems.model import Check, Problem
from tests.attacks.catalogue import BRIEF, CHECKED, Attack, body
from tests.attacks.themes.channel import FORGE

_FOUL = ("protocol-violation",)


def checked_by(code: str) -> Problem:
    """The problem, judged by other code."""
    return msgspec.structs.replace(CHECKED, checks=(Check(name="t1", code=body(code)),))


EXPECTS_AN_ERROR = checked_by("""
    def check(candidate):
        try:
            candidate(-1)
        except ValueError:
            pass
        else:
            raise AssertionError('no error')
        assert candidate(1) == 2
    """)
"""The program must raise for negative numbers."""


def _in_check(name: str, program: str, *verdicts: str, reason: str = "", problem: Problem = CHECKED,
              limits: object = None) -> Attack:  # fmt: skip
    more = {} if limits is None else {"limits": limits}
    return Attack(name=f"checked: {name}", row="new", program=body(program), problem=problem,
                  verdicts=verdicts or ("wrong-answer",), reason=reason, **more)  # type: ignore[arg-type]  # fmt: skip


ATTACKS = (
    _in_check("always equal", "class E:\n    def __eq__(self, _): return True\ndef f(x):\n    return E()\n",
              reason="line 3 of the check"),
    _in_check("a number that equals all", "class E(int):\n    def __eq__(self, _): return True\n"
              "def f(x):\n    return E(99)\n", reason="the check failed: line 3 of the check: 0"),
    _in_check("an assertion of its own", "def f(x):\n    raise AssertionError('passed')\n", "error",
              reason="AssertionError: passed"),
    _in_check("an assertion without a line", "exec(compile('def f(x): raise AssertionError', 'x', 'exec'))\n",
              "error", "wrong-answer"),
    _in_check("an end", "import os\ndef f(x):\n    os._exit(0)\n", "error", reason="exit status 0"),
    _in_check("SystemExit", "def f(x):\n    raise SystemExit(0)\n", "error", reason="exit status 0"),
    _in_check("StopIteration", "def f(x):\n    raise StopIteration\n", "error", reason="StopIteration"),
    _in_check("an exception that the check expects",
              "def f(x):\n    raise ValueError\n", "error", reason="ValueError", problem=EXPECTS_AN_ERROR),
    _in_check("an exception by name only", "def f(x):\n    if x < 0: raise type('ValueError', (Exception,), {})\n"
              "    return 3\n", problem=EXPECTS_AN_ERROR),
    _in_check("a loop", "def f(x):\n    while True: pass\n", "timeout", limits=BRIEF),
    _in_check("a slow one", "import time\ndef f(x):\n    time.sleep(.15)\n    return 2 * x\n", "timeout",
              limits=BRIEF),
    _in_check("memory", "def f(x):\n    return bytearray(3 << 30)\n", "memory"),
    _in_check("a flood", "def f(x):\n    while True: print('spam' * 1000)\n", "output-limit"),
    _in_check("no program", "def f(x) return x\n", "invalid-program", reason="SyntaxError"),
    _in_check("another name", "def g(x):\n    return 2 * x\n", "invalid-program"),
    _in_check("forged", "import os\ndef f(x):\n    os.write(4, b'\\0\\0\\0\\4v1234')\n    return 2 * x\n", *_FOUL),
    _in_check("answers twice", FORGE + "def f(x):\n    answer('v', b'0')\n    return 2 * x\n", *_FOUL),
    _in_check("plays the checker", FORGE + "def f(x):\n    answer('c', b'{\"t\":[1]}')\n    time.sleep(9)\n", *_FOUL),
    _in_check("ends the check by itself", FORGE + "def f(x):\n    answer('l', b'')\n    time.sleep(9)\n", *_FOUL),
    _in_check("says that the check failed", FORGE + body("""
        def f(x):
            answer('e', b'{"end": "raised", "type": "AssertionError", "message": "", "line": null, "detail": "",'
                        b' "candidate": false}')
            time.sleep(60)
        """), "error", "wrong-answer"),
    _in_check("an answer that is no value", FORGE + "def f(x):\n    answer('v', b'{\"x\":1}')\n    time.sleep(60)\n",
              "error", reason="cannot be read"),
    _in_check("an answer nested without end", FORGE + "def f(x):\n    answer('v', b'[' * 90_000)\n"
              "    time.sleep(60)\n", "error", reason="cannot be read"),
    _in_check("an answer of colliding numbers", "def f(x):\n    return {n * (2 ** 61 - 1) for n in range(20_000)}\n",
              "timeout", "wrong-answer", limits=BRIEF),
    _in_check("answers that fill the checker", "def f(x):\n    return [x] * 100_000\n"),
    Attack(
        name="checked: looks at the checker", row="new", problem=CHECKED, only_docker=True, program=body("""
        import os
        def f(x):
            for pid in os.listdir('/proc'):
                if pid.isdigit() and int(pid) != os.getpid():
                    for name in ('mem', 'environ', 'maps'):
                        try:
                            open(f'/proc/{pid}/{name}', 'rb').read(1)
                            return 'it was let do it'
                        except OSError:
                            pass
            return 2 * x
        """)),
    _in_check("kills the checker", """
        import os
        def f(x):
            for pid in os.listdir('/proc'):
                if pid.isdigit() and int(pid) not in (1, os.getpid(), os.getppid()):
                    os.kill(int(pid), 9)
            return 2 * x
        """, "suspected-cheating", reason="system call that no solution needs"),
    _in_check("all threads, so that none is left for the checker", """
        import threading, time
        try:
            for _ in range(10_000): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        except RuntimeError:
            pass
        def f(x):
            return 2 * x
        """, "correct"),
    _in_check("right at the first call only", "seen = []\ndef f(x):\n    seen.append(x)\n"
              "    return 2 * x if len(seen) == 1 else 7\n", reason="the check failed"),
    _in_check("a check that loops is not the program's doing to hide", "def f(x):\n    return 2 * x\n", "timeout",
              problem=checked_by("def check(candidate):\n    while candidate(1) == 2: pass\n"), limits=BRIEF),
    _in_check("a check that breaks a rule is no cheat", "def f(x):\n    return 2 * x\n", "killed",
              reason="SIGSYS in the check", problem=checked_by("""
        import os
        def check(candidate):
            os.kill(1, 0)
        """)),
)  # fmt: skip
