"""The supervisor on the interpreters that an image may have, as far as this machine has them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from perftui.sandbox import process
from perftui.sandbox.process import process_sandbox
from perftui.timing.profiling import profile
from tests.support.lab import ENOUGH, Lab

PROGRAM = """\
def numbers(n):
    for i in range(n):
        yield i

def fails():
    raise KeyError("x")

def f(n):
    for _ in range(3):
        try:
            fails()
        except KeyError:
            pass
    total = sum(numbers(10))
    return total + sum(x * x % 7 for x in range(n))
"""


@pytest.fixture(params=["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"])
def python(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The process sandbox runs on this interpreter."""
    name = f"python{request.param}"
    found = next(filter(None, map(true_path, places_of(name))), None)
    if found is None:
        pytest.skip(f"there is no {name} here")
    command = [found, *process._command()[1:]]
    monkeypatch.setattr(process, "_command", lambda: command)
    return str(request.param)


def places_of(name: str) -> list[str]:
    """Where an interpreter may be: in the search path, or among those that pyenv keeps."""
    kept = (Path.home() / ".pyenv/versions").glob(f"*/bin/{name}")
    return [*filter(None, [shutil.which(name)]), *map(str, kept)]


def true_path(python: str) -> str | None:
    """An interpreter's own path; None where it is only a word that says how to choose one."""
    told = subprocess.run(
        [python, "-c", "import sys; print(sys.executable)"], check=False, capture_output=True, text=True
    )
    return told.stdout.strip() if told.returncode == 0 else None


async def test_programs_are_run_metered_and_profiled(python: str) -> None:
    async with process_sandbox() as started:
        assert started.info.python.startswith(python)
        lab = Lab(started.sandbox)
        assert await lab.is_well()
        fact = await lab.one("def f(n):\n    return len(bytearray(n << 20))\n", 40)
        assert fact.end == "returned"
        assert fact.peak_bytes >= 39 << 20
        found = await profile(
            started.sandbox, PROGRAM, entry_point="f", input_='{"t":[50000]}', limits=ENOUGH, core=0
        )
        assert found.end == "returned"
        assert found.hottest(1)[0].number == 15
        hits = {line.number: line.hits for line in found.lines}
        assert (hits[3], hits[6], hits[11], hits[13]) == (10, 3, 3, 3)
        assert await lab.is_well()
