"""The sandbox's image: found by the hash of what it is built from, built where it is not there."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Final, TypeAlias

from perftui import paths
from perftui.errors import EnvironmentLacksError
from perftui.sandbox.docker import DockerEngine, DockerError
from perftui.sandbox.docker_model import ImageFacts
from perftui.sandbox.earlier_images import (
    BASE_LABEL,
    REPOSITORY,
    earlier_images,
    remembered_base,
    remove_images,
)
from perftui.text import one_line

DEFAULT_BASE: Final = "python:3.13-slim"

_CURE: Final = (
    "give one that is here with 'perftui sandbox build --base IMAGE' or PERFTUI_BASE_IMAGE: "
    "any image with python3 >= 3.9 will do"
)

Progress: TypeAlias = Callable[[str], None]
"""Is given printable lines, on the event loop's thread."""


def context_files(folder: Path | None = None) -> dict[str, bytes]:
    """What the image is built from, by path: the Dockerfile and the supervisor's sources.

    Raises:
        EnvironmentLacksError: the folder is incomplete.
    """
    folder = folder or paths.sandbox_image_dir()
    sources = sorted(path for path in (folder / "perfbox").rglob("*") if path.is_file() and _is_source(path))
    dockerfile = folder / "Dockerfile"
    if not dockerfile.is_file() or not sources:
        raise EnvironmentLacksError(f"the sandbox's files are missing in {folder}: install perftui again")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in (dockerfile, *sources)}


def image_tag(files: Mapping[str, bytes] | None = None, repository: str = REPOSITORY) -> str:
    """The image's tag: another supervisor is another image, whatever its base."""
    digest = hashlib.sha256()
    for path, content in sorted((context_files() if files is None else files).items()):
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return f"{repository}:{digest.hexdigest()[:16]}"


def wanted_base(base: str | None, environ: Mapping[str, str] = os.environ) -> str | None:
    """The base that was asked for, by a flag or by PERFTUI_BASE_IMAGE; None where it is left open."""
    return base or environ.get("PERFTUI_BASE_IMAGE") or None


async def find_image(
    engine: DockerEngine, base: str | None = None, *, repository: str = REPOSITORY
) -> ImageFacts | None:
    """The image of this version's supervisor, or None.

    Args:
        engine: where to look.
        base: only one that was built on this base; None for any.
        repository: under which name it is kept.
    """
    found = await engine.find_image(image_tag(repository=repository))
    if found is None or (base is not None and found.labels.get(BASE_LABEL) != base):
        return None
    return found


async def build_image(
    engine: DockerEngine, base: str | None, on_progress: Progress, *, repository: str = REPOSITORY
) -> ImageFacts:
    """Build the image, fetching its base first where it is not there; earlier ones go where they can.

    Args:
        engine: what builds it.
        base: the base image; None for PERFTUI_BASE_IMAGE, or else the base of the newest image that is
            there, or else Docker Hub's Python.
        on_progress: is given printable lines, on the event loop's thread.
        repository: under which name it is kept.

    Raises:
        EnvironmentLacksError: the base cannot be had, or does not do; the text says how to give another.
    """
    earlier = await earlier_images(engine, repository)
    wanted = wanted_base(base)
    remembered = None if wanted else await remembered_base(engine, earlier)
    if remembered:
        on_progress(
            one_line(f"the sandbox image before this one was built on {remembered}: so will this one")
        )
    built = await _built_on(engine, wanted or remembered or DEFAULT_BASE, on_progress, repository)
    removed = await remove_images(engine, earlier, built, repository)
    if removed:
        on_progress(f"removed {removed} earlier sandbox image{'s' if removed > 1 else ''}")
    return built


async def ensure_image(
    engine: DockerEngine, base: str | None, on_progress: Progress, *, repository: str = REPOSITORY
) -> ImageFacts:
    """The image as it is, or built now; a base that was asked for must be the image's own.

    Raises:
        EnvironmentLacksError: it is not there and cannot be built.
    """
    found = await find_image(engine, wanted_base(base), repository=repository)
    return found or await build_image(engine, base, on_progress, repository=repository)


async def _built_on(engine: DockerEngine, base: str, on_progress: Progress, repository: str) -> ImageFacts:
    await _have_base(engine, base, on_progress)
    files = context_files()
    tag = image_tag(files, repository)
    on_progress(one_line(f"building the sandbox image {tag} on {base}"))
    try:
        await engine.build(
            archive(files),
            tag=tag,
            arguments={"BASE_IMAGE": base},
            labels={BASE_LABEL: base},
            on_progress=on_progress,
        )
        built = await engine.find_image(tag)
    except DockerError as error:
        raise EnvironmentLacksError(
            f"the sandbox image could not be built on {one_line(base)} ({error}): {_CURE}"
        ) from error
    if built is None:
        raise EnvironmentLacksError(f"the engine lost the sandbox image {tag} that it had built: try again")
    return built


async def _have_base(engine: DockerEngine, base: str, on_progress: Progress) -> None:
    try:
        if await engine.find_image(base) is not None:
            return
        on_progress(one_line(f"fetching the base image {base}"))
        await engine.pull(base, on_progress)
    except DockerError as error:
        raise EnvironmentLacksError(
            f"the base image {one_line(base)} is not here and cannot be fetched ({error}): {_CURE}"
        ) from error


def _is_source(path: Path) -> bool:
    return path.suffix != ".pyc" and not path.name.startswith(".")


def archive(files: Mapping[str, bytes]) -> bytes:
    """The build context as a tar archive that depends on nothing but the files."""
    raw = io.BytesIO()
    folders = sorted({str(parent) for path in files for parent in PurePosixPath(path).parents if parent.name})
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for path in folders:
            entry = tarfile.TarInfo(path)
            entry.type = tarfile.DIRTYPE
            entry.mode = 0o755
            archive.addfile(entry)
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            entry.mode = 0o644
            archive.addfile(entry, io.BytesIO(content))
    return raw.getvalue()
