"""What each room loads, seen in a fresh process: the import contract at run time, and a quick start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import perftui

SLOW = ("aiosqlite", "docker", "httpx", "numpy", "scipy", "textual")
HEAVY = (*SLOW, "anyio", "jinja2", "msgspec", "simpleeval", "sqlite3", "stamina")

ALLOWED = {
    "perftui.cli.main": set(),
    "perftui.cli.run": {"aiosqlite"},
    "perftui.cli.evaluate": {"aiosqlite"},
    "perftui.cli.resume": {"aiosqlite"},
    "perftui.cli.measure": {"aiosqlite"},
    "perftui.cli.report": {"aiosqlite"},
    "perftui.cli.watch": {"aiosqlite"},
    "perftui.cli.doctor": set(),
    "perftui.cli.problems": set(),
    "perftui.cli.sandbox": set(),
    "perftui.cli.strategies": set(),
    "perftui.cli.prompts": set(),
    "perftui.config": set(),
    "perftui.download.fetch": {"httpx"},
    "perftui.engine.engine": set(),
    "perftui.events.reduce": set(),
    "perftui.headless.plain": set(),
    "perftui.judging.judge": set(),
    "perftui.llm.choose": {"httpx"},
    "perftui.llm.recorded": set(),
    "perftui.preparing.prepare": set(),
    "perftui.problems.benchmarks": set(),
    "perftui.own.kit": set(),
    "perftui.refine.catalogue": set(),
    "perftui.refine.plugin": set(),
    "perftui.report.render": {"numpy", "scipy"},
    "perftui.sandbox.choose": set(),
    "perftui.sandbox.docker": {"docker"},
    "perftui.sandbox.process": set(),
    "perftui.store.writer": {"aiosqlite"},
    "perftui.timing.measuring": {"numpy", "scipy"},
    "perftui.tui.app": {"textual"},
}
"""The slow libraries that importing a module may load; what is not named, none of its room may."""


def loaded(program: str, names: tuple[str, ...]) -> set[str]:
    """Which libraries a fresh process has loaded after a program."""
    code = f"{program}\nimport sys\nprint(*(name for name in {names!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("module", ALLOWED)
def test_a_module_loads_only_the_slow_libraries_of_its_room(module: str) -> None:
    assert loaded(f"import {module}", SLOW) <= ALLOWED[module]


def test_every_room_is_looked_at() -> None:
    rooms = {path.parent.name for path in Path(perftui.__file__).parent.glob("*/__init__.py")}
    assert rooms - {"demo"} <= {module.split(".")[1] for module in ALLOWED}, "the demo is data"


def test_help_loads_nothing_that_is_slow() -> None:
    program = "from perftui.cli.main import run_command_line\nassert run_command_line(['--help']) == 0"
    assert loaded(program, HEAVY) == set()
