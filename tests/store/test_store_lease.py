from __future__ import annotations

import dataclasses
import os
import time
from pathlib import Path

import anyio
import pytest

from perftui.errors import BadInputError
from perftui.events.model import RunPaused
from perftui.owner import Owner, this_owner
from perftui.store import writer as writer_module
from perftui.store.holder import Holder, holder_of, may_be_alive, new_holder
from perftui.store.lease import STALE_SECONDS, beside, is_live
from perftui.store.trouble import LeaseLostError
from perftui.store.writer import Store, open_store
from tests.support.processes import process_that_ended

ELSEWHERE = Owner(host="another-machine", boot="", space="", pid=1, started="")


async def give_to(store: Store, run: str, owner: Owner, heard: float) -> None:
    """Make another process the owner, as its store would."""
    statement = (
        "UPDATE run SET owner_token = 't', owner_pid = ?, owner_host = ?, owner_boot = ?, owner_space = ?, "
        "owner_started = ?, heartbeat_at = ? WHERE id = ?"
    )
    values = (owner.pid, owner.host, owner.boot, owner.space, owner.started, heard, run)
    await store._writing.execute(statement, values)


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
    await give_to(store, run, process_that_ended(), time.time())
    assert not (await store.runs())[0].live
    async with store.lease(run):
        assert (await store.runs())[0].live


async def test_the_run_of_a_silent_owner_is_taken_over(store: Store, run: str) -> None:
    await give_to(store, run, ELSEWHERE, time.time())
    assert (await store.runs())[0].live
    with pytest.raises(BadInputError, match="process 1 on another-machine"):
        async with store.lease(run):
            pass
    await give_to(store, run, ELSEWHERE, time.time() - STALE_SECONDS - 1)
    async with store.lease(run):
        pass


async def test_who_lost_the_lease_is_stopped(store: Store, run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "HEARTBEAT_SECONDS", 0.01)

    async def lose() -> None:
        async with store.lease(run):
            await give_to(store, run, ELSEWHERE, time.time())
            await anyio.sleep_forever()

    with pytest.raises(LeaseLostError, match="taken over"):
        await lose()
    async with store._reading.execute("SELECT owner_token FROM run") as cursor:
        assert tuple(await cursor.fetchone() or ()) == ("t",)


async def test_who_slept_adds_nothing_to_a_run_that_another_took_and_ended(
    store: Store, run: str, path: Path
) -> None:
    async with store.lease(run):
        await give_to(store, run, ELSEWHERE, time.time() - STALE_SECONDS - 1)
        async with open_store(path) as other, other.lease(run):
            pass
        with pytest.raises(LeaseLostError):
            await store.append(RunPaused(run=run))


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


@pytest.mark.parametrize(
    ("owner", "may"),
    [
        (this_owner(), True),
        (ELSEWHERE, True),
        (dataclasses.replace(this_owner(), space="pid:[1]", started="1"), True),
        (dataclasses.replace(this_owner(), started="1"), False),
        (dataclasses.replace(this_owner(), boot="an earlier one"), False),
    ],
)
def test_what_cannot_be_seen_may_be_alive(owner: Owner, may: bool) -> None:
    assert may_be_alive(Holder(token="t", owner=owner)) is may


def test_a_holder_is_read_back_from_its_columns() -> None:
    me = new_holder()
    assert holder_of(me.row()) == me
    assert holder_of((None,) * 6) is None
    assert new_holder().token != me.token


def test_liveness_needs_a_recent_heartbeat() -> None:
    me = new_holder()
    assert is_live(me, 100.0, 110.0)
    assert not is_live(me, 100.0, 116.0)
    assert not is_live(me, 200.0, 110.0)
    assert not is_live(None, 100.0, 100.0)
    assert not is_live(me, None, 100.0)
