"""Commands and pulses between two stores of one database, as of two processes."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from perftui.errors import BadInputError
from perftui.events.commands import Cancel, Command, Pause, Step, Stop, Unpause, Write
from perftui.events.model import Notice, ProblemStarted, ReplyText, RunEnded, StageChanged
from perftui.events.reduce import apply, replay
from perftui.events.state import RunState
from perftui.store.attached import Attached
from perftui.store.deleting import delete_run
from perftui.store.library import StoredSession
from perftui.store.pulse import Owner, Presence, Watched
from perftui.store.remote import (
    LONGEST_BODY,
    MOST_WAITING,
    TAKEN_AT_ONCE,
    Outbox,
    has_live_owner,
    take_commands,
)
from perftui.store.writer import Store, open_store


@pytest.fixture
async def other(path: Path, store: Store) -> AsyncIterator[Store]:
    assert store
    async with open_store(path) as opened:
        yield opened


async def put(store: Store, run: str, body: str, at: float | None = None) -> None:
    statement = "INSERT INTO command (run, at, body) VALUES (?, ?, ?)"
    await store.write([(statement, (run, time.time() if at is None else at, body))])


async def test_each_command_is_taken_once_in_order_and_by_the_owner_alone(
    store: Store, other: Store, run: str
) -> None:
    sent: list[Command] = [Pause(), Cancel(problem="P/1"), Unpause(), Stop()]
    async with store.lease(run):
        await Outbox(other, run).write(sent)
        assert await take_commands(other, run) == []
        assert await take_commands(store, run) == sent
        assert await take_commands(store, run) == []


async def test_what_was_sent_before_the_lease_or_long_ago_does_nothing(
    store: Store, other: Store, run: str
) -> None:
    await Outbox(other, run).write([Stop()])
    async with store.lease(run):
        assert await take_commands(store, run) == []
        await put(other, run, '{"kind":"stop"}', at=time.time() - 3600)
        assert await take_commands(store, run) == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "null",
        '{"kind":"format-disk"}',
        '{"kind":"cancel"}',
        "[" * 100_000,
        "\x00",
        '{"kind":"step","on":3}',
    ],
)
async def test_what_is_no_command_is_left_out_and_the_next_one_is_taken(
    store: Store, other: Store, run: str, body: str
) -> None:
    async with store.lease(run):
        await put(other, run, body)
        await Outbox(other, run).write([Pause()])
        assert await take_commands(store, run) == [Pause()]


async def test_a_command_too_long_to_be_a_persons_is_left_out(store: Store, other: Store, run: str) -> None:
    async with store.lease(run):
        body = msgspec.json.encode(Write(code="x" * LONGEST_BODY)).decode()
        await put(other, run, body)
        assert await take_commands(store, run) == []
        assert await store.rows("SELECT 1 FROM command WHERE taken_at IS NULL") == []


async def test_a_flood_is_cut_off_and_worked_off_in_bounded_pieces(
    store: Store, other: Store, run: str
) -> None:
    statement = "INSERT INTO command (run, at, body) VALUES (?, ?, ?)"
    await other.write([(statement, (run, time.time(), '{"kind":"pause"}'))] * 10_000)
    async with store.lease(run):
        taken = 0
        while commands := await take_commands(store, run):
            assert len(commands) <= TAKEN_AT_ONCE
            taken += len(commands)
        assert taken <= MOST_WAITING + TAKEN_AT_ONCE
        assert await store.rows("SELECT 1 FROM command WHERE taken_at IS NULL") == []


async def test_a_command_that_nobody_can_take_is_taken_back_and_told(
    store: Store, other: Store, run: str
) -> None:
    outbox = Outbox(other, run)
    await outbox.write([Stop()])
    assert await has_live_owner(other, run) is False
    assert f"perftui resume {run}" in await outbox.complaint(live=False)
    assert await outbox.complaint(live=False) == ""
    async with store.lease(run):
        assert await take_commands(store, run) == []


class Run:
    """A live run of this process, as its owner's side sees it."""

    def __init__(self, store: Store, run: str, *, unattended: bool = False) -> None:
        self.store, self.run = store, run
        self.state = RunState()
        self.sent: list[Command] = []
        self.told: list[str] = []
        self.fresh: list[Notice] = []
        watched = Watched(
            run,
            state=lambda: self.state,
            drain=self.drain,
            send=self.sent.append,
            tell=self.told.append,
            unattended=unattended,
        )
        self.owner = Owner(store, watched, count_seconds=0, pulse_seconds=0)

    def drain(self) -> list[Notice]:
        fresh, self.fresh = self.fresh, []
        return fresh

    async def begin(self) -> None:
        self.state = replay(await self.store.events(self.run))
        await self.record(ProblemStarted(run=self.run, problem="P/1"))

    async def record(self, event: ProblemStarted | RunEnded) -> None:
        self.state = apply(self.state, await self.store.append(event))

    def tell(self, *events: StageChanged | ReplyText) -> None:
        for event in events:
            where = {"run": self.run, "problem": "P/1", "chain": 0, "round": 0, "at": 5.0}
            self.state = apply(self.state, msgspec.structs.replace(event, **where))


