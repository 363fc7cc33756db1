"""Sweeps in one process: a run a cell, the table at the end, and resuming as a whole."""

from __future__ import annotations

import json
import sqlite3

from tests.cli.conftest import MODEL, QUICK, Here
from tests.cli.test_cli_resume import change
from tests.support.bench import good_reply, write_replies
from tests.support.command import Ended, heads
from tests.support.model_server import FakeServer, failed

TWO = ("--strategy", "perfcodegen", "--strategy", "base-only")


def sweep(here: Here, *more: object) -> Ended:
    return here.perftui("run", "problems", *QUICK, *more)


def rows(here: Here, question: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(here.folder / "runs.db")
    try:
        return connection.execute(question).fetchall()
    finally:
        connection.close()


def cells(here: Here) -> list[tuple[object, ...]]:
    """Of the newest sweep: each cell's run, and how it stands."""
    return rows(
        here,
        "SELECT cell, strategy, status FROM sweep_cell LEFT JOIN run ON run.id = sweep_cell.run"
        " WHERE sweep = (SELECT id FROM sweep ORDER BY made_at DESC LIMIT 1) ORDER BY cell",
    )


def _runs(here: Here) -> list[str]:
    return [str(run) for (run,) in rows(here, "SELECT run FROM sweep_cell ORDER BY cell")]


def test_a_sweep_runs_each_cell_and_prints_its_table(here: Here) -> None:
    ended = sweep(here, *MODEL, *TWO, "--chains", "1,2")
    assert ended.status == 0, ended.err
    ((id_,),) = rows(here, "SELECT id FROM sweep")
    assert f"sweep {id_}" in ended.out
    assert "run 2 of 2: " in ended.err
    assert cells(here) == [(0, "perfcodegen", "done"), (1, "base-only", "done")]
    table = here.perftui("report", id_).out
    assert ended.out.endswith(table)
    assert here.perftui("report", "last").out == table
    assert here.perftui("compare", id_).out == here.perftui("compare", *_runs(here)).out
    reports = json.loads(here.perftui("report", id_, "--format", "json").out)
    assert [(report["strategy"], report["chains"]) for report in reports] == [
        ("perfcodegen", 2), ("base-only", 2),
    ]  # fmt: skip


def test_one_model_and_one_strategy_are_a_run_of_its_own(here: Here) -> None:
    assert sweep(here, *MODEL, "--strategy", "base-only", "--chains", "1,2").status == 0
    assert rows(here, "SELECT count(*) FROM sweep") == [(0,)]
    assert here.perftui("report", "last").out.startswith("#")


def test_json_lines_tell_of_which_run_they_are(here: Here) -> None:
    ended = sweep(here, *MODEL, *TWO, "--json")
    assert ended.status == 0, ended.err
    told = heads(ended.out)
    assert len(told) == len(ended.out.splitlines())
    assert list(dict.fromkeys(head.run for head in told)) == _runs(here)


def test_a_sweep_goes_on_as_a_whole(here: Here) -> None:
    assert sweep(here, *MODEL, *TWO, "--strategy", "perfcodegen-paper").status == 0
    first, second, third = _runs(here)
    # As kill -9 leaves it in the second of three runs: that has some events, the third has none.
    for table in ("event", "problem_result", "outline"):
        change(here, f"DELETE FROM {table} WHERE run = ?", third)
    change(here, "UPDATE sweep_cell SET run = NULL WHERE run = ?", third)
    change(here, "DELETE FROM run WHERE id = ?", third)
    seq = "(SELECT max(seq) FROM event WHERE run = ?1 AND kind = 'reply-received')"
    for table in ("outline", "event"):
        change(here, f"DELETE FROM {table} WHERE run = ?1 AND seq > {seq}", second)
    change(here, "UPDATE run SET status = 'running' WHERE id = ?", second)
    before = rows(here, "SELECT count(*) FROM event")
    done = rows(here, f"SELECT max(seq), count(*) FROM event WHERE run = '{first}'")

    ended = here.perftui("resume", "last")
    assert ended.status == 0, ended.err
    assert "run 1 of 3" not in ended.err
    assert cells(here)[1:] == [(1, "base-only", "done"), (2, "perfcodegen-paper", "done")]
    assert rows(here, f"SELECT max(seq), count(*) FROM event WHERE run = '{first}'") == done
    assert rows(here, "SELECT count(*) FROM event") > before
    assert _runs(here)[:2] == [first, second]
    assert here.perftui("db", "check").status == 0

    again = here.perftui("resume", "last")
    assert (again.status, again.out) == (0, "")
    assert "has ended; look at it with: perftui report" in again.err


def test_a_model_that_answers_no_call_is_told_and_the_others_go_on(here: Here) -> None:
    with FakeServer(good_reply) as server:
        server.models = failed(404, "no such page")
        here.monkeypatch.setenv("TEST_API_KEY", "sk-1234567890123456")

        def refusing(asked: object) -> object:
            return failed(401, "who are you?")

        server._script = refusing  # type: ignore[assignment]
        live = ("--model", "test/a", "--base-url", server.url)
        ended = sweep(here, *live, *MODEL, *TWO)
        assert ended.status == 1, ended.err
        assert "run 1 of 4 failed: " in ended.err
        assert "run 2 of 4 is left: its model answers no call" in ended.err
        stands = [status for _, _, status in cells(here)]
        assert stands == ["failed", None, "done", "done"]

        ended = here.perftui("resume", "last")
        assert ended.status == 1
        server._script = good_reply
        ended = here.perftui("resume", "last")
    assert ended.status == 0, ended.err
    assert [status for _, _, status in cells(here)] == ["done"] * 4


def test_where_no_model_answers_the_sweep_says_so_and_how_it_goes_on(here: Here) -> None:
    live = ("--model", "test/a", "--base-url", "http://127.0.0.1:9/v1")
    ended = sweep(here, *live, *TWO)
    assert (ended.status, ended.out) == (3, "")
    ((id_,),) = rows(here, "SELECT id FROM sweep")
    last = ended.err.splitlines()[-1]
    assert "no model server answers at http://127.0.0.1:9" in last
    assert last.endswith(f"go on with: perftui resume {id_}")


def test_without_a_sandbox_no_cell_is_tried_twice(here: Here) -> None:
    here.monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent")
    ended = here.perftui("run", "problems", *MODEL, *TWO, "--no-timing")
    assert ended.status == 3
    assert "no Docker engine at" in ended.err.splitlines()[-1]
    assert "run 2 of 2" not in ended.err
    assert here.perftui("resume", "last", "--sandbox", "process").status == 0


def test_the_runs_of_a_sweep_have_the_same_limits_and_are_timed_on_the_same_inputs(here: Here) -> None:
    """Each would choose others by itself: its choice goes by what it measures."""
    problem = here.folder / "problems" / "add_0.toml"
    inputs = "".join(f'\n[[timing]]\ninput = "({n},)"\n' for n in range(1000, 1120))
    problem.write_text(problem.read_text() + inputs)
    timed = ("--problems", "Add/0", "--sandbox", "process", "--timing-budget", 0)
    assert here.perftui("run", "problems", *MODEL, *TWO, *timed).status == 0
    told = []
    for run in _runs(here):
        events = [json.loads(line) for line in here.perftui("export", run).out.splitlines()]
        kinds = {event["kind"]: event for event in events}
        told.append((kinds["reference-judged"]["limits"], kinds["problem-prepared"]["timing"]))
    assert told[0] == told[1]
    assert len(told[0][1]["shown"]) > 10
    assert here.perftui("compare", "last").status == 0


def test_the_replies_of_a_stored_run_are_replayed(here: Here) -> None:
    run = here.run("--chains", 2)
    (here.folder / "replies.jsonl").unlink()
    ended = here.perftui("run", "problems", *QUICK, "--model", "recorded:last", "--chains", 2)
    assert ended.status == 0, ended.err
    replayed, first = (
        json.loads(here.perftui("report", id_, "--format", "json").out) for id_ in (ended.out.split()[1], run)
    )
    assert replayed["model"] == f"recorded:{run}"
    assert replayed["calls"] == first["calls"] == 18
    assert [row["candidate"] for row in replayed["per_problem"]] == [
        row["candidate"] for row in first["per_problem"]
    ]


def test_a_turn_that_the_stored_run_does_not_have_ends_the_chain(here: Here) -> None:
    write_replies(here.folder / "replies.jsonl", chains=1)
    run = here.run("--strategy", "base-only")
    ended = here.perftui("run", "problems", *QUICK, "--model", f"recorded:{run}", "--chains", 2)
    assert ended.status == 0, ended.err
    exported = here.perftui("export", ended.out.split()[1]).out
    assert f"recorded:{run} has no reply for Add/0, chain 1, turn 0" in exported
    assert exported.count('"reply-received"') == 3


def test_a_sweep_is_no_run(here: Here) -> None:
    assert sweep(here, *MODEL, *TWO).status == 0
    ((id_,),) = rows(here, "SELECT id FROM sweep")
    runs = _runs(here)
    told = f"{id_} is a sweep of 2 runs; name one of them: {', '.join(runs)}"
    assert here.refused("rerun", id_, "Add/0") == told
    assert here.refused("export", id_) == told
