"""The judge and the machine: other processes, the kernel's tools, clocks, cores, names and powers.

What an honest program may try is refused; what no solution needs is the end of it, and told as such.
"""

from __future__ import annotations

from tests.attacks.catalogue import CHECKED, ECHO, Attack, body, calls, tries

_CAUGHT = ("suspected-cheating",)
_WHY = "^t1: made a system call that no solution needs"
_NUMBERS = """
N = {'x86_64': {'ptrace': 101, 'vm_readv': 310, 'vm_writev': 311, 'kcmp': 312, 'bpf': 321, 'perf': 298,
                'userfaultfd': 323, 'keyctl': 250, 'add_key': 248, 'setns': 308, 'pivot': 155, 'handle': 304,
                'sigqueue': 129, 'tgsigqueue': 297, 'tkill': 200, 'attr': 314, 'swapon': 167, 'kexec': 246,
                'module': 313, 'adjtime': 305, 'fanotify': 300, 'move_pages': 279, 'mq': 240, 'tgkill': 234,
                'ioprio': 251, 'ioctl': 16, 'vsock': 41, 'quotactl': 179, 'acct': 163, 'syslog': 103},
     'aarch64': {'ptrace': 117, 'vm_readv': 270, 'vm_writev': 271, 'kcmp': 272, 'bpf': 280, 'perf': 241,
                 'userfaultfd': 282, 'keyctl': 219, 'add_key': 217, 'setns': 268, 'pivot': 41, 'handle': 265,
                 'sigqueue': 138, 'tgsigqueue': 240, 'tkill': 130, 'attr': 274, 'swapon': 224, 'kexec': 104,
                 'module': 273, 'adjtime': 266, 'fanotify': 262, 'move_pages': 239, 'mq': 180, 'tgkill': 131,
                 'ioprio': 30, 'ioctl': 29, 'vsock': 198, 'quotactl': 60, 'acct': 89, 'syslog': 116},
}[os.uname().machine]
"""


def _caught(name: str, attempt: str, row: str = "6 judge", imports: str = "os") -> Attack:
    """An attempt that is the end of a program, whatever it would have answered."""
    return Attack(name=name, row=row, program=tries(attempt, imports), verdicts=_CAUGHT, reason=_WHY)


def _caught_in_c(name: str, call: str, row: str = "6 judge") -> Attack:
    return Attack(name=name, row=row, program=calls(call, _NUMBERS), verdicts=_CAUGHT, reason=_WHY)


def _system_call(name: str, number: str, arguments: str = "", row: str = "2.7") -> Attack:
    return _caught_in_c(name, f"libc.syscall({number}{', ' * bool(arguments)}{arguments})", row)


_MACHINE_CODE = """
import mmap
def run(code):
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return ctypes.CFUNCTYPE(ctypes.c_int)(address)()
"""
_OTHER_ABI = ("suspected-cheating", "killed")

