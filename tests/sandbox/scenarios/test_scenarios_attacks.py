"""Programs that mean harm: to the judge, to its channel, to the machine. None of them may get a result."""

from __future__ import annotations

import pytest

from perftui.sandbox.protocol import Limits
from tests.support.lab import SHORT, Lab

FORGE = """
import os, struct, sys, threading

def frame(kind, payload):
    return struct.pack('!IB', len(payload), ord(kind)) + payload

def nonce():
    step = sys._getframe()
    while step:
        for value in step.f_locals.values():
            if type(value).__name__ == 'ChildLink':
                return value._nonce
        step = step.f_back

def answer(kind, text):
    os.write(4, frame(kind, nonce() + text))
"""


@pytest.mark.parametrize(
    ("body", "calls"),
    [
        ("def f(x):\n    os.write(4, frame('v', b'12345678' + b'1'))\n    return 2\n", 1),
        ("def f(x):\n    os.write(4, b'not a frame at all')\n    return 2\n", 1),
        ("def f(x):\n    os.write(4, struct.pack('!IB', 1 << 31, 120))\n    return 2\n", 1),
        ("def f(x):\n    answer('v', b'1')\n    return 2\n", 1),
        ("def f(x):\n    answer('v', b'1')\n    return 2\n", 3),
        ("def f(x):\n    answer('l', b'')\n    return 2\n", 2),
        ("def f(x):\n    answer('v', b'\\xff\\xfe')\n    os._exit(0)\n", 1),
        ("def f(x):\n    answer('e', b'[]')\n    os._exit(0)\n", 1),
        ("def f(x):\n    answer('e', b'{\"end\": \"correct\"}')\n    os._exit(0)\n", 1),
        ("def f(x):\n    answer('e', b'[' * 60_000)\n    os._exit(0)\n", 1),
        ("def f(x):\n    answer('q', b'confinement failed')\n    os._exit(0)\n", 1),
        ("answer('v', b'1')\ndef f(x):\n    return 2\n", 1),
        ("answer('l', b'')\ndef f(x):\n    return 2\n", 2),
        ("def f(x):\n    os.close(4)\n    while True: pass\n", 1),
    ],
)
async def test_forged_answers_are_a_violation(lab: Lab, body: str, calls: int) -> None:
    facts = await lab.call(FORGE + body, *[(n,) for n in range(calls)], limits=SHORT)
    assert facts[-1].end == "protocol-violation"
    assert all(fact.output == "" for fact in facts if fact.end != "returned")


async def test_answers_without_a_question_are_a_violation(lab: Lab) -> None:
    program = (
        FORGE
        + """
def later():
    while True:
        os.write(4, frame('v', b'12345678' + b'1'))
def f(x):
    if x == 0:
        threading.Thread(target=later, daemon=True).start()
    return x
"""
    )
    facts = await lab.call(program, *[(n,) for n in range(2000)])
    assert facts[-1].end == "protocol-violation"
    assert len(facts) < 2000


async def test_a_forged_trial_is_a_violation(lab: Lab) -> None:
    fact = await lab.time(FORGE + "def f(x):\n    answer('v', b'')\n    return 2\n", (1,), (2,), repeats=2)
    assert (fact.end, fact.outputs) == ("protocol-violation", ())


async def test_an_answer_that_never_ends_times_out(lab: Lab) -> None:
    program = (
        FORGE
        + "def f(x):\n    os.write(4, struct.pack('!IB', 1000, ord('v')) + nonce())\n    while True: pass\n"
    )
    (fact,) = await lab.call(program, (1,), limits=SHORT)
    assert fact.end == "timeout"
    program = (
        FORGE
        + """
def f(x):
    os.write(4, struct.pack('!IB', 1 << 24, ord('v')))
    while True: os.write(4, b'x' * 4096)
"""
    )
    (fact,) = await lab.call(program, (1,), limits=SHORT)
    assert fact.end in {"output-limit", "protocol-violation"}


