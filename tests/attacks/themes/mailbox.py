"""Two programs that would tell each other something: one leaves a mark, the next one looks for it.

The second is right only where it finds nothing. Both run in the same container, one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.attacks.catalogue import body


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """A place to leave something.

    Attributes:
        name: unique, for people.
        leave: lines that leave a mark; what fails in them is swallowed.
        look: an expression that is true where the mark is there.
    """

    name: str
    leave: str
    look: str

    @property
    def writer(self) -> str:
        """The program that leaves the mark, and answers rightly."""
        return _IMPORTS + (
            "def leave():\n"
            + "".join(f"    {line}\n" for line in body(self.leave).splitlines())
            + "try:\n    leave()\nexcept BaseException:\n    pass\ndef f(x):\n    return 2 * x\n"
        )

    @property
    def reader(self) -> str:
        """The program that looks for the mark, and is right where there is none."""
        return _IMPORTS + (
            f"def look():\n    return {self.look}\n"
            "def f(x):\n"
            "    try:\n        found = look()\n"
            "    except (OSError, AttributeError, KeyError):\n        found = False\n"
            "    return 2 * x if not found else 'there is mail'\n"
        )


_IMPORTS = """import builtins, ctypes, fcntl, gc, json, os, random, resource, signal, socket, sys, threading, time
libc = ctypes.CDLL(None)
"""
_FOLDERS = "('/tmp', '/var/tmp', '/dev', '/dev/shm', '/dev/mqueue', '/run', '/root', '/home', '/')"

MAILBOXES = (
    Mailbox(
        name="files",
        leave=f"""
        for folder in {_FOLDERS}:
            try: open(folder + '/mail', 'w').write('mail')
            except OSError: pass
        """,
        look=f"any(os.path.exists(folder + '/mail') for folder in {_FOLDERS})",
    ),
    Mailbox(
        name="named pipes",
        leave=f"""
        for folder in {_FOLDERS}:
            try: os.mkfifo(folder + '/mail')
            except OSError: pass
        """,
        look=f"any(os.path.exists(folder + '/mail') for folder in {_FOLDERS})",
    ),
    Mailbox(
        name="permissions of a folder",
        leave="os.chmod('/tmp', 0o700)",
        look="os.stat('/tmp').st_mode & 0o777 == 0o700",
    ),
    Mailbox(
        name="times of a file",
        leave="os.utime('/etc/passwd', (1, 1))",
        look="os.stat('/etc/passwd').st_mtime == 1",
    ),
    Mailbox(
        name="a thread that lives on",
        leave="threading.Thread(target=time.sleep, args=(60,), name='mail').start()",
        look="any(int(p) != os.getpid() and os.stat('/proc/' + p).st_uid == os.getuid() != 0"
        " for p in os.listdir('/proc') if p.isdigit())",
    ),
    Mailbox(name="a name in a module", leave="builtins.mail = sys.mail = json.mail = 'mail'",
            look="hasattr(builtins, 'mail') or hasattr(sys, 'mail') or hasattr(json, 'mail')"),
    Mailbox(name="a patched function", leave="json.dumps = os.getpid = print", look="json.dumps is print"),
    Mailbox(name="the state of chance", leave="random.seed(4711); random.random()",
            look="random.getstate() == random.Random(4711).getstate()"),
    Mailbox(name="a module of one's own", leave="sys.modules['mail'] = json", look="'mail' in sys.modules"),
    Mailbox(name="the environment", leave="os.environ['MAIL'] = 'mail'; os.putenv('MAIL', 'mail')",
            look="'MAIL' in os.environ or b'MAIL' in open('/proc/self/environ', 'rb').read()"),
    Mailbox(name="a folder to be in", leave="os.chdir('/etc')", look="os.getcwd() == '/etc'"),
    Mailbox(name="a mask", leave="os.umask(0o123)", look="os.umask(0o22) == 0o123"),
    Mailbox(name="a descriptor", leave="os.dup2(os.open('/etc/passwd', os.O_RDONLY), 17)",
            look="os.path.exists('/proc/self/fd/17')"),
    Mailbox(name="flags of the pipes", leave="os.set_blocking(0, False); os.set_blocking(3, False)",
            look="not (os.get_blocking(0) and os.get_blocking(3))"),
    Mailbox(name="a soft limit", leave="resource.setrlimit(resource.RLIMIT_NOFILE, (7, 32))",
            look="resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 7"),
    Mailbox(name="priority", leave="os.nice(7)", look="os.nice(0) == 7"),
    Mailbox(name="ignored signals", leave="signal.signal(signal.SIGUSR1, signal.SIG_IGN)",
            look="signal.getsignal(signal.SIGUSR1) == signal.SIG_IGN"),
    Mailbox(name="blocked signals", leave="signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])",
            look="signal.SIGUSR2 in signal.pthread_sigmask(signal.SIG_BLOCK, [])"),
    Mailbox(name="an abstract socket", leave="socket.socket(socket.AF_UNIX).bind('\\0mail')",
            look="'@mail' in open('/proc/net/unix').read()"),
    Mailbox(name="a port", leave="s = socket.socket(); s.bind(('127.0.0.1', 4711)); s.listen()",
            look="':1267' in open('/proc/net/tcp').read()"),
    Mailbox(name="shared memory", leave="libc.shmget(0x4d41494c, 4096, 0o1666)",
            look="'1296124236' in open('/proc/sysvipc/shm').read()"),
    Mailbox(name="a queue of messages", leave="libc.msgget(0x4d41494c, 0o1666)",
            look="'1296124236' in open('/proc/sysvipc/msg').read()"),
    Mailbox(name="semaphores", leave="libc.semget(0x4d41494c, 1, 0o1666)",
            look="'1296124236' in open('/proc/sysvipc/sem').read()"),
    Mailbox(name="a key", leave="libc.syscall(248, b'user', b'mail', b'mail', 4, -4)",
            look="'mail' in open('/proc/keys').read()"),
    Mailbox(name="a core", leave="os.sched_setaffinity(0, {0, 1})", look="len(os.sched_getaffinity(0)) > 1"),
    Mailbox(name="the name of the process", leave="libc.prctl(15, b'mail', 0, 0, 0)",
            look="any('mail' in open(f'/proc/{p}/comm').read() for p in os.listdir('/proc') if p.isdigit())"),
    Mailbox(name="the zygote's own", leave="libc.prctl(36, 1, 0, 0, 0); gc.disable(); sys.setswitchinterval(7)",
            look="not gc.isenabled() or sys.getswitchinterval() == 7"),
)  # fmt: skip
"""All of them; the marks that processes of their own would leave cannot be left at all."""
