"""The process sandbox: it ends with its host, and nothing of a program outlives its job."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import anyio
import pytest

from perftui import paths
from perftui.sandbox import process
from perftui.sandbox.pool import Started
from perftui.sandbox.process import process_sandbox
from perftui.sandbox.protocol import CallFact, JudgeJob, SandboxLostError
from tests.support.lab import SHORT, Lab

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")

HANG = JudgeJob(program="def f():\n    while True: pass\n", entry_point="f", inputs=('{"t":[]}',))
HOLD = """
import anyio
from perftui.sandbox.process import process_sandbox
from perftui.sandbox.protocol import JudgeJob

async def hold():
    async with process_sandbox() as started:
        print("up", flush=True)
        job = JudgeJob(program="def f():\\n    while True: pass\\n", entry_point="f", inputs=('{"t":[]}',))
        await started.sandbox.judge(job, lambda _: True)

anyio.run(hold)
"""


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def supervisors() -> list[int]:
    """This process's children that are supervisors; a test's own engine may be another."""
    return [pid for pid in children(os.getpid()) if b"perfbox" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def tree(pid: int) -> list[int]:
    """A process's descendants."""
    return [found for child in children(pid) for found in (child, *tree(child))]


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    with anyio.fail_after(seconds):
        while not condition():  # noqa: ASYNC110 - other processes set no event
            await anyio.sleep(0.005)


@pytest.fixture
async def started() -> AsyncIterator[Started]:
    async with process_sandbox() as started:
        yield started


@pytest.fixture
def without_filter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a system that has no filter of system calls: the kill ladder stands alone."""
    shutil.copytree(paths.sandbox_image_dir() / "perfbox", tmp_path / "perfbox")
    with (tmp_path / "perfbox/linux.py").open("a") as file:
        file.write("\n\ndef has_seccomp() -> bool:\n    return False\n")
    monkeypatch.setattr(process, "sandbox_image_dir", lambda: tmp_path)


async def test_it_says_what_it_is(started: Started) -> None:
    assert started.info.kind == "process"
    assert started.info.confinement.startswith("no container, ")
    assert started.info.python == sys.version.split()[0]
    assert await Lab(started.sandbox).is_well()


@on_linux
async def test_nothing_is_left_when_it_is_closed() -> None:
    before = set(tree(os.getpid()))
    async with process_sandbox():
        family = set(tree(os.getpid())) - before
        assert len(family) == 4  # the supervisor and three zygotes
    assert not any(map(lives, family))


def at_rest(supervisor: int, zygotes: set[int], programs: frozenset[int] = frozenset()) -> bool:
    """Whether none of the programs is left: at most one child of a zygote waits, forked ahead."""
    left = set(tree(supervisor)) - zygotes
    return left.isdisjoint(programs) and len(left) <= 1 and set(children(supervisor)) == zygotes


def busy(pids: set[int]) -> set[int]:
    """Those that have been computing for a while (in ticks of CPU time)."""
    return {pid for pid in pids if int(stat_of(pid)[11]) > 5}


def stat_of(pid: int) -> list[str]:
    """The fields of a process's state, from the third on."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return ["0"] * 20


@on_linux
async def test_a_timed_out_program_is_gone_when_it_is_told(started: Started) -> None:
    (supervisor,) = supervisors()
    zygotes = set(tree(supervisor))
    facts: list[CallFact] = []
    async with anyio.create_task_group() as tasks:

        async def run() -> None:
            facts.extend(await Lab(started.sandbox).call("def f():\n    while True: pass\n", limits=SHORT))

        tasks.start_soon(run)
        await until(lambda: set(tree(supervisor)) > zygotes)
        programs = frozenset(set(tree(supervisor)) - zygotes)
    assert [fact.end for fact in facts] == ["timeout"]
    assert at_rest(supervisor, zygotes, programs)


@on_linux
async def test_a_cancelled_job_is_ended_and_the_sandbox_serves_on(started: Started) -> None:
    (supervisor,) = supervisors()
    zygotes = set(tree(supervisor))
    for _ in range(3):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(started.sandbox.judge, HANG, lambda _: True)
            await until(lambda: bool(busy(set(tree(supervisor)) - zygotes)))
            programs = frozenset(busy(set(tree(supervisor)) - zygotes))
            tasks.cancel_scope.cancel()
        assert at_rest(supervisor, zygotes, programs)
        assert not started.sandbox.broken
        assert await Lab(started.sandbox).is_well()


@on_linux
async def test_a_child_that_dies_before_it_has_an_order_is_no_programs_fault(started: Started) -> None:
    (supervisor,) = supervisors()
    zygotes = set(tree(supervisor))
    lab = Lab(started.sandbox)
    for _ in range(3):
        assert await lab.is_well()
        await until(lambda: set(tree(supervisor)) > zygotes)
        for pid in set(tree(supervisor)) - zygotes:
            os.kill(pid, signal.SIGKILL)
        # It must be dead before its order comes, not killed while it has one.
        await until(lambda: all(stat_of(pid)[0] in "Z0" for pid in set(tree(supervisor)) - zygotes))
    assert await lab.is_well()


