"""A screen that fails by a fault of its own: one line, the terminal as it was, and the run ended in order."""

from __future__ import annotations

import logging
import re
import sqlite3
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.message import Message

from perftui.tui.app import PerfApp
from perftui.tui.screens.run import RunScreen
from tests.support.bench import Dosed, write_problems
from tests.support.command import environment
from tests.support.model_server import FakeServer
from tests.support.terminal import LEAVE_SCREEN, OnTerminal
from tests.tui.conftest import Drive, Driven

FAULTY = """
from perftui.tui.screens.run import RunScreen

def key_z(self):
    secret = "sk-recognisable-0123456789abcdef"
    raise ValueError("[red]no such row\\n\\x1b[2Jas this")

RunScreen.key_z = key_z
"""


class Poison(Message):
    """What a widget cannot stomach."""


class RichlyToldError(Exception):
    """One that textual would show in a way of its own."""

    def __rich__(self) -> str:
        raise AssertionError("nobody asks for this")


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    """What the application logs, whatever a command line has set up before."""
    monkeypatch.setattr(logging.getLogger("perftui"), "propagate", True)
    caplog.set_level(logging.ERROR, "perftui")
    return caplog


def handler(driven: Driven) -> None:
    driven.app.screen.post_message(Poison())


def callback(driven: Driven) -> None:
    driven.app.call_later(fail)


def timer(driven: Driven) -> None:
    driven.app.set_timer(0.001, fail)


def worker(driven: Driven) -> None:
    async def work() -> None:
        fail()

    driven.app.run_worker(work())


def rich(driven: Driven) -> None:
    driven.app.call_later(fail_richly)


def fail() -> None:
    raise ValueError("no such row")


def fail_richly() -> None:
    raise RichlyToldError("no such row")


@pytest.mark.parametrize("begin", [handler, callback, timer, worker, rich])
async def test_a_fault_ends_the_screen_and_goes_to_the_log(
    drive: Drive,
    begin: Callable[[Driven], None],
    monkeypatch: pytest.MonkeyPatch,
    logged: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(RunScreen, "on_poison", lambda _: fail(), raising=False)
    seen: list[PerfApp] = []
    with pytest.raises(Exception, match="no such row"):  # noqa: PT012 - the pilot raises it as it leaves
        async with drive() as it:
            seen.append(it.app)
            begin(it)
            await it.until(lambda: it.app.failure is not None)
    (app,) = seen
    assert isinstance(app.failure, ValueError | RichlyToldError)
    assert app.return_code == 1
    record = logged.records[0]
    assert record.message == "the screen failed"
    assert record.exc_info is not None
    assert record.exc_info[1] is app.failure
    assert "".join(capsys.readouterr()) == ""


async def test_a_screen_that_is_left_has_not_failed(drive: Drive, logged: pytest.LogCaptureFixture) -> None:
    async with drive(own=False) as it:
        await it.press("q")
    assert it.app.failure is None
    assert logged.records == []


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """Of commands whose run screen fails at the key z."""
    (tmp_path / "home").mkdir()
    (tmp_path / "faulty").mkdir()
    (tmp_path / "faulty/sitecustomize.py").write_text(FAULTY, "utf-8")
    write_problems(tmp_path / "problems")
    return environment(
        tmp_path / "home",
        PERFTUI_DB=str(tmp_path / "runs.db"),
        TEST_API_KEY="k",
        PYTHONPATH=str(tmp_path / "faulty"),
    )


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(Dosed(2)) as serving:
        yield serving


def test_one_line_is_told_and_the_run_can_be_resumed(
    tmp_path: Path, env: dict[str, str], server: FakeServer
) -> None:
    live = ("run", "problems", "--model", "test/small", "--base-url", server.url, "--sandbox", "process")
    with OnTerminal(*live, "--no-timing", cwd=tmp_path, env=env) as terminal:
        modes = termios.tcgetattr(terminal._master)
        terminal.until("Add/2")
        assert termios.tcgetattr(terminal._master) != modes
        terminal.press("z")
        assert terminal.end() == 1
        if sys.platform == "linux":
            assert termios.tcgetattr(terminal._master) == modes
    run, how = _only_run(tmp_path / "runs.db")
    assert how == "interrupted"
    _, _, after = terminal.shown.partition(LEAVE_SCREEN)
    told = r"perftui: the screen failed: ValueError: \[red\]no such row.*as this \(details in (\S+)\); "
    found = re.search(told + rf"the run can be resumed with: perftui resume {run}\r\n", after)
    assert found, after
    assert "Traceback" not in terminal.shown
    assert "sk-recognisable" not in terminal.shown
    assert after.count("\n") == 1
    log = Path(found[1]).read_text("utf-8")
    assert "Traceback" in log
    assert "key_z" in log


def test_one_who_only_watches_is_told_too(tmp_path: Path, env: dict[str, str], server: FakeServer) -> None:
    live = ("run", "problems", "--model", "test/small", "--base-url", server.url, "--sandbox", "process")
    with OnTerminal(*live, "--no-timing", "--headless", cwd=tmp_path, env=env) as running:
        running.until("ETA")
        with OnTerminal("watch", "last", cwd=tmp_path, env=env) as terminal:
            terminal.until("Add/2")
            terminal.press("z")
            assert terminal.end() == 1
        _, how = _only_run(tmp_path / "runs.db")
        assert how == "running"
    _, _, after = terminal.shown.partition(LEAVE_SCREEN)
    assert re.search(r"the screen failed: ValueError: .* \(details in \S+\)\r\n", after), after
    assert "resume" not in after


def _only_run(db: Path) -> tuple[str, str]:
    connection = sqlite3.connect(db)
    try:
        ((run, status),) = connection.execute("SELECT id, status FROM run").fetchall()
    finally:
        connection.close()
    return run, status
