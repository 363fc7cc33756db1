"""The command line within the test's own process, in a folder and a home of its own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from perftui.cli.main import run_command_line
from tests.support.bench import write_lines, write_problems, write_replies
from tests.support.command import Ended, environment

MODEL = ("--model", "recorded:replies.jsonl")
QUICK = ("--sandbox", "process", "--no-timing")


@dataclass(frozen=True)
class Here:
    """Where a test gives its commands; `problems` (Add/0 to Add/2) and `replies.jsonl` are there."""

    folder: Path
    home: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def perftui(self, *arguments: object) -> Ended:
        """Give a command; what it printed is what it printed alone."""
        self.capsys.readouterr()
        status = run_command_line([str(argument) for argument in arguments])
        for handler in logging.getLogger("perftui").handlers:
            handler.close()
        out, err = self.capsys.readouterr()
        return Ended(status, out, err)

    def run(self, *more: object) -> str:
        """A quick run over the problems, to its end; gives its id."""
        ended = self.perftui("run", "problems", *MODEL, *QUICK, *more)
        assert ended.status == 0, ended.err
        return ended.out.split()[1]

    def refused(self, *arguments: object, status: int = 2) -> str:
        """The one line with which a command refuses its work."""
        ended = self.perftui(*arguments)
        assert (ended.status, ended.out) == (status, ""), ended
        (line,) = ended.err.splitlines()
        assert line.startswith("perftui: ")
        assert "internal error" not in line
        return line.removeprefix("perftui: ")

    def write(self, name: str, text: str) -> str:
        """A file in the folder; gives its name back."""
        (self.folder / name).write_text(text, encoding="utf-8")
        return name


@pytest.fixture
def here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Here]:
    home, folder = tmp_path / "home", tmp_path / "folder"
    home.mkdir()
    folder.mkdir()
    write_problems(folder / "problems")
    write_replies(folder / "replies.jsonl")
    for name, value in environment(home, PERFTUI_DB=str(folder / "runs.db")).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(folder)
    logger = logging.getLogger("perftui")
    handlers, propagate, told = logger.handlers, logger.propagate, logging.raiseExceptions
    yield Here(folder, home, capsys, monkeypatch)
    for handler in logger.handlers:
        handler.close()
    logger.handlers, logger.propagate, logging.raiseExceptions = handlers, propagate, told


@pytest.fixture
def samples(here: Here) -> str:
    """Four samples: right, wrong, no program at all, and right again for the first problem."""
    write_lines(
        here.folder / "samples.jsonl",
        [
            {"task_id": "Add/1", "completion": "    return x + 1\n"},
            {"task_id": "Add/0", "solution": "def add_0(x):\n    return x + 1\n"},
            {"task_id": "Add/2", "solution": "def add_2(x:\n"},
            {"task_id": "Add/1", "solution": "def add_1(x):\n    return 1 + x\n"},
        ],
    )
    return "samples.jsonl"
