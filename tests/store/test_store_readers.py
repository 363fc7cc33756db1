from __future__ import annotations

import re
from pathlib import Path

import anyio
import msgspec
import pytest

from perftui.errors import BadInputError
from perftui.events.model import (
    CandidateMeasured,
    ProblemEnded,
    ReplyReceived,
    RunEnded,
    RunPaused,
    StoredEvent,
)
from perftui.events.reduce import replay
from perftui.events.summary import totals
from perftui.llm.model import Reply, Usage
from perftui.store.export import export_lines
from perftui.store.library import StoredSession, watching
from perftui.store.writer import Store, open_store
from tests.support.story import ENVIRONMENT, Story, head_of, measurement, plan, problem, ratio


async def new_run(store: Store) -> str:
    return await store.create_run(plan([problem()]), ENVIRONMENT, [problem()], [head_of(problem())])


async def told(store: Store, run: str) -> Story:
    story = Story([problem("P/1"), problem("P/2")], run=run)
    story.begin("P/1")
    story.candidate(measured=measurement(ratio(1.0)))
    story.candidate(
        round_=1, measured=measurement(ratio(4.0), ratio(4.0), trials=6), outcome="beats-reference"
    )
    story.end("P/1")
    story.begin("P/2")
    story.candidate("wrong-answer", name="P/2", passed=1, outcome="wrong")
    story.end("P/2", "unsolved")
    for event in story.events[1:]:
        await store.append(event)
    return story


async def test_the_list_of_runs_says_what_the_picture_says(store: Store, run: str) -> None:
    await told(store, run)
    await store.append(RunEnded(run=run, how="done", at=2000.0))
    (summary,) = await store.runs()
    figures = totals(replay(await store.events(run)))
    assert (summary.run, summary.status, summary.live, summary.ended_at) == (run, "done", False, 2000.0)
    assert (summary.benchmark, summary.chains, summary.problems) == ("made-up", 2, 2)
    assert (summary.ended, summary.solved, summary.optimised) == (
        figures.ended,
        figures.solved,
        figures.optimised,
    )
    assert (summary.ended, summary.solved, summary.optimised) == (2, 1, 1)
    assert summary.speedup == pytest.approx(4.0)
    assert figures.speedup == pytest.approx(4.0)
    assert (summary.calls, summary.tokens) == (figures.calls, figures.tokens)


async def test_a_rerun_takes_the_former_result_out_of_the_list(store: Store, run: str) -> None:
    story = await told(store, run)
    first = len(story.events)
    story.begin("P/1", attempt=2)
    for event in story.events[first:]:
        await store.append(event)
    (summary,) = await store.runs()
    assert (summary.ended, summary.solved, summary.optimised, summary.speedup) == (1, 0, None, None)
    story.candidate("wrong-answer", outcome="wrong")
    story.end("P/1", "unsolved")
    for event in story.events[first + 1 :]:
        await store.append(event)
    (summary,) = await store.runs()
    assert (summary.ended, summary.solved) == (2, 0)


async def test_a_run_whose_process_died_is_interrupted(store: Store, run: str) -> None:
    (summary,) = await store.runs()
    assert (summary.status, summary.live, summary.ended_at) == ("interrupted", False, None)
    async with store.lease(run):
        assert [s.status for s in await store.runs()] == ["running"]
        await store.append(RunPaused(run=run))
        assert [s.status for s in await store.runs()] == ["paused"]


async def test_calls_and_tokens_add_up(store: Store, run: str) -> None:
    reply = Reply(text="x", model="m", usage=Usage(prompt_tokens=7, completion_tokens=2))
    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(
                store.append, ReplyReceived(run=run, problem="P/1", chain=0, round=0, reply=reply)
            )
    (summary,) = await store.runs()
    assert (summary.calls, summary.tokens) == (10, 90)


async def test_runs_are_found_by_what_people_type(store: Store) -> None:
    with pytest.raises(BadInputError, match=r"there are no runs in .* yet"):
        await store.find_run("last")
    runs = [await new_run(store) for _ in range(4)]
    assert await store.find_run("last") == runs[-1]
    for run in runs:
        assert await store.find_run(run) == run
        assert await store.find_run(run.upper().replace("0", "O").replace("1", "l")) == run
        assert await store.find_run(run[:5]) == run
    for unknown in ("zzzzzzz", "", "\x1b[31m%"):
        with pytest.raises(BadInputError, match="there is no run") as caught:
            await store.find_run(unknown)
        assert all(run in str(caught.value) for run in runs)
        assert str(caught.value).isprintable()


