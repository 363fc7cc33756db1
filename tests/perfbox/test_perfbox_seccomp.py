"""The filters, run by a small interpreter of their instructions: what they allow and what they deny."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import struct
from pathlib import Path

import pytest

from perfbox import seccomp
from perfbox.syscalls import AUDIT_ARCH, NEEDED_BY_NO_SOLUTION, TABLES

PID = 4711
ALLOWED, KILLED = "allowed", "killed"
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


def run(code: bytes, arch: int, number: int, arguments: tuple[int, ...]) -> str:
    """What the kernel would do, as `seccomp_data` is laid out on a little-endian machine."""
    data = struct.pack("<IIQ6Q", number, arch, 0, *(*arguments, *[0] * (6 - len(arguments))))
    position = accumulator = 0
    while True:
        operation, if_true, if_false, value = struct.unpack_from("=HBBI", code, position * 8)
        position += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif operation == 0x06:
            if value & 0xFFFF0000 == 0x00050000:
                return errno.errorcode[value & 0xFFFF]
            return {0x7FFF0000: ALLOWED, 0x80000000: KILLED}[value]
        else:
            holds = {
                0x15: accumulator == value,
                0x35: accumulator >= value,
                0x45: bool(accumulator & value),
            }[operation]
            position += if_true if holds else if_false


def child(machine: str, name: str, *arguments: int) -> str:
    """What a child meets: both filters, of which the stricter counts."""
    filters = seccomp.build(machine)
    assert filters is not None
    number = TABLES[machine][name] if name in TABLES[machine] else int(name)
    verdicts = {
        run(bytes(part.for_pid(PID)), AUDIT_ARCH[machine], number, arguments)
        for part in (filters.zygote, filters.child)
    }
    return (verdicts - {ALLOWED} or {ALLOWED}).pop()


@pytest.fixture(params=["x86_64", "aarch64"])
def machine(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


BY_ARGUMENT = {
    *("clone", "clone3", "kill", "tkill", "tgkill", "socket", "open", "openat", "fcntl", "ioctl"),
    "prlimit64",
}


def test_what_is_listed_is_denied(machine: str) -> None:
    for name in TABLES[machine].keys() - BY_ARGUMENT:
        assert child(machine, name) == (KILLED if name in NEEDED_BY_NO_SOLUTION else "EPERM"), name


def test_what_no_solution_needs_is_in_the_tables(machine: str) -> None:
    assert NEEDED_BY_NO_SOLUTION.isdisjoint(BY_ARGUMENT)
    only_there = {"iopl", "ioperm", "modify_ldt"} if machine == "aarch64" else set()
    assert NEEDED_BY_NO_SOLUTION - TABLES[machine].keys() == only_there


@pytest.mark.parametrize(
    "name",
    [
        *("fork", "vfork", "execve", "execveat", "setsid", "setpgid", "setpriority", "setrlimit"),
        *("socketpair", "pidfd_open", "memfd_create", "flock", "mkdir", "mknodat", "chmod", "ftruncate"),
    ],
)
def test_what_an_honest_program_may_try_only_fails(name: str) -> None:
    assert child("x86_64", name) == "EPERM"


def test_what_is_not_listed_is_allowed(machine: str) -> None:
    for number in set(range(460)) - set(TABLES[machine].values()):
        assert child(machine, str(number)) == ALLOWED, number


def test_threads_may_be_started_and_processes_not(machine: str) -> None:
    assert child(machine, "clone", 0x3D0F00) == ALLOWED
    assert child(machine, "clone", 0x01200011) == "EPERM"
    assert child(machine, "clone3") == "ENOSYS"


@pytest.mark.parametrize("namespace", [0x20000, 0x2000000, 0x10000000, 0x20000000, 0x40000000])
def test_a_namespace_of_its_own_kills(machine: str, namespace: int) -> None:
    assert child(machine, "clone", namespace | 17) == KILLED


def test_only_oneself_may_be_signalled(machine: str) -> None:
    for name in ("kill", "tgkill"):
        assert child(machine, name, PID, 9) == ALLOWED
        assert child(machine, name, 0, 9) == "EPERM"
        for pid in (1, PID + 1, 0xFFFFFFFF):
            assert child(machine, name, pid, 9) == KILLED
    assert child(machine, "tkill", PID, 9) == ALLOWED
    assert child(machine, "tkill", PID + 1, 9) == "EPERM"


def test_unusual_sockets_kill(machine: str) -> None:
    for family in (1, 2, 10, 16):
        assert child(machine, "socket", family) == "EPERM"
    for family in (0, 15, 17, 38, 40):  # among them AF_KEY, AF_PACKET, AF_ALG, AF_VSOCK
        assert child(machine, "socket", family) == KILLED


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (os.O_RDONLY, ALLOWED),
        (os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK, ALLOWED),
        (os.O_WRONLY, "EROFS"),
        (os.O_RDWR, "EROFS"),
        (os.O_RDONLY | os.O_CREAT, "EROFS"),
        (os.O_RDONLY | os.O_TRUNC, "EROFS"),
    ],
)
def test_files_may_only_be_read(machine: str, flags: int, expected: str) -> None:
    assert child(machine, "openat", 0xFFFFFF9C, 0x1000, flags) == expected
    if machine == "x86_64":
        assert child(machine, "open", 0x1000, flags) == expected


def test_limits_may_be_read_and_not_set(machine: str) -> None:
    assert child(machine, "prlimit64", 0, 9, 0, 0x7F0000000000) == ALLOWED
    assert child(machine, "prlimit64", 0, 9, 0x1000) == "EPERM"
    assert child(machine, "prlimit64", 0, 9, 1 << 32) == "EPERM"


def test_locks_are_denied_and_other_descriptor_calls_not(machine: str) -> None:
    for command in (fcntl.F_GETFL, fcntl.F_SETFD, fcntl.F_DUPFD):
        assert child(machine, "fcntl", 3, command) == ALLOWED
    for command in (fcntl.F_SETLK, fcntl.F_SETLKW, fcntl.F_SETLEASE, fcntl.F_NOTIFY):
        assert child(machine, "fcntl", 3, command) == "EPERM"
    for command in (fcntl.F_SETOWN, fcntl.F_SETSIG, 15):  # F_SETOWN_EX
        assert child(machine, "fcntl", 3, command) == "EPERM"
    assert child(machine, "ioctl", 0, 0x5401) == ALLOWED
    assert child(machine, "ioctl", 0, 0x5412) == KILLED


def test_another_architecture_s_calls_kill(machine: str) -> None:
    filters = seccomp.build(machine)
    assert filters is not None
    for part in (filters.zygote, filters.child):
        assert run(part.code, 0x40000003, 1, ()) == KILLED
        if machine == "x86_64":
            assert run(part.code, AUDIT_ARCH[machine], 0x40000001, ()) == KILLED


def test_the_zygote_keeps_what_set_up_needs(machine: str) -> None:
    filters = seccomp.build(machine)
    assert filters is not None
    for name in ("clone", "setsid", "setresuid", "setgroups", "prlimit64", "sched_setaffinity", "seccomp"):
        verdict = run(filters.zygote.code, AUDIT_ARCH[machine], TABLES[machine][name], (0x11, 0, 1))
        assert verdict == ALLOWED, name


def test_machines_go_by_several_names() -> None:
    assert seccomp.build("amd64") == seccomp.build("x86_64")
    assert seccomp.build("arm64") == seccomp.build("aarch64")
    assert seccomp.build("riscv64") is None


def test_numbers_are_the_system_s(machine: str) -> None:
    if not HEADERS[machine].exists():
        pytest.skip("the kernel's headers are not installed")
    text = HEADERS[machine].read_text()
    found = {name: int(number) for name, number in re.findall(r"#define\s+__NR(?:3264)?_(\w+)\s+(\d+)", text)}
    known = {name: number for name, number in TABLES[machine].items() if name in found}
    assert len(known) > 80
    assert known == {name: found[name] for name in known}
