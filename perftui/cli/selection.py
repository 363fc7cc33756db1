"""Which problems a command is about."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from perftui.problems.benchmarks import graded, select
from perftui.problems.model import Benchmark


class ProblemFlags(TypedDict):
    """The flags of `with_problems`."""

    data: Path | None
    timing_data: Path | None
    problem_ids: str | None
    difficulties: tuple[str, ...]
    splits: tuple[str, ...]
    limit: int | None


class SelectionFlags(ProblemFlags):
    """The flags of `with_benchmark`."""

    benchmark: str


def some_of(benchmark: Benchmark, flags: ProblemFlags) -> Benchmark:
    """The part of a benchmark that `--difficulty`, `--split`, `--problems` and `--limit` ask for."""
    part = graded(benchmark, flags["difficulties"], flags["splits"])
    ids = flags["problem_ids"]
    return select(part, None if ids is None else [ids], flags["limit"])
