"""Containers whose process is gone are found and removed, and no others."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.sandbox.container import APP_LABEL
from perftui.sandbox.docker import DockerEngine
from perftui.sandbox.docker_model import ContainerFacts, ContainerSpec, ImageFacts
from perftui.sandbox.leftovers import find_leftovers, is_leftover, remove_leftovers
from perftui.sandbox.owner import Owner, life_of, owner_from_labels, owner_of, this_owner

TEXT = st.text(max_size=8)


def container(owner: Owner | None, *, state: str = "running", age: int = 10) -> ContainerFacts:
    labels = {APP_LABEL: "1", **(owner.labels() if owner else {})}
    return ContainerFacts(id="c", raw_labels=labels, state=state, created=1_000_000 - age)


def is_left(facts: ContainerFacts) -> bool:
    return is_leftover(facts, this_owner(), now=1_000_000)


@pytest.fixture(scope="module")
def dead() -> Owner:
    """A process that lived in this boot, and is gone."""
    code = "from perftui.sandbox.owner import this_owner; o = this_owner(); print(o.pid, o.started)"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    pid, started = told.stdout.split()
    return dataclasses.replace(this_owner(), pid=int(pid), started=started)


@given(st.builds(Owner, host=TEXT, boot=TEXT, space=TEXT, pid=st.integers(1, 1 << 22), started=TEXT))
def test_an_owner_is_read_back_from_labels(owner: Owner) -> None:
    assert owner_from_labels({"other": "1", **owner.labels()}) == owner


@pytest.mark.parametrize("labels", [{}, {**this_owner().labels(), "perftui.owner.pid": "1; rm"}])
def test_labels_that_name_no_owner(labels: dict[str, str]) -> None:
    assert owner_from_labels(labels) is None


def test_this_process_lives() -> None:
    assert this_owner().pid == os.getpid()
    assert life_of(this_owner(), this_owner()) == "alive"
    assert not is_left(container(this_owner()))


def test_one_that_ended_is_gone(dead: Owner) -> None:
    assert life_of(dead, this_owner()) == "gone"
    assert is_left(container(dead))


def test_a_later_process_with_the_same_pid_is_another() -> None:
    earlier = dataclasses.replace(this_owner(), started="1")
    assert life_of(earlier, this_owner()) == "gone"


def test_before_the_last_boot_all_are_gone() -> None:
    assert life_of(dataclasses.replace(this_owner(), boot="an earlier one"), this_owner()) == "gone"


@pytest.mark.parametrize("change", [{"host": "elsewhere"}, {"space": "pid:[1]"}])
def test_what_cannot_be_seen_from_here_is_left_alone(dead: Owner, change: dict[str, str]) -> None:
    foreign = dataclasses.replace(dead, **change)
    assert life_of(foreign, this_owner()) == "unknown"
    assert not is_left(container(foreign, age=10**6))
    assert not is_left(container(foreign, state="created"))
    assert is_left(container(foreign, state="created", age=4000))


def test_one_without_an_owner_goes_when_it_has_long_not_run() -> None:
    assert not is_left(container(None))
    assert is_left(container(None, state="exited", age=4000))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux shows zombies in /proc")
def test_a_zombie_is_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        owner = owner_of(child.pid)
        assert life_of(owner, this_owner()) == "alive"
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert life_of(owner, this_owner()) == "gone"


@pytest.mark.docker
async def test_the_dead_ones_containers_go_and_the_living_ones_stay(
    docker_engine: DockerEngine, echo_image: ImageFacts, dead: Owner
) -> None:
    async def create(name: str, owner: Owner) -> str:
        labels = {APP_LABEL: "1", **owner.labels()}
        spec = ContainerSpec(image=echo_image.id, name=name, labels=labels, memory_bytes=64 << 20)
        return await docker_engine.create(spec)

    stamp = f"{os.getpid()}-{time.monotonic_ns()}"
    never_started = await create(f"perftui-tests-dead-{stamp}", dead)
    running = await create(f"perftui-tests-lost-{stamp}", dead)
    await docker_engine.start(running)
    mine = await create(f"perftui-tests-mine-{stamp}", this_owner())
    try:
        found = {left.id for left in await find_leftovers(docker_engine)}
        assert {never_started, running} <= found
        assert mine not in found
        assert await remove_leftovers(docker_engine) >= 2
        remaining = {left.id for left in await docker_engine.containers(APP_LABEL)}
        assert not {never_started, running} & remaining
        assert mine in remaining
    finally:
        for name in (never_started, running, mine):
            await docker_engine.remove(name)
