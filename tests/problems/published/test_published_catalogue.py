"""The catalogue against the files themselves, where they are beside the checkout."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from perftui.download.content import holds
from perftui.problems.benchmarks import load_benchmark
from perftui.problems.published.catalogue import BY_NAME, PUBLISHED

SHARED = Path(__file__).parents[4] / "shared" / "data"
FOLDERS = {
    "humaneval": "humaneval",
    "humaneval+": "humanevalplus",
    "mbpp": "mbpp",
    "mbpp-sanitised": "mbpp",
    "mbpp+": "mbppplus",
    "coffe-humaneval": "coffe/openai_humaneval",
    "coffe-mbpp": "coffe/mbpp",
    "coffe-file": "coffe/file",
}


@pytest.mark.parametrize("name", FOLDERS)
def test_the_checksums_are_those_of_the_files(name: str) -> None:
    for file, wanted in BY_NAME[name].files.items():
        plain = SHARED / FOLDERS[name] / file
        path = plain if plain.exists() else plain.with_name(f"{file}.gz")
        if not path.exists():
            pytest.skip(f"{path} is not there")
        assert holds(path, wanted.sha256, wanted.size), file
        assert not holds(path, wanted.sha256, wanted.size - 1)


def test_every_address_names_a_commit_and_the_file() -> None:
    for published in PUBLISHED:
        for file, wanted in published.files.items():
            address = urlsplit(wanted.url)
            assert address.scheme == "https"
            assert address.path.endswith(f"/{file}")
            assert any(
                len(part) == 40 and set(part) <= set("0123456789abcdef") for part in address.path.split("/")
            )
            assert len(bytes.fromhex(wanted.sha256)) == 32


def test_a_form_is_read_by_its_name() -> None:
    path = SHARED / "mbpp" / "sanitized-mbpp.json"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    assert len(load_benchmark("mbpp-sanitised", path).problems) == 427


def test_forms_of_a_benchmark_are_read_as_that_benchmark() -> None:
    forms = {published.name: published.benchmark for published in PUBLISHED if published.benchmark}
    assert forms == {"mbpp-sanitised": "mbpp", "apps-train": "apps"}
    assert all(BY_NAME[benchmark].benchmark == "" for benchmark in forms.values())


def test_names_are_unique_and_the_largest_comes_last() -> None:
    assert len(BY_NAME) == len(PUBLISHED)
    assert max(PUBLISHED, key=lambda published: published.size) == PUBLISHED[-1]
