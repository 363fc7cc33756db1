"""A field of one container, and one of one process sandbox, each shared by all attacks of a file."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from perftui.sandbox.choose import open_pool
from perftui.sandbox.docker_model import ImageFacts
from tests.attacks.field import Field
from tests.attacks.outside import Engine


@pytest.fixture(scope="module")
async def docker_field(sandbox_image: ImageFacts) -> AsyncIterator[Field]:
    """One container at a time."""
    assert sandbox_image.id
    engine = Engine()
    async with open_pool("docker", 1) as pool:
        field = Field(pool, engine)
        await field.prepare()
        yield field
        # Once, since an engine may take a second to tell.
        assert [path for container in engine.containers() for path in engine.changes(container)] == []
    assert engine.containers() == []
    engine.close()


@pytest.fixture(scope="module")
async def process_field() -> AsyncIterator[Field]:
    """One process sandbox at a time."""
    async with open_pool("process", 1) as pool:
        field = Field(pool, None)
        await field.prepare()
        yield field
