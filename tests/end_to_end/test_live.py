"""A run at work in one process, as other processes see it."""

from __future__ import annotations

import json
import signal

from tests.end_to_end.conftest import Place, live
from tests.support.bench import Dosed, write_replies
from tests.support.command import heads, replies_in
from tests.support.model_server import FakeServer


def test_a_live_run_is_watched_and_reported_from_outside_and_owned_by_one(place: Place) -> None:
    dosed = Dosed(2)
    with (
        FakeServer(dosed) as server,
        place.begin(*live(server.url, "--stall-seconds", 1), "--json") as run,
    ):
        run.until(lambda: replies_in(run.out) == 2)
        name = heads(run.out)[0].run

        for command in (("resume", name), ("rerun", name, "Add/0")):
            refused = place.perftui(*command, "--json")
            assert (refused.status, refused.out) == (2, "")
            assert refused.err == (
                f"perftui: run {name} is at work in process {run.process.pid}; end that process first\n"
            )
        report = json.loads(place.perftui("report", name, "--format", "json").out)
        assert (report["status"], len(report["per_problem"])) == ("running", 3)

        with place.begin("watch", name, "--json", name="watch") as watch:
            watch.until(lambda: replies_in(watch.out) == 2)
            dosed.left = 100
            assert run.end().status == 0
            assert watch.end().status == 0
        assert watch.out == run.out


def test_whoever_watches_may_leave(place: Place) -> None:
    with FakeServer(Dosed(1)) as server, place.begin(*live(server.url), "--json") as run:
        run.until(lambda: replies_in(run.out) == 1)
        with place.begin("watch", "--json", name="watch") as watch:
            watch.until(lambda: replies_in(watch.out) == 1)
            watch.send(signal.SIGINT)
            ended = watch.end()
        assert (ended.status, ended.err.strip()) == (130, "perftui: interrupted")
        assert run.process.poll() is None


def test_a_stored_run_is_played_again_as_it_was(place: Place) -> None:
    write_replies(place.folder / "replies.jsonl")
    ran = place.perftui(
        *("run", "problems", "--model", "recorded:replies.jsonl", "--sandbox", "process", "--no-timing"),
        "--json",
    )
    played = place.perftui("watch", "last", "--replay", "1000x", "--json")
    assert (played.status, played.out) == (0, ran.out)
    for speed in ("0", "fast", "1e9x", "nan"):
        refused = place.perftui("watch", "last", "--replay", speed)
        assert (refused.status, refused.out, len(refused.err.splitlines())) == (2, "", 1)
        assert "write 60x" in refused.err
