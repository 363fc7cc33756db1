"""Which problems a command is about."""

from __future__ import annotations

from perftui.problems.benchmarks import select
from perftui.problems.model import Benchmark


def some_of(benchmark: Benchmark, problem_ids: str | None, limit: int | None) -> Benchmark:
    """The part of a benchmark that `--problems` and `--limit` ask for."""
    return select(benchmark, None if problem_ids is None else [problem_ids], limit)
