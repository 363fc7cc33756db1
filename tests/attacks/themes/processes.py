"""Processes, signals and ends: what a program leaves, outlives, stops or fakes."""

from __future__ import annotations

from tests.attacks.catalogue import BRIEF, ECHO, Attack, body, calls, tries
from tests.attacks.themes.channel import FORGE

_DEAF = """
import os, signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
"""


def _ends(line: str, imports: str = "os, sys, signal") -> str:
    return f"import {imports}\ndef f(x):\n    {line}\n    return 2 * x\n"


_DAEMON = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True: pass
"""

ATTACKS = (
    Attack(name="a daemon, forked twice", row="2.12", program=tries(_DAEMON)),
    Attack(name="a session of its own", row="2.12", program=tries("os.setsid()")),
    Attack(name="a group of its own", row="2.12", program=tries("os.setpgid(0, 0)")),
    Attack(name="fork as a system call", row="2.12", program=calls(
        "libc.syscall({'x86_64': 57, 'aarch64': 220}[os.uname().machine], 17, 0, 0, 0, 0)")),
    Attack(name="vfork", row="2.12", program=calls("libc.vfork()")),
    Attack(name="clone3", row="2.12", program=calls("libc.syscall(435, None, 0)")),
    Attack(name="a child that the zygote would have to reap", row="new", program=calls(
        "libc.syscall({'x86_64': 56, 'aarch64': 220}[os.uname().machine], 0x8000 | 17, 0, 0, 0, 0)")),
    Attack(name="another program", row="6 processes", program=tries("os.execv('/bin/sh', ['sh'])")),
    Attack(name="a spawned program", row="6 processes",
           program=tries("os.posix_spawn('/bin/sh', ['sh', '-c', 'true'], {})")),
    Attack(name="a program by its descriptor", row="6 processes", program=tries(
        "os.execve(os.open(sys.executable, os.O_RDONLY), ['python3'], {})", "os, sys")),
    Attack(name="deaf to every signal", row="6 processes", limits=BRIEF, verdicts=("timeout",),
           program=_DEAF + "def f(x):\n    while True: pass\n"),
    Attack(name="deaf, with signals blocked", row="6 processes", limits=BRIEF, verdicts=("timeout",),
           program=_DEAF + "signal.pthread_sigmask(signal.SIG_SETMASK, range(1, 65))\n"
                           "def f(x):\n    while True: pass\n"),
    Attack(name="stopped by itself", row="6 processes", limits=BRIEF, verdicts=("timeout",),
           program=_ends("os.kill(os.getpid(), signal.SIGSTOP)")),
    Attack(name="stopped by itself at import", row="new", limits=BRIEF, verdicts=("timeout",),
           program="import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\n"),
    Attack(name="stopped by itself on stdin", row="new", limits=BRIEF, verdicts=("timeout",), problem=ECHO,
           program="import os, signal\nprint(2 * int(input()), flush=True)\n"
                   "os.kill(os.getpid(), signal.SIGSTOP)\n"),
    Attack(name="its group stopped", row="new", program=tries("os.kill(0, 19)")),
    Attack(name="a thread that goes on after the answer", row="2.11", program=body("""
        import threading
        def on():
            while True: pass
        threading.Thread(target=on, daemon=True).start()
        def f(x):
            return 2 * x
        """)),
    Attack(name="a thread that nobody joins", row="2.11", program=body("""
        import threading, time
        def f(x):
            threading.Thread(target=time.sleep, args=(60,)).start()
            return 2 * x
        """)),
    Attack(name="an end without an answer", row="2.1", program=_ends("os._exit(0)"), verdicts=("error",),
           reason=r"ended without an answer \(exit status 0\)"),
    Attack(name="an end at import", row="2.1", program="import os\nos._exit(0)\n", verdicts=("error",),
           reason="exit status 0"),
    Attack(name="sys.exit", row="2.1", program=_ends("sys.exit(0)"), verdicts=("error",),
           reason="exit status 0"),
    Attack(name="SystemExit at import", row="2.1", program="raise SystemExit(0)\n", verdicts=("error",),
           reason="exit status 0"),
    Attack(name="KeyboardInterrupt", row="2.1", program=_ends("raise KeyboardInterrupt"), verdicts=("error",),
           reason=r"KeyboardInterrupt \(line 3\)"),
    Attack(name="a BaseException", row="2.1", verdicts=("error",), reason=r"Skip \(line 3\)",
           program="class Skip(BaseException): pass\ndef f(x):\n    raise Skip\n"),
    Attack(name="SkipTest", row="2.1", verdicts=("error",), reason="SkipTest: all is well",
           program="import unittest\ndef f(x):\n    raise unittest.SkipTest('all is well')\n"),
    Attack(name="GeneratorExit", row="new", program=_ends("raise GeneratorExit"), verdicts=("error",)),
    Attack(name="MemoryError by itself", row="new", program=_ends("raise MemoryError"), verdicts=("memory",)),
    Attack(name="an abort", row="6 resource", program=_ends("os.abort()"), verdicts=("killed",),
           reason="SIGABRT"),
    Attack(name="a wrong address", row="6 resource", program=_ends("ctypes.string_at(0)", "ctypes"),
           verdicts=("killed",), reason=r"was killed \(SIGSEGV\)"),
    Attack(name="killed by itself", row="6 processes", program=_ends("os.kill(os.getpid(), 9)"),
           verdicts=("killed",), reason="SIGKILL"),
    Attack(name="terminated by itself", row="6 processes", verdicts=("killed",), reason="SIGTERM",
           program=_ends("signal.raise_signal(signal.SIGTERM)")),
    Attack(name="out of CPU time by itself", row="new", verdicts=("timeout",), reason="CPU time",
           program=_ends("signal.raise_signal(signal.SIGXCPU)")),
    Attack(name="an exit handler that answers", row="6 processes", program=FORGE + body("""
        import atexit
        atexit.register(lambda: answer('v', b'2'))
        def f(x):
            return 2 * x
        """)),
    Attack(name="an exit that answers", row="new", verdicts=("protocol-violation",), program=FORGE + body("""
        leave = os._exit
        def last(status):
            answer('v', b'2')
            leave(status)
        os._exit = last
        def f(x):
            return 2 * x
        """)),
    Attack(name="an exit that does not leave", row="new", program=body("""
        import os
        def stay(status):
            while True: pass
        os._exit = stay
        def f(x):
            return 2 * x
        """)),
    Attack(name="faulthandler", row="6 processes", program=body("""
        import faulthandler
        faulthandler.enable()
        faulthandler.dump_traceback_later(0.01, repeat=True, exit=False)
        def f(x):
            return 2 * x
        """)),
    Attack(name="the parent's death signal taken off", row="new", program=body("""
        import ctypes
        libc = ctypes.CDLL(None)
        libc.prctl(1, 0, 0, 0, 0)
        libc.prctl(4, 1, 0, 0, 0)
        libc.prctl(15, b'supervisor', 0, 0, 0)
        def f(x):
            return 2 * x
        """)),
)  # fmt: skip
