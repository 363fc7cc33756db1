"""A folder to run perftui in: problems, a home and a database of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.bench import write_problems
from tests.support.command import Ended, Head, Running, environment, heads, perftui

KEY = "sk-recognisable-0123456789abcdef"


@dataclass(frozen=True)
class Place:
    """Where a test runs its commands.

    Attributes:
        folder: with `problems` in it, Add/0 to Add/2.
        env: of the commands; the database is `runs.db` in the folder.
    """

    folder: Path
    env: dict[str, str]

    def perftui(self, *arguments: object) -> Ended:
        """Run a command to its end."""
        return perftui(*arguments, cwd=self.folder, env=self.env)

    def begin(self, *arguments: object, name: str = "running", before: str = "") -> Running:
        """Run a command beside the test; `before` is code that its process runs first."""
        return Running(*arguments, cwd=self.folder, env=self.env, name=name, before=before)

    def facts(self, kind: str, run: str = "last") -> list[Head]:
        """The facts of a kind that a run has stored."""
        ended = self.perftui("export", run)
        assert ended.status == 0, ended.err
        return [head for head in heads(ended.out) if head.kind == kind]


def make_place(root: Path) -> Place:
    """A place of its own below a folder."""
    home, folder = root / "home", root / "folder"
    home.mkdir()
    folder.mkdir()
    write_problems(folder / "problems")
    return Place(folder, environment(home, PERFTUI_DB=str(folder / "runs.db"), TEST_API_KEY=KEY))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return make_place(tmp_path)


def live(url: str, *more: object) -> tuple[object, ...]:
    """The command that refines the three problems with the model of a server."""
    given = ("run", "problems", "--model", "test/small", "--base-url", url)
    return (*given, "--sandbox", "process", "--no-timing", "--chains", 2, *more)
