"""The system call filter of a child, in classic BPF, installed by ctypes.

A list of denials: a program may compute, allocate, start threads and read files. It may not start
processes or programs, signal or inspect others, open sockets, change files, its identity, its
limits or its core. What an honest program may try fails with an error; what no solution needs kills
with SIGSYS, which the supervisor sees and the program cannot take back. Most of it is put on the
zygote once, since children inherit it; what a zygote itself or a child's set-up needs is denied by a
second, short filter on the child.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from dataclasses import dataclass

from perfbox.syscalls import AUDIT_ARCH, NEEDED_BY_NO_SOLUTION, TABLES

_LOAD, _JUMP_EQUAL, _JUMP_ABOVE_OR_EQUAL, _JUMP_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_KILL_PROCESS, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_NUMBER, _ARCH = 0, 4  # offsets in struct seccomp_data; arguments follow at 16, low half first
_X32_BIT = 0x40000000
_SET_MODE_FILTER, _FLAG_SPEC_ALLOW = 1, 4
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_SECCOMP_SYSCALL = {"x86_64": 317, "aarch64": 277}
_INSTRUCTION = struct.Struct("=HBBI")

_CLONE_THREAD = 0x10000
_CLONE_NAMESPACES = 0x7E020000
_OPEN_TO_CHANGE = 0o3 | 0o100 | 0o1000  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC
# F_SETLK, F_SETLKW, F_OFD_*, F_SETLEASE, F_NOTIFY leave a mark on a file that others can read, too;
# F_SETOWN, F_SETSIG, F_SETOWN_EX have the kernel send a signal of choice to a process of choice.
_MARKS_AND_SIGNALS = (6, 7, 8, 10, 15, 37, 38, 1024, 1026)
_TERMINAL_INPUT = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
_USUAL_FAMILIES = (1, 2, 10, 16)  # AF_UNIX, AF_INET, AF_INET6; AF_NETLINK, which looking a name up uses
_BY_ARGUMENT = {
    "clone", "clone3", "kill", "tkill", "tgkill", "socket", "open", "openat", "fcntl", "ioctl", "prlimit64",
}  # fmt: skip
_NEEDED_FOR_SET_UP = {
    "clone", "fork", "vfork", "kill", "tkill", "tgkill", "setsid", "setpgid", "prlimit64", "setrlimit",
    "sched_setaffinity", "setgroups", "setresuid", "setresgid", "seccomp",
}  # fmt: skip


class _Sock(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


@dataclass(frozen=True)
class _Line:
    code: int
    value: int
    if_true: str = ""
    if_false: str = ""
    label: str = ""
    is_pid: bool = False


@dataclass(frozen=True)
class Filter:
    """An assembled filter: its bytes, and where the child's pid belongs."""

    machine: str
    code: bytes
    pid_offsets: tuple[int, ...]

    def for_pid(self, pid: int) -> bytearray:
        """The filter with a pid put in."""
        code = bytearray(self.code)
        for offset in self.pid_offsets:
            struct.pack_into("=I", code, offset, pid)
        return code


@dataclass(frozen=True)
class Filters:
    """The two filters of an architecture."""

    zygote: Filter
    child: Filter


