"""One container of a sandbox, from its creation to its removal."""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from perftui.owner import Owner
from perftui.sandbox.attach import AttachStream, attach
from perftui.sandbox.channel import SupervisorClient
from perftui.sandbox.confinement import CONFINEMENT_IN_WORDS
from perftui.sandbox.docker import DockerEngine, DockerError
from perftui.sandbox.docker_model import ContainerSpec
from perftui.sandbox.owner_labels import owner_labels
from perftui.sandbox.pool import Started
from perftui.sandbox.protocol import SandboxLostError
from perftui.sandbox.roll import APP_LABEL, SESSION_LABEL, Roll
from perftui.text import one_line

__all__ = ["APP_LABEL", "SESSION_LABEL", "DockerSetup", "docker_sandbox", "running_container"]

_SUPERVISOR_BYTES: Final = 256 << 20

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class DockerSetup:
    """What all containers of a pool have in common.

    Attributes:
        image: the image's id.
        owner: the process that holds them.
        session: names the pool among the owner's.
        memory_bytes: what one program may use; the container has room for its supervisor beside it.
        cores: the cores it may use; empty for all of the engine's.
        roll: which of them are held.
    """

    image: str
    owner: Owner
    session: str
    memory_bytes: int
    cores: tuple[int, ...] = ()
    roll: Roll = field(default_factory=Roll, compare=False)


@asynccontextmanager
async def running_container(engine: DockerEngine, setup: DockerSetup) -> AsyncIterator[AttachStream]:
    """A container that was just started, as the stream to its supervisor; it is removed on exit, always.

    Raises:
        SandboxLostError: the engine failed.
        EnvironmentLacksError: the engine is gone.
    """
    spec = _spec(setup)
    await setup.roll.settle(engine, setup.session)
    with setup.roll.holding(spec.name):
        container = await engine.create(spec)
        try:
            # Attached before it starts, so that nothing it says is lost.
            async with await attach(engine.endpoint, container, api_version=engine.api_version) as stream:
                await engine.start(container)
                yield stream
        finally:
            await _remove(engine, container, setup.roll)


@asynccontextmanager
async def docker_sandbox(engine: DockerEngine, setup: DockerSetup) -> AsyncIterator[Started]:
    """A container whose supervisor has said hello; it is removed on exit, always.

    Raises:
        SandboxLostError: the engine failed, or the supervisor did not come up.
        EnvironmentLacksError: the engine is gone.
    """
    async with running_container(engine, setup) as stream:
        client = SupervisorClient(stream)
        try:
            hello = await client.hello()
        except SandboxLostError as error:
            said = stream.stderr_tail.strip().splitlines()[-1:]
            raise SandboxLostError("; it said: ".join([str(error), *map(one_line, said)])) from error
        yield Started(client, hello.info("docker", *CONFINEMENT_IN_WORDS, image=setup.image))


async def _remove(engine: DockerEngine, container: str, roll: Roll) -> None:
    """Remove it; where the engine fails, it is removed before another is created."""
    try:
        await engine.remove(container)
    except DockerError as error:
        roll.doubt()
        _log.info("a sandbox was not removed at once: %s", error)


def _spec(setup: DockerSetup) -> ContainerSpec:
    return ContainerSpec(
        image=setup.image,
        name=f"perftui-{setup.session}-{uuid.uuid4().hex[:12]}",
        labels={APP_LABEL: "1", SESSION_LABEL: setup.session, **owner_labels(setup.owner)},
        memory_bytes=setup.memory_bytes + _SUPERVISOR_BYTES,
        cores=setup.cores,
    )
