"""A pool of containers: leftovers removed, the image there, sandboxes warm."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from anyio import to_thread

from perftui.owner import this_owner
from perftui.sandbox.container import DockerSetup, docker_sandbox
from perftui.sandbox.cores import usable_cores
from perftui.sandbox.docker import DockerEngine, DockerError, engine_answers, open_engine
from perftui.sandbox.docker_model import EngineFacts
from perftui.sandbox.endpoint import Endpoint
from perftui.sandbox.imports import NO_NEEDS, Needs
from perftui.sandbox.leftovers import remove_leftovers
from perftui.sandbox.packaged import best_image
from perftui.sandbox.pool import WarmPool, warm_pool


@asynccontextmanager
async def docker_pool(
    slots: int,
    *,
    base: str | None,
    memory_bytes: int,
    on_progress: Callable[[str], None],
    needs: Needs = NO_NEEDS,
) -> AsyncIterator[WarmPool]:
    """Sandboxes in containers; the image is built where it is not there.

    Args:
        slots: how many are kept warm.
        base: the image's base; None for PERFTUI_BASE_IMAGE, or any that it was built on.
        memory_bytes: what one program may use.
        on_progress: is given printable lines, on the event loop's thread.
        needs: what programs import beside the standard library.

    Raises:
        EnvironmentLacksError: no engine, no image and none to be built, or no container starts.
        BadInputError: DOCKER_HOST cannot be used.
    """
    async with open_engine() as engine:
        facts = await engine_answers(engine)
        await _sweep(engine, on_progress)
        image = await best_image(engine, base, on_progress, needs.packages, optional=needs.optional)
        cores, restricted = engine_cores(engine.endpoint, facts, usable_cores())
        setup = DockerSetup(
            image=image.id,
            owner=await to_thread.run_sync(this_owner),
            session=uuid.uuid4().hex[:8],
            memory_bytes=memory_bytes,
            cores=cores if restricted else (),
        )
        try:
            async with warm_pool(lambda: docker_sandbox(engine, setup), slots, cores=cores) as pool:
                yield pool
        finally:
            await setup.roll.close(engine, setup.session)


def engine_cores(
    endpoint: Endpoint, facts: EngineFacts, here: tuple[int, ...]
) -> tuple[tuple[int, ...], bool]:
    """The cores of containers, and whether they are this process's own, to which they must then keep.

    An engine on another machine, or in a virtual machine of this one, numbers cores of its own.
    """
    if endpoint.is_local and all(core < facts.cpus for core in here) and not _is_virtual(facts):
        return here, True
    return tuple(range(max(1, facts.cpus))), False


def _is_virtual(facts: EngineFacts) -> bool:
    return "Docker Desktop" in facts.operating_system


async def _sweep(engine: DockerEngine, on_progress: Callable[[str], None]) -> None:
    try:
        removed = await remove_leftovers(engine)
    except DockerError as error:
        on_progress(f"leftovers of earlier runs could not be removed: {error}")
        return
    if removed:
        on_progress(f"removed {removed} sandbox{'es' if removed > 1 else ''} that an earlier run left behind")
