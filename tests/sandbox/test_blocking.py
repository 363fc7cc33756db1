"""Blocking calls: what they give, who they are cut by, and that they hold up no process."""

from __future__ import annotations

import subprocess
import sys
import threading

import anyio
import pytest

from perftui.sandbox.blocking import AbandonedError, Caller, in_thread

HANG = """
import threading, anyio
from perftui.sandbox.blocking import in_thread

async def main():
    with anyio.move_on_after(0.1):
        await in_thread(lambda _: threading.Event().wait(), cut=True, limiter=anyio.CapacityLimiter(1))

anyio.run(main)
"""


async def test_it_gives_what_the_work_gives_or_raises() -> None:
    limiter = anyio.CapacityLimiter(1)
    assert (
        await in_thread(lambda _: threading.get_ident(), cut=True, limiter=limiter) != threading.get_ident()
    )

    def fail(_: Caller) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await in_thread(fail, cut=True, limiter=limiter)


async def test_the_work_can_run_something_on_the_event_loop_s_thread() -> None:
    def work(caller: Caller) -> int:
        with pytest.raises(KeyError, match="told"):
            caller.run({}.__getitem__, "told")
        return caller.run(threading.get_ident)

    assert await in_thread(work, cut=True, limiter=anyio.CapacityLimiter(1)) == threading.get_ident()


async def test_only_what_may_be_cut_is_cut_and_it_learns_of_it() -> None:
    limiter, go_on, told = anyio.CapacityLimiter(1), threading.Event(), threading.Event()

    def work(caller: Caller) -> None:
        go_on.wait(10)
        try:
            caller.check()
            caller.run(lambda: None)
        except AbandonedError:
            told.set()

    with anyio.move_on_after(0.02) as scope:
        await in_thread(work, cut=True, limiter=limiter)
    assert scope.cancelled_caught
    go_on.set()
    assert await anyio.to_thread.run_sync(told.wait, 10)

    done: list[bool] = []
    with anyio.move_on_after(0.01):
        await in_thread(lambda _: done.append(threading.Event().wait(0.1)), cut=False, limiter=limiter)
    assert done == [False]


def test_a_call_that_hangs_does_not_hold_up_the_end_of_the_process() -> None:
    subprocess.run([sys.executable, "-c", HANG], check=True, timeout=20)
