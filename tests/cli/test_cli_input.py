"""Bad input: one line that says what is wrong and where, and the status of the contract."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import anyio
import pytest

from perftui.store.writer import open_store
from tests.cli.conftest import MODEL, QUICK, Here
from tests.support.model_server import FakeServer, failed
from tests.support.story import ENVIRONMENT, plan

RUN = ("run", "problems", *MODEL, *QUICK)
LIVE = ("run", "problems", *QUICK, "--model")
EVALUATE = ("evaluate", "problems", *QUICK, "--samples")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("frobnicate",), "No such command 'frobnicate'. See perftui --help"),
        (("--frob",), "No such option '--frob'. See perftui --help"),
        (("run",), "Missing argument 'BENCHMARK'. See perftui run --help"),
        (("run", "problems"), "Missing option '--model'. See perftui run --help"),
        ((*RUN, "--chains", 0), "Invalid value for '--chains': 0 is not in the range"),
        ((*RUN, "--chains", "many"), "Invalid value for '--chains': 'many' is not a valid integer"),
        ((*RUN, "--limit", 0), "Invalid value for '--limit'"),
        ((*RUN, "--strategy", "best"), "unknown strategy 'best': choose one of perfcodegen"),
        ((*RUN, "--strategy", "given"), "--strategy given asks no model"),
        ((*RUN, "--test-least", 5, "--test-most", 1), "--test-least must not be above --test-most"),
        ((*RUN, "--step"), "--step needs the screen"),
        ((*RUN, "--problems", "99"), "--problems: no problem '99'"),
        ((*RUN, "--problems", ","), "--problems: no ids are given"),
        (("run", "nothing", *MODEL), "unknown benchmark 'nothing': known are humaneval"),
        (("run", "", *MODEL), "unknown benchmark ''"),
        (("run", "./nothing", *MODEL), "nothing: no such file"),
        (
            ("run", "humaneval", *MODEL),
            "humaneval is not here: perftui problems fetch humaneval, or give its file with --data FILE",
        ),
        (("run", "humaneval", "--data", "nothing", *MODEL), "nothing: no such file"),
        (("run", "humaneval", "--data", "problems", *MODEL), "problems: a folder where a file is wanted"),
        (("run", "humaneval", "--data", "empty", *MODEL), "empty: holds no records"),
        (("run", "humaneval", "--data", "broken.jsonl", *MODEL), "broken.jsonl, line 1: Object missing"),
        (("run", "humaneval", "--data", "text.jsonl", *MODEL), "text.jsonl, line 1: not JSON"),
        ((*RUN, "--timing-data", "nothing"), "nothing: no such file"),
        ((*RUN, "--timing-data", "empty"), "empty: no timing data: stressful_testcases.json of COFFE"),
        ((*LIVE, "nonsense"), "--model 'nonsense' cannot be read: write PROVIDER/NAME"),
        ((*LIVE, "nobody/model"), "unknown provider 'nobody'"),
        ((*LIVE, "nobody/model", "--base-url", "ftp://host"), "--base-url 'ftp://host' cannot be read"),
        (
            (*LIVE, "nobody/model", "--base-url", "http://u:p@host/v1"),
            "--base-url must hold no user or password",
        ),
        ((*LIVE, "recorded:"), "--model recorded: names no file"),
        ((*LIVE, "recorded:nothing"), "nothing: no such file"),
        ((*LIVE, "recorded:problems"), "problems: a folder where a file is wanted"),
        ((*LIVE, "recorded:empty"), "empty: no replies in it"),
        ((*LIVE, "recorded:broken.jsonl"), "broken.jsonl, line 2: not a recorded reply"),
        (("evaluate", "problems"), "Missing option '--samples'"),
        ((*EVALUATE, "nothing"), "nothing: no such file"),
        ((*EVALUATE, "problems"), "problems: a folder where a file is wanted"),
        ((*EVALUATE, "empty"), "empty: holds no records"),
        ((*EVALUATE, "broken.jsonl"), "broken.jsonl, line 2: not JSON"),
        ((*EVALUATE, "foreign.jsonl"), "foreign.jsonl, line 1: problems has no problem 'Sub/1'"),
        ((*EVALUATE, "samples.jsonl", "--problems", "Add/0,7"), "--problems: no problem '7'"),
        (("watch", "--headless"), "there are no runs"),
        (("resume", "last"), "there are no runs"),
        (("rerun", "last", "Add/0"), "there are no runs"),
        (("report", "nothing"), "there are no runs"),
        (("export", "last"), "there are no runs"),
        (("report",), "Missing argument 'RUN...'"),
        (("watch", "--headless", "--db", "none.db"), "there is no database at none.db"),
        (("resume", "last", "--db", "none.db"), "there is no database at none.db"),
        (("report", "last", "--db", "no/folder/runs.db"), "the folder no/folder does not exist"),
        (("report", "last", "--db", "problems"), "Invalid value for '--db': File 'problems' is a directory"),
        ((), "the screen needs a terminal"),
    ],
    ids=lambda value: " ".join(map(str, value)) or "nothing" if isinstance(value, tuple) else "",
)
def test_bad_input_gets_one_line(here: Here, samples: str, arguments: tuple[object, ...], line: str) -> None:
    here.write("empty", "")
    here.write("text.jsonl", "HumanEval/0\n")
    here.write(
        "broken.jsonl", '{"task_id": "Add/1", "solution": "", "chain": 0, "turn": 0, "reply": ""}\n{"task_id"'
    )
    here.write("foreign.jsonl", '{"task_id": "Sub/1", "solution": ""}\n')
    if arguments and arguments[0] in {"watch", "resume", "rerun", "report", "export"}:
        empty_database(here.folder / "runs.db")
    before = sorted(here.folder.iterdir())

    assert line in here.refused(*arguments)
    # SQLite's own files may come and go beside a database.
    assert [path for path in sorted(here.folder.iterdir()) if "runs.db" not in path.name] == [
        path for path in before if "runs.db" not in path.name
    ]


def test_two_runs_that_begin_alike_are_told(here: Here) -> None:
    here.monkeypatch.setattr("perftui.store.writer._ALPHABET", "ab")
    runs = [empty_run(here.folder / "runs.db") for _ in range(3)]
    first = max("ab", key=lambda letter: sum(run.startswith(letter) for run in runs))
    assert f"{first} may be any of the runs" in here.refused("report", first)
    assert here.perftui("report", runs[0]).status == 0
    assert f"there is no run xyz; the latest are {runs[2]}" in here.refused("report", "xyz")


@pytest.mark.parametrize("command", [RUN, ("report", "last"), ("resume", "last"), ("watch", "--headless")])
def test_a_file_that_is_no_database_is_left_as_it_is(here: Here, command: tuple[object, ...]) -> None:
    here.write("runs.db", "this is a diary, not a database\n" * 100)
    assert "runs.db is not a perftui database or is damaged" in here.refused(*command)
    assert (here.folder / "runs.db").read_text().startswith("this is a diary")


def test_a_database_of_another_program_or_of_a_newer_perftui_is_refused(here: Here) -> None:
    database = here.folder / "runs.db"
    change(database, "CREATE TABLE diary (day TEXT)")
    assert "runs.db" in here.refused(*RUN)
    database.unlink()
    empty_database(database)
    change(database, "PRAGMA user_version = 99")
    assert "was written by a newer perftui (version 99" in here.refused(*RUN)


def test_a_damaged_database_is_told(here: Here) -> None:
    here.run()
    change(
        here.folder / "runs.db",
        "UPDATE event SET body = json_remove(body, '$.plan') WHERE kind = 'run-started'",
    )
    assert "runs.db is damaged: event" in here.refused("report", "last")
    assert "runs.db is damaged: event" in here.refused("resume", "last")


def test_a_live_model_needs_a_key_and_a_server_that_answers_and_knows_it(here: Here) -> None:
    assert here.refused(*LIVE, "openai/small", status=3) == "openai wants a key: set OPENAI_API_KEY"
    with FakeServer(lambda _: failed(500, "not asked")) as server:
        url = server.url
        server.models = failed(401, "who are you?")
        refused = here.refused(*LIVE, "openai/small", "--base-url", url, status=3)
        assert f"the model server at {url} refuses the key (401): set OPENAI_API_KEY to a key" in refused
        here.monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong-0123456789")
        refused = here.refused(*LIVE, "openai/small", "--base-url", url, status=3)
        assert "refuses the key (401): check OPENAI_API_KEY" in refused
        assert "wrong-0123" not in refused
    gone = here.refused(*LIVE, "openai/small", "--base-url", url, status=3)
    assert f"no model server answers at {url}" in gone
    assert "there are no runs" in here.refused("report", "last"), "nothing was begun"


@pytest.mark.parametrize(
    ("host", "status", "line"),
    [
        ("unix:///nonexistent", 3, "no Docker engine at unix:///nonexistent: install and start Docker"),
        ("tcp://127.0.0.1:9", 3, "no Docker engine answers at tcp://127.0.0.1:9"),
        ("garbage", 2, "DOCKER_HOST=garbage is not supported"),
    ],
)
def test_without_docker_the_cure_is_told_and_no_run_begins(
    here: Here, host: str, status: int, line: str
) -> None:
    here.monkeypatch.setenv("DOCKER_HOST", host)
    assert line in here.refused("run", "problems", *MODEL, "--no-timing", status=status)
    assert line in here.refused("sandbox", "status", status=status)
    assert line in here.refused("problems", "check", "problems", status=status)
    assert "there are no runs" in here.refused("report", "last")


def test_a_home_that_cannot_be_written_is_told_where_it_is_needed(here: Here) -> None:
    blocked = here.folder / "blocked"
    blocked.write_text("a file, not a folder")
    here.monkeypatch.setenv("HOME", str(blocked))
    here.monkeypatch.delenv("PERFTUI_DB")
    refused = here.refused("report", "last", status=3)
    assert "cannot be made" in refused
    assert "--db FILE" in refused
    assert here.perftui("strategies").status == 0
    assert here.perftui(*RUN, "--db", "runs.db").status == 0


def test_a_fault_of_ours_is_one_line_and_goes_to_the_log(here: Here) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("of all things")

    here.monkeypatch.setattr("perftui.cli.strategies.in_use", fail)
    ended = here.perftui("strategies")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith("perftui: internal error: ZeroDivisionError: of all things (details in ")
    (log,) = here.home.rglob("perftui.log")
    assert "Traceback" in log.read_text()


def empty_database(path: Path) -> None:
    async def create() -> None:
        async with open_store(path):
            pass

    anyio.run(create)


def empty_run(path: Path) -> str:
    async def create() -> str:
        async with open_store(path) as store:
            return await store.create_run(plan(()), ENVIRONMENT, (), ())

    return anyio.run(create)


def change(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()