@pytest.mark.parametrize(
    "attempt",
    [
        "os.kill(os.getppid(), 9)",
        "os.kill(-1, 9)",
        "os.kill(0, 9)",
        "os.kill(1, 9)",
        "os.killpg(os.getpgid(os.getppid()), 9)",
        "os.fork()",
        "os.posix_spawn('/bin/sh', ['sh', '-c', 'true'], {})",
        "os.execv('/bin/sh', ['sh'])",
        "subprocess.run(['true'])",
        "multiprocessing.get_context('fork').Process(target=print).start()",
        "socket.socket()",
        "socket.socket(socket.AF_UNIX)",
        "socket.socketpair()",
        "socket.create_connection(('127.0.0.1', 80), 1)",
        "os.sched_setaffinity(0, range(64))",
        "os.sched_setaffinity(os.getppid(), {0})",
        "os.nice(-5)",
        "resource.setrlimit(resource.RLIMIT_NOFILE, (5, 5))",
        "resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)",
        "os.setsid()",
        "os.setuid(0)",
        "os.unshare(os.CLONE_NEWUSER) if hasattr(os, 'unshare') else os.chroot('/')",
        "os.pidfd_open(os.getppid())",
        "os.memfd_create('x')",
        "open(f'/proc/{os.getppid()}/mem', 'rb')",
        "os.readlink(f'/proc/{os.getppid()}/fd/0')",
        "open(f'/proc/{os.getppid()}/environ').read()",
        "open('/proc/self/oom_score_adj', 'w')",
        "open('/tmp/perftui-leak', 'w')",
        "open('/dev/shm/perftui-leak', 'w')",
        "os.mkdir('/tmp/perftui-leak')",
        "os.symlink('/etc/passwd', '/tmp/perftui-leak')",
        "os.unlink('/etc/passwd')",
        "os.rename('/etc/passwd', '/etc/passwd2')",
        "os.chmod('/etc/passwd', 0o777)",
        "os.truncate('/etc/passwd', 0)",
        "os.mkfifo('/tmp/perftui-leak')",
        "tempfile.mkstemp()",
        "fcntl.lockf(os.open('/etc/passwd', os.O_RDONLY), fcntl.LOCK_SH)",
        "fcntl.flock(os.open('/etc/passwd', os.O_RDONLY), fcntl.LOCK_SH)",
    ],
)
async def test_what_is_forbidden_fails(lab: Lab, attempt: str) -> None:
    imports = "import fcntl, multiprocessing, os, resource, socket, subprocess, tempfile\n"
    program = f"""{imports}
def f():
    try:
        {attempt}
    except (OSError, ValueError):
        return 'refused'
"""
    fact = await lab.one(program)
    assert (fact.end, fact.output) == ("returned", '"refused"'), fact


@pytest.mark.parametrize(
    "call",
    [
        "libc.ptrace(16, os.getppid(), 0, 0)",
        "libc.syscall(435, None, 0)",  # clone3
        "libc.syscall(425, 1, None)",  # io_uring_setup
        "libc.syscall(438, 0, 0, 0)",  # pidfd_getfd
        "libc.shmget(0, 4096, 0o1600)",
        "libc.msgget(0, 0o1600)",
        "libc.semget(0, 1, 0o1600)",
        "libc.personality(0)",
        "libc.setpriority(0, 0, 5)",
        "libc.unshare(0x10000000)",
        "libc.process_vm_readv(os.getppid(), None, 0, None, 0, 0)",
    ],
)
async def test_forbidden_system_calls_fail(lab: Lab, call: str) -> None:
    program = f"import ctypes, os\nlibc = ctypes.CDLL(None)\ndef f():\n    return {call}\n"
    fact = await lab.one(program)
    assert (fact.end, fact.output) == ("returned", "-1")


async def test_many_threads_do_no_harm(lab: Lab) -> None:
    program = """
import threading, time
def f():
    try:
        for _ in range(10_000):
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    except RuntimeError:
        pass
    return 1
"""
    (fact,) = await lab.call(program, (), limits=Limits(test_seconds=5, memory_bytes=256 << 20))
    assert fact.end in {"returned", "memory", "timeout", "raised"}


async def test_ignored_signals_and_stopping_oneself_do_not_help(lab: Lab) -> None:
    deaf = """
import os, signal
def f(stop):
    for number in range(1, 65):
        try: signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError): pass
    if stop: os.kill(os.getpid(), signal.SIGSTOP)
    while True: pass
"""
    for stop in (False, True):
        (fact,) = await lab.call(deaf, (stop,), limits=SHORT)
        assert fact.end == "timeout"


async def test_hostile_exceptions_are_told(lab: Lab) -> None:
    program = """
class Liar(type):
    __name__ = property(lambda _: 1 / 0)
class Bad(Exception, metaclass=Liar):
    def __str__(self): raise Bad
def f(kind):
    if kind == 0: raise Bad
    if kind == 1: raise ValueError('\\ud800\\x1b[2J' + 'x' * 10_000_000)
    raise type('A' * 5000, (Exception,), {})('x')
"""
    facts = await lab.call(program, (0,), (1,), (2,))
    assert [fact.end for fact in facts] == ["raised"] * 3
    assert facts[1].error_type == "ValueError"
    assert len(facts[1].error_message) < 3000
    assert len(facts[2].error_type) <= 100


async def test_patching_what_the_child_uses_changes_only_its_own_answers(lab: Lab) -> None:
    program = """
import builtins, gc, json, os, sys, time
def f(x):
    json.dumps = lambda *a, **k: '"forged"'
    time.perf_counter = time.monotonic = lambda: 0
    gc.disable()
    sys.stdout = None
    builtins.len = builtins.type = builtins.isinstance = None
    return x
"""
    facts = await lab.call(program, (1,), (2,))
    assert facts[0].end in {"returned", "raised", "exited"}
    assert all(fact.output in {'"forged"', ""} for fact in facts)
