"""Which kind of sandbox: one door for all who execute programs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Literal, TypeAlias

from perftui.sandbox.cores import usable_cores
from perftui.sandbox.imports import NO_NEEDS, Needs
from perftui.sandbox.pool import WarmPool, warm_pool
from perftui.sandbox.process import process_sandbox

SandboxKind: TypeAlias = Literal["docker", "process"]


@asynccontextmanager
async def open_pool(
    kind: SandboxKind,
    slots: int,
    *,
    base: str | None = None,
    memory_bytes: int = 1 << 30,
    on_progress: Callable[[str], None] = lambda _: None,
    needs: Needs = NO_NEEDS,
) -> AsyncIterator[WarmPool]:
    """Warm sandboxes of a kind, ready when the context is entered, and all gone when it is left.

    Args:
        kind: `docker`, whose image is built at first use, or `process`.
        slots: how many are kept warm.
        base: the image's base, for docker; None for PERFTUI_BASE_IMAGE, or any that it was built on.
        memory_bytes: what one program may use, for docker's own limit on the container.
        on_progress: is given printable lines about what is done first, on the event loop's thread.
        needs: what programs import beside the standard library; the process sandbox has what perftui has.

    Raises:
        EnvironmentLacksError: something is missing; the text names the cure.
        BadInputError: DOCKER_HOST cannot be used.
    """
    if kind == "process":
        async with warm_pool(process_sandbox, slots, cores=usable_cores()) as pool:
            yield pool
        return
    # docker-py takes longer to import than the rest of the room, and the process sandbox does without it.
    from perftui.sandbox.docker_pool import docker_pool  # noqa: PLC0415

    async with docker_pool(
        slots, base=base, memory_bytes=memory_bytes, on_progress=on_progress, needs=needs
    ) as pool:
        yield pool
