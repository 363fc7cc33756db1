"""Containers whose process is gone: found by their labels, and removed.

A supervisor ends by itself where its host is gone, and the engine then removes its container; this is for
those that never started, and for engines that were killed in between.
"""

from __future__ import annotations

import time
from typing import Final

import anyio
from anyio import to_thread

from perftui.owner import Owner, life_of, this_owner
from perftui.sandbox.container import APP_LABEL
from perftui.sandbox.docker import DockerEngine, DockerError
from perftui.sandbox.docker_model import ContainerFacts
from perftui.sandbox.owner_labels import owner_from_labels

_FOREIGN_IDLE_SECONDS: Final = 3600


def is_leftover(container: ContainerFacts, here: Owner, *, now: float) -> bool:
    """Whether nobody holds a container any more.

    Where the owner cannot be seen from here (another machine on the same engine), only one that
    has not been running, and is more than an hour old, is nobody's.
    """
    owner = owner_from_labels(container.labels)
    life = "unknown" if owner is None else life_of(owner, here)
    if life == "unknown":
        return container.state != "running" and now - container.created > _FOREIGN_IDLE_SECONDS
    return life == "gone"


async def find_leftovers(engine: DockerEngine) -> tuple[ContainerFacts, ...]:
    """The containers with perftui's label that nobody holds.

    Raises:
        DockerError: the engine failed.
    """
    containers = await engine.containers(APP_LABEL)

    def nobodys() -> tuple[ContainerFacts, ...]:
        here, now = this_owner(), time.time()
        return tuple(container for container in containers if is_leftover(container, here, now=now))

    return await to_thread.run_sync(nobodys) if containers else ()


async def remove_leftovers(engine: DockerEngine) -> int:
    """Remove the containers that nobody holds, and say how many there were.

    Raises:
        DockerError: the engine failed.
    """
    leftovers = await find_leftovers(engine)
    failures: list[DockerError] = []
    removed = 0

    async def remove(container: ContainerFacts) -> None:
        nonlocal removed
        try:
            was_there = await engine.remove(container.id)
        except DockerError as error:
            failures.append(error)
        else:
            removed += was_there

    async with anyio.create_task_group() as removals:
        for container in leftovers:
            removals.start_soon(remove, container)
    if failures:
        raise failures[0]
    return removed
