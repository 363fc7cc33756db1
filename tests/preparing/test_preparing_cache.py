from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from perftui.preparing.cache import AnswerCache


def names_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def change(file: Path, spoil: Callable[[bytes], bytes]) -> None:
    file.write_bytes(spoil(file.read_bytes()))


async def test_what_was_put_is_there_and_nothing_else(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "answers")
    assert await cache.get("ab") is None
    await cache.put("ab", b"what a reference gave")
    assert await cache.get("ab") == b"what a reference gave"
    assert await cache.get("cd") is None
    assert names_in(cache.folder) == ["ab.answers"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content[:-5],
        lambda content: b"not gzip",
        lambda content: b"",
        lambda content: gzip.compress(gzip.decompress(content)[:-1] + b"?"),
    ],
)
async def test_a_file_that_is_not_whole_counts_for_nothing(
    tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    cache = AnswerCache(tmp_path)
    await cache.put("ab", b"what a reference gave")
    change(tmp_path / "ab.answers", spoil)
    assert await cache.get("ab") is None


async def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path, max_bytes=5_000)
    for age, key in enumerate(["new", "middle", "old"]):
        await cache.put(key, os.urandom(2_000))
        os.utime(tmp_path / f"{key}.answers", (1e9 - age, 1e9 - age))
    assert await cache.get("old") is not None, "looking at it makes it the newest"
    await cache.put("last", os.urandom(2_000))
    assert names_in(tmp_path) == ["last.answers", "old.answers"]


async def test_a_folder_that_cannot_be_written_is_no_error() -> None:
    cache = AnswerCache(Path("/proc/none/answers"))
    await cache.put("ab", b"x")
    assert await cache.get("ab") is None
