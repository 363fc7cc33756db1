"""The project's own problem format: TOML files, told in `docs/problem-format.md`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from perftui.errors import BadInputError
from perftui.problems.expressions import ExpressionError, evaluate
from perftui.problems.model import Benchmark, Check, Comparison, ComparisonKind, Problem, TestCase
from perftui.problems.source import bad_line, read_text, shown
from perftui.problems.toml_lines import Place, line_of, place_of
from perftui.values import CodeError, encode

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]{0,99}")
_PATH = re.compile(r" - at `(\$[^`]*)`$")
_TRUTH = frozenset({"true", "false"})


class _Test(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `[[tests]]` table of either kind of problem."""

    input: str | None = None
    expected: str | None = None
    comparison: ComparisonKind | None = None
    tolerance: float | None = None
    stdin: str | None = None
    stdin_expression: str | None = None
    stdout: str | None = None
    stdout_expression: str | None = None


class _Check(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `[[checks]]` table."""

    code: str


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A problem file."""

    id: str
    title: str
    kind: Literal["function", "stdin"]
    statement: str
    entry_point: str | None = None
    stub: str = ""
    reference: str | None = None
    references: tuple[str, ...] = ()
    tests: tuple[_Test, ...] = ()
    checks: tuple[_Check, ...] = ()


class _WrongError(Exception):
    """Something is wrong at a key of a table; it becomes one line with the file and the line."""

    def __init__(self, what: str, key: str | None = None, table: Place = None) -> None:
        super().__init__(what)
        self.key = key
        self.table = table


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
    except _WrongError as error:
        key = f"{error.key}: " if error.key else ""
        raise bad_line(path, line_of(text, error.table, error.key), f"{key}{error}") from error


def _parse(path: Path, text: str) -> _File:
    try:
        return msgspec.convert(tomllib.loads(text), _File)
    except tomllib.TOMLDecodeError as error:
        what = re.sub(r" \(at (?:line \d+, column \d+|end of document)\)$", "", str(error))
        at = re.search(r"\(at line (\d+), ", str(error))
        line = int(at.group(1)) if at else text.count("\n") + 1
        raise bad_line(path, line, f"not TOML: {what}") from error
    except RecursionError as error:
        raise BadInputError(f"{shown(path)}: not TOML: nested too deeply") from error
    except msgspec.ValidationError as error:
        raise _placed(str(error)) from error


def _placed(message: str) -> _WrongError:
    """A msgspec message with its path turned into a table and a key."""
    at = _PATH.search(message)
    table, key = place_of(at.group(1)) if at else (None, None)
    what = _PATH.sub("", message)
    unknown = re.search(r"unknown field `([^`]*)`", what)
    if unknown:
        return _WrongError("there is no such field", unknown.group(1), table)
    return _WrongError(what.replace("Object missing required field", "lacks the field"), key, table)


def _problem(file: _File, benchmark: str) -> Problem:
    _check_head(file)
    read = _function_test if file.kind == "function" else _stdin_test
    tests = []
    for index, test in enumerate(file.tests):
        try:
            tests.append(read(f"t{index + 1}", test))
        except _WrongError as error:
            raise _WrongError(str(error), error.key, ("tests", index)) from error
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
        benchmark=benchmark,
    )


def _check_head(file: _File) -> None:
    if not _ID.fullmatch(file.id):
        raise _WrongError("letters, digits and `. _ / + -` only, at most 100", "id")
    if not file.title.strip() or not file.title.isprintable():
        raise _WrongError("one line of printable text is wanted", "title")
    if not file.statement.strip():
        raise _WrongError("is empty", "statement")
    if file.reference is not None and file.references:
        raise _WrongError("give `reference` or `references`, not both", "references")
    if not file.tests and not file.checks:
        raise _WrongError("the problem has no tests: add a [[tests]] table")
    if file.kind == "function":
        if file.entry_point is None or not file.entry_point.isidentifier():
            raise _WrongError("the name of the function is wanted where kind is `function`", "entry_point")
        return
    for key, given in (("entry_point", file.entry_point), ("stub", file.stub)):
        if given:
            raise _WrongError("only where kind is `function`", key)
    if file.checks:
        raise _WrongError("only where kind is `function`", None, ("checks", 0))


def _function_test(name: str, test: _Test) -> TestCase:
    _refuse(test, ("stdin", "stdin_expression", "stdout", "stdout_expression"), "only where kind is `stdin`")
    comparison = _comparison(test)
    arguments = _evaluated("input", test.input)
    if not isinstance(arguments, tuple):
        raise _WrongError("a tuple of arguments is wanted, such as (5,) for one", "input")
    if comparison.kind in _TRUTH:
        _refuse(test, ("expected",), f"not with comparison `{comparison.kind}`")
        expected: object = comparison.kind == "true"
    else:
        expected = _evaluated("expected", test.expected)
    if comparison.kind == "close" and not isinstance(expected, int | float | complex):
        raise _WrongError("a number is wanted with comparison `close`", "expected")
    if comparison.kind == "equal-as-tuple" and not isinstance(expected, list | tuple):
        raise _WrongError("a list or a tuple is wanted with comparison `equal-as-tuple`", "expected")
    return TestCase(
        name=name,
        input=_coded("input", arguments),
        expected=_coded("expected", expected),
        comparison=comparison,
    )


def _comparison(test: _Test) -> Comparison:
    kind = test.comparison or "equal"
    if kind == "text":
        raise _WrongError("`text` is for problems of kind `stdin`", "comparison")
    if kind != "close":
        _refuse(test, ("tolerance",), "only with comparison `close`")
        return Comparison(kind=kind)
    if test.tolerance is None or not 0 < test.tolerance < float("inf"):
        raise _WrongError("a number above 0 is wanted with comparison `close`", "tolerance")
    return Comparison(kind=kind, tolerance=test.tolerance)


def _stdin_test(name: str, test: _Test) -> TestCase:
    _refuse(test, ("input", "expected", "comparison", "tolerance"), "only where kind is `function`")
    return TestCase(
        name=name,
        input=_text("stdin", test.stdin, test.stdin_expression),
        expected=_text("stdout", test.stdout, test.stdout_expression),
        comparison=Comparison(kind="text"),
    )


def _text(key: str, plain: str | None, expression: str | None) -> str:
    other = f"{key}_expression"
    if plain is not None:
        if expression is not None:
            raise _WrongError(f"give `{key}` or `{other}`, not both", other)
        return plain
    if expression is None:
        raise _WrongError(f"lacks the field `{key}` (or `{other}`)")
    value = _evaluated(other, expression)
    if not isinstance(value, str) or not _is_utf8(value):
        raise _WrongError("a string is wanted", other)
    return value


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _evaluated(key: str, expression: str | None) -> object:
    if expression is None:
        raise _WrongError(f"lacks the field `{key}`")
    try:
        return evaluate(expression)
    except ExpressionError as error:
        raise _WrongError(str(error), key) from error


def _coded(key: str, value: object) -> str:
    try:
        return encode(value)
    except CodeError as error:
        raise _WrongError(str(error), key) from error


def _refuse(test: _Test, keys: tuple[str, ...], why: str) -> None:
    for key in keys:
        if getattr(test, key) is not None:
            raise _WrongError(why, key)
