"""kill -9 in the middle of a run, and what `resume` makes of it."""

from __future__ import annotations

import signal
import sys
from collections import Counter
from itertools import product

import msgspec
import pytest

from tests.end_to_end.conftest import Place, live
from tests.support.bench import CALLS_OF_A_CHAIN, Call, Dosed, call_in
from tests.support.command import Running, are_gone, children_of, replies_in, wait_until
from tests.support.model_server import FakeServer

ALL_CALLS = set(product((f"Add/{n}" for n in range(3)), range(2), range(CALLS_OF_A_CHAIN)))


def answered(server: FakeServer) -> Counter[Call]:
    """How often each call was answered to the last byte."""
    counted: Counter[Call] = Counter()
    for key, times in server.counts.answered.items():
        counted[call_in(key)] += times
    return counted


@pytest.mark.skipif(sys.platform != "linux", reason="looks for left processes in /proc")
def test_a_killed_run_goes_on_where_it_stopped_and_no_reply_is_paid_for_twice(place: Place) -> None:
    dosed = Dosed(7)
    with FakeServer(dosed) as server:
        kill(place, place.begin(*live(server.url), "--json", name="first"), replies_before=7)
        dosed.left = 5
        kill(place, place.begin("resume", "last", "--json", name="second"), replies_before=7 + 5)
        dosed.left = len(ALL_CALLS)
        ended = place.perftui("resume", "last", "--headless")

        assert ended.status == 0, ended.err
        assert answered(server) == Counter(ALL_CALLS)
    assert len(place.facts("reply-received")) == len(ALL_CALLS)
    assert len(place.facts("problem-ended")) == 3
    assert [head.kind for head in place.facts("run-resumed")] == ["run-resumed"] * 2
    report = msgspec.json.decode(place.perftui("report", "last", "--format", "json").out)
    assert [row["status"] for row in report["per_problem"]] == ["solved"] * 3


def kill(place: Place, run: Running, *, replies_before: int) -> None:
    """Kill -9 once so many replies are stored and all other calls hang."""
    with run:
        run.until(lambda: replies_in(run.out) == replies_before)
        children = children_of(run.process.pid)
        assert children, "the sandboxes are processes"
        run.send(signal.SIGKILL)
        assert run.end().status == -signal.SIGKILL
    wait_until(lambda: are_gone(children))