@on_linux
@pytest.mark.parametrize("victim", ["supervisor", "zygote"])
async def test_a_killed_sandbox_is_lost_and_leaves_nothing(started: Started, victim: str) -> None:
    (supervisor,) = supervisors()
    zygotes = tree(supervisor)
    facts: list[CallFact] = []

    def keep(fact: CallFact) -> bool:
        facts.append(fact)
        return True

    def is_running() -> bool:
        """Whether the program itself runs: its process has used the clock, as read from here."""
        return any(time.clock_gettime_ns((~pid << 3) | 2) > 30_000_000 for pid in children(zygotes[0]))

    async def kill() -> None:
        await until(is_running)
        os.kill(supervisor if victim == "supervisor" else zygotes[0], signal.SIGKILL)

    family = [supervisor, *zygotes]
    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(kill)
            with pytest.raises(SandboxLostError):
                await started.sandbox.judge(HANG, keep)
    assert started.sandbox.broken
    assert [fact.end for fact in facts] == ([] if victim == "supervisor" else ["killed"])
    await until(lambda: not any(map(lives, family)))


@on_linux
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
async def test_it_ends_with_its_host(end: signal.Signals) -> None:
    async with await anyio.open_process([sys.executable, "-c", HOLD], stdin=None, stderr=None) as host:
        assert host.stdout is not None
        assert (await host.stdout.receive()).startswith(b"up")
        await until(lambda: len(tree(host.pid)) == 5)
        family = tree(host.pid)
        host.send_signal(end)
    await until(lambda: not any(map(lives, family)), seconds=5)


@on_linux
@pytest.mark.usefixtures("without_filter")
@pytest.mark.parametrize("ending", ["while True: pass", "return 1", "os._exit(0)", "os.kill(os.getpid(), 9)"])
async def test_daemons_do_not_outlive_a_job(ending: str) -> None:
    program = f"""
import os, signal, time
def f():
    for _ in range(5):
        if os.fork() == 0:
            os.setsid()
            for number in (1, 2, 3, 15):
                signal.signal(number, signal.SIG_IGN)
            if os.fork() != 0:
                os._exit(0)
            for fd in range(32):
                try: os.close(fd)
                except OSError: pass
            while True: time.sleep(60)
    {ending}
"""
    async with process_sandbox() as started:
        assert "seccomp" not in started.info.confinement
        (supervisor,) = supervisors()
        zygotes = set(tree(supervisor))
        lab = Lab(started.sandbox)
        with anyio.fail_after(SHORT.test_seconds + 5):
            await lab.call(program, limits=SHORT)
        assert at_rest(supervisor, zygotes)
        assert await lab.is_well()


@on_linux
@pytest.mark.usefixtures("without_filter")
async def test_a_program_that_kills_its_parent_is_told_and_the_sandbox_lost() -> None:
    async with process_sandbox() as started:
        facts: list[CallFact] = []

        def keep(fact: CallFact) -> bool:
            facts.append(fact)
            return True

        program = "import os, time\ndef f():\n    os.kill(os.getppid(), 9)\n    time.sleep(60)\n"
        job = JudgeJob(program=program, entry_point="f", inputs=('{"t":[]}',), limits=SHORT)
        with anyio.fail_after(10), pytest.raises(SandboxLostError):
            await started.sandbox.judge(job, keep)
        assert [fact.end for fact in facts] == ["killed"]
        assert started.sandbox.broken


async def test_why_it_does_not_come_up_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "perfbox").mkdir()
    (tmp_path / "perfbox/__main__.py").write_text("raise OSError('no\\x1b room')\n")
    monkeypatch.setattr(process, "sandbox_image_dir", lambda: tmp_path)
    with pytest.raises(SandboxLostError, match=r"OSError: no\\x1b room"):
        async with process_sandbox():
            pytest.fail("it cannot have come up")


@on_linux
async def test_a_program_cannot_look_into_its_host() -> None:
    program = """
def f(pid, name):
    try:
        with open(f'/proc/{pid}/{name}', 'rb') as file:
            return len(file.read(10))
    except OSError as error:
        return type(error).__name__
"""
    async with process_sandbox() as started:
        lab = Lab(started.sandbox)
        for name in ("environ", "mem", "maps"):
            fact = await lab.one(program, os.getpid(), name)
            assert (fact.end, fact.output) == ("returned", '"PermissionError"'), name
        assert (await lab.one(program, os.getpid(), "stat")).output == "10", "what anybody may see is seen"
