"""Which wheels fit an interpreter, and what becomes of one that pip does not give."""

from __future__ import annotations

import re
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from perftui.errors import EnvironmentLacksError
from perftui.sandbox import wheels
from perftui.sandbox.wheels import Target, fetch_numpy, lock_name, locks, platforms

HERE = Target(python="3.11.2", machine="x86_64", libc="glibc 2.36")


@pytest.mark.parametrize(
    ("python", "name"),
    [
        ("3.9.18", "numpy-3.9.txt"),
        ("3.10.0", "numpy-3.10.txt"),
        ("3.11.2", "numpy-3.11.txt"),
        ("3.14.0rc1", "numpy-3.11.txt"),
    ],
)
def test_each_python_has_its_lock(python: str, name: str) -> None:
    assert lock_name(python) == name
    assert name in locks()


@pytest.mark.parametrize("python", ["3.8.1", "2.7", "", "2\x1b[31m"])
def test_a_python_without_a_lock_is_told(python: str) -> None:
    with pytest.raises(EnvironmentLacksError, match="there is no numpy for the sandbox's Python") as caught:
        lock_name(python)
    assert str(caught.value).isprintable()


def test_every_lock_pins_one_version_by_its_hashes() -> None:
    for content in locks().values():
        text = content.decode()
        assert len(re.findall(r"^numpy==\d+\.\d+\.\d+ \\$", text, re.MULTILINE)) == 1
        hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})", text)
        assert len(hashes) == len(set(hashes)) == text.count("--hash") >= 4


@pytest.mark.parametrize(
    ("machine", "libc", "names"),
    [
        (
            *("x86_64", "glibc 2.36"),
            [f"manylinux_2_{minor}_x86_64" for minor in (28, 27, 24, 17)] + ["manylinux2014_x86_64"],
        ),
        (
            "aarch64",
            "glibc 2.27",
            [*(f"manylinux_2_{n}_aarch64" for n in (27, 24, 17)), "manylinux2014_aarch64"],
        ),
        ("x86_64", "glibc 2.5", ["manylinux2014_x86_64"]),
        ("aarch64", "", ["musllinux_1_2_aarch64", "musllinux_1_1_aarch64"]),
    ],
)
def test_the_platforms_are_those_of_the_library(machine: str, libc: str, names: list[str]) -> None:
    assert platforms(Target(python="3.11.2", machine=machine, libc=libc)) == names


def wheel(folder: Path) -> str:
    """A wheel of a numpy that is none; gives its SHA-256."""
    path = folder / "numpy-2.4.6-cp311-cp311-manylinux_2_28_x86_64.whl"
    info = "numpy-2.4.6.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("numpy/__init__.py", "one = 1\n")
        archive.writestr("numpy/__init__.pyi", "one: int\n")
        archive.writestr("numpy/tests/test_one.py", "")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: numpy\nVersion: 2.4.6\n")
        archive.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp311-cp311-manylinux_2_28_x86_64\n",
        )
        archive.writestr(f"{info}/RECORD", "")
    return sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def only_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """pip finds one wheel, and nothing else; gives the wheel's SHA-256."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    return wheel(tmp_path)


async def test_a_wheel_is_unpacked_without_what_no_program_loads(
    tmp_path: Path, only_here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheels, "_lock", lambda _: f"numpy==2.4.6 --hash=sha256:{only_here}\n".encode())
    files = await fetch_numpy(HERE)
    assert files["numpy/__init__.py"] == b"one = 1\n"
    assert not any("tests" in name or name.endswith((".pyi", ".pyc")) for name in files)
    assert "numpy-2.4.6.dist-info/METADATA" in files


async def test_a_wheel_with_another_hash_is_refused(only_here: str) -> None:
    with pytest.raises(EnvironmentLacksError, match=r"pip cannot fetch numpy: .*DO NOT MATCH THE HASHES"):
        await fetch_numpy(HERE)


async def test_a_python_that_no_wheel_is_for(only_here: str) -> None:
    with pytest.raises(EnvironmentLacksError, match="pip cannot fetch numpy: No matching distribution"):
        await fetch_numpy(Target(python="3.11.2", machine="riscv64", libc="glibc 2.36"))


async def test_without_pip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pip", None)
    monkeypatch.setattr(wheels.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentLacksError, match="there is no pip to fetch numpy with"):
        await fetch_numpy(HERE)
