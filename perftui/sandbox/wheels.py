"""Packages for a sandbox's Python, fetched by pip on the host: pinned, checked by their hashes, unpacked."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Final

import anyio
import msgspec
from anyio import to_thread

from perftui.errors import EnvironmentLacksError
from perftui.text import one_line

_LOCKS: Final = ((3, 9), (3, 10), (3, 11))
"""From which Python on a lock holds, up to the next."""

_MUSL: Final = ("musllinux_1_2", "musllinux_1_1")
_GLIBC: Final = ((2, 28), (2, 27), (2, 24), (2, 17))
_LEFT_OUT: Final = re.compile(r"(^|/)(tests|bin)/|\.(pyi|pyc|a|h)$")
"""What no program loads."""

_FLAGS: Final = (
    *("install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--no-compile"),
    *("--only-binary=:all:", "--require-hashes", "--retries=2", "--implementation=cp"),
)


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """The interpreter that packages are for.

    Attributes:
        python: its version, such as `3.11.2`.
        machine: the kind of processor, such as `x86_64`.
        libc: such as `glibc 2.36`; empty for musl.
    """

    python: str
    machine: str
    libc: str


def lock_name(python: str) -> str:
    """The name of the lock that holds for a version of Python."""
    version = _numbers(python)
    fitting = [since for since in _LOCKS if since <= version]
    if not fitting:
        raise EnvironmentLacksError(f"there is no numpy for the sandbox's Python {one_line(python, 20)}")
    return f"numpy-{fitting[-1][0]}.{fitting[-1][1]}.txt"


def locks() -> dict[str, bytes]:
    """All locks, by name: what packages may be depends on nothing else."""
    folder = files("perftui.sandbox") / "locks"
    names = [f"numpy-{major}.{minor}.txt" for major, minor in _LOCKS]
    return {name: (folder / name).read_bytes() for name in names}


def _lock(python: str) -> bytes:
    return locks()[lock_name(python)]


def platforms(target: Target) -> list[str]:
    """The platforms whose wheels an interpreter can load, as wheels are named."""
    if not target.libc.startswith("glibc "):
        return [f"{name}_{target.machine}" for name in _MUSL]
    version = _numbers(target.libc.removeprefix("glibc "))
    fitting = [f"manylinux_{major}_{minor}" for major, minor in _GLIBC if (major, minor) <= version]
    return [f"{name}_{target.machine}" for name in (*fitting, "manylinux2014")]


async def fetch_numpy(target: Target) -> dict[str, bytes]:
    """The files of numpy for an interpreter, by path.

    Raises:
        EnvironmentLacksError: it cannot be had.
    """
    with tempfile.TemporaryDirectory(prefix="perftui-packages-") as folder:
        lock, unpacked = anyio.Path(folder, "lock.txt"), Path(folder, "unpacked")
        await lock.write_bytes(_lock(target.python))
        await _install(target, str(lock), unpacked)
        return await to_thread.run_sync(_content, unpacked)


async def _install(target: Target, lock: str, folder: Path) -> None:
    major, minor = _numbers(target.python)
    command = [*_pip(), *_FLAGS, f"--python-version={major}.{minor}", "--target", str(folder)]
    command += [f"--platform={platform}" for platform in platforms(target)]
    done = await anyio.run_process([*command, "--requirement", lock], check=False, stderr=subprocess.PIPE)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        why = next((line for line in reversed(said) if line.startswith("ERROR:")), said[-1] if said else "")
        raise EnvironmentLacksError(f"pip cannot fetch numpy: {one_line(why.removeprefix('ERROR:'))}")


def _pip() -> list[str]:
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    found = shutil.which("pip3") or shutil.which("pip")
    if found is None:
        raise EnvironmentLacksError("there is no pip to fetch numpy with")
    return [found]


def _content(folder: Path) -> dict[str, bytes]:
    paths = {
        path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()
    }
    return {name: path.read_bytes() for name, path in paths.items() if not _LEFT_OUT.search(name)}


def _numbers(version: str) -> tuple[int, int]:
    major, minor, *_ = (*(int(part) for part in re.findall(r"\d{1,4}", version)[:2]), 0, 0)
    return major, minor
