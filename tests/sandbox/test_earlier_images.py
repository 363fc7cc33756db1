"""A new image is built on the base of the one before, and takes its place; nothing else is touched."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from docker import APIClient
from docker.errors import ImageNotFound

from perftui import paths
from perftui.owner import this_owner
from perftui.sandbox.container import APP_LABEL
from perftui.sandbox.docker import DockerEngine
from perftui.sandbox.docker_model import ContainerSpec, ImageConfig, ImageFacts, ListedImage
from perftui.sandbox.earlier_images import BASE_LABEL, earlier_images, remembered_base, unneeded
from perftui.sandbox.endpoint import Endpoint
from perftui.sandbox.image import ensure_image
from perftui.sandbox.owner_labels import owner_labels

BUILT = ImageFacts(id="sha256:new", raw_tags=("r:3",), config=ImageConfig(labels={BASE_LABEL: "debian:mine"}))


def listed(number: int, *tags: str, base: str = "debian:mine") -> ListedImage:
    return ListedImage(
        id=f"sha256:{number}",
        raw_tags=tags or (f"r:{number}",),
        raw_labels={BASE_LABEL: base},
        created=number,
    )


def test_the_new_image_is_not_taken_for_an_earlier_one() -> None:
    same = msgspec.structs.replace(listed(3), id=BUILT.id)
    assert unneeded([same, listed(2), listed(1)], BUILT) == [listed(2), listed(1)]


@pytest.mark.parametrize("name", ["r:1", "sha256:1"])
def test_what_another_was_built_on_is_needed(name: str) -> None:
    assert unneeded([listed(2, base=name), listed(1)], BUILT) == [listed(2, base=name)]
    new = msgspec.structs.replace(BUILT, config=ImageConfig(labels={BASE_LABEL: name}))
    assert unneeded([listed(1)], new) == []


class Shelf(DockerEngine):
    """An engine that has some images."""

    def __init__(self, *images: ListedImage, bases: tuple[str, ...] = ()) -> None:
        super().__init__(Endpoint(socket="/nowhere"), seconds=1)
        self._images = images
        self._bases = bases

    async def images(self, label: str) -> tuple[ListedImage, ...]:
        assert label == BASE_LABEL
        return self._images

    async def find_image(self, reference: str) -> ImageFacts | None:
        return ImageFacts(id="sha256:0", raw_tags=(reference,)) if reference in self._bases else None


async def test_those_of_the_repository_are_found_newest_first() -> None:
    theirs = listed(9, "theirs:1")
    shelf = Shelf(listed(1), listed(3, "theirs:2", "r:x"), theirs, listed(2))
    assert [image.created for image in await earlier_images(shelf, "r")] == [3, 2, 1]


async def test_only_a_base_that_is_still_there_is_remembered() -> None:
    earlier = [listed(3, base="gone"), listed(2, base="there"), listed(1, base="old")]
    assert await remembered_base(Shelf(bases=("there", "old")), earlier) == "there"
    assert await remembered_base(Shelf(bases=("gone", "there")), earlier) == "gone"
    assert await remembered_base(Shelf(), earlier) is None
    assert await remembered_base(Shelf(bases=("there",)), []) is None


class Workshop:
    """Versions of perftui, each with a supervisor of its own, and one engine."""

    _numbers = itertools.count()

    def __init__(
        self, engine: DockerEngine, client: APIClient, folder: Path, patch: pytest.MonkeyPatch
    ) -> None:
        self.repository = f"perftui-tests-{os.getpid()}-versions-{next(self._numbers)}"
        self._engine = engine
        self._client = client
        self._folder = folder
        self._patch = patch
        self._dockerfile = paths.sandbox_image_dir() / "Dockerfile"

    async def build(self, version: int, base: str | None) -> tuple[ImageFacts, list[str]]:
        """As a version of perftui would, with what it says while it does."""
        folder = self._folder / str(version)
        (folder / "perfbox").mkdir(parents=True, exist_ok=True)
        shutil.copy(self._dockerfile, folder)
        (folder / "perfbox/__main__.py").write_text(f"VERSION = '{self.repository} {version}'")
        self._patch.setattr(paths, "sandbox_image_dir", lambda: folder)
        said: list[str] = []
        return await ensure_image(self._engine, base, said.append, repository=self.repository), said

    def name(self, image: str, tag: str) -> str:
        """Give an image a further name in this repository's family."""
        self._client.tag(image, f"{self.repository}-{tag}", "1")
        return f"{self.repository}-{tag}:1"

    def has(self, image: str) -> bool:
        try:
            self._client.inspect_image(image)  # type: ignore[no-untyped-call]
        except ImageNotFound:
            return False
        return True

    def names(self) -> set[str]:
        """All names that were given here."""
        tags = {tag for image in self._client.images() for tag in image["RepoTags"] or ()}
        return {tag for tag in tags if tag.startswith(self.repository)}

    def clean(self) -> None:
        for tag in self.names():
            with suppress(ImageNotFound):
                self._client.remove_image(tag, force=True)


