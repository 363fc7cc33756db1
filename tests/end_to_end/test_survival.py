"""Engines that restart, hang, fill up and are gone; perftui killed; many programs at once.

Each has an engine of the tests' own under a run of `perftui evaluate`.
"""

from __future__ import annotations

import dataclasses
import json
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from perftui.sandbox.cores import usable_cores
from tests.end_to_end.conftest import Place
from tests.support.bench import right, write_lines, wrong
from tests.support.command import Running, wait_until
from tests.support.engine import OwnEngine

pytestmark = pytest.mark.docker

END_SECONDS = 10.0
"""How soon the containers of a killed perftui are gone."""

SHORT_PATIENCE = """
import functools
from perftui.sandbox import channel, docker_pool
channel._SLACK_SECONDS = 1.0
docker_pool.open_engine = functools.partial(docker_pool.open_engine, seconds=2.0)
docker_pool.warm_pool = functools.partial(docker_pool.warm_pool, patience_seconds=1.0)
"""
"""The same deadlines, but short: there is no flag for them."""

KILLED_BEFORE_THE_START = """
import os, signal
from perftui.sandbox.docker import DockerEngine

async def killed(self, container):
    os.kill(os.getpid(), signal.SIGKILL)

DockerEngine.start = killed
"""


@pytest.fixture
def bench(place: Place, own_engine: OwnEngine) -> Place:
    """A place whose commands use the engine of the tests' own."""
    return dataclasses.replace(place, env={**place.env, "DOCKER_HOST": own_engine.url})


SLOW = 0.15
"""Seconds that a program takes where something is to happen meanwhile."""


def evaluate(place: Place, count: int, *more: object, seconds: float = SLOW) -> tuple[object, ...]:
    """The command that judges so many programs, every third of them wrong."""
    samples = [
        {"task_id": task, "solution": f"import time\ntime.sleep({seconds})\n{program}"}
        for n in range(count)
        for task in [f"Add/{n % 2}"]
        for program in [wrong(task) + f"MARK = {n}\n" if n % 3 == 0 else right(task, n)]
    ]
    write_lines(place.folder / "samples.jsonl", samples)
    return ("evaluate", "problems", "--samples", "samples.jsonl", "--no-timing", *more)


def verdicts(out: str) -> Counter[str]:
    """How often each verdict was given, from the events of `--json`."""
    events = [json.loads(line) for line in out.splitlines()]
    return Counter(event["verdict"]["kind"] for event in events if event["kind"] == "candidate-judged")


def expected(count: int) -> Counter[str]:
    """The verdicts on the programs of `evaluate`."""
    return Counter("wrong-answer" if n % 3 == 0 else "correct" for n in range(count))


def until_judged(run: Running, count: int) -> None:
    run.until(lambda: run.out.count('"candidate-judged"') >= count)


@pytest.mark.parametrize("how", ["restarted", "killed, its containers live on"])
def test_a_run_survives_an_engine_that_goes_away_and_comes_back(
    bench: Place, own_engine: OwnEngine, how: str
) -> None:
    with most_containers(own_engine) as seen, bench.begin(*evaluate(bench, 24, "--json")) as run:
        until_judged(run, 3)
        if how == "restarted":
            own_engine.stop()
        else:
            own_engine.kill()
        own_engine.start(keeps_containers="live on" in how)
        ended = run.end()
    assert ended.status == 0, ended.err
    assert verdicts(ended.out) == expected(24)
    assert '"sandbox-lost"' in ended.out
    assert own_engine.containers() == []
    assert seen
    assert max(seen) <= len(usable_cores())


def test_a_run_whose_engine_stays_away_ends_and_can_be_resumed(bench: Place, own_engine: OwnEngine) -> None:
    patience = SHORT_PATIENCE.replace("seconds=2.0", "seconds=20.0")
    with bench.begin(*evaluate(bench, 24, "--json"), before=patience) as run:
        until_judged(run, 3)
        own_engine.stop()
        ended = run.end()
    assert ended.status == 3
    assert f"no Docker engine at {own_engine.url}" in only_line(ended.err)
    assert "then go on with: perftui resume" in ended.err
    own_engine.start()
    resumed = bench.perftui("resume", "last", "--json")
    assert resumed.status == 0, resumed.err
    assert verdicts(resumed.out) == expected(24)


def test_a_run_whose_engine_hangs_ends_by_its_deadlines(bench: Place, own_engine: OwnEngine) -> None:
    limits = ("--candidate-seconds", 1)
    with bench.begin(*evaluate(bench, 24, "--json", *limits), before=SHORT_PATIENCE) as run:
        until_judged(run, 3)
        with own_engine.frozen():
            ended = run.end()
    assert ended.status == 3
    assert "did not answer within 2 s" in only_line(ended.err)
    wait_until(lambda: own_engine.docker("version", check=False).returncode == 0)
    resumed = bench.perftui("resume", "last", "--json")
    assert resumed.status == 0, resumed.err
    assert verdicts(resumed.out) == expected(24)
    assert own_engine.containers() == []


