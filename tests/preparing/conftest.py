from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from perftui.preparing.answers import Answering
from perftui.preparing.bench import Bench
from perftui.sandbox.choose import open_pool
from perftui.sandbox.cores import Cores


@pytest.fixture(scope="module")
async def answering() -> AsyncIterator[Answering]:
    """Runs programs in a process sandbox, and remembers nothing."""
    async with open_pool("process", 1) as pool:
        yield Answering(Bench(pool, Cores(pool.cores)), None)
