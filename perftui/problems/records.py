"""Records of benchmark files turned into problems, with errors that name the record and its line."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from perftui.problems.model import Problem
from perftui.problems.source import bad_line
from perftui.text import one_line

Record = TypeVar("Record")


class BadRecordError(ValueError):
    """A record is not what its benchmark's records are; the text is one line."""


def problems_of(
    path: Path, records: Iterable[tuple[int, Record]], convert: Callable[[Record], Problem | None]
) -> tuple[Problem, ...]:
    """The problems of records, each given with its line; None of `convert` leaves one out.

    Raises:
        BadInputError: a record cannot be used, or an id occurs twice.
    """
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for line, record in records:
        try:
            problem = convert(record)
        except BadRecordError as error:
            raise bad_line(path, line, str(error)) from error
        if problem is None:
            continue
        if problem.id in seen:
            raise bad_line(path, line, f"{problem.id} is already on line {seen[problem.id]}")
        seen[problem.id] = line
        problems.append(problem)
    return tuple(problems)


def checked_head(task_id: str, entry_point: str) -> None:
    """Refuse an id that cannot be shown and a function that cannot be called.

    Raises:
        BadRecordError: one of them is such.
    """
    if not task_id.strip() or not task_id.isprintable():
        raise BadRecordError(f"{one_line(task_id, 60)}: task_id must be printable text")
    if not entry_point.isidentifier():
        raise BadRecordError(f"{one_line(task_id, 60)}: entry_point is not a name")


def parsed(code: str, what: str) -> ast.Module:
    """A benchmark's code, parsed and not run.

    Raises:
        BadRecordError: it is not Python.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise BadRecordError(f"the {what} is not Python: {one_line(reason)}") from error