ATTACKS = (
    _caught("kill the parent", "os.kill(os.getppid(), 9)"),
    _caught("kill process 1", "os.kill(1, 9)"),
    _caught("kill everything", "os.kill(-1, 9)"),
    _caught("kill the parent's group", "os.killpg(os.getpgid(os.getppid()), 9)"),
    _caught("stop the parent", "os.kill(os.getppid(), 19)"),
    _caught("signals in a storm", "for number in range(1, 32): os.kill(1, number)"),
    _caught("is process 1 there", "os.kill(1, 0)", row="new"),
    _system_call("kill a thread of another", "N['tgkill']", "os.getppid(), os.getppid(), 9", "6 judge"),
    Attack(name="tkill another", row="6 judge",
           program=calls("libc.syscall(N['tkill'], os.getppid(), 9)", _NUMBERS)),
    _system_call("queue a signal", "N['sigqueue']", "os.getppid(), 9, None", "6 judge"),
    _system_call("queue a signal to a thread", "N['tgsigqueue']", "os.getppid(), os.getppid(), 9, None",
                 "6 judge"),
    Attack(name="a descriptor of process 1", row="2.7",
           program=tries("os.pidfd_open(1)").replace("(OSError, ", "(AttributeError, OSError, ")),
    _system_call("a signal by way of /proc", "424", "os.open('/proc/1', os.O_RDONLY), 9, None, 0", "6 judge"),
    _system_call("a descriptor out of another", "438", "0, 0, 0"),
    _system_call("attach to the parent", "N['ptrace']", "16, os.getppid(), 0, 0"),
    _system_call("seize process 1", "N['ptrace']", "0x4206, 1, 0, 0"),
    _system_call("be traced", "N['ptrace']", "0, 0, 0, 0"),
    _system_call("read another's memory", "N['vm_readv']", "os.getppid(), None, 0, None, 0, 0"),
    _system_call("write another's memory", "N['vm_writev']", "1, None, 0, None, 0, 0"),
    _system_call("compare with another", "N['kcmp']", "os.getpid(), os.getppid(), 0, 0, 0"),
    _system_call("advise another's memory", "440", "0, None, 0, 0, 0"),
    _system_call("move another's pages", "N['move_pages']", "os.getppid(), 0, None, None, None, 0"),
    _caught("the parent's core", "os.sched_setaffinity(os.getppid(), {0})", "2.25"),
    _caught("a core of one's own choice", "os.sched_setaffinity(0, range(64))", "2.25"),
    _caught("another scheduler", "os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))", "2.25"),
    _system_call("scheduling by attributes", "N['attr']", "0, None, 0", "2.25"),
    Attack(name="a better priority", row="2.25", program=tries("os.nice(-5)")),
    Attack(name="a worse priority for the parent", row="2.25",
           program=tries("os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)")),
    Attack(name="a priority for input and output", row="2.25",
           program=calls("libc.syscall(N['ioprio'], 1, 0, 0)", _NUMBERS)),
    Attack(name="limits of the parent", row="6 judge", program=tries(
        "resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1))", "os, resource")),
    Attack(name="first to be killed: process 1", row="6 judge",
           program=tries("open('/proc/1/oom_score_adj', 'w')")),
    Attack(name="last to be killed: oneself", row="2.29",
           program=tries("open('/proc/self/oom_score_adj', 'w')")),
    Attack(name="a signal by way of a pipe", row="new", program=tries("""
        reader, writer = os.pipe()
        fcntl.fcntl(reader, fcntl.F_SETOWN, os.getppid())
        fcntl.fcntl(reader, 10, signal.SIGKILL)
        fcntl.fcntl(reader, fcntl.F_SETFL, os.O_ASYNC)
        os.write(writer, b'!')
        """, "fcntl, os, signal")),
    *(Attack(name=f"process 1: {what}", row="2.5", program=tries(attempt), only_docker=True) for what, attempt in (
        ("memory", "open('/proc/1/mem', 'rb')"),
        ("descriptors", "os.listdir('/proc/1/fd')"),
        ("environment", "open('/proc/1/environ').read()"),
        ("root", "os.listdir('/proc/1/root')"),
        ("folder", "os.readlink('/proc/1/cwd')"),
    )),
    *(Attack(name=f"the parent: {what}", row="2.5", program=tries(attempt)) for what, attempt in (
        ("memory", "open(f'/proc/{os.getppid()}/mem', 'rb')"),
        ("map", "open(f'/proc/{os.getppid()}/maps').read()"),
        ("descriptors", "os.readlink(f'/proc/{os.getppid()}/fd/0')"),
        ("environment", "open(f'/proc/{os.getppid()}/environ').read()"),
    )),
    _caught("the wall clock", "time.clock_settime(time.CLOCK_REALTIME, 0)", "2.24", "time"),
    _system_call("the clock's speed", "N['adjtime']", "0, None", "2.24"),
    _caught_in_c("another personality", "libc.personality(0)", "2.24"),
    _caught("root", "os.setuid(0)", "new"),
    _caught("another user", "os.setresuid(20_002, 20_002, 20_002)", "new"),
    _caught("groups of one's own", "os.setgroups([0])", "new"),
    _caught("another root", "os.chroot('/')", "new"),
    _caught_in_c("a namespace of one's own", "libc.unshare(0x10000000)"),
    _caught_in_c("a new user by clone", "libc.syscall({'x86_64': 56, 'aarch64': 220}[os.uname().machine],"
                 " 0x10000000 | 17, 0, 0, 0, 0)"),
    _system_call("another's namespace", "N['setns']", "0, 0", "6 judge"),
    _caught_in_c("a mount", "libc.mount(b'none', b'/tmp', b'tmpfs', 0, None)"),
    _caught_in_c("an unmount", "libc.umount2(b'/proc', 2)"),
    _system_call("a mount, the new way", "430", "b'tmpfs', 0"),
    _system_call("another root for all", "N['pivot']", "b'/', b'/'"),
    _system_call("a file by its handle", "N['handle']", "0, None, 0", "new"),
    _system_call("a program in the kernel", "N['bpf']", "0, None, 0"),
    _system_call("the kernel's counters", "N['perf']", "None, 0, -1, -1, 0"),
    _system_call("page faults by hand", "N['userfaultfd']", "0"),
    _system_call("a ring of requests", "425", "1, None", "2.23"),
    _system_call("requests to a ring", "426", "0, 1, 0, 0, None, 0", "2.23"),
    _system_call("events of all files", "N['fanotify']", "0, 0", "new"),
    _system_call("keys", "N['keyctl']", "0, -3, 1"),
    _system_call("a module", "N['module']", "0, b'', 0", "new"),
    _system_call("another kernel", "N['kexec']", "0, 0, None, 0", "new"),
    _system_call("swap", "N['swapon']", "b'/tmp/swap', 0", "new"),
    _system_call("the kernel's log", "N['syslog']", "3, None, 0", "new"),
    _system_call("accounting", "N['acct']", "None", "new"),
    _caught("another name of the host", "socket.sethostname('x')", "new", "socket"),
    _caught_in_c("a restart", "libc.reboot(0)", "new"),
    _system_call("input to a terminal", "N['ioctl']", "0, 0x5412, b'x'", "new"),
    Attack(name="caught in a thread", row="2.11", verdicts=_CAUGHT, reason=_WHY, program=body("""
        import os, threading
        def f(x):
            threading.Thread(target=os.kill, args=(1, 0)).start()
            while True: pass
        """)),
    Attack(name="caught at import", row="new", verdicts=_CAUGHT, reason=_WHY,
           program="import os\nos.kill(1, 9)\ndef f(x):\n    return 2 * x\n"),
    Attack(name="caught once, at the second call", row="2.17", verdicts=_CAUGHT,
           reason="^t2: made a system call that no solution needs",
           program="import os\ndef f(x):\n    if x == 2: os.kill(1, 9)\n    return 2 * x\n"),
    Attack(name="caught only in company", row="2.17", verdicts=_CAUGHT, reason="^t3: ", program=body("""
        import os
        seen = []
        def f(x):
            seen.append(x)
            if len(seen) == 3: os.kill(1, 9)
            return 2 * x
        """)),
    Attack(name="caught after the last answer", row="new", verdicts=_CAUGHT, program=body("""
        import os
        os._exit = lambda status: os.kill(1, 9)
        def f(x):
            return 2 * x
        """)),
    Attack(name="caught on stdin, after the output", row="new", problem=ECHO, verdicts=_CAUGHT, reason=_WHY,
           program="import os\nprint(2 * int(input()), flush=True)\nos.kill(1, 9)\n"),
    Attack(name="caught in an exit handler", row="new", problem=ECHO, verdicts=_CAUGHT,
           program="import atexit, os\nprint(2 * int(input()), flush=True)\natexit.register(os.kill, 1, 9)\n"),
    Attack(name="caught under a check", row="new", problem=CHECKED, verdicts=_CAUGHT, reason=_WHY,
           program="import os\ndef f(x):\n    if x == 2: os.kill(1, 9)\n    return 2 * x\n"),
    Attack(name="the signal sent to itself", row="new", verdicts=_CAUGHT, reason=_WHY,
           program="import os, signal\ndef f(x):\n    os.kill(os.getpid(), signal.SIGSYS)\n"),
    Attack(name="deaf to the signal", row="new", verdicts=_CAUGHT, reason=_WHY, program=body("""
        import os, signal
        signal.signal(signal.SIGSYS, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGSYS])
        def f(x):
            os.kill(1, 0)
            return 2 * x
        """)),
    Attack(name="a 32-bit system call", row="6 information", verdicts=_OTHER_ABI, program=body("""
        import ctypes, os
        """) + _MACHINE_CODE + body("""
        def f(x):
            if os.uname().machine != 'x86_64': os.kill(1, 0)
            run(b'\\x53\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\x5b\\xc3')  # getpid by int 0x80
            return 2 * x
        """)),
    Attack(name="a socket of AF_VSOCK by 32-bit socketcall", row="6 information", verdicts=_OTHER_ABI,
           program=body("""
        import ctypes, os
        """) + _MACHINE_CODE + body("""
        def f(x):
            if os.uname().machine != 'x86_64': os.kill(1, 0)
            run(b'\\x53\\xb8\\x66\\x00\\x00\\x00\\xbb\\x01\\x00\\x00\\x00\\x31\\xc9\\xcd\\x80\\x5b\\xc3')
            return 2 * x
        """)),
    Attack(name="an x32 system call", row="2.21", verdicts=_CAUGHT, reason=_WHY, program=calls(
        "(libc.syscall(0x40000000 | 39) if os.uname().machine == 'x86_64' else os.kill(1, 0))")),
    Attack(name="a filter of its own", row="new", program=calls(
        "libc.syscall({'x86_64': 317, 'aarch64': 277}[os.uname().machine], 1, 0, None)")),
    Attack(name="machine code of its own", row="2.21", program=body("""
        import ctypes, os
        """) + _MACHINE_CODE + body("""
        def f(x):
            if os.uname().machine == 'x86_64':
                assert run(b'\\xb8\\x2a\\x00\\x00\\x00\\xc3') == 42
            return 2 * x
        """)),
)  # fmt: skip