def test_a_command_asks_a_hanging_engine_for_seconds_only(bench: Place, own_engine: OwnEngine) -> None:
    commands = [evaluate(bench, 1), ("sandbox", "status"), ("sandbox", "clean"), ("sandbox", "build")]
    with own_engine.frozen():
        runs = [bench.begin(*words, name=f"hang-{n}") for n, words in enumerate(commands)]
        for run in runs:
            with run:
                ended = run.end()
            assert ended.status == 3
            assert "did not answer within 5 s: restart Docker" in only_line(ended.err)


def test_the_containers_of_a_killed_perftui_end_by_themselves(bench: Place, own_engine: OwnEngine) -> None:
    with bench.begin(*evaluate(bench, 24, "--json")) as run:
        until_judged(run, 3)
        assert own_engine.containers("status=running")
        run.send(signal.SIGKILL)
        killed = time.monotonic()
    wait_until(lambda: own_engine.containers() == [])
    assert time.monotonic() - killed < END_SECONDS
    resumed = bench.perftui("resume", "last", "--json")
    assert resumed.status == 0
    assert verdicts(resumed.out) == expected(24)


def test_containers_that_were_created_and_never_started_go_at_the_next_start(
    bench: Place, own_engine: OwnEngine
) -> None:
    with bench.begin(*evaluate(bench, 1), before=KILLED_BEFORE_THE_START) as run:
        assert run.end().status == -signal.SIGKILL
    left = own_engine.containers("status=created")
    assert left
    ended = bench.perftui(*evaluate(bench, 1))
    assert ended.status == 0, ended.err
    assert f"removed {len(left)} sandbox" in ended.err
    assert own_engine.containers() == []


def test_two_hundred_programs_at_once(bench: Place, own_engine: OwnEngine) -> None:
    command = evaluate(bench, 200, "--json", seconds=0.0)
    with most_containers(own_engine) as seen:
        ended = bench.perftui(*command)
    assert ended.status == 0, ended.err
    assert verdicts(ended.out) == expected(200)
    # One that is being removed may still be listed beside the one that takes its place.
    assert len(usable_cores()) <= max(seen) <= len(usable_cores()) + 1


def test_an_engine_without_room_is_told_in_one_line(bench: Place, own_engine: OwnEngine) -> None:
    with own_engine.full():
        ended = bench.perftui(*evaluate(bench, 1))
    assert ended.status == 3
    assert "no space left on device" in only_line(ended.err)
    assert own_engine.containers() == []


def test_a_full_disk_under_the_database_ends_a_run_that_goes_on_later(
    bench: Place, own_engine: OwnEngine
) -> None:
    with own_engine.small_disk() as disk:
        place = dataclasses.replace(bench, env={**bench.env, "PERFTUI_DB": str(disk / "runs.db")})
        with place.begin(*evaluate(place, 24, "--json")) as run:
            until_judged(run, 3)
            with filled(disk):
                ended = run.end()
        assert ended.status == 3
        assert only_line(ended.err).startswith(
            f"perftui: the disk of {disk}/runs.db is full; free some space"
        )
        told = ended.out.splitlines()
        stored = place.perftui("export", "last").out.splitlines()
        assert stored[: len(told)] == told
        resumed = place.perftui("resume", "last", "--json")
        assert resumed.status == 0, resumed.err
        assert verdicts(resumed.out) == expected(24)


def test_a_full_folder_of_temporary_files_is_of_no_account(bench: Place, own_engine: OwnEngine) -> None:
    with own_engine.small_disk() as disk, filled(disk):
        place = dataclasses.replace(bench, env={**bench.env, "TMPDIR": str(disk)})
        ended = place.perftui(*evaluate(place, 6, "--json"))
    assert ended.status == 0, ended.err
    assert verdicts(ended.out) == expected(6)


def only_line(text: str) -> str:
    (line,) = text.splitlines()
    return line


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """A disk with no room meanwhile."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    try:
        yield
    finally:
        ballast.unlink()


@contextmanager
def most_containers(engine: OwnEngine) -> Iterator[list[int]]:
    """Count the engine's containers all the while; each count that could be had."""
    seen: list[int] = []
    over = threading.Event()

    def count() -> None:
        while not over.wait(0.05):
            listed = engine.docker("ps", "--all", "--quiet", check=False)
            if listed.returncode == 0:
                seen.append(len(listed.stdout.split()))

    counting = threading.Thread(target=count)
    counting.start()
    try:
        yield seen
    finally:
        over.set()
        counting.join()