async def test_an_ambiguous_prefix_lists_what_it_may_mean(store: Store) -> None:
    runs = [await new_run(store) for _ in range(2)]
    for index, run in enumerate(runs):
        await store._writing.execute("PRAGMA foreign_keys = OFF")
        await store._writing.execute("UPDATE run SET id = ? WHERE id = ?", (f"abcde{index}", run))
    with pytest.raises(BadInputError, match="abc may be any of the runs abcde1, abcde0; give more"):
        await store.find_run("abc")


async def test_problems_are_kept_whole_and_once(store: Store, run: str) -> None:
    await new_run(store)
    assert await store.problem(run, "P/2") == problem("P/2")
    assert await store.problem(run, "P/3") is None
    async with store._reading.execute("SELECT count(*) FROM problem_text") as cursor:
        assert tuple(await cursor.fetchone() or ()) == (2,)
    with pytest.raises(BadInputError, match="there is no run nowhere"):
        await store.problems("nowhere")


async def test_the_export_is_whole(store: Store, run: str) -> None:
    await told(store, run)
    lines = [line async for line in export_lines(store, run)]
    events = msgspec.json.decode(f"[{','.join(lines)}]", type=list[StoredEvent])
    assert all("\n" not in line for line in lines)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    whole = [event for event in events if isinstance(event, CandidateMeasured)]
    assert [len(event.measurement.trials) for event in whole] == [0, 6]
    assert list(msgspec.json.decode(lines[0]))[:4] == ["kind", "seq", "at", "run"]


async def test_a_stored_run_is_followed_as_another_process_adds_to_it(
    store: Store, run: str, path: Path
) -> None:
    async with open_store(path) as other, watching(other, run) as session:
        assert (session.run, session.control) == (run, None)
        assert [event.seq for event in session.drain()] == [1]
        assert session.drain() == []
        event = await store.append(ProblemEnded(run=run, problem="P/1", how="solved"))
        fresh = []
        with anyio.fail_after(10):
            while not fresh:
                await anyio.sleep(0.01)
                fresh = list(session.drain())
        assert fresh == [event]


async def test_a_session_can_be_refreshed_by_hand(store: Store, run: str) -> None:
    session = await StoredSession.load(store, run)
    await store.append(RunPaused(run=run))
    async with anyio.create_task_group() as group:
        group.start_soon(session.refresh)
        group.start_soon(session.refresh)
    assert [event.seq for event in session.drain()] == [1, 2]


async def test_the_views_for_people_hold_what_happened(store: Store, run: str) -> None:
    await told(store, run)

    async def rows(question: str) -> list[tuple[object, ...]]:
        async with store._reading.execute(question) as cursor:
            return [tuple(row) for row in await cursor.fetchall()]

    assert await rows(
        "SELECT problem, chain, round, label, prompt_tokens, code, outcome FROM round ORDER BY 1, 3"
    ) == [
        ("P/1", 0, 0, "base", 100, "# hash-P/1-0-0\n", "seed"),
        ("P/1", 0, 1, "optimise", 100, "# hash-P/1-0-1\n", "beats-reference"),
        ("P/2", 0, 0, "base", 100, "# hash-P/2-0-0\n", "wrong"),
    ]
    assert await rows("SELECT verdict, failed_test, tests_judged FROM verdict ORDER BY seq") == [
        ("correct", None, 3),
        ("correct", None, 3),
        ("wrong-answer", "t2", 2),
    ]
    assert await rows("SELECT test, passed FROM test_result WHERE problem = 'P/2' ORDER BY position") == [
        ("t1", 1),
        ("t2", 0),
    ]
    assert await rows("SELECT vs_reference, vs_seed, trials FROM measurement ORDER BY seq") == [
        (1.0, None, 0),
        (4.0, 4.0, 6),
    ]


async def test_the_questions_in_the_documentation_can_be_asked(store: Store, run: str) -> None:
    await told(store, run)
    page = Path(__file__).parents[2] / "docs" / "database.md"
    blocks = re.findall(r"```sql\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    questions = [question for block in blocks for question in block.split(";") if question.strip()]
    assert len(questions) == 3
    for question in questions:
        async with store._reading.execute(question.replace("k3x9fa", run)) as cursor:
            assert list(await cursor.fetchall())