def build(machine: str) -> Filters | None:
    """The filters for an architecture (as `os.uname` names it), None where there is no table."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
    if machine not in TABLES:
        return None
    table = TABLES[machine]
    late = {name: number for name, number in table.items() if name in _NEEDED_FOR_SET_UP}
    early = {name: number for name, number in table.items() if name not in late}
    return Filters(_build(machine, early), _build(machine, late))


def install(libc: ctypes.CDLL, program: Filter) -> bool:
    """Put a filter on the calling thread; no_new_privs must be set. False where it failed."""
    code = program.for_pid(os.getpid())
    buffer = (ctypes.c_char * len(code)).from_buffer(code)
    sock = _Sock(len(code) // _INSTRUCTION.size, ctypes.addressof(buffer))
    # Without SPEC_ALLOW older kernels slow the child down by switching speculation off.
    call = _SECCOMP_SYSCALL[program.machine]
    if libc.syscall(call, _SET_MODE_FILTER, _FLAG_SPEC_ALLOW, ctypes.byref(sock)) == 0:
        return True
    return bool(libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(sock), 0, 0) == 0)


def _build(machine: str, numbers: dict[str, int]) -> Filter:
    lines = _program(machine, numbers)
    offsets = tuple(i * _INSTRUCTION.size + 4 for i, line in enumerate(lines) if line.is_pid)
    return Filter(machine, _assemble(lines), offsets)


def _program(machine: str, numbers: dict[str, int]) -> list[_Line]:
    lines = [
        _Line(_LOAD, _ARCH),
        _Line(_JUMP_EQUAL, AUDIT_ARCH[machine], if_false="kill"),
        _Line(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        lines.append(_Line(_JUMP_ABOVE_OR_EQUAL, _X32_BIT, if_true="kill"))
    lines += _argument_checks(numbers)
    plain = {name: number for name, number in numbers.items() if name not in _BY_ARGUMENT}
    for name, number in sorted(plain.items(), key=lambda item: item[1]):
        lines.append(_Line(_JUMP_EQUAL, number, "kill" if name in NEEDED_BY_NO_SOLUTION else "deny"))
    lines += [
        _Line(_RETURN, _ALLOW, label="allow"),
        _Line(_RETURN, _ERRNO | errno.EPERM, label="deny"),
        _Line(_RETURN, _ERRNO | errno.EROFS, label="read-only"),
        _Line(_RETURN, _ERRNO | errno.ENOSYS, label="unknown"),
        _Line(_RETURN, _KILL_PROCESS, label="kill"),
    ]
    return lines


def _argument_checks(numbers: dict[str, int]) -> list[_Line]:
    # The C library falls back to clone where clone3 is not there, and flags of clone can be seen.
    lines = [_Line(_JUMP_EQUAL, numbers["clone3"], if_true="unknown")] if "clone3" in numbers else []
    lines += _when(numbers, "clone", 0, [
        _Line(_JUMP_BITS, _CLONE_NAMESPACES, if_true="kill"),
        _Line(_JUMP_BITS, _CLONE_THREAD, "allow", "deny"),
    ])  # fmt: skip
    own = _Line(_JUMP_EQUAL, 0, if_true="allow", is_pid=True)
    for name in ("kill", "tgkill"):
        # Zero is its own group, in which it is alone.
        lines += _when(numbers, name, 0, [own, _Line(_JUMP_EQUAL, 0, "deny", "kill")])
    # A thread of its own has a number that the filter cannot know.
    lines += _when(numbers, "tkill", 0, [own, _Line(_RETURN, _ERRNO | errno.EPERM)])
    families = [_Line(_JUMP_EQUAL, family, if_true="deny") for family in _USUAL_FAMILIES]
    lines += _when(numbers, "socket", 0, [*families, _Line(_RETURN, _KILL_PROCESS)])
    for name, position in (("open", 1), ("openat", 2)):
        lines += _when(numbers, name, position, [_Line(_JUMP_BITS, _OPEN_TO_CHANGE, "read-only", "allow")])
    lines += _when(numbers, "fcntl", 1, _any_of(_MARKS_AND_SIGNALS, "deny"))
    lines += _when(numbers, "ioctl", 1, _any_of(_TERMINAL_INPUT, "kill"))
    # Reading limits is allowed: the pointer to new ones is null.
    return lines + _when(numbers, "prlimit64", 2, [
        _Line(_JUMP_EQUAL, 0, if_false="deny"),
        _Line(_LOAD, _argument(2) + 4),
        _Line(_JUMP_EQUAL, 0, "allow", "deny"),
    ])  # fmt: skip


def _when(numbers: dict[str, int], name: str, position: int, checks: list[_Line]) -> list[_Line]:
    if name not in numbers:
        return []
    after = f"after-{name}"
    return [
        _Line(_JUMP_EQUAL, numbers[name], if_false=after),
        _Line(_LOAD, _argument(position)),
        *checks,
        _Line(_LOAD, _NUMBER, label=after),
    ]


def _any_of(values: tuple[int, ...], verdict: str) -> list[_Line]:
    return [
        *(_Line(_JUMP_EQUAL, value, if_true=verdict) for value in values),
        _Line(_RETURN, _ALLOW),
    ]


def _argument(position: int) -> int:
    return 16 + 8 * position


def _assemble(lines: list[_Line]) -> bytes:
    targets = {line.label: index for index, line in enumerate(lines) if line.label}
    code = bytearray()
    for index, line in enumerate(lines):
        jumps = [targets[label] - index - 1 if label else 0 for label in (line.if_true, line.if_false)]
        if not all(0 <= jump < 256 for jump in jumps):
            raise ValueError("the filter is too long for its jumps")
        code += _INSTRUCTION.pack(line.code, *jumps, line.value)
    return bytes(code)
