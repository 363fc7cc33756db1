"""Runs that know nothing of each other do not time on one core at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from perftui.sandbox.core_lock import core_lock
from perftui.sandbox.cores import Cores

HOLDER = """
import fcntl, sys
lock = open(sys.argv[1], "wb")
fcntl.flock(lock, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


async def test_two_runs_take_turns_at_the_timing_core(tmp_path: Path) -> None:
    one, other = Cores([0, 1], tmp_path), Cores([0, 1], tmp_path)
    async with one.timing():
        with anyio.move_on_after(0.1) as waited:
            async with other.timing():
                pytest.fail("two runs may not time at once")
        assert waited.cancelled_caught
    with anyio.fail_after(10):
        async with other.timing() as core:
            assert core == 1


async def test_another_core_is_free(tmp_path: Path) -> None:
    with anyio.fail_after(10):
        async with core_lock(tmp_path, 0), core_lock(tmp_path, 1):
            assert await anyio.Path(tmp_path, "core-0.lock").exists()
            assert await anyio.Path(tmp_path, "core-1.lock").exists()


async def test_a_process_that_is_killed_gives_its_core_back(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "core-0.lock")]
    async with await anyio.open_process(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert (await holder.stdout.receive()).startswith(b"held")
        with anyio.move_on_after(0.1) as waited:
            async with core_lock(tmp_path, 0):
                pytest.fail("another process holds it")
        assert waited.cancelled_caught
        holder.kill()
        with anyio.fail_after(10):
            async with core_lock(tmp_path, 0):
                pass


async def test_a_folder_that_cannot_be_made_stops_no_timing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with anyio.fail_after(10):
        async with core_lock(tmp_path / "file" / "cores", 0):
            pass
