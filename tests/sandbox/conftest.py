"""A container to try the Docker side on: its supervisor only sends back what it is sent."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest
from anyio.abc import SocketStream
from docker import APIClient

from perftui import paths
from perftui.owner import this_owner
from perftui.sandbox.container import DockerSetup
from perftui.sandbox.docker import open_engine
from perftui.sandbox.docker_model import ImageFacts
from perftui.sandbox.endpoint import Endpoint, default_endpoint
from perftui.sandbox.image import BASE_LABEL, build_image, image_tag

REPOSITORY = f"perftui-tests-{os.getpid()}"
"""Images of tests have a name of their own, so that they do not take the place of perftui's."""

ECHO = f"""
# One of process {os.getpid()}'s tests.
import os
while data := os.read(0, 65536):
    while data:
        data = data[os.write(1, data):]
"""


ILL = f"""
# One of process {os.getpid()}'s tests.
import sys
print("trying", file=sys.stderr)
sys.exit("the supervisor is \\x1b[31mill")
"""


@pytest.fixture(scope="session")
def echo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to build an image from, with perftui's Dockerfile and a supervisor that echoes."""
    return make_folder(tmp_path_factory.mktemp("echo-image"), ECHO)


@pytest.fixture(scope="session")
def echo_image(
    echo_folder: Path, engine_client: APIClient, sandbox_image: ImageFacts
) -> Iterator[ImageFacts]:
    """The image of that folder, on the base of perftui's own; removed when the tests are over."""
    with built(echo_folder, engine_client, sandbox_image.labels[BASE_LABEL], REPOSITORY) as image:
        yield image


@pytest.fixture
def ill_image(tmp_path: Path, engine_client: APIClient, sandbox_image: ImageFacts) -> Iterator[ImageFacts]:
    """The image of a supervisor that does not come up."""
    base = sandbox_image.labels[BASE_LABEL]
    with built(make_folder(tmp_path, ILL), engine_client, base, f"{REPOSITORY}-ill") as image:
        yield image


def make_folder(folder: Path, supervisor: str) -> Path:
    shutil.copy(paths.sandbox_image_dir() / "Dockerfile", folder)
    (folder / "perfbox").mkdir()
    (folder / "perfbox/__main__.py").write_text(supervisor)
    return folder


@contextmanager
def built(folder: Path, client: APIClient, base: str, repository: str) -> Iterator[ImageFacts]:
    async def build() -> ImageFacts:
        async with open_engine() as engine:
            return await build_image(engine, base, lambda _: None, repository=repository)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "sandbox_image_dir", lambda: folder)
        image, tag = anyio.run(build), image_tag(repository=repository)
    yield image
    client.remove_image(tag)  # type: ignore[no-untyped-call]


@pytest.fixture(scope="session")
def engine_client() -> Iterator[APIClient]:
    """The engine, as seen without perftui."""
    client = APIClient(base_url=default_endpoint().url, version="auto")
    yield client
    client.close()


@pytest.fixture
def echo_setup(echo_image: ImageFacts) -> DockerSetup:
    """What containers of that image have in common."""
    return DockerSetup(image=echo_image.id, owner=this_owner(), session="tests", memory_bytes=64 << 20)


@pytest.fixture
async def silent_engine(tmp_path: Path) -> AsyncIterator[Endpoint]:
    """Something that accepts connections where an engine would, and never says a word."""
    path = tmp_path / "silent.sock"

    async def listen(stream: SocketStream) -> None:
        async with stream:
            await anyio.sleep_forever()

    async with await anyio.create_unix_listener(path) as listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, listen)
        yield Endpoint(socket=str(path))
        tasks.cancel_scope.cancel()
