"""The wheel holds all that an installed perftui needs, and runs from an empty folder."""

from __future__ import annotations

import importlib.util
import shutil
import signal
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.support.command import Running, environment, heads

ROOT = Path(__file__).parents[2]
CODE = {"perftui": "perftui", "sandbox-image": "perftui/_sandbox_image"}
"""Folders of the checkout, and where they are in the wheel."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as `make wheel` builds it, from a copy without what git does not know."""
    if importlib.util.find_spec("build") is None:
        pytest.skip("`build` is not installed")
    source = tmp_path_factory.mktemp("source") / "checkout"
    junk = shutil.ignore_patterns("__pycache__", "*.pyc")
    for folder in CODE:
        shutil.copytree(ROOT / folder, source / folder, ignore=junk)
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source / file)
    # With the build's own requirement at hand, nothing is fetched.
    how = ["--no-isolation"] if importlib.util.find_spec("hatchling") else []
    out = source.parent / "dist"
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", *how, "--outdir", str(out), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Path:
    """A virtual environment with the wheel and nothing of the checkout; gives its Python.

    What perftui depends on is that of the tests' own environment, so that nothing is fetched.
    """
    home = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    python = home / "bin" / "python"
    (packages,) = (home / "lib").glob("python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    # A path that a .pth file adds has its own .pth files passed over: an editable perftui is not seen.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def test_the_wheel_holds_every_file_of_the_code_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    wanted = {
        f"{CODE[folder]}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder in CODE
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert held == wanted
    for suffix in (".tcss", ".sql", ".j2", ".toml", ".jsonl", "Dockerfile", "py.typed"):
        assert any(name.endswith(suffix) for name in held), suffix


def test_an_installed_perftui_runs_its_demo_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    folder, home = tmp_path / "empty", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    env = {name: value for name, value in environment(home).items() if name != "PYTHONPATH"}
    where = subprocess.run(
        [installed, "-c", "import perftui; print(perftui.__file__)"],
        cwd=folder, env=env, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert where.startswith(str(tmp_path))

    demo = ("demo", "--headless", "--fast", "--sandbox", "process", "--json")
    with Running(*demo, cwd=folder, env=env, python=str(installed)) as run:
        run.until(lambda: '"kind":"candidate-judged"' in run.out)
        run.send(signal.SIGTERM)
        ended = run.end()
    assert ended.status == 130, ended.err
    assert {"run-started", "reply-received", "candidate-judged"} <= {head.kind for head in heads(ended.out)}
    assert sorted(path.name for path in folder.iterdir()) == ["running.err", "running.out"]
