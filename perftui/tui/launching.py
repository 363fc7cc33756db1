"""What the screen needs to begin runs: a form that is checked as it is typed, and somebody who runs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from perftui.engine.control import RunSession
from perftui.events.commands import Command
from perftui.events.plan import Fork

Field = Literal[
    "benchmark", "data", "model", "base_url", "strategy", "chains", "problems", "limit", "timing_seconds",
    "dollars", "price", "sandbox",
]  # fmt: skip


class NewRun(msgspec.Struct, frozen=True, kw_only=True):
    """The form of a new run, as typed: every field is text, empty for the default."""

    benchmark: str = ""
    data: str = ""
    model: str = ""
    base_url: str = ""
    strategy: str = ""
    chains: str = ""
    problems: str = ""
    limit: str = ""
    timing_seconds: str = ""
    dollars: str = ""
    price: str = ""
    sandbox: str = ""


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What may be chosen in the form; each but the sandbox may be something else, too.

    Attributes:
        benchmarks: by name.
        models: those used before, and the recordings that are there.
        strategies: name and one line.
        sandboxes: by kind.
    """

    benchmarks: Sequence[str] = ()
    models: Sequence[str] = ()
    strategies: Sequence[tuple[str, str]] = ()
    sandboxes: Sequence[str] = ("docker", "process")


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What a check of the form found.

    Attributes:
        errors: one line a field that cannot be used.
        remarks: one line a field of which there is something to say, such as how many problems there are.
        command: the command line that does the same.
    """

    errors: dict[Field, str] = {}
    remarks: dict[Field, str] = {}
    command: str = ""


class Launcher(Protocol):
    """Begins runs in this process, beside those that are there."""

    async def choices(self) -> Choices:
        """What the form offers."""
        ...

    async def check(self, form: NewRun) -> Checked:
        """See whether a form can be run; nothing is sent to a server."""
        ...

    async def start(self, form: NewRun) -> RunSession:
        """Begin a run.

        Raises:
            PerftuiError: it cannot begin.
        """
        ...

    async def go_on(self, run: str, commands: Sequence[Command] = ()) -> RunSession:
        """Take up a stored run: resume what is open, and do what is asked, such as a rerun.

        Raises:
            PerftuiError: it cannot go on, such as where another process is at work on it.
        """
        ...

    async def fork(self, fork: Fork) -> RunSession:
        """Begin a run of one problem that goes on from a round of another.

        Raises:
            PerftuiError: it cannot begin.
        """
        ...

    def command_of(self, fork: Fork) -> str:
        """The command line that does the same as a fork; empty where none can."""
        ...
