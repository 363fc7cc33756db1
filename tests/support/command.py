"""The command line as others use it: as a process of its own, alone or beside the test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

import msgspec

SECONDS = 60.0
"""The most that anything here waits; a busy machine is slow."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str


def environment(home: Path, **more: str) -> dict[str, str]:
    """An environment with a home of its own, and nothing of the developer's that perftui reads."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PERFTUI_", "XDG_")) and not name.endswith("_API_KEY")
    }
    for name in ("PERFTUI_BASE_IMAGE",):
        if name in os.environ:
            kept[name] = os.environ[name]
    return {**kept, "HOME": str(home), **more}


def perftui(*arguments: object, cwd: Path, env: Mapping[str, str], stdin: str = "") -> Ended:
    """Run a command to its end."""
    done = subprocess.run(
        command(arguments),
        cwd=cwd,
        env=env,
        check=False,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def command(arguments: Sequence[object], python: str = sys.executable, before: str = "") -> list[str]:
    """The words of a command, run by an interpreter that has perftui; `before` is code that runs first."""
    how = ["-c", f"{before}\nfrom perftui.__main__ import main\nmain()"] if before else ["-m", "perftui"]
    return [python, *how, *map(str, arguments)]


class Running:
    """A command under way, ended with the test; its output goes to files. A context manager."""

    def __init__(
        self,
        *arguments: object,
        cwd: Path,
        env: Mapping[str, str],
        name: str = "running",
        python: str = sys.executable,
        before: str = "",
    ) -> None:
        self._out, self._err = cwd / f"{name}.out", cwd / f"{name}.err"
        self._files: list[IO[bytes]] = [self._out.open("wb"), self._err.open("wb")]
        self.process = subprocess.Popen(
            command(arguments, python, before),
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=self._files[0],
            stderr=self._files[1],
        )

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        for file in self._files:
            file.close()

    @property
    def out(self) -> str:
        """What stands on stdout so far."""
        return self._out.read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        """What stands on stderr so far."""
        return self._err.read_text(encoding="utf-8")

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process, and to it alone."""
        self.process.send_signal(number)

    def end(self) -> Ended:
        """Wait for its end."""
        return Ended(self.process.wait(SECONDS), self.out, self.err)

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so, while the command runs."""

        def so_or_over() -> bool:
            return condition() or self.process.poll() is not None

        wait_until(so_or_over)
        assert condition(), f"ended with {self.process.returncode}: {self.err}"


def wait_until(condition: Callable[[], bool]) -> None:
    """Look again and again until something is so."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


def children_of(pid: int) -> set[int]:
    """The processes that descend from one."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text(encoding="ascii").split()):
            found |= {child, *children_of(child)}
    return found


def are_gone(pids: set[int]) -> bool:
    """Whether processes have ended, be it that nobody has taken note of it yet."""
    return not any(_is_alive(pid) for pid in pids)


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] not in {"Z", "X"}


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What every object of `--json` begins with; the names are a contract."""

    seq: int
    at: float
    run: str
    problem: str | None
    chain: int | None
    round: int | None
    kind: str


def heads(lines: str) -> list[Head]:
    """The events of `--json` or `export`; a last line that is not whole yet is left out."""
    return [
        msgspec.json.decode(line, type=Head) for line in lines.splitlines(keepends=True) if line[-1] == "\n"
    ]


def replies_in(lines: str) -> int:
    """How many replies the events of `--json` tell of."""
    return sum(head.kind == "reply-received" for head in heads(lines))
