"""The sandbox's images of earlier versions: on what they were built, and which nobody needs any more."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from perftui.sandbox.docker import DockerEngine, DockerError
from perftui.sandbox.docker_model import ImageFacts, ListedImage

BASE_LABEL: Final = "perftui.sandbox.base"
PACKAGES_LABEL: Final = "perftui.sandbox.packages"
PLAIN_LABEL: Final = "perftui.sandbox.plain"
"""On an image with packages: the tag of the plain one that it was built on."""

REPOSITORY: Final = "perftui-sandbox"

_log = logging.getLogger(__name__)


async def earlier_images(engine: DockerEngine, repository: str = REPOSITORY) -> tuple[ListedImage, ...]:
    """The sandbox's images that the engine has, newest first.

    An image that somebody built on one of them has its labels, but not its repository.

    Raises:
        DockerError: the engine failed.
    """
    listed = await engine.images(BASE_LABEL)
    ours = [image for image in listed if any(tag.startswith(f"{repository}:") for tag in image.tags)]
    return tuple(sorted(ours, key=lambda image: image.created, reverse=True))


async def remembered_base(engine: DockerEngine, earlier: Sequence[ListedImage]) -> str | None:
    """The newest image's base, if the engine still has it, or else the next one's; None where there is none.

    Raises:
        DockerError: the engine failed.
    """
    for base in dict.fromkeys(image.labels[BASE_LABEL] for image in earlier):
        if base and await engine.find_image(base) is not None:
            return base
    return None


async def remove_images(
    engine: DockerEngine, earlier: Sequence[ListedImage], built: ImageFacts, repository: str = REPOSITORY
) -> int:
    """Remove earlier images that no container uses, now that another was built; say how many went.

    What cannot be removed stays: a container may still use it.
    """
    removed = 0
    for image in unneeded(earlier, built):
        references = _references(image, built, repository)
        try:
            base = await engine.find_image(image.labels[BASE_LABEL])
            # The engine removes an image's parents too where they have no name: the base may have none.
            for reference in references:
                await engine.remove_image(reference, with_parents=base is not None and bool(base.tags))
        except DockerError as error:
            _log.info("an earlier image was not removed: %s", error)
        else:
            removed += bool(references)
    return removed


def unneeded(earlier: Sequence[ListedImage], built: ImageFacts) -> list[ListedImage]:
    """Those that are not the new image, not built on it with packages added, and not a base."""
    bases = {image.labels[BASE_LABEL] for image in earlier} | {built.labels[BASE_LABEL]}
    bases.add(built.labels.get(PLAIN_LABEL, ""))
    return [
        image
        for image in earlier
        if image.id != built.id
        and bases.isdisjoint({image.id, *image.tags})
        and image.labels.get(PLAIN_LABEL) not in built.tags
    ]


def _references(image: ListedImage, built: ImageFacts, repository: str) -> Sequence[str]:
    """By what to remove it: its names of ours, or its id where the new image has taken its only name."""
    ours = [tag for tag in image.tags if tag.startswith(f"{repository}:")]
    if len(ours) == len(image.tags) and set(ours) <= set(built.tags):
        return [image.id]
    return [tag for tag in ours if tag not in built.tags]
