from __future__ import annotations

import math
import sqlite3
from pathlib import Path

import anyio
import msgspec
import pytest

from perftui.errors import ExitStatus
from perftui.events.model import (
    ActionTaken,
    CandidateFound,
    CandidateMeasured,
    EventBase,
    ProblemStarted,
    ReplyReceived,
    RunEnded,
    RunPaused,
    RunStarted,
    SandboxLost,
)
from perftui.events.reduce import replay
from perftui.llm.model import Message, Reply
from perftui.refine.actions import Ask
from perftui.store.trouble import StoreFailedError
from perftui.store.writer import Store, open_store
from tests.support.story import ENVIRONMENT, Story, head_of, measurement, plan, problem, ratio

HOSTILE = "'); DROP TABLE event; -- \x00 \x1b[31m \u202e \U0001f600 \ufeff é \\u0000 \"\n\r\t"


async def test_a_new_run_has_its_first_event_and_its_problems(store: Store) -> None:
    problems = [problem("P/1"), problem("P/2")]
    heads = [head_of(p) for p in problems]
    run = await store.create_run(plan(problems), ENVIRONMENT, problems, heads)
    assert len(run) == 6
    assert set(run) <= set("0123456789abcdefghjkmnpqrstvwxyz")
    (started,) = await store.events(run)
    assert isinstance(started, RunStarted)
    assert (started.plan, started.environment, started.heads) == (plan(problems), ENVIRONMENT, tuple(heads))
    assert await store.problems(run) == tuple(problems)
    assert await store.plan(run) == plan(problems)


async def test_an_event_comes_back_with_its_place(store: Store, run: str) -> None:
    event = await store.append(ProblemStarted(run=run, problem="P/1"))
    assert event.seq == 2
    assert event.at > 1e9
    kept = await store.append(RunPaused(run=run, at=5.0))
    assert (kept.seq, kept.at) == (3, 5.0)
    assert await store.events(run, after=1) == [event, kept]
    assert await store.events(run, after=1, limit=1) == [event]


async def test_a_story_is_read_back_as_it_was_told(store: Store, run: str) -> None:
    story = Story([problem("P/1"), problem("P/2")], run=run)
    story.begin()
    story.candidate("wrong-answer", passed=1, outcome="wrong")
    story.candidate(round_=1, measured=measurement(ratio(2.0)))
    story.chain_end()
    story.end()
    told = story.events[1:]
    stored = [await store.append(event) for event in told]
    assert stored == told
    assert (await store.events(run))[1:] == told
    assert replay(await store.events(run)).problems == replay(story.events).problems


async def test_hostile_text_goes_round(store: Store, run: str) -> None:
    ask = Ask(phase="base", label=HOSTILE, messages=(Message(role="user", content=HOSTILE),))
    await store.append(ActionTaken(run=run, problem=HOSTILE, chain=0, round=0, ask=ask))
    await store.append(
        CandidateFound(run=run, problem=HOSTILE, chain=0, round=0, candidate="h", code=HOSTILE)
    )
    _, taken, found = await store.events(run)
    assert isinstance(taken, ActionTaken)
    assert isinstance(found, CandidateFound)
    assert (taken.problem, taken.ask) == (HOSTILE, ask)
    assert (found.code, found.candidate) == (HOSTILE, "h")


async def test_half_a_character_does_not_stop_a_run(store: Store, run: str) -> None:
    event = await store.append(ReplyReceived(run=run, reply=Reply(text="a\ud800b", model="m")))
    assert event.reply.text == "a?b"
    assert (await store.events(run))[-1] == event


async def test_a_number_that_cannot_be_read_back_is_refused_alone(store: Store, run: str) -> None:
    endless = msgspec.structs.replace(ratio(2.0), estimate=math.inf)
    with pytest.raises(ValueError, match="float"):
        await store.append(CandidateMeasured(run=run, candidate="h", measurement=measurement(endless)))
    assert (await store.append(RunPaused(run=run))).seq == 2