async def session_of(store: Store, run: str, *, read_only: bool = False) -> StoredSession:
    return await StoredSession.load(store, run, Attached(store, run, read_only=read_only, look_seconds=0))


async def test_a_viewer_elsewhere_sees_what_goes_on_and_no_pulse_is_written_without_one(
    store: Store, other: Store, run: str
) -> None:
    async with store.lease(run):
        live = Run(store, run)
        await live.begin()
        live.tell(StageChanged(stage="model"), ReplyText(text="Here \ud800is"))
        await live.owner.look()
        assert await store.rows("SELECT 1 FROM pulse") == []

        session = await session_of(other, run)
        await session.refresh()
        await live.owner.look()
        assert live.told == ["1 watches this run from elsewhere"]
        await session.refresh()
        seen = replay(session.drain())
        chain = seen.problems["P/1"].chains[0]
        assert (chain.stage, chain.stage_since, chain.streaming) == ("model", 5.0, "Here ?is")

        await live.owner.look()
        await session.refresh()
        assert session.drain() == []
        live.tell(ReplyText(text=" it"))
        live.fresh.append(Notice(text="an image is built"))
        await live.owner.look()
        await session.refresh()
        assert [type(event) for event in session.drain()] == [ReplyText, Notice]


async def test_a_viewer_that_left_is_counted_no_more(store: Store, other: Store, run: str) -> None:
    async with store.lease(run):
        live = Run(store, run)
        viewers = [Presence(other, run) for _ in range(8)]
        for viewer in viewers:
            await viewer.say()
        await live.owner.look()
        for viewer in viewers:
            await viewer.leave()
        await live.owner.look()
    assert live.told == [
        "8 watch this run from elsewhere",
        "nobody watches this run from elsewhere any more",
    ]


async def test_control_is_there_while_the_owner_is_and_never_for_who_only_looks(
    store: Store, other: Store, run: str
) -> None:
    session, reader = await session_of(other, run), await session_of(other, run, read_only=True)
    await session.refresh()
    assert session.control is None
    async with store.lease(run):
        live = Run(store, run)
        await live.begin()
        await session.refresh()
        await reader.refresh()
        assert reader.control is None
        assert session.control is not None
        session.control.send(Pause())
        await session.refresh()
        await live.owner.look()
        assert live.sent == [Pause()]
    session.drain()
    await session.refresh()
    assert session.control is None
    told = [event.text for event in session.drain() if isinstance(event, Notice)]
    assert told == [f"the process that ran it is gone; go on with: perftui resume {run}"]


async def test_a_run_that_ended_leaves_no_word_of_a_process_that_is_gone(
    store: Store, other: Store, run: str
) -> None:
    session = await session_of(other, run)
    async with store.lease(run):
        live = Run(store, run)
        await live.begin()
        await session.refresh()
        await live.record(RunEnded(run=run, how="done"))
        await session.refresh()
    await session.refresh()
    assert [event for event in session.drain() if isinstance(event, Notice)] == []


@pytest.mark.parametrize("unattended", [True, False])
async def test_what_is_held_goes_on_when_the_last_viewer_left_and_nobody_else_could_answer(
    store: Store, other: Store, run: str, *, unattended: bool
) -> None:
    async with store.lease(run):
        live = Run(store, run, unattended=unattended)
        viewer = Presence(other, run)
        await viewer.say()
        await Outbox(other, run).write([Step(on=True)])
        await live.owner.look()
        await viewer.leave()
        await live.owner.look()
    assert live.sent == [Step(on=True), *([Step(on=False)] if unattended else [])]


async def test_a_run_is_deleted_with_all_that_only_it_has(store: Store, other: Store, run: str) -> None:
    await Outbox(other, run).write([Pause()])
    await Presence(other, run).say()
    async with store.lease(run):
        with pytest.raises(BadInputError, match="is at work"):
            await delete_run(other, run)
    await delete_run(other, run)
    assert await store.runs() == []
    assert await store.rows("SELECT count(*) FROM event WHERE run = ?", run) == [(0,)]
    with pytest.raises(BadInputError, match="there is no run"):
        await delete_run(other, run)
