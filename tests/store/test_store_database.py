# ruff: noqa: ASYNC240 - small files of a test, with nothing else on the loop

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import aiosqlite
import pytest

from perftui.errors import BadInputError, ExitStatus, PerftuiError
from perftui.events.model import RunPaused
from perftui.store import migrations
from perftui.store.codec import TRIAL_FIELDS
from perftui.store.migrations import APPLICATION_ID, VERSION, prepare
from perftui.store.trouble import StoreFailedError, explained
from perftui.store.writer import open_store
from tests.support.story import ENVIRONMENT, head_of, plan, problem

SCHEMAS = sorted((Path(__file__).parent / "schemas").glob("*.sql"))


def shape(path: Path) -> dict[str, str]:
    """What a database is made of: its tables, indexes and views."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: " ".join(sql.split()) for name, sql in rows}


def pragma(path: Path, name: str) -> object:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


def old_database(path: Path, schema: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(schema.read_text("utf-8"))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {int(schema.stem)}")
        connection.execute(
            "INSERT INTO run (id, purpose, benchmark, model, strategy, chains, problems, started_at, status) "
            "VALUES ('aaaaaa', 'demo', 'b', 'm', 's', 1, 0, 1.0, 'done')"
        )
        connection.commit()


async def refused(path: Path) -> PerftuiError:
    with pytest.raises(PerftuiError) as caught:
        async with open_store(path, busy_seconds=0.05):
            pass
    assert "\n" not in str(caught.value)
    assert str(path.name) in str(caught.value)
    return caught.value


async def test_a_new_database_says_what_it_is(path: Path) -> None:
    async with open_store(path):
        pass
    assert pragma(path, "application_id") == APPLICATION_ID
    assert pragma(path, "user_version") == VERSION
    assert pragma(path, "journal_mode") == "wal"


def test_a_trial_has_a_column_for_each_of_its_fields() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMAS[-1].read_text("utf-8"))
        columns = [row[1] for row in connection.execute("PRAGMA table_info(trial)")]
    assert columns == ["seq", "position", *TRIAL_FIELDS]


async def test_every_write_is_forced_to_disk(path: Path) -> None:
    async with open_store(path) as store, store._writing.execute("PRAGMA synchronous") as cursor:
        full = 2
        assert tuple(await cursor.fetchone() or ()) == (full,)


async def test_an_empty_file_is_taken_for_new(path: Path) -> None:
    path.touch()
    async with open_store(path) as store:
        assert await store.runs() == []


def test_the_newest_schema_is_kept_for_tests() -> None:
    assert int(SCHEMAS[-1].stem) == VERSION
    here = Path(migrations.__file__).parent / "schema.sql"
    assert SCHEMAS[-1].read_text("utf-8") == here.read_text("utf-8")


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.stem)
async def test_every_former_version_becomes_what_a_new_one_is(
    path: Path, tmp_path: Path, schema: Path
) -> None:
    old_database(path, schema)
    async with open_store(path) as store:
        assert [run.run for run in await store.runs()] == ["aaaaaa"]
    async with open_store(tmp_path / "new.db"):
        pass
    made, new = shape(path), shape(tmp_path / "new.db")
    assert made.keys() - new.keys() == set()
    if int(schema.stem) < VERSION:
        assert made == new


@pytest.fixture
def steps(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "steps"
    folder.mkdir()
    (folder / f"{VERSION + 1:04d}.sql").write_text("ALTER TABLE run ADD COLUMN note TEXT;\n")
    (folder / f"{VERSION + 2:04d}.sql").write_text(
        "-- with a comment; and a semicolon\nUPDATE run SET note = 'a;b';\nCREATE TABLE more (x);\n"
    )
    return folder


async def test_an_old_database_is_migrated_after_a_copy_was_made(path: Path, steps: Path) -> None:
    async with open_store(path) as store:
        problems = [problem()]
        run = await store.create_run(plan(problems), ENVIRONMENT, problems, [head_of(problems[0])])
    (path.with_name(f"{path.name}.v{VERSION}.bak")).write_text("of long ago")
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        await connection.execute("DROP VIEW measurement")
        await prepare(connection, path, version=VERSION + 2, steps=steps)
        # A second time there is nothing to do.
        await prepare(connection, path, version=VERSION + 2, steps=steps)
    assert pragma(path, "user_version") == VERSION + 2
    assert {"more", "measurement", "round"} <= shape(path).keys()
    with closing(sqlite3.connect(path)) as check:
        assert check.execute("SELECT id, note FROM run").fetchall() == [(run, "a;b")]
    copy = path.with_name(f"{path.name}.v{VERSION}.2.bak")
    assert pragma(copy, "user_version") == VERSION
    assert "more" not in shape(copy)
    async with open_store(copy) as store:
        assert [summary.run for summary in await store.runs()] == [run]


async def test_a_migration_that_fails_changes_nothing(path: Path, steps: Path) -> None:
    async with open_store(path):
        pass
    (steps / f"{VERSION + 2:04d}.sql").write_text("SELECT nonsense FROM nowhere;\n")
    before = shape(path)
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        with pytest.raises(sqlite3.OperationalError):
            await prepare(connection, path, version=VERSION + 2, steps=steps)
    assert shape(path) == before
    assert pragma(path, "user_version") == VERSION


async def test_a_newer_database_is_refused_and_left_alone(path: Path) -> None:
    async with open_store(path):
        pass
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    error = await refused(path)
    assert "newer perftui" in str(error)
    assert "update perftui" in str(error)
    assert error.exit_status == ExitStatus.BAD_INPUT
    assert pragma(path, "user_version") == VERSION + 1


async def test_another_programs_database_is_refused_and_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url)")
        connection.commit()
    before = path.read_bytes()
    assert "another program" in str(await refused(path))
    assert path.read_bytes() == before


async def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_text("task_id,solution\n" * 100)
    error = await refused(path)
    assert "is not a perftui database or is damaged; move it away, or name another" in str(error)
    assert error.exit_status == ExitStatus.BAD_INPUT


async def test_a_damaged_database_is_refused(path: Path) -> None:
    async with open_store(path) as store:
        problems = [problem()]
        run = await store.create_run(plan(problems), ENVIRONMENT, problems, [head_of(problems[0])])
        for _ in range(50):
            await store.append(RunPaused(run=run))
    content = bytearray(path.read_bytes())
    for start in range(4096, len(content), 4096):
        content[start : start + 64] = os.urandom(64)
    path.write_bytes(content)
    with pytest.raises(BadInputError, match="damaged"):
        async with open_store(path) as store:
            await store.events(run)


async def test_an_event_that_cannot_be_read_is_named(path: Path) -> None:
    async with open_store(path) as store:
        problems = [problem()]
        run = await store.create_run(plan(problems), ENVIRONMENT, problems, [head_of(problems[0])])
    with closing(sqlite3.connect(path)) as connection:
        body = f'{{"kind":"of-the-future","seq":7,"run":"{run}","at":1}}'
        connection.execute("INSERT INTO event (seq, body) VALUES (7, ?)", (body,))
        connection.commit()
    with pytest.raises(BadInputError, match="event 7 cannot be read"):
        async with open_store(path) as store:
            await store.events(run)


async def test_a_lock_of_another_process_is_told(path: Path) -> None:
    async with open_store(path, busy_seconds=0.05) as store:
        problems = [problem()]
        run = await store.create_run(plan(problems), ENVIRONMENT, problems, [head_of(problems[0])])
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreFailedError, match="locked by another process"):
                await store.append(RunPaused(run=run))
            other.execute("ROLLBACK")
        assert (await store.append(RunPaused(run=run))).seq == 2


async def test_where_no_database_can_be(path: Path, tmp_path: Path) -> None:
    assert "is a folder" in str(await refused(tmp_path))
    missing = tmp_path / "nowhere" / "runs.db"
    with pytest.raises(BadInputError, match=r"the folder .*nowhere does not exist"):
        async with open_store(missing):
            pass
    with pytest.raises(BadInputError, match="there is no database at"):
        async with open_store(path, create=False):
            pass
    assert not path.exists()


async def test_a_path_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    """A link to nowhere cannot be opened, not even by root."""
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "nowhere" / "runs.db")
    assert "cannot be written; make it writable, or name another" in str(await refused(link))
    assert [thread.name for thread in threading.enumerate() if "connection" in thread.name] == []


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (sqlite3.SQLITE_FULL, "disk"),
        (sqlite3.SQLITE_READONLY, "cannot be written"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, "cannot be written"),
        (sqlite3.SQLITE_CANTOPEN, "cannot be written"),
        (sqlite3.SQLITE_BUSY, "locked"),
        (sqlite3.SQLITE_CORRUPT, "damaged"),
        (sqlite3.SQLITE_IOERR, "check its disk"),
    ],
)
def test_each_trouble_has_its_line(code: int, said: str) -> None:
    error = sqlite3.OperationalError("no\nfun \x1b[31m")
    error.sqlite_errorcode = code
    line = str(explained(error, Path("/somewhere/runs.db")))
    assert said in line
    assert line.isprintable()