@pytest.fixture
def workshop(
    docker_engine: DockerEngine, engine_client: APIClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workshop]:
    monkeypatch.delenv("PERFTUI_BASE_IMAGE", raising=False)
    made = Workshop(docker_engine, engine_client, tmp_path, monkeypatch)
    yield made
    made.clean()


@pytest.fixture
def base(sandbox_image: ImageFacts, workshop: Workshop) -> str:
    """A base with a name of this test's own."""
    return workshop.name(sandbox_image.labels[BASE_LABEL], "base")


@pytest.mark.docker
async def test_the_next_version_is_built_on_the_same_base_and_takes_the_place(
    workshop: Workshop, base: str, sandbox_image: ImageFacts
) -> None:
    first, said = await workshop.build(1, base)
    assert said[0].startswith("building the sandbox image ")
    second, said = await workshop.build(2, None)
    assert second.labels[BASE_LABEL] == base
    assert said[0] == f"the sandbox image before this one was built on {base}: so will this one"
    assert said[-1] == "removed 1 earlier sandbox image"
    assert workshop.names() == {base, *second.tags}
    assert not workshop.has(first.id)
    assert workshop.has(sandbox_image.id)


@pytest.mark.docker
async def test_the_same_version_on_another_base_leaves_nothing_without_a_name(
    workshop: Workshop, base: str
) -> None:
    other = workshop.name(base, "other")
    first, _ = await workshop.build(1, base)
    second, said = await workshop.build(1, other)
    assert second.tags == first.tags
    assert said[-1] == "removed 1 earlier sandbox image"
    assert not workshop.has(first.id)
    assert workshop.names() == {base, other, *second.tags}


@pytest.mark.docker
async def test_an_image_that_a_container_uses_stays(
    workshop: Workshop, base: str, docker_engine: DockerEngine
) -> None:
    first, _ = await workshop.build(1, base)
    labels = {APP_LABEL: "1", **owner_labels(this_owner())}
    spec = ContainerSpec(image=first.id, name=workshop.repository, labels=labels, memory_bytes=64 << 20)
    container = await docker_engine.create(spec)
    try:
        second, said = await workshop.build(2, base)
        assert not any(line.startswith("removed") for line in said)
        assert workshop.names() == {base, *first.tags, *second.tags}
    finally:
        await docker_engine.remove(container)
    third, said = await workshop.build(3, None)
    assert said[-1] == "removed 2 earlier sandbox images"
    assert workshop.names() == {base, *third.tags}


@pytest.mark.docker
async def test_a_base_without_a_name_stays(workshop: Workshop, base: str, engine_client: APIClient) -> None:
    container = engine_client.create_container(base, command=["true"])["Id"]
    nameless = engine_client.commit(container)["Id"]
    engine_client.remove_container(container)
    try:
        first, _ = await workshop.build(1, nameless)
        await workshop.build(2, base)
        assert not workshop.has(first.id)
        assert workshop.has(nameless)
    finally:
        workshop.clean()
        for image in _built_on(engine_client, nameless):
            with suppress(ImageNotFound):
                engine_client.remove_image(image, force=True)


def _built_on(client: APIClient, base: str) -> list[str]:
    """A base and all that was built on it, the last first."""
    chain = [base]
    parents = {image["Id"]: image["ParentId"] for image in client.images(all=True)}
    while built := [image for image, parent in parents.items() if parent == chain[-1]]:
        chain += built
    return chain[::-1]


@pytest.mark.docker
async def test_a_base_that_is_asked_for_is_taken(
    workshop: Workshop, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await workshop.build(1, base)
    other = workshop.name(base, "other")
    monkeypatch.setenv("PERFTUI_BASE_IMAGE", other)
    second, said = await workshop.build(2, None)
    assert second.labels[BASE_LABEL] == other
    assert said[0].startswith("building the sandbox image ")
