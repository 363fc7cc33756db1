"""What the screen needs of the world: runs to list and open, and facts too big for the picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from perftui.engine.control import RunSession
from perftui.events.plan import Origin
from perftui.events.state import ProblemState, RunStatus
from perftui.problems.model import Problem
from perftui.text import one_line
from perftui.timing.model import Ratio, Trial


class RunEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A run as the list of runs shows it.

    Attributes:
        run: its id.
        started_at: seconds since the epoch.
        benchmark: its name or path.
        model: as the plan names it.
        strategy: preset name.
        chains: per problem (K).
        problems: how many.
        ended: how many of them have ended.
        correct: how many have a correct program.
        optimised: how many have a program that is faster than its seed, None where nothing was timed.
        speedup: geometric mean against the reference, None where nothing was timed.
        status: where it stands.
        live: True where a process owns it now.
    """

    run: str
    started_at: float
    benchmark: str
    model: str
    strategy: str
    chains: int
    problems: int
    ended: int = 0
    correct: int = 0
    optimised: int | None = None
    speedup: float | None = None
    status: RunStatus
    live: bool = False


ExportForm = Literal["jsonl", "md", "html", "csv", "json"]
"""`jsonl` is every event; the others are reports."""


class ForkEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A fork as its origin shows it.

    Attributes:
        run: its id.
        origin: the round it goes on from.
        model: as its plan names it.
        strategy: by name.
        status: where it stands.
        speedup: of its best program against the reference, None where that is not known.
    """

    run: str
    origin: Origin
    model: str
    strategy: str
    status: RunStatus
    speedup: Ratio | None = None


class Library(Protocol):
    """All runs there are, live or stored."""

    async def runs(self) -> Sequence[RunEntry]:
        """Every run, newest first."""
        ...

    async def open(self, run: str) -> RunSession:
        """A watcher's session of a run.

        Raises:
            PerftuiError: there is no such run, or it cannot be read.
        """
        ...

    async def replay(self, run: str, speed: float) -> RunSession:
        """A session that plays a stored run again, so many times as fast as it was.

        Raises:
            PerftuiError: there is no such run, or it cannot be read.
        """
        ...

    async def detail(self, run: str, problem_id: str, upto: int | None) -> ProblemState | None:
        """A problem with every text that an outline leaves out, None where there is none.

        Args:
            run: the run's id.
            problem_id: the problem's id.
            upto: the `seq` of the last event that is to be in it, None for all.

        Raises:
            PerftuiError: it cannot be read.
        """
        ...

    async def forks(self, run: str, problem_id: str) -> Sequence[ForkEntry]:
        """The runs that were forked from a problem of a run, oldest first."""
        ...

    async def compare(self, base: str, other: str) -> str:
        """Two runs beside each other, as Markdown.

        Raises:
            PerftuiError: one cannot be read.
        """
        ...

    async def export(self, run: str, form: ExportForm) -> Path:
        """Write a run to a file of its own in the working directory; the file.

        Raises:
            PerftuiError: it cannot be written, or cannot be read.
        """
        ...

    async def delete(self, run: str) -> None:
        """Forget a run for good: its events, and what no other run needs.

        Raises:
            PerftuiError: a process is at work on it, or it cannot be written.
        """
        ...

    async def problem(self, run: str, problem_id: str) -> Problem | None:
        """The problem with its tests, None where its benchmark is not at hand."""
        ...

    async def trials(self, run: str, candidate: str) -> Sequence[Trial]:
        """The raw trials of a candidate's measurement, oldest first; empty where there are none."""
        ...


def is_recorded(model: str) -> bool:
    """Whether a model's replies are replayed."""
    return model.startswith("recorded:")


def model_label(model: str) -> str:
    """A model as a header shows it: a recording says so, and leaves out where its file lies."""
    kind, _, name = one_line(model).partition(":")
    if kind not in {"recorded", "samples"}:
        return one_line(model)
    return f"{kind}: {name.rsplit('/', 1)[-1]}"
