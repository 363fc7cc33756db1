"""What a program could learn: expected outputs, later inputs, the host, the network.

The expected outputs of `SECRETS` are secrets: a program that finds them anywhere is right, and none may be.
"""

from __future__ import annotations

import secrets

from perftui import values
from perftui.problems.model import Check, Problem, TestCase
from tests.attacks.catalogue import Attack, body, tries
from tests.attacks.themes.channel import FORGE

_MARK = "sekret-"
_SECRETS = [_MARK + secrets.token_hex(16) for _ in range(2)]

SECRETS = Problem(
    id="Attack/3",
    title="secrets",
    kind="function",
    statement="Say the word.",
    entry_point="f",
    tests=tuple(
        TestCase(name=f"t{n}", input=values.encode((n,)), expected=values.encode(secret))
        for n, secret in enumerate(_SECRETS, start=1)
    ),
    benchmark="attacks",
)
CHECKED_SECRET = Problem(
    id="Attack/4",
    title="a checked secret",
    kind="function",
    statement="Say the word.",
    entry_point="f",
    checks=(
        Check(
            name="t1",
            code=f"def check(candidate):\n    expected = {_SECRETS[0]!r}\n"
            "    for _ in range(2):\n        found = candidate(1)\n    assert found == expected\n",
        ),
    ),
    benchmark="attacks",
)

_LOOK = body("""
    import gc, os, re, sys
    WORD = re.compile('sekret' + '-[0-9a-f]{32}')
    def word_in(text):
        found = WORD.search(text)
        return found and found.group()
    def first(texts):
        for text in texts:
            try:
                found = word_in(text)
            except BaseException:
                continue
            if found:
                return found
        return 'nothing'
    """)


def _searches(name: str, look: str, row: str, problem: Problem = SECRETS) -> Attack:
    program = _LOOK + body(look) + "def f(x):\n    return first(texts())\n"
    reason = "the check failed" if problem is CHECKED_SECRET else "returned 'nothing', expected 'sekret-"
    return Attack(name=name, row=row, program=program, verdicts=("wrong-answer",), reason=reason,
                  problem=problem)  # fmt: skip


_FRAMES = """
    def texts():
        frame = sys._getframe()
        while frame:
            yield repr(frame.f_locals)
            yield repr(frame.f_globals)
            frame = frame.f_back
    """
_OBJECTS = """
    def texts():
        for thing in gc.get_objects():
            yield repr(thing)
            for held in gc.get_referents(thing):
                if type(held) in (str, bytes): yield repr(held)
    """
_TRACEBACK = """
    def texts():
        try:
            1 / 0
        except ZeroDivisionError as error:
            step = error.__traceback__
            while step:
                frame = step.tb_frame
                while frame:
                    yield repr(frame.f_locals)
                    frame = frame.f_back
                step = step.tb_next
    """

ATTACKS = (
    _searches("frames", _FRAMES, "2.4"),
    _searches("every object", _OBJECTS, "2.4"),
    _searches("tracebacks", _TRACEBACK, "2.4"),
    _searches("modules", """
        def texts():
            for module in list(sys.modules.values()):
                yield repr(vars(module))
        """, "2.3"),
    _searches("environment and arguments", """
        def texts():
            yield repr(dict(os.environ))
            yield repr(sys.argv + sys.orig_argv if hasattr(sys, 'orig_argv') else sys.argv)
            for name in ('environ', 'cmdline', 'comm'):
                for pid in os.listdir('/proc'):
                    try: yield open(f'/proc/{pid}/{name}', errors='replace').read()
                    except OSError: pass
        """, "2.5"),
    _searches("memory", """
        def texts():
            for pid in ('self', os.getppid(), 1):
                try: lines, memory = open(f'/proc/{pid}/maps').readlines(), open(f'/proc/{pid}/mem', 'rb', 0)
                except OSError: continue
                with memory:
                    for line in lines:
                        low, high = (int(n, 16) for n in line.split()[0].split('-'))
                        try:
                            memory.seek(low)
                            yield memory.read(high - low).decode('latin-1')
                        except (OSError, ValueError, OverflowError): pass
        """, "2.5"),
    _searches("memory, by address", """
        import ctypes
        def texts():
            here = id(object())
            yield ctypes.string_at(here & ~0xfffff, 1 << 20).decode('latin-1')
        """, "2.21"),
    _searches("what waits in the pipe", """
        def texts():
            os.set_blocking(3, False)
            try: yield os.read(3, 1 << 20).decode('latin-1')
            except OSError: pass
            finally: os.set_blocking(3, True)
        """, "2.5"),
    Attack(
        name="every small file", row="2.5", only_docker=True, problem=SECRETS, verdicts=("wrong-answer",),
        program=_LOOK + body("""
        def texts():
            for top in ('/tmp', '/var/tmp', '/dev', '/run', '/mnt', '/srv', '/root', '/opt', '/etc'):
                for folder, _, names in os.walk(top):
                    for name in names[:200]:
                        try:
                            path = os.path.join(folder, name)
                            if os.path.isfile(path) and os.path.getsize(path) < 1 << 20:
                                yield open(path, errors='replace').read()
                        except OSError: pass
        def f(x):
            return first(texts())
        """)),
    _searches("frames, under a check", _FRAMES, "2.4", CHECKED_SECRET),
    _searches("every object, under a check", _OBJECTS, "2.4", CHECKED_SECRET),
    Attack(name="the engine's socket", row="6 information", only_docker=True, program=tries(
        "[os.stat(p) for p in ('/var/run/docker.sock', '/run/docker.sock', '/run/containerd')]")),
    Attack(name="the address of the cloud's data", row="6 information", program=tries(
        "socket.create_connection(('169.254.169.254', 80), 1)", "socket")),
    Attack(name="a name in the network", row="6 information",
           program=tries("socket.getaddrinfo('example.org', 80)", "socket")),
    Attack(name="this very machine", row="6 information",
           program=tries("socket.create_connection(('127.0.0.1', 22), 1)", "socket")),
    Attack(name="a page of the web", row="6 information",
           program=tries("urllib.request.urlopen('http://example.org', timeout=1)", "urllib.request")),
    Attack(name="a local socket", row="6 information", program=tries(
        "socket.socket(socket.AF_UNIX).bind('\\0perftui-mailbox')", "socket")),
    Attack(name="a pair of sockets", row="6 information", program=tries("socket.socketpair()", "socket")),
    Attack(name="netlink", row="6 information",
           program=tries("socket.socket(16, socket.SOCK_RAW)", "socket")),
    *(Attack(name=f"a socket of {family}", row="6 information", verdicts=("suspected-cheating",),
             reason="system call that no solution needs",
             program=tries(f"socket.socket({number}, socket.{kind})", "socket"))
      for family, number, kind in (("AF_VSOCK", 40, "SOCK_STREAM"), ("AF_ALG", 38, "SOCK_SEQPACKET"),
                                   ("AF_PACKET", 17, "SOCK_RAW"), ("AF_KEY", 15, "SOCK_RAW"),
                                   ("AF_BLUETOOTH", 31, "SOCK_STREAM"), ("AF_CAN", 29, "SOCK_RAW"))),
    Attack(name="an own nonce given away", row="6 information", verdicts=("wrong-answer",),
           program=FORGE + "def f(x):\n    return own._nonce.hex()\n"),
)  # fmt: skip
