"""The peak memory that `evaluate` tells of: what a program allocates, wherever it fails."""

from __future__ import annotations

import sys

import msgspec
import pytest

from tests.end_to_end.conftest import Place
from tests.support.bench import right, write_lines, wrong

MIB = 1 << 20


@pytest.mark.skipif(sys.platform != "linux", reason="read from /proc")
@pytest.mark.parametrize("sandbox", ["process", pytest.param("docker", marks=pytest.mark.docker)])
def test_a_program_shows_what_it_allocates_and_no_more(
    place: Place, sandbox: str, request: pytest.FixtureRequest
) -> None:
    if sandbox == "docker":
        request.getfixturevalue("sandbox_image")
    programs = [right("Add/0"), f"kept = bytearray(70 << 20)\n{right('Add/0')}", wrong("Add/0")]
    hungry_and_wrong = wrong("Add/0").replace(":\n", ":\n    kept = bytearray(120 << 20)\n")
    samples = [{"task_id": "Add/0", "solution": text} for text in [*programs, hungry_and_wrong]]
    write_lines(place.folder / "samples.jsonl", samples)
    command = ("evaluate", "problems", "--samples", "samples.jsonl", "--no-timing", "--sandbox", sandbox)
    ended = place.perftui(*command, "--format", "json")
    assert ended.status == 0, ended.err
    results = msgspec.json.decode(ended.out)["results"]
    little, hungry, little_wrong, hungry_wrong = [result["peak_memory_bytes"] for result in results]
    assert 0 < little < 6 * MIB
    assert 69 * MIB < hungry < 76 * MIB
    assert 0 < little_wrong < 6 * MIB
    assert 119 * MIB < hungry_wrong < 126 * MIB
