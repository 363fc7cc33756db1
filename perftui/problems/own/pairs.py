"""Pairs of inputs and outputs in files: `tests.jsonl`, and `tests/NAME.in` with `tests/NAME.out`."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from perftui.errors import BadInputError
from perftui.problems.model import Comparison, TestCase, Unanswered
from perftui.problems.own.fields import TestTable, WrongError
from perftui.problems.own.found import Found
from perftui.problems.own.tables import function_test, stdin_test
from perftui.problems.own.texts import Text, read_own
from perftui.problems.source import shown

MAX_FILES = 10_000
"""How many files of inputs and outputs a folder may hold."""

_OUTPUTS = (".out", ".ans")


def read_lines(text: Text) -> Found:
    """The tests of JSON lines, each with the fields of a `[[tests]]` table, or with values of JSON.

    Raises:
        BadInputError: at its line, what is wrong.
    """
    found = Found()
    for number, line in enumerate(text.text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            table = _table(line)
            found.add(function_test(table) if table.input is not None else stdin_test(table))
        except WrongError as error:
            key = f"{error.key}: " if error.key else ""
            raise text.wrong(number, f"{key}{error}") from error
        except msgspec.ValidationError as error:
            raise text.wrong(number, str(error)) from error
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            raise text.wrong(number, f"not JSON: {error}") from error
    return found


def _table(line: str) -> TestTable:
    """The table of a line; where the input is an array, it and what is expected are values as they are."""
    fields = msgspec.json.decode(line)
    match fields:
        case {"input": [*arguments]}:
            fields = {**fields, "input": repr(tuple(arguments))}
            if "expected" in fields:
                fields["expected"] = repr(fields["expected"])
            if isinstance(fields.get("others"), list):
                fields["others"] = [repr(other) for other in fields["others"]]
    return msgspec.convert(fields, TestTable)


def read_pairs(folder: Path, problem: Path) -> Found:
    """The tests of files of inputs, in the order of their names, numbers by their size.

    Args:
        folder: where they are.
        problem: the problem's folder, which they must lie in.

    Raises:
        BadInputError: a file cannot be read, or an output has no input.
    """
    found = Found()
    files = sorted((path for path in folder.iterdir() if not path.name.startswith(".")), key=_by_number)
    if len(files) > MAX_FILES:
        raise BadInputError(f"{shown(folder)}: over {MAX_FILES:,} files")
    names = {path.name for path in files}
    for path in files:
        if path.suffix in _OUTPUTS and f"{path.stem}.in" not in names:
            raise BadInputError(f"{shown(path)}: there is no {path.stem}.in for it")
        if path.suffix == ".in":
            found.add(_pair(path, problem))
    return found


def _pair(path: Path, problem: Path) -> TestCase | Unanswered:
    given = read_own(path, problem).text
    comparison = Comparison(kind="text")
    for ending in _OUTPUTS:
        output = path.with_suffix(ending)
        if output.is_file():
            return TestCase(
                name="", input=given, expected=read_own(output, problem).text, comparison=comparison
            )
    return Unanswered(input=given, comparison=comparison)


def _by_number(path: Path) -> list[tuple[int, str]]:
    """A key that puts `2.in` before `10.in`."""
    parts = re.split(r"(\d+)", path.name)
    return [(int(part) if part.isdecimal() and len(part) < 19 else -1, part) for part in parts]
