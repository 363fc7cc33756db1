"""The project's own problem format: TOML files, told in `docs/problem-format.md`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec

from perftui.errors import BadInputError
from perftui.problems.model import Benchmark, Check, Problem
from perftui.problems.native_fields import FileTable, WrongError
from perftui.problems.native_tests import function_test, stdin_test
from perftui.problems.native_timing import timing_of
from perftui.problems.source import bad_line, read_text, shown
from perftui.problems.toml_lines import line_of, place_of

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]{0,99}")
_PATH = re.compile(r" - at `(\$[^`]*)`$")


def load_native(path: Path) -> Benchmark:
    """Read a problem file, or a folder of them.

    Raises:
        BadInputError: what is wrong, in one line with the file and the line.
    """
    if not path.is_dir():
        name = path.resolve().stem
        return Benchmark(name=name, problems=(load_problem(path, name),))
    name = path.resolve().name
    files = sorted(file for file in path.glob("*.toml") if not file.name.startswith("."))
    if not files:
        raise BadInputError(f"{shown(path)}: holds no problem files (*.toml)")
    problems = tuple(load_problem(file, name) for file in files)
    seen: dict[str, Path] = {}
    for file, problem in zip(files, problems, strict=True):
        if problem.id in seen:
            line = line_of(read_text(file), None, "id")
            raise bad_line(file, line, f"id: {problem.id} is already in {shown(seen[problem.id])}")
        seen[problem.id] = file
    return Benchmark(name=name, problems=problems)


def load_problem(path: Path, benchmark: str) -> Problem:
    """Read one problem file.

    Raises:
        BadInputError: what is wrong, in one line with the file and the line.
    """
    text = read_text(path)
    try:
        return _problem(_parse(path, text), benchmark)
    except WrongError as error:
        key = f"{error.key}: " if error.key else ""
        raise bad_line(path, _line(text, error), f"{key}{error}") from error


def _line(text: str, error: WrongError) -> int:
    """The line of an error: of its key, or within the text of several lines that the key holds."""
    line = line_of(text, error.table, error.key)
    if error.code_line is None:
        return line
    # A newline right after the opening quotes is not part of the text.
    opens = text.split("\n")[line - 1].rstrip().endswith(("'''", '"""'))
    return line + error.code_line - (0 if opens else 1)


def _parse(path: Path, text: str) -> FileTable:
    try:
        return msgspec.convert(tomllib.loads(text), FileTable)
    except tomllib.TOMLDecodeError as error:
        what = re.sub(r" \(at (?:line \d+, column \d+|end of document)\)$", "", str(error))
        at = re.search(r"\(at line (\d+), ", str(error))
        line = int(at.group(1)) if at else text.count("\n") + 1
        raise bad_line(path, line, f"not TOML: {what}") from error
    except RecursionError as error:
        raise BadInputError(f"{shown(path)}: not TOML: nested too deeply") from error
    except msgspec.ValidationError as error:
        raise _placed(str(error)) from error


def _placed(message: str) -> WrongError:
    """A msgspec message with its path turned into a table and a key."""
    at = _PATH.search(message)
    table, key = place_of(at.group(1)) if at else (None, None)
    what = _PATH.sub("", message)
    unknown = re.search(r"unknown field `([^`]*)`", what)
    if unknown:
        return WrongError("there is no such field", unknown.group(1), table)
    return WrongError(what.replace("Object missing required field", "lacks the field"), key, table)


def _problem(file: FileTable, benchmark: str) -> Problem:
    _check_head(file)
    read = function_test if file.kind == "function" else stdin_test
    tests = []
    for index, test in enumerate(file.tests):
        try:
            tests.append(read(f"t{index + 1}", test))
        except WrongError as error:
            raise WrongError(str(error), error.key, ("tests", index)) from error
    return Problem(
        id=file.id,
        title=file.title,
        kind=file.kind,
        statement=file.statement,
        stub=file.stub,
        entry_point=file.entry_point,
        references=file.references if file.reference is None else (file.reference,),
        tests=tuple(tests),
        checks=tuple(
            Check(name=f"t{len(tests) + index + 1}", code=check.code)
            for index, check in enumerate(file.checks)
        ),
        timing=timing_of(file),
        benchmark=benchmark,
    )


def _check_head(file: FileTable) -> None:
    if not _ID.fullmatch(file.id):
        raise WrongError("letters, digits and `. _ / + -` only, at most 100", "id")
    if not file.title.strip() or not file.title.isprintable():
        raise WrongError("one line of printable text is wanted", "title")
    if not file.statement.strip():
        raise WrongError("is empty", "statement")
    if file.reference is not None and file.references:
        raise WrongError("give `reference` or `references`, not both", "references")
    if not file.tests and not file.checks:
        raise WrongError("the problem has no tests: add a [[tests]] table")
    if file.kind == "function":
        if file.entry_point is None or not file.entry_point.isidentifier():
            raise WrongError("the name of the function is wanted where kind is `function`", "entry_point")
        return
    for key, given in (("entry_point", file.entry_point), ("stub", file.stub)):
        if given:
            raise WrongError("only where kind is `function`", key)
    if file.checks:
        raise WrongError("only where kind is `function`", None, ("checks", 0))
