from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import anyio
import msgspec
import pytest

from perftui.errors import BadInputError
from perftui.events.model import RunPaused
from perftui.store import writer as writer_module
from perftui.store.lease import STALE_SECONDS, beside, is_live
from perftui.store.owner import Owner, may_be_alive, this_process
from perftui.store.trouble import LeaseLostError
from perftui.store.writer import Store, open_store


async def give_to(store: Store, run: str, owner: Owner, heard: float) -> None:
    """Make another process the owner, as its store would."""
    statement = (
        "UPDATE run SET owner_token = ?, owner_pid = ?, owner_host = ?, owner_boot = ?, owner_started = ?, "
        "heartbeat_at = ? WHERE id = ?"
    )
    values = (owner.token, owner.pid, owner.host, owner.boot, owner.started, heard, run)
    await store._writing.execute(statement, values)


def dead_process() -> Owner:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        return msgspec.structs.replace(this_process("dead"), pid=process.pid)


async def test_a_run_has_one_owner(store: Store, run: str, path: Path) -> None:
    assert not (await store.runs())[0].live
    async with open_store(path) as other:
        async with store.lease(run):
            assert (await store.runs())[0].live
            with pytest.raises(
                BadInputError, match=f"run {run} is at work in process {os.getpid()}; end that"
            ):
                async with other.lease(run):
                    pass
            with pytest.raises(LeaseLostError):
                await other.append(RunPaused(run=run))
            await store.append(RunPaused(run=run))
        assert not (await store.runs())[0].live
        async with other.lease(run):
            await other.append(RunPaused(run=run))


async def test_a_lease_on_nothing_is_refused(store: Store) -> None:
    with pytest.raises(BadInputError, match="there is no run nowhere"):
        async with store.lease("nowhere"):
            pass


async def test_the_run_of_a_dead_owner_is_taken_over_at_once(store: Store, run: str) -> None:
    await give_to(store, run, dead_process(), time.time())
    assert not (await store.runs())[0].live
    async with store.lease(run):
        assert (await store.runs())[0].live


async def test_the_run_of_a_silent_owner_is_taken_over(store: Store, run: str) -> None:
    elsewhere = Owner(token="t", pid=1, host="another-machine", boot="", started="")
    await give_to(store, run, elsewhere, time.time())
    assert (await store.runs())[0].live
    with pytest.raises(BadInputError, match="process 1 on another-machine"):
        async with store.lease(run):
            pass
    await give_to(store, run, elsewhere, time.time() - STALE_SECONDS - 1)
    async with store.lease(run):
        pass


async def test_who_lost_the_lease_is_stopped(store: Store, run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "HEARTBEAT_SECONDS", 0.01)

    async def lose() -> None:
        async with store.lease(run):
            await give_to(store, run, Owner(token="t", pid=1, host="h", boot="", started=""), time.time())
            await anyio.sleep_forever()

    with pytest.raises(LeaseLostError, match="taken over"):
        await lose()
    async with store._reading.execute("SELECT owner_token FROM run") as cursor:
        assert tuple(await cursor.fetchone() or ()) == ("t",)


async def test_the_heart_beats(store: Store, run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "HEARTBEAT_SECONDS", 0.01)

    async def heard() -> float:
        async with store._reading.execute("SELECT heartbeat_at FROM run") as cursor:
            return float((await cursor.fetchone() or (0.0,))[0])

    async with store.lease(run):
        first = await heard()
        with anyio.fail_after(10):
            while await heard() == first:  # noqa: ASYNC110 - it beats in the database
                await anyio.sleep(0.005)


async def test_the_error_of_the_body_leaves_the_lease_as_itself(store: Store, run: str) -> None:
    with pytest.raises(KeyError):
        async with store.lease(run):
            raise KeyError
    assert not (await store.runs())[0].live


async def test_a_body_that_is_cancelled_gives_the_lease_back(store: Store, run: str) -> None:
    owned = anyio.Event()

    async def own() -> None:
        async with store.lease(run):
            owned.set()
            await anyio.sleep_forever()

    async with anyio.create_task_group() as group:
        group.start_soon(own)
        await owned.wait()
        assert (await store.runs())[0].live
        group.cancel_scope.cancel()
    assert not (await store.runs())[0].live


async def test_work_beside_ends_with_the_body() -> None:
    ended = anyio.Event()

    async def work() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.set()

    async with beside(work):
        await anyio.lowlevel.checkpoint()
    assert ended.is_set()


def test_a_process_is_told_from_its_successors() -> None:
    me = this_process("token")
    assert may_be_alive(me)
    if me.started:
        assert not may_be_alive(msgspec.structs.replace(me, started="1"))
    if me.boot:
        assert not may_be_alive(msgspec.structs.replace(me, boot="an earlier one"))
    assert may_be_alive(msgspec.structs.replace(me, host="elsewhere", pid=1, started="1"))
    assert not may_be_alive(dead_process())
    assert me.host == platform.node()


def test_liveness_needs_a_recent_heartbeat() -> None:
    me = this_process("token")
    assert is_live(me, 100.0, 110.0)
    assert not is_live(me, 100.0, 116.0)
    assert not is_live(me, 200.0, 110.0)
    assert not is_live(None, 100.0, 100.0)
    assert not is_live(me, None, 100.0)
