"""`fork`: a run of its own that goes on from a round of another, and is told in one line where it cannot."""

from __future__ import annotations

import json
import tomllib

import pytest

from perftui.cli.fork import fork_command, round_of
from perftui.errors import BadInputError
from perftui.events.plan import Fork, Origin
from tests.cli.conftest import Here


def events_of(here: Here, run: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in here.perftui("export", run).out.splitlines()]


def first_problem(here: Here, run: str) -> str:
    report = json.loads(here.perftui("report", run, "--format", "json").out)
    return str(report["per_problem"][0]["problem"])


def test_a_fork_goes_on_beside_its_origin_and_pays_for_nothing_again(here: Here) -> None:
    run = here.run()
    name = first_problem(here, run)
    before = len(events_of(here, run))
    ended = here.perftui("fork", run, name, "1.1", "--temperature", "0.9")
    assert ended.status == 0, ended.err
    assert len(events_of(here, run)) == before
    forked = events_of(here, "last")
    assert forked[0]["plan"]["origin"] == {
        "run": run, "problem": name, "attempt": 1, "chain": 0, "round": 0
    }  # fmt: skip
    replies = [event for event in forked if event["kind"] == "reply-received"]
    assert replies[0]["reply"]["reused"] is True
    assert all(not event["reply"].get("reused") for event in replies[1:])
    assert forked[-1]["how"] == "done"


def test_a_program_of_ones_own_is_the_next_round_of_a_fork(here: Here) -> None:
    run = here.run()
    name = first_problem(here, run)
    code = next(
        e["code"] for e in events_of(here, run) if e["kind"] == "candidate-found" and e["problem"] == name
    )
    (here.folder / "mine.py").write_text(f"{code}\n# by hand\n")
    ended = here.perftui("fork", run, name, "1", "--program", "mine.py")
    assert ended.status == 0, ended.err
    asks = [e["ask"] for e in events_of(here, "last") if e["kind"] == "action-taken"]
    assert asks[1]["hand"] == ["program"]


def test_a_file_may_hold_the_whole_conversation(here: Here) -> None:
    run = here.run()
    name = first_problem(here, run)
    (here.folder / "talk.md").write_text("=== system\nBe brief.\n=== user\nMake it fast.\n")
    ended = here.perftui("fork", run, name, "1", "--prompt", "talk.md")
    assert ended.status == 0, ended.err
    asks = [e["ask"] for e in events_of(here, "last") if e["kind"] == "action-taken"]
    sent = [[(m["role"], m["content"]) for m in ask["messages"]] for ask in asks]
    assert [("system", "Be brief."), ("user", "Make it fast.")] in sent
    (here.folder / "talk.md").write_text("=== user\nx\n=== nobody\n")
    assert "talk.md: line 3: a message begins with" in here.refused(
        "fork", run, name, "1", "--prompt", "talk.md"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nobody", "1.1"), "has no problem nobody"),
        (("NAME", "x"), "is no round"),
        (("NAME", "0.1"), "is no round"),
        (("NAME", "9.1"), "no chain 9"),
        (("NAME", "1.99"), "no round 99"),
        (("NAME", "1.1", "--strategy", "nonsense"), "nonsense"),
        (("NAME", "1.1", "--attempt", "4"), "no attempt 4"),
    ],
)
def test_what_cannot_be_forked_is_told_in_a_line(here: Here, arguments: tuple[str, ...], said: str) -> None:
    run = here.run()
    name = first_problem(here, run)
    assert said in here.refused("fork", run, *(name if word == "NAME" else word for word in arguments))


def test_a_round_is_named_as_the_screen_numbers_it() -> None:
    assert round_of("2.3") == (1, 2)
    assert round_of("3") == (0, 2)
    with pytest.raises(BadInputError):
        round_of("1.")


def test_the_command_of_a_fork_says_what_is_different() -> None:
    origin = Origin(run="abc", problem="a b'c", attempt=2, chain=1, round=2)
    fork = Fork(origin=origin, model="test/m", temperature=0.5)
    said = "perftui fork abc 'a b'\"'\"'c' 2.3 --attempt 2 --model test/m --temperature 0.5"
    assert fork_command(fork) == said


def test_keys_are_printed_as_a_table_and_read_back(here: Here) -> None:
    table = tomllib.loads(here.perftui("keys").out)["keys"]
    assert table["run.pause"] == "p"
    as_json = json.loads(here.perftui("keys", "--format", "json").out)
    assert {row["id"] for row in as_json} == set(table)


def test_a_run_is_deleted_from_the_command_line(here: Here) -> None:
    run = here.run()
    assert here.perftui("db", "delete", run, "--yes").out == f"run {run} is deleted\n"
    assert "no runs" in here.refused("report", run)
    assert "all is well" in here.perftui("db", "check").out
