"""The image is found by what it is built from, and built where it is not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from docker import APIClient
from docker.errors import NotFound
from hypothesis import given
from hypothesis import strategies as st

from perftui import paths
from perftui.errors import EnvironmentLacksError
from perftui.sandbox.docker import DockerEngine
from perftui.sandbox.docker_model import ImageFacts
from perftui.sandbox.image import (
    BASE_LABEL,
    DEFAULT_BASE,
    build_image,
    context_files,
    ensure_image,
    find_image,
    image_tag,
    wanted_base,
)
from tests.sandbox.conftest import REPOSITORY

FILES = st.dictionaries(st.text(min_size=1, max_size=5), st.binary(max_size=5), min_size=1, max_size=3)


@given(FILES, FILES)
def test_other_files_are_another_tag(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    assert (image_tag(one) == image_tag(other)) == (one == other)


@given(FILES)
def test_the_order_of_the_files_does_not_matter(files: dict[str, bytes]) -> None:
    assert image_tag(dict(reversed(files.items()))) == image_tag(files)


def test_only_what_is_needed_is_sent(tmp_path: Path) -> None:
    package = tmp_path / "perfbox"
    (package / "__pycache__").mkdir(parents=True)
    (package / "inner").mkdir()
    (tmp_path / "Dockerfile").write_text("FROM x")
    (tmp_path / "notes.txt").write_text("x")
    (package / "__main__.py").write_text("x")
    (package / "inner/deep.py").write_text("y")
    (package / "__pycache__/__main__.cpython-313.pyc").write_bytes(b"x")
    (package / ".draft.py.swp").write_bytes(b"x")
    assert set(context_files(tmp_path)) == {"Dockerfile", "perfbox/__main__.py", "perfbox/inner/deep.py"}


def test_an_incomplete_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM x")
    with pytest.raises(EnvironmentLacksError, match=r"missing in .*install perftui again"):
        context_files(tmp_path)


def test_what_is_shipped_is_complete() -> None:
    files = context_files()
    assert "perfbox/__main__.py" in files
    dockerfile = files["Dockerfile"].decode()
    assert f"ARG BASE_IMAGE={DEFAULT_BASE}\n" in dockerfile
    ignored = (paths.sandbox_image_dir() / ".dockerignore").read_text()
    assert "__pycache__" in ignored


def test_a_flag_comes_before_the_environment() -> None:
    environ = {"PERFTUI_BASE_IMAGE": "theirs"}
    assert wanted_base("mine", environ) == "mine"
    assert wanted_base(None, environ) == "theirs"
    assert wanted_base(None, {"PERFTUI_BASE_IMAGE": ""}) is None


@pytest.fixture
def echo_context(echo_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if perftui's own supervisor were the echoing one."""
    monkeypatch.setattr(paths, "sandbox_image_dir", lambda: echo_folder)


@pytest.mark.docker
async def test_an_image_is_found_again_whatever_its_base(
    docker_engine: DockerEngine, echo_context: None, echo_image: ImageFacts
) -> None:
    base = echo_image.labels[BASE_LABEL]
    assert await find_image(docker_engine, repository=REPOSITORY) == echo_image
    assert await find_image(docker_engine, base, repository=REPOSITORY) == echo_image
    assert await find_image(docker_engine, "another:base", repository=REPOSITORY) is None


@pytest.mark.docker
async def test_an_image_that_is_there_is_not_built(
    docker_engine: DockerEngine, echo_context: None, echo_image: ImageFacts
) -> None:
    lines: list[str] = []
    for base in (None, echo_image.labels[BASE_LABEL]):
        there = await ensure_image(docker_engine, base, lines.append, repository=REPOSITORY)
        assert there == echo_image
    assert lines == []


@pytest.mark.docker
async def test_a_build_tells_of_its_progress(
    docker_engine: DockerEngine, echo_context: None, echo_image: ImageFacts
) -> None:
    base = echo_image.labels[BASE_LABEL]
    lines: list[str] = []
    built = await build_image(docker_engine, base, lines.append, repository=REPOSITORY)
    assert built.labels[BASE_LABEL] == base
    assert lines[0] == f"building the sandbox image {image_tag(repository=REPOSITORY)} on {base}"
    assert any(line.startswith("Step ") for line in lines)
    assert any(line.startswith("Successfully built") for line in lines)
    assert all(line.isprintable() and line.strip() for line in lines)


@pytest.mark.docker
@pytest.mark.parametrize("base", ["localhost:1/perftui-no-such-base:1", "Not A Name\x1b[31m"])
async def test_a_base_that_cannot_be_had_is_told_with_a_cure(
    docker_engine: DockerEngine, echo_context: None, base: str
) -> None:
    with pytest.raises(EnvironmentLacksError) as caught:
        await build_image(docker_engine, base, lambda _: None, repository=REPOSITORY)
    text = str(caught.value)
    assert "is not here and cannot be fetched" in text
    assert "'perftui sandbox build --base IMAGE' or PERFTUI_BASE_IMAGE" in text
    assert "python3 >= 3.9" in text
    assert text.isprintable()


@pytest.fixture
def base_without_python(engine_client: APIClient) -> Iterator[str]:
    """An image with nothing in it; the steps that were built on it go with it."""
    name = "perftui-tests-without-python"
    engine_client.import_image_from_data(b"\0" * 1024, repository=name)  # type: ignore[no-untyped-call]
    chain = [engine_client.inspect_image(name)["Id"]]  # type: ignore[no-untyped-call]
    yield name
    parents = {image["Id"]: image["ParentId"] for image in engine_client.images(all=True)}  # type: ignore[no-untyped-call]
    while built := [image for image, parent in parents.items() if parent == chain[-1]]:
        chain += built
    for image in reversed(chain):
        with suppress(NotFound):
            engine_client.remove_image(image, force=True)  # type: ignore[no-untyped-call]


@pytest.mark.docker
async def test_a_base_without_python_is_told_with_a_cure(
    docker_engine: DockerEngine, echo_context: None, echo_image: ImageFacts, base_without_python: str
) -> None:
    with pytest.raises(EnvironmentLacksError, match="could not be built on perftui-tests") as caught:
        await build_image(docker_engine, base_without_python, lambda _: None, repository=REPOSITORY)
    assert "PERFTUI_BASE_IMAGE" in str(caught.value)
    assert await find_image(docker_engine, repository=REPOSITORY) is not None
