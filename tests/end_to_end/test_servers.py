"""Servers that are slow, refuse, break off, hang or go away: what becomes of a run."""

from __future__ import annotations

import msgspec

from tests.end_to_end.conftest import KEY, Place, live
from tests.support.bench import call_of, fenced, good_reply, right, wrong
from tests.support.model_server import (
    Answer,
    Asked,
    FakeServer,
    HangUp,
    Stall,
    broken,
    failed,
    raw_stream,
    streamed,
)

HASTY = ("--attempts", 3, "--stall-seconds", 0.3)


def per_problem(place: Place) -> dict[str, dict[str, object]]:
    report = msgspec.json.decode(place.perftui("report", "last", "--format", "json").out)
    return {row["problem"]: row for row in report["per_problem"]}


def test_faults_that_pass_cost_nothing_and_a_broken_call_is_told_from_a_wrong_program(place: Place) -> None:
    passing = [
        failed(429, "too many requests", Retry_After="0.1"),
        failed(500, "something went wrong"),
        broken("Here it is:\n\n```python\ndef add", HangUp()),
        raw_stream(Stall()),
        raw_stream(b"data: {oops\n\n"),
        streamed(fenced(right("Add/0")), piece=16, pause=0.05),
    ]

    def script(asked: Asked) -> Answer:
        problem, chain, turn = call_of(asked)
        if problem == "Add/0" and asked.times == 0:
            return passing[(3 * chain + turn) % len(passing)]
        if problem == "Add/1":
            return failed(503, "overloaded") if chain == 0 else streamed(fenced(wrong(problem)))
        return streamed(fenced(wrong(problem))) if problem == "Add/2" else good_reply(asked)

    with FakeServer(script) as server:
        ended = place.perftui(*live(server.url, *HASTY))

    assert ended.status == 1, ended.err
    rows = per_problem(place)
    assert {name: row["status"] for name, row in rows.items()} == {
        "Add/0": "solved",
        "Add/1": "infrastructure",
        "Add/2": "unsolved",
    }
    assert "503: overloaded (tried 3 times" in str(rows["Add/1"]["reason"])
    assert rows["Add/2"]["verdict"] == "wrong-answer"
    assert max(server.counts.answered.values()) == 1


def test_a_server_that_goes_away_stops_the_run_and_no_chain_is_lost(place: Place) -> None:
    left = [5]

    def script(asked: Asked) -> Answer:
        left[0] -= 1
        return good_reply(asked) if left[0] >= 0 else failed(500, "out of memory")

    with FakeServer(script) as server:
        ended = place.perftui(*live(server.url, "--chains", 4, "--attempts", 1))
        assert ended.status == 1
        last = ended.err.splitlines()[-1]
        assert last.startswith(
            "perftui: the last 8 calls of the model failed, all in a row: the server answered 500"
        )
        assert "go on with: perftui resume" in last
        assert {row["status"] for row in per_problem(place).values()} <= {"running", "solved"}

        left[0] = 1000
        resumed = place.perftui("resume", "last")
    assert resumed.status == 0, resumed.err
    assert {row["status"] for row in per_problem(place).values()} == {"solved"}


def test_a_wrong_key_stops_the_run_at_once_and_says_which(place: Place) -> None:
    with FakeServer(lambda _: failed(401, f"Incorrect API key provided: {KEY}")) as server:
        ended = place.perftui(*live(server.url))
    assert ended.status == 3
    assert "check TEST_API_KEY; then go on with: perftui resume" in ended.err
    assert len(server.asked) <= 6, "no call is sent again"


def test_a_key_is_nowhere_to_be_found_after_a_run(place: Place) -> None:
    def script(asked: Asked) -> Answer:
        said = asked.headers["authorization"]
        problem, chain, turn = call_of(asked)
        match chain, turn:
            case 0, 0:
                return failed(400, f"what is {said}?", code=KEY)
            case 1, 0 if asked.times == 0:
                return failed(500, f"{said} broke me")
            case 1, 1 if asked.times == 0:
                return raw_stream(f'data: {{"error": {{"message": "{said}"}}}}\n\n'.encode())
            case 1, 2:
                return failed(422, f"{said} is not {KEY}")
        return streamed(fenced(right(problem, f"{turn}: {said}")), piece=10)

    with FakeServer(script) as server:
        ended = place.perftui(*live(server.url, *HASTY))
        watched = place.perftui("watch", "last", "--json")
        exported = place.perftui("export", "last")

    assert any(KEY in asked.headers["authorization"] for asked in server.asked), "it was sent"
    assert "what is" in exported.out, "the server's words were kept"
    for output in (ended, watched, exported):
        assert KEY not in output.out + output.err
    files = [file for file in place.folder.parent.rglob("*") if file.is_file()]
    assert place.folder / "runs.db" in files
    assert [file for file in files if KEY.encode() in file.read_bytes()] == []
