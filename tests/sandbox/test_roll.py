"""What an engine has beyond the containers that are held goes, once there is a doubt."""

from __future__ import annotations

import os
import time

import pytest

from perftui.owner import this_owner
from perftui.sandbox.docker import DockerEngine, DockerError, open_engine
from perftui.sandbox.docker_model import ContainerSpec
from perftui.sandbox.endpoint import Endpoint
from perftui.sandbox.owner_labels import owner_labels
from perftui.sandbox.roll import APP_LABEL, SESSION_LABEL, Roll
from tests.sandbox.conftest import ImageFacts


def fail() -> None:
    raise DockerError("it did not answer")


@pytest.mark.docker
async def test_after_a_failure_only_what_is_held_stays(
    docker_engine: DockerEngine, echo_image: ImageFacts
) -> None:
    session = f"roll-{os.getpid()}-{time.monotonic_ns()}"
    labels = {APP_LABEL: "1", SESSION_LABEL: session, **owner_labels(this_owner())}

    async def create(name: str) -> str:
        spec = ContainerSpec(image=echo_image.id, name=name, labels=labels, memory_bytes=64 << 20)
        return await docker_engine.create(spec)

    async def those_there() -> set[str]:
        return {one.id for one in await docker_engine.containers(f"{SESSION_LABEL}={session}")}

    held, unseen = await create(f"{session}-held"), await create(f"{session}-unseen")
    roll = Roll()
    with roll.holding(f"{session}-held"):
        await roll.settle(docker_engine, session)
        assert await those_there() == {held, unseen}
        with pytest.raises(DockerError), roll.holding(f"{session}-unseen"):
            fail()
        await roll.settle(docker_engine, session)
        assert await those_there() == {held}
    roll.doubt()
    await roll.close(docker_engine, session)
    assert await those_there() == set()


async def test_a_doubt_stays_until_the_engine_has_answered(silent_engine: Endpoint) -> None:
    roll = Roll()
    roll.doubt()
    async with open_engine(silent_engine, seconds=0.1) as engine:
        for _ in range(2):
            with pytest.raises(DockerError):
                await roll.settle(engine, "session")
        await roll.close(engine, "session")
