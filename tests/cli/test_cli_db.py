"""`perftui db`: what is wrong with the database, and what takes its space."""

from __future__ import annotations

import json

from tests.cli.conftest import Here
from tests.cli.test_cli_resume import change


def test_a_whole_database_is_said_to_be_and_faults_are_lines(here: Here) -> None:
    here.run()
    ended = here.perftui("db", "check")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.endswith("all is well\n")
    change(here, "UPDATE run SET calls = 1")
    change(here, "UPDATE candidate SET code = '?' WHERE hash = (SELECT min(hash) FROM candidate)")
    ended = here.perftui("db", "check")
    assert ended.status == 1
    assert len(ended.out.splitlines()) == 2
    assert "its calls stand at 1, and its log says 9" in ended.out
    assert ended.err.endswith("2 faults\n")


def test_what_takes_the_space_is_told_in_each_format(here: Here) -> None:
    here.run()
    found = json.loads(here.perftui("db", "stats", "--format", "json").out)
    assert found["replies"] == 9
    counted = {table["name"]: table["rows"] for table in found["tables"]}
    assert counted["run"] == 1
    assert counted["event"] == sum(kind["rows"] for kind in found["events"])
    lines = here.perftui("db", "stats", "--format", "csv").out.splitlines()
    assert lines[0] == "what,name,rows,bytes"
    assert len(lines) == 1 + len(found["tables"]) + len(found["events"])
    assert "1 runs, 0 sweeps" in here.perftui("db", "stats").out


def test_where_there_is_no_database_one_line_says_so(here: Here) -> None:
    assert "there is no database at" in here.refused("db", "check", "--db", "none.db")
    assert "there is no database at" in here.refused("db", "stats", "--db", "none.db")
