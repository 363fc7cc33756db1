"""The image with numpy: another than the plain one, built on it where it is needed, and never by surprise."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
from docker import APIClient

from perftui.errors import EnvironmentLacksError
from perftui.owner import this_owner
from perftui.sandbox import packaged
from perftui.sandbox.container import DockerSetup, docker_sandbox
from perftui.sandbox.docker import DockerEngine
from perftui.sandbox.docker_model import ImageFacts
from perftui.sandbox.earlier_images import BASE_LABEL
from perftui.sandbox.image import build_image, find_image, image_tag
from perftui.sandbox.packaged import best_image, build_packaged, find_packaged, packaged_tag, packages_of
from perftui.sandbox.wheels import Target

NAME = f"perftui-tests-{os.getpid()}-packaged"
FILES = {
    "numpy/__init__.py": b"__version__ = '9.9'\n",
    "numpy-9.9.dist-info/METADATA": b"",
}


def test_the_tag_is_another_for_the_plain_image_and_for_another_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    tag = packaged_tag()
    assert tag != image_tag()
    assert tag.partition(":")[0] == image_tag().partition(":")[0]
    monkeypatch.setattr(packaged, "locks", lambda: {"numpy-3.9.txt": b"another"})
    assert packaged_tag() not in {tag, image_tag()}


def test_what_an_image_has_is_told_by_its_label() -> None:
    assert packages_of(ImageFacts(id="x")) == ()


@pytest.fixture
async def engine(docker_engine: DockerEngine, engine_client: APIClient) -> AsyncIterator[DockerEngine]:
    """The engine, without any image of these tests before and after."""
    yield docker_engine
    for tag in (packaged_tag(NAME), image_tag(repository=NAME)):
        if await docker_engine.find_image(tag):
            engine_client.remove_image(tag)  # type: ignore[no-untyped-call]


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[Target]:
    """For whom packages were fetched; what comes is a numpy that is none."""
    targets: list[Target] = []

    async def fetch(target: Target) -> dict[str, bytes]:
        targets.append(target)
        return FILES

    monkeypatch.setattr(packaged, "fetch_numpy", fetch)
    return targets


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fetch(_: Target) -> dict[str, bytes]:
        raise EnvironmentLacksError("pip cannot fetch numpy: no route")

    monkeypatch.setattr(packaged, "fetch_numpy", fetch)


async def packages_in(engine: DockerEngine, image: ImageFacts) -> tuple[str, ...]:
    setup = DockerSetup(image=image.id, owner=this_owner(), session="packaged", memory_bytes=64 << 20)
    async with docker_sandbox(engine, setup) as started:
        return started.info.packages


@pytest.mark.docker
async def test_it_is_built_on_the_plain_one_for_its_python(
    engine: DockerEngine, fetched: list[Target], sandbox_image: ImageFacts
) -> None:
    base = sandbox_image.labels[BASE_LABEL]
    lines: list[str] = []
    built = await build_packaged(engine, base, lines.append, repository=NAME)
    plain = await find_image(engine, repository=NAME)
    assert plain is not None
    assert plain.id != built.id
    assert packaged_tag(NAME) in built.tags
    assert built.labels[BASE_LABEL] == base
    assert packages_of(built) == ("numpy 9.9",)
    assert await packages_in(engine, built) == ("numpy 9.9",)
    (target,) = fetched
    assert target.machine
    assert any(line.startswith(f"fetching numpy for Python {target.python} on ") for line in lines)
    assert all(line.isprintable() for line in lines)


@pytest.mark.docker
async def test_it_is_taken_where_it_is_and_outlives_the_plain_one_s_building(
    engine: DockerEngine, fetched: list[Target], sandbox_image: ImageFacts
) -> None:
    base = sandbox_image.labels[BASE_LABEL]
    plain = await best_image(engine, base, lambda _: None, repository=NAME)
    assert fetched == []
    assert packages_of(plain) == ()
    built = await best_image(engine, base, lambda _: None, ["numpy"], repository=NAME)
    assert packages_of(built) == ("numpy 9.9",)
    await build_image(engine, base, lambda _: None, repository=NAME)
    assert await find_packaged(engine, base, repository=NAME) == built
    assert await best_image(engine, base, lambda _: None, repository=NAME) == built
    assert len(fetched) == 1
    assert await find_packaged(engine, "another:base", repository=NAME) is None


@pytest.mark.docker
@pytest.mark.usefixtures("offline")
async def test_where_it_cannot_be_had_that_is_told_with_the_cure(
    engine: DockerEngine, sandbox_image: ImageFacts
) -> None:
    base = sandbox_image.labels[BASE_LABEL]
    with pytest.raises(EnvironmentLacksError) as caught:
        await best_image(engine, base, lambda _: None, ["numpy"], repository=NAME)
    told = "numpy cannot be put into the sandbox (pip cannot fetch numpy: no route): 'perftui sandbox build "
    assert str(caught.value).startswith(told)
    lines: list[str] = []
    image = await best_image(engine, base, lines.append, ["numpy"], optional=True, repository=NAME)
    assert image == await find_image(engine, repository=NAME)
    assert lines[-1].startswith("programs that import numpy will fail: numpy cannot be put into the sandbox")


@pytest.mark.docker
async def test_a_base_that_has_it_needs_none_fetched(
    engine: DockerEngine,
    engine_client: APIClient,
    fetched: list[Target],
    sandbox_image: ImageFacts,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base = sandbox_image.labels[BASE_LABEL]
    given = await build_packaged(engine, base, lambda _: None, repository=f"{NAME}-base")
    try:
        # A base whose Python finds a numpy where the sandbox has its packages.
        image = await build_packaged(engine, given.tags[0], lambda _: None, repository=NAME)
        assert len(fetched) == 1
        assert packages_of(image) == await packages_in(engine, image) == ("numpy 9.9",)
    finally:
        for tag in (
            packaged_tag(NAME),
            image_tag(repository=NAME),
            *given.tags,
            image_tag(repository=f"{NAME}-base"),
        ):
            engine_client.remove_image(tag, force=True)  # type: ignore[no-untyped-call]
