"""A record of APPS as it is published, and what of it is JSON within JSON."""

from __future__ import annotations

import json

import msgspec

from perftui.problems.records import BadRecordError
from perftui.text import one_line

NAME = "apps"

_PIECE = 4_000
"""Decimal digits that Python turns into an integer without asking."""


class AppsRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record, from a line or a folder; fields that it has beside these are passed over.

    Attributes:
        problem_id: the number within the split; `id` in the raw files.
        question: the task.
        solutions: a JSON list of programs, or a text that is one.
        input_output: the tests as a JSON object, or a text that is one.
        difficulty: `introductory`, `interview` or `competition`.
        url: where the problem comes from.
        starter_code: what a function's program begins with.
        split: `train` or `test`, where the record says it.
        verified_solution_idx: places of solutions that are known to pass.
    """

    question: str
    problem_id: int | str | None = None
    id: int | str | None = None
    solutions: msgspec.Raw = msgspec.Raw(b"null")
    input_output: msgspec.Raw = msgspec.Raw(b"null")
    difficulty: str | None = None
    url: str | None = None
    starter_code: str | None = None
    split: str | None = None
    verified_solution_idx: tuple[int, ...] = ()

    @property
    def number(self) -> str:
        """The number of the problem, as text.

        Raises:
            BadRecordError: the record has none that can be shown.
        """
        number = self.problem_id if self.problem_id is not None else self.id
        text = "" if number is None else str(number).strip()
        if not text or not text.isprintable() or len(text) > 60:
            raise BadRecordError("lacks `problem_id` (or `id`), or it cannot be shown")
        return text


def programs_of(record: AppsRecord) -> list[str]:
    """The solutions of a record, those that are known to pass first; none twice.

    Raises:
        BadRecordError: they are no list of texts.
    """
    programs = _nested(record.solutions, "solutions") or []
    if not isinstance(programs, list) or not all(isinstance(program, str) for program in programs):
        raise BadRecordError("solutions: a list of programs is wanted")
    for program in programs:
        check_text(program, "solutions")
    known = [programs[place] for place in record.verified_solution_idx if 0 <= place < len(programs)]
    return list(dict.fromkeys([*known, *programs]))


def tests_in(record: AppsRecord) -> dict[str, object]:
    """The tests of a record as they are written; empty where there are none.

    Raises:
        BadRecordError: they are no object.
    """
    found = _nested(record.input_output, "input_output") or {}
    if not isinstance(found, dict):
        raise BadRecordError("input_output: an object is wanted")
    return found


def check_text(text: str, field: str) -> None:
    """See that a text can be written: JSON lets half of a surrogate pair pass, and UTF-8 does not.

    Raises:
        BadRecordError: it cannot.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadRecordError(f"{field}: holds half of a surrogate pair") from error


def _nested(raw: msgspec.Raw, field: str) -> object:
    """JSON that stands in a record as it is, or as a text."""
    value = _read(bytes(raw), field)
    if not isinstance(value, str):
        return value
    return _read(value, field) if value.strip() else None


def _read(text: str | bytes, field: str) -> object:
    try:
        return json.loads(text, parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise BadRecordError(f"{field}: not JSON: {one_line(str(error), 100)}") from error


def _integer(digits: str) -> int:
    """An integer of any length: Python refuses to read over 4,300 digits at once."""
    if len(digits) <= _PIECE:
        return int(digits)
    sign, digits = (-1, digits[1:]) if digits.startswith("-") else (1, digits)
    value = 0
    for start in range(0, len(digits), _PIECE):
        piece = digits[start : start + _PIECE]
        value = value * 10 ** len(piece) + int(piece)
    return sign * value
