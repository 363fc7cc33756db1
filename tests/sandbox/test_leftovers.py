"""Containers whose process is gone are found and removed, and no others."""

from __future__ import annotations

import dataclasses
import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.owner import Owner, this_owner
from perftui.sandbox.container import APP_LABEL
from perftui.sandbox.docker import DockerEngine
from perftui.sandbox.docker_model import ContainerFacts, ContainerSpec, ImageFacts
from perftui.sandbox.leftovers import find_leftovers, is_leftover, remove_leftovers
from perftui.sandbox.owner_labels import owner_from_labels, owner_labels
from tests.support.processes import process_that_ended

TEXT = st.text(max_size=8)


def container(owner: Owner | None, *, state: str = "running", age: int = 10) -> ContainerFacts:
    labels = {APP_LABEL: "1", **(owner_labels(owner) if owner else {})}
    return ContainerFacts(id="c", raw_labels=labels, state=state, created=1_000_000 - age)


def is_left(facts: ContainerFacts) -> bool:
    return is_leftover(facts, this_owner(), now=1_000_000)


@pytest.fixture(scope="module")
def dead() -> Owner:
    return process_that_ended()


@given(st.builds(Owner, host=TEXT, boot=TEXT, space=TEXT, pid=st.integers(1, 1 << 22), started=TEXT))
def test_an_owner_is_read_back_from_labels(owner: Owner) -> None:
    assert owner_from_labels({"other": "1", **owner_labels(owner)}) == owner


@pytest.mark.parametrize("labels", [{}, {**owner_labels(this_owner()), "perftui.owner.pid": "1; rm"}])
def test_labels_that_name_no_owner(labels: dict[str, str]) -> None:
    assert owner_from_labels(labels) is None


def test_only_those_of_the_dead_are_left(dead: Owner) -> None:
    assert not is_left(container(this_owner()))
    assert is_left(container(dead))


@pytest.mark.parametrize("change", [{"host": "elsewhere"}, {"space": "pid:[1]"}])
def test_what_cannot_be_seen_from_here_is_left_alone(dead: Owner, change: dict[str, str]) -> None:
    foreign = dataclasses.replace(dead, **change)
    assert not is_left(container(foreign, age=10**6))
    assert not is_left(container(foreign, state="created"))
    assert is_left(container(foreign, state="created", age=4000))


def test_one_without_an_owner_goes_when_it_has_long_not_run() -> None:
    assert not is_left(container(None))
    assert is_left(container(None, state="exited", age=4000))


@pytest.mark.docker
async def test_the_dead_ones_containers_go_and_the_living_ones_stay(
    docker_engine: DockerEngine, echo_image: ImageFacts, dead: Owner
) -> None:
    async def create(name: str, owner: Owner) -> str:
        labels = {APP_LABEL: "1", **owner_labels(owner)}
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
