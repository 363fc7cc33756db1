"""The sandbox's image with packages in it, built on the plain one where programs need them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Final

from anyio import to_thread

from perftui import paths
from perftui.errors import EnvironmentLacksError
from perftui.owner import this_owner
from perftui.sandbox.channel import SupervisorClient
from perftui.sandbox.container import DockerSetup, running_container
from perftui.sandbox.docker import DockerEngine, DockerError
from perftui.sandbox.docker_model import ImageFacts
from perftui.sandbox.earlier_images import (
    BASE_LABEL,
    PACKAGES_LABEL,
    PLAIN_LABEL,
    REPOSITORY,
    earlier_images,
    remove_images,
)
from perftui.sandbox.image import Progress, archive, ensure_image, find_image, image_tag, wanted_base
from perftui.sandbox.messages import Hello
from perftui.sandbox.protocol import SandboxLostError
from perftui.sandbox.wheels import Target, fetch_numpy, locks
from perftui.text import one_line

_MEMORY_BYTES: Final = 256 << 20
_DIST_INFO: Final = re.compile(r"(?P<name>numpy)-(?P<version>[^-/]+)\.dist-info/")

_CURE: Final = (
    "'perftui sandbox build --with numpy' builds it where packages can be fetched; or build on a base "
    "that has numpy (Debian: python3-numpy) with --base, or use --sandbox process"
)


def packaged_tag(repository: str = REPOSITORY) -> str:
    """The tag of the image with packages: another than the plain one's, and another for other packages."""
    return image_tag({"plain": image_tag(repository=repository).encode(), **_recipe()}, repository)


def packages_of(image: ImageFacts) -> tuple[str, ...]:
    """What an image has beside the standard library, as far as its label tells: `numpy 2.4.6`."""
    told = image.labels.get(PACKAGES_LABEL, "")
    return tuple(one_line(part, 40) for part in told.split(",") if part)


async def find_packaged(
    engine: DockerEngine, base: str | None = None, *, repository: str = REPOSITORY
) -> ImageFacts | None:
    """The image with packages for this version, or None; with a base, only one that was built on it.

    Raises:
        DockerError: the engine failed.
    """
    found = await engine.find_image(packaged_tag(repository))
    return None if found is None or (base and found.labels.get(BASE_LABEL) != base) else found


async def best_image(
    engine: DockerEngine,
    base: str | None,
    on_progress: Progress,
    packages: Sequence[str] = (),
    *,
    optional: bool = False,
    repository: str = REPOSITORY,
) -> ImageFacts:
    """The image with packages where it is there or needed, else the plain one; built where it is not there.

    Args:
        engine: where to look, and what builds it.
        base: what it must be built on; None for PERFTUI_BASE_IMAGE, or any.
        on_progress: is given printable lines, on the event loop's thread.
        packages: what programs need; nothing for what is there anyway.
        optional: whether the plain one will do where the packages cannot be had.
        repository: under which name images are kept.

    Raises:
        EnvironmentLacksError: it is not there and cannot be built; the text names the cure.
    """
    found = await find_packaged(engine, wanted_base(base), repository=repository)
    if found is not None:
        return found
    if packages:
        try:
            return await build_packaged(engine, base, on_progress, repository=repository)
        except EnvironmentLacksError as error:
            if not optional:
                raise
            on_progress(one_line(f"programs that import numpy will fail: {error}", 400))
    return await ensure_image(engine, base, on_progress, repository=repository)


async def build_packaged(
    engine: DockerEngine, base: str | None, on_progress: Progress, *, repository: str = REPOSITORY
) -> ImageFacts:
    """Build the image with packages, and the plain one first where it is not there.

    Raises:
        EnvironmentLacksError: the packages cannot be had, or do not fit; the text names the cure.
    """
    plain = await find_image(engine, wanted_base(base), repository=repository)
    plain = plain or await ensure_image(engine, base, on_progress, repository=repository)
    try:
        hello = await _greeted(engine, plain)
        files, told = await _packages(hello, on_progress)
        earlier = await earlier_images(engine, repository)
        built = await _build(engine, plain, files, told, on_progress, repository)
        await remove_images(engine, [one for one in earlier if PLAIN_LABEL in one.labels], built, repository)
    except (DockerError, SandboxLostError, EnvironmentLacksError) as error:
        raise EnvironmentLacksError(f"numpy cannot be put into the sandbox ({error}): {_CURE}") from error
    return built


async def _greeted(engine: DockerEngine, plain: ImageFacts) -> Hello:
    """What the supervisor of the plain image says of its Python."""
    setup = DockerSetup(
        image=plain.id,
        owner=await to_thread.run_sync(this_owner),
        session=uuid.uuid4().hex[:8],
        memory_bytes=_MEMORY_BYTES,
    )
    try:
        async with running_container(engine, setup) as stream:
            return await SupervisorClient(stream).hello()
    finally:
        await setup.roll.close(engine, setup.session)


async def _packages(hello: Hello, on_progress: Progress) -> tuple[dict[str, bytes], str]:
    """The files of the packages, and what they are in words; no files where the base has them."""
    if "numpy" in hello.packages:
        on_progress(one_line(f"the base has numpy {hello.packages['numpy']}"))
        return {"from-the-base": b""}, f"numpy {hello.packages['numpy']}"
    on_progress(one_line(f"fetching numpy for Python {hello.python} on {hello.machine}"))
    files = await fetch_numpy(Target(python=hello.python, machine=hello.machine, libc=hello.libc))
    found = {match["version"] for name in files if (match := _DIST_INFO.match(name))}
    return files, f"numpy {', '.join(sorted(found))}"


async def _build(
    engine: DockerEngine,
    plain: ImageFacts,
    files: dict[str, bytes],
    told: str,
    on_progress: Progress,
    repository: str,
) -> ImageFacts:
    tag, plain_tag = packaged_tag(repository), image_tag(repository=repository)
    on_progress(one_line(f"building the sandbox image {tag} with {told} on {plain_tag}"))
    context = {f"packages/{name}": content for name, content in files.items()}
    await engine.build(
        archive({"Dockerfile": _recipe()["Dockerfile"], **context}),
        tag=tag,
        arguments={"BASE_IMAGE": plain_tag},
        labels={
            BASE_LABEL: plain.labels.get(BASE_LABEL, ""),
            PLAIN_LABEL: plain_tag,
            PACKAGES_LABEL: told,
        },
        on_progress=on_progress,
    )
    built = await engine.find_image(tag)
    if built is None:
        raise EnvironmentLacksError(f"the engine lost the sandbox image {tag} that it had built: try again")
    return built


def _recipe() -> dict[str, bytes]:
    dockerfile = (paths.sandbox_image_dir() / "packages.Dockerfile").read_bytes()
    return {"Dockerfile": dockerfile, **locks()}
