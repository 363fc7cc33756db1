"""What Ctrl-C and its like leave: nothing at work, and a run that goes on later."""

from __future__ import annotations

import signal
import sys

import msgspec
import pytest
from anyio import to_thread

from perftui.sandbox.container import APP_LABEL
from perftui.sandbox.docker import DockerEngine
from perftui.sandbox.owner_labels import owner_from_labels
from tests.end_to_end.conftest import Place, live
from tests.support.bench import Dosed
from tests.support.command import Ended, Running, are_gone, children_of, replies_in, wait_until
from tests.support.model_server import FakeServer, Stall, raw_stream

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for left processes in /proc")


@pytest.mark.parametrize("signals", [["INT", "INT"], ["TERM"], ["HUP"]], ids="+".join)
def test_a_run_that_is_stopped_leaves_nothing_at_work(place: Place, signals: list[str]) -> None:
    with FakeServer(Dosed(2)) as server:
        ended = stop(place.begin(*live(server.url), "--json"), signals)

    assert ended.status == 130, ended.err
    assert "stopping; what runs is being ended and removed" in ended.err
    last = msgspec.json.decode(ended.out.splitlines()[-1])
    assert (last["kind"], last["how"]) == ("run-ended", "interrupted")


def test_a_run_that_was_stopped_goes_on_later(place: Place) -> None:
    dosed = Dosed(2)
    with FakeServer(dosed) as server:
        assert stop(place.begin(*live(server.url), "--json"), ["INT"]).status == 130
        report = msgspec.json.decode(place.perftui("report", "last", "--format", "json").out)
        assert report["status"] == "interrupted"
        assert len(report["per_problem"]) == 3
        dosed.left = 100
        resumed = place.perftui("resume", "last")

    assert resumed.status == 0, resumed.err
    assert max(server.counts.answered.values()) == 1
    assert len(place.facts("problem-ended")) == 3


@pytest.mark.docker
@pytest.mark.usefixtures("sandbox_image")
async def test_a_run_that_is_stopped_leaves_no_container(place: Place, docker_engine: DockerEngine) -> None:
    with FakeServer(Dosed(2)) as server:
        run = place.begin(*live(server.url), "--sandbox", "docker", "--json")
        await to_thread.run_sync(stop, run, ["TERM"])
    owners = [owner_from_labels(found.labels) for found in await docker_engine.containers(APP_LABEL)]
    assert run.process.pid not in [owner.pid for owner in owners if owner is not None]


def stop(run: Running, signals: list[str]) -> Ended:
    """Send signals to a run that has two replies and waits for more; see that its processes end."""
    with run:
        run.until(lambda: replies_in(run.out) == 2)
        children = children_of(run.process.pid)
        for name in signals:
            run.send(signal.Signals[f"SIG{name}"])
        ended = run.end()
    wait_until(lambda: are_gone(children))
    return ended


@pytest.mark.parametrize("name", ["INT", "TERM"])
def test_a_signal_before_the_run_has_begun_ends_the_set_up(place: Place, name: str) -> None:
    with FakeServer(Dosed(0)) as server:
        server.models = raw_stream(Stall())
        asked = len(server.connections)
        with place.begin(*live(server.url)) as run:
            run.until(lambda: len(server.connections) > asked)
            run.send(signal.Signals[f"SIG{name}"])
            ended = run.end()
    assert ended.status == 130
    assert ended.err == "perftui: interrupted\n"
    assert "there are no runs" in place.perftui("report", "last").err


def test_a_hang_up_that_is_to_be_ignored_stops_nothing(place: Place) -> None:
    dosed = Dosed(1)
    with FakeServer(dosed) as server:
        former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            run = place.begin(*live(server.url, "--limit", 1, "--stall-seconds", 0.5), "--json")
        finally:
            signal.signal(signal.SIGHUP, former)
        with run:
            run.until(lambda: replies_in(run.out) == 1)
            run.send(signal.SIGHUP)
            dosed.left = 100
            assert run.end().status == 0