async def test_trials_are_kept_apart(store: Store, run: str) -> None:
    whole = measurement(ratio(2.0), trials=4)
    event = await store.append(CandidateMeasured(run=run, problem="P/1", candidate="h", measurement=whole))
    assert event.measurement == measurement(ratio(2.0))
    assert (await store.events(run))[-1] == event
    assert await store.trials(run, "h") == whole.trials
    assert await store.trials(run, "h", problem="P/1") == whole.trials
    assert await store.trials(run, "h", problem="P/2") == ()
    assert await store.trials(run, "other") == ()
    await store.append(
        CandidateMeasured(run=run, problem="P/1", candidate="h", measurement=whole, known=True)
    )
    assert await store.trials(run, "h") == whole.trials


async def test_many_at_once_keep_their_order_and_share_commits(store: Store, run: str) -> None:
    commits: list[int] = []
    await store._writing._execute(
        store._writing._conn.set_trace_callback, lambda s: commits.append(s == "COMMIT")
    )
    stored: dict[int, EventBase] = {}
    returned: list[int] = []

    async def append(number: int) -> None:
        stored[number] = await store.append(SandboxLost(run=run, reason=f"{number}", retry=number))
        returned.append(number)

    async with anyio.create_task_group() as group:
        for number in range(200):
            group.start_soon(append, number)
    assert [stored[number].seq for number in range(200)] == list(range(2, 202))
    assert returned == list(range(200))
    assert sum(commits) < 20
    reasons = [event.reason for event in await store.events(run) if isinstance(event, SandboxLost)]
    assert reasons == [str(number) for number in range(200)]


async def test_who_is_cancelled_while_waiting_leaves_nothing_behind(store: Store, run: str) -> None:
    async with anyio.create_task_group() as group, store._turn:
        group.start_soon(store.append, RunPaused(run=run))
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    assert (await store.append(RunEnded(run=run, how="done"))).seq == 2
    assert len(await store.events(run)) == 2


async def test_a_full_disk_is_told_to_all_who_wait_and_does_not_last(
    store: Store, run: str, path: Path
) -> None:
    await store._writing.execute("PRAGMA max_page_count = 1")
    failures: list[StoreFailedError] = []

    async def append() -> None:
        with pytest.raises(StoreFailedError, match=r"disk .* is full; free some space") as caught:
            await store.append(SandboxLost(run=run, reason="x" * 100_000, retry=1))
        failures.append(caught.value)

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(append)
    assert len(failures) == len({id(failure) for failure in failures}) == 5
    assert failures[0].exit_status == ExitStatus.ENVIRONMENT_LACKS
    assert str(path) in str(failures[0])
    await store._writing.execute("PRAGMA max_page_count = 1000000")
    assert (await store.append(RunPaused(run=run))).seq == 2


async def test_an_event_of_no_run_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="nowhere"):
        await store.append(RunPaused(run="nowhere"))


async def test_the_columns_of_an_event_are_those_of_its_body(store: Store, run: str, path: Path) -> None:
    await store.append(
        ActionTaken(
            run=run, problem="P/2", attempt=3, chain=1, round=2, at=7.5, ask=Ask(phase="base", label="x")
        )
    )
    with sqlite3.connect(path) as connection:
        row = connection.execute(
            "SELECT seq, run, at, kind, problem, attempt, chain, round FROM event"
        ).fetchall()[-1]
    connection.close()
    assert row == (2, run, 7.5, "action-taken", "P/2", 3, 1, 2)


async def test_two_stores_write_to_one_file(store: Store, run: str, path: Path) -> None:
    async with open_store(path) as other:
        problems = [problem("P/9")]
        second = await other.create_run(plan(problems), ENVIRONMENT, problems, [head_of(problems[0])])
        async with anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(store.append, RunPaused(run=run))
                group.start_soon(other.append, RunPaused(run=second))
        mine = [event.seq for event in await store.events(run)]
        theirs = [event.seq for event in await store.events(second)]
    assert len(mine) == len(theirs) == 21
    assert sorted(mine + theirs) == list(range(1, 43))
