"""A sweep as a process: killed and resumed, stopped, watched on a terminal; no reply is paid for twice."""

from __future__ import annotations

import json
import signal
import sys
from collections import Counter
from itertools import product

import pytest

from tests.end_to_end.conftest import Place, live
from tests.end_to_end.test_crash import answered
from tests.support.bench import CALLS_OF_A_CHAIN, Dosed, good_reply, write_replies
from tests.support.command import Running, are_gone, children_of, heads, wait_until
from tests.support.model_server import FakeServer
from tests.support.terminal import ENTER_SCREEN, LEAVE_SCREEN, OnTerminal

ALL_CALLS = set(product((f"Add/{n}" for n in range(3)), range(2), range(CALLS_OF_A_CHAIN)))
BASE_CALLS = {call for call in ALL_CALLS if call[2] == 0}
THREE = ("--strategy", "base-only", "--strategy", "direct-execution-feedback", "--strategy", "perfcodegen")


def runs_of(place: Place) -> list[dict[str, object]]:
    """The reports of the last sweep's runs, in order."""
    ended = place.perftui("report", "last", "--format", "json")
    assert ended.status == 0, ended.err
    found = json.loads(ended.out)
    return found if isinstance(found, list) else [found]


def replies(run: Running) -> int:
    """The replies that the sweep's second run was given."""
    told = heads(run.out)
    runs = list(dict.fromkeys(head.run for head in told))
    return sum(head.kind == "reply-received" and head.run == runs[1] for head in told) if runs[1:] else 0


@pytest.mark.skipif(sys.platform != "linux", reason="looks for left processes in /proc")
def test_a_sweep_that_was_killed_goes_on_and_no_reply_is_paid_for_twice(place: Place) -> None:
    """The first run asks for base programs; the others begin from them, and ask only for what is new."""
    dosed = Dosed(len(BASE_CALLS) + 2)
    with FakeServer(dosed) as server:
        # Killed in its second run: that was given the base programs, and two replies of its own.
        with place.begin(*live(server.url), *THREE, "--json") as run:
            run.until(lambda: replies(run) == len(BASE_CALLS) + 2)
            children = children_of(run.process.pid)
            run.send(signal.SIGKILL)
            assert run.end().status == -signal.SIGKILL
        wait_until(lambda: are_gone(children))
        first = heads(run.out)[0].run
        facts = place.perftui("export", first).out

        dosed.left = 1000
        ended = place.perftui("resume", "last", "--headless")
        assert ended.status == 0, ended.err
        counted = answered(server)
    assert place.perftui("export", first).out == facts, "what was done is not done again"
    assert max(server.counts.answered.values()) == 1, "no question is answered twice"
    assert {call: counted[call] for call in BASE_CALLS} == dict.fromkeys(BASE_CALLS, 1)
    reports = runs_of(place)
    assert [report["strategy"] for report in reports] == [
        "base-only",
        "reflection+direct-execution-feedback",
        "perfcodegen",
    ]
    assert [report["status"] for report in reports] == ["done"] * 3
    assert sum(int(str(report["calls"])) for report in reports) == counted.total()
    check = place.perftui("db", "check")
    assert check.status == 0, check.out


def test_the_runs_of_a_sweep_begin_from_the_same_programs_unless_it_is_fresh(place: Place) -> None:
    with FakeServer(good_reply) as server:
        ended = place.perftui(*live(server.url), *THREE[2:])
        assert ended.status == 0, ended.err
        assert "replies of other runs used again" in ended.out
        assert max(server.counts.answered.values()) == 1
        shared = answered(server)
        calls = [report["calls"] for report in runs_of(place)]
        assert [report["reused"] for report in runs_of(place)] == [0, len(BASE_CALLS)]
        assert place.perftui(*live(server.url), *THREE[2:], "--fresh").status == 0
    assert answered(server) - shared > Counter(), "a fresh sweep asks anew"
    fresh = [int(str(report["calls"])) for report in runs_of(place)]
    assert fresh[0] == calls[0]
    assert fresh[1] == int(str(calls[1])) + len(BASE_CALLS)
    reused = [
        event
        for event in map(json.loads, place.perftui("export", str(runs_of(place)[1]["run"])).out.splitlines())
        if event["kind"] == "reply-received" and event["reply"].get("reused")
    ]
    assert reused == []


def test_ctrl_c_stops_the_sweep_and_says_how_it_goes_on(place: Place) -> None:
    dosed = Dosed(2)
    with FakeServer(dosed) as server:
        with place.begin(*live(server.url), *THREE, "--headless") as run:
            run.until(lambda: server.counts.answered.total() == 2)
            run.send(signal.SIGINT)
            ended = run.end()
        assert ended.status == 130
        last = ended.err.splitlines()[-1]
        assert last.startswith("perftui: sweep stopped in run 1 of 3; go on with: perftui resume ")
        sweep = last.split()[-1]
        assert f"perftui resume {sweep}" in ended.out, "the summary names the sweep, too"
        assert len(runs_of(place)) == 1
        dosed.left = 1000
        assert place.perftui("resume", sweep, "--headless").status == 0
    assert max(server.counts.answered.values()) == 1
    assert [report["status"] for report in runs_of(place)] == ["done"] * 3


def test_on_a_terminal_each_screen_closes_by_itself_but_the_last(place: Place) -> None:
    write_replies(place.folder / "replies.jsonl")
    command = ("run", "problems", "--model", "recorded:replies.jsonl", "--sandbox", "process", "--no-timing")
    with OnTerminal(*command, *THREE, cwd=place.folder, env=place.env) as terminal:
        terminal.until("run 3 of 3")
        terminal.until(ENTER_SCREEN, times=3)
        wait_until(lambda: [report["status"] for report in runs_of(place)] == ["done"] * 3)
        terminal.press("q")
        assert terminal.end() == 0
    assert terminal.shown.count(ENTER_SCREEN) == terminal.shown.count(LEAVE_SCREEN) == 3
    after = terminal.shown.rpartition(LEAVE_SCREEN)[2]
    assert "sweep " in after
    assert "direct-execution-feedback" in after
