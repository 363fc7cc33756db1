"""A database in a folder of its own, and another process that writes to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from perftui.store.writer import Store, open_store
from tests.support.story import ENVIRONMENT, head_of, plan, problem


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    async with open_store(path) as opened:
        yield opened


@pytest.fixture
async def run(store: Store) -> str:
    problems = [problem("P/1"), problem("P/2")]
    return await store.create_run(plan(problems), ENVIRONMENT, problems, [head_of(p) for p in problems])
