"""Every scenario is tried in each kind of sandbox, and must leave it well."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from perftui.sandbox.choose import open_pool
from perftui.sandbox.docker_model import ImageFacts
from perftui.sandbox.pool import WarmPool
from tests.support.lab import Lab


@pytest.fixture(scope="module")
async def process_pool() -> AsyncIterator[WarmPool]:
    """One warm process sandbox, shared by the scenarios of a file."""
    async with open_pool("process", 1) as pool:
        yield pool


@pytest.fixture(scope="module")
async def docker_pool(sandbox_image: ImageFacts) -> AsyncIterator[WarmPool]:
    """One warm container, shared by the scenarios of a file."""
    assert sandbox_image.id
    async with open_pool("docker", 1) as pool:
        yield pool


@pytest.fixture(params=["process", pytest.param("docker", marks=pytest.mark.docker)])
def pool(request: pytest.FixtureRequest) -> WarmPool:
    """Sandboxes of one kind."""
    found: WarmPool = request.getfixturevalue(f"{request.param}_pool")
    return found


@pytest.fixture
async def lab(pool: WarmPool) -> AsyncIterator[Lab]:
    """A leased sandbox; where a scenario does not say that it will be lost, it must be well afterwards."""
    async with pool.lease() as sandbox:
        lab = Lab(sandbox)
        yield lab
        assert await lab.is_well() is not lab.lost
