"""Time, memory, output, threads, descriptors: all that a program can take too much of."""

from __future__ import annotations

from tests.attacks.catalogue import BRIEF, ECHO, Attack, body, tries

_THREADS = body("""
    import threading, time
    try:
        for _ in range(10_000):
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    except RuntimeError:
        pass
    def f(x):
        return 2 * x
    """)
_OVERFLOW = body("""
    import sys
    sys.setrecursionlimit(10 ** 9)
    class Chain:
        def __repr__(self):
            return repr(self)
    def f(x):
        return repr(Chain())
    """)

_LONG = ("timeout",)
_MEMORY = ("memory",)


def _does(line: str) -> str:
    return f"def f(x):\n    {line}\n    return 2 * x\n"


ATTACKS = (
    Attack(name="a busy loop", row="6 resource", program=_does("while True: pass"), verdicts=_LONG,
           reason=r"^t1: took over 0\.4 s", limits=BRIEF),
    Attack(name="a sleep", row="6 resource", program=_does("import time; time.sleep(60)"), verdicts=_LONG,
           reason="took over", limits=BRIEF),
    Attack(name="a loop at import", row="6 resource", program="while True: pass\n", verdicts=_LONG,
           reason="took over", limits=BRIEF),
    Attack(name="a loop that swallows every exception", row="6 resource", verdicts=_LONG, limits=BRIEF,
           program=_does("while True:\n        try: 1 / 0\n        except BaseException: pass")),
    Attack(name="a loop in C", row="6 resource", program=_does("return sum(iter(int, 1))"), verdicts=_LONG,
           limits=BRIEF),
    Attack(name="a huge power", row="6 resource", program=_does("return 7 ** 10 ** 8"), limits=BRIEF,
           verdicts=("timeout", "memory")),
    Attack(name="a regular expression that never ends", row="6 resource", verdicts=_LONG, limits=BRIEF,
           program=_does("import re; re.match('(a*)*b', 'a' * 60)")),
    Attack(name="a wait for oneself", row="new", verdicts=_LONG, limits=BRIEF,
           program=_does("import threading; threading.Lock().acquire() and threading.Event().wait()")),
    Attack(name="a forks bomb", row="6 resource", program=_does("import os\n    while True: os.fork()"),
           verdicts=("error",), reason=r"^t1: PermissionError.*\(line 3\)"),
    Attack(name="a subprocess", row="6 resource", program=tries("subprocess.run(['true'])", "subprocess")),
    Attack(name="a pool of processes", row="6 resource", program=tries(
        "multiprocessing.get_context('fork').Process(target=print).start()", "multiprocessing")),
    Attack(name="an executor of processes", row="6 resource", program=tries(
        "list(concurrent.futures.ProcessPoolExecutor(2).map(abs, [1]))", "concurrent.futures")),
    Attack(name="ten thousand threads", row="6 resource", program=_THREADS),
    Attack(name="ten thousand threads on stdin", row="new", problem=ECHO, program=_THREADS.replace(
        "def f(x):\n    return 2 * x", "import os\nprint(2 * int(input()), flush=True)\nos._exit(0)")),
    Attack(name="a large buffer", row="6 resource", program=_does("bytearray(3 << 30)"), verdicts=_MEMORY,
           reason="needed over 256 MiB of memory"),
    Attack(name="a list that doubles", row="6 resource", verdicts=_MEMORY,
           program=_does("y = [0]\n    while True: y = y + y")),
    Attack(name="many small things", row="6 resource", verdicts=_MEMORY,
           program=_does("y = []\n    while True: y.append(bytes(1 << 16))")),
    Attack(name="a string of ten billion", row="6 resource", program=_does("return 'a' * 10 ** 10 * x"),
           verdicts=_MEMORY),
    Attack(name="a large mapping", row="6 resource", program=_does("import mmap; mmap.mmap(-1, 3 << 30)"),
           verdicts=("memory", "error"), reason="memory"),
    Attack(name="memory by way of C", row="new", verdicts=_MEMORY, program=_does(
        "import ctypes; p = ctypes.CDLL(None).malloc; p.restype = ctypes.c_void_p\n"
        "    while True:\n        if not p(1 << 20): raise MemoryError")),
    Attack(name="a zip bomb", row="6 resource", verdicts=_MEMORY, program=_does(
        "import zlib; c = zlib.compressobj(1); d = b''.join(c.compress(bytes(1 << 20)) for _ in range(300))\n"
        "    zlib.decompress(d + c.flush())")),
    Attack(name="memory at import", row="new", program="x = [0] * 10 ** 10\n", verdicts=_MEMORY),
    Attack(name="memory on stdin", row="new", problem=ECHO, program="x = bytearray(3 << 30)\n",
           verdicts=_MEMORY),
    Attack(name="an answer that takes all memory to code", row="new", verdicts=("memory", "output-limit"),
           program=_does("return [bytes(120 << 20)]")),
    Attack(name="an endless recursion", row="6 resource", program=_does("return f(x)"), verdicts=("error",),
           reason="RecursionError"),
    Attack(name="an overflow of the C stack", row="6 resource", program=_OVERFLOW, limits=BRIEF,
           verdicts=("killed", "error", "memory", "timeout")),
    Attack(name="a flood of printed text", row="2.28", verdicts=("output-limit",),
           program=_does("while True: print('spam' * 1000)"), reason=r"put out over 1 MiB \(printed text\)"),
    Attack(name="a flood on stderr", row="2.28", verdicts=("output-limit",),
           program=_does("import os\n    while True: os.write(2, b'spam' * 1000)")),
    Attack(name="a flood at import", row="2.28", verdicts=("output-limit",),
           program="while True: print('spam' * 1000)\n"),
    Attack(name="a flood from a thread, after the answer", row="new", verdicts=("output-limit",), program=body("""
        import os, threading
        def flood():
            while True: os.write(1, b'spam' * 10_000)
        threading.Thread(target=flood, daemon=True).start()
        def f(x):
            while True: pass
        """)),
    Attack(name="a flood on stdin's stdout", row="2.28", problem=ECHO, verdicts=("output-limit",),
           program="while True: print('spam' * 1000)\n"),
    Attack(name="a flood on stdin's stderr", row="2.28", problem=ECHO, verdicts=("output-limit",),
           program="import sys\nwhile True: print('spam' * 1000, file=sys.stderr)\n"),
    Attack(name="an output that is too long", row="2.28", verdicts=("output-limit",),
           program=_does("return 'x' * (2 << 20)")),
    Attack(name="an integer of a million digits", row="6 resource", verdicts=("wrong-answer",),
           program=_does("return 1 << 3_321_928"), reason="returned a value .* bytes long"),
    Attack(name="all descriptors", row="6 resource", program=body("""
        import os
        held = []
        try:
            while True: held.append(os.open('/', os.O_RDONLY))
        except OSError:
            pass
        def f(x):
            return 2 * x
        """)),
    Attack(name="pipes as large as they get", row="new", program=body("""
        import fcntl, os
        try:
            while True: fcntl.fcntl(os.pipe()[0], 1031, 1 << 20)
        except OSError:
            pass
        def f(x):
            return 2 * x
        """)),
    Attack(name="a storm of timers", row="new", program=body("""
        import signal
        signal.signal(signal.SIGALRM, lambda *_: None)
        signal.setitimer(signal.ITIMER_REAL, 1e-4, 1e-4)
        def f(x):
            return 2 * x
        """)),
    Attack(name="limits raised", row="2.20", program=tries(
        "resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)", "resource")),
    Attack(name="a limit of descriptors lowered", row="2.20", program=tries(
        "resource.setrlimit(resource.RLIMIT_NOFILE, (5, 5))", "resource")),
)  # fmt: skip
