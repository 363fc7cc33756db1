"""What all tests share: the event loop's kind, and the Docker engine where one answers."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from typing import NoReturn

import anyio
import pytest

from perftui.errors import EnvironmentLacksError
from perftui.sandbox.choose import open_pool
from perftui.sandbox.container import APP_LABEL
from perftui.sandbox.docker import DockerEngine, engine_answers, open_engine
from perftui.sandbox.docker_model import ImageFacts
from perftui.sandbox.owner_labels import owner_from_labels
from perftui.sandbox.packaged import best_image
from perftui.sandbox.pool import WarmPool
from tests.support.engine import OwnEngine


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test that needs Docker fails without it where Docker is required, and is skipped elsewhere."""
    if item.get_closest_marker("docker") and (lacks := _what_docker_lacks()):
        _skip_or_fail(lacks)


@pytest.fixture(scope="session")
def sandbox_image() -> ImageFacts:
    """The sandbox's image that runs take, built once from PERFTUI_BASE_IMAGE or the default base."""

    async def build() -> ImageFacts:
        async with open_engine() as engine:
            return await best_image(engine, None, print)

    try:
        return anyio.run(build)
    except EnvironmentLacksError as error:
        _skip_or_fail(str(error))


@pytest.fixture
async def docker_engine() -> AsyncIterator[DockerEngine]:
    """The engine; when the test is over, no container of this process may be left."""
    async with open_engine() as engine:
        await engine_answers(engine)
        yield engine
        assert await containers_of_this_process(engine) == []


@pytest.fixture
async def docker_pool(sandbox_image: ImageFacts, docker_engine: DockerEngine) -> AsyncIterator[WarmPool]:
    """Two warm sandboxes in containers, all gone when the test is over."""
    async with open_pool("docker", 2) as pool:
        yield pool


@pytest.fixture(scope="session")
def private_engine(sandbox_image: ImageFacts) -> Iterator[OwnEngine]:
    """An engine that belongs to the tests, with the sandbox's image."""
    if os.geteuid() != 0 or shutil.which("dockerd") is None:
        pytest.skip("an engine of the tests' own needs root and dockerd")
    engine = OwnEngine()
    try:
        engine.mount()
        engine.start()
        engine.take_image(sandbox_image.tags[0])
    except (OSError, subprocess.CalledProcessError) as error:
        engine.close()
        _skip_or_fail(f"an engine of the tests' own does not start here: {error}")
    yield engine
    engine.close()


@pytest.fixture
def own_engine(private_engine: OwnEngine) -> Iterator[OwnEngine]:
    """That engine, to stop, start, freeze and fill up; no container may be left in it."""
    yield private_engine
    private_engine.ensure()
    left = private_engine.containers()
    # The tests that follow shall not fail for what this one left.
    for container in left:
        private_engine.docker("rm", "--force", container, check=False)
    assert left == []


async def containers_of_this_process(engine: DockerEngine) -> list[str]:
    """The ids of the containers that this process holds."""
    containers = await engine.containers(APP_LABEL)
    owners = {container.id: owner_from_labels(container.labels) for container in containers}
    return [name for name, owner in owners.items() if owner is not None and owner.pid == os.getpid()]


@functools.cache
def _what_docker_lacks() -> str:
    async def ask() -> None:
        async with open_engine() as engine:
            await engine_answers(engine)

    try:
        anyio.run(ask)
    except EnvironmentLacksError as error:
        return str(error)
    return ""


def _skip_or_fail(reason: str) -> NoReturn:
    if os.environ.get("PERFTUI_REQUIRE_DOCKER") == "1":
        pytest.fail(f"Docker is required here: {reason}", pytrace=False)
    pytest.skip(reason)
