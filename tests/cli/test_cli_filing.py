"""The screen writes a run to a file of its own, and never over another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from perftui.cli.filing import compared, exported
from perftui.errors import BadInputError
from perftui.store.export import export_lines
from perftui.store.writer import Store, open_store
from tests.support.story import ENVIRONMENT, head_of, plan, problem


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "runs.db") as opened:
        yield opened


@pytest.fixture
async def run(store: Store) -> str:
    problems = [problem("P/1")]
    return await store.create_run(plan(problems), ENVIRONMENT, problems, [head_of(p) for p in problems])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    return made


async def test_events_are_written_as_export_prints_them(store: Store, run: str, folder: Path) -> None:
    file = await exported(store, run, "jsonl", folder)
    assert file.read_text().splitlines() == [line async for line in export_lines(store, run)]


async def test_no_file_is_written_over_and_no_draft_stays(store: Store, run: str, folder: Path) -> None:
    taken = folder / f"perftui-{run}.md"
    taken.write_text("mine")
    file = await exported(store, run, "md", folder)
    assert taken.read_text() == "mine"
    assert run in file.read_text()
    assert {path async for path in anyio.Path(folder).iterdir()} == {anyio.Path(taken), anyio.Path(file)}


async def test_a_folder_that_is_gone_gets_one_line(store: Store, run: str, folder: Path) -> None:
    with pytest.raises(BadInputError, match="cannot write to"):
        await exported(store, run, "csv", folder / "gone")


async def test_a_run_is_not_compared_with_itself(store: Store, run: str) -> None:
    with pytest.raises(BadInputError, match="with itself"):
        await compared(store, run, run)
