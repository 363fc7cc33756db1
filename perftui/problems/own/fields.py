"""The tables of a problem file, and what reads a field of one or tells where it is wrong."""

from __future__ import annotations

from typing import Literal

import msgspec

from perftui.problems.expressions import ExpressionError, evaluate
from perftui.problems.model import ComparisonKind
from perftui.problems.own.toml_lines import Place
from perftui.values import CodeError, encode


class TestTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `[[tests]]` table of either kind of problem."""

    __test__ = False

    input: str | None = None
    expected: str | None = None
    others: tuple[str, ...] = ()
    comparison: ComparisonKind | None = None
    tolerance: float | None = None
    relative: float | None = None
    stdin: str | None = None
    stdin_expression: str | None = None
    stdout: str | None = None
    stdout_expression: str | None = None


class CheckTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `[[checks]]` table."""

    code: str


class TimingTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `[[timing]]` table of either kind of problem."""

    input: str | None = None
    stdin: str | None = None
    stdin_expression: str | None = None


class FileTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The top of a problem file, of front matter, or of a head in comments; what is not there is None."""

    id: str | None = None
    title: str | None = None
    kind: Literal["function", "stdin"] | None = None
    statement: str | None = None
    entry_point: str | None = None
    program: str | None = None
    tolerance: float | None = None
    relative: float | None = None
    stub: str = ""
    reference: str | None = None
    references: tuple[str, ...] = ()
    generator: str | None = None
    tests: tuple[TestTable, ...] = ()
    checks: tuple[CheckTable, ...] = ()
    timing: tuple[TimingTable, ...] = ()


class WrongError(Exception):
    """Something is wrong at a key of a table; it becomes one line with the file and the line.

    Attributes:
        key: of the table, None for the table itself.
        table: which, None for the top of the file.
        code_line: 1-based line within the text that the key holds, where the error is in that.
    """

    def __init__(
        self, what: str, key: str | None = None, table: Place = None, code_line: int | None = None
    ) -> None:
        super().__init__(what)
        self.key = key
        self.table = table
        self.code_line = code_line


def evaluated(key: str, expression: str | None) -> object:
    """The value of a field that holds an expression.

    Raises:
        WrongError: it is not there, or cannot be evaluated.
    """
    if expression is None:
        raise WrongError(f"lacks the field `{key}`")
    try:
        return evaluate(expression)
    except ExpressionError as error:
        raise WrongError(str(error), key) from error


def coded(key: str, value: object) -> str:
    """The coded form of a field's value.

    Raises:
        WrongError: it has none.
    """
    try:
        return encode(value)
    except CodeError as error:
        raise WrongError(str(error), key) from error


def text_of(key: str, plain: str | None, expression: str | None) -> str:
    """The text of a field that is given as it is, or as an expression.

    Raises:
        WrongError: it is given neither way, or both, or is no text.
    """
    other = f"{key}_expression"
    if plain is not None:
        if expression is not None:
            raise WrongError(f"give `{key}` or `{other}`, not both", other)
        return plain
    if expression is None:
        raise WrongError(f"lacks the field `{key}` (or `{other}`)")
    value = evaluated(other, expression)
    if not isinstance(value, str) or not _is_utf8(value):
        raise WrongError("a string is wanted", other)
    return value


def refuse(table: TestTable | TimingTable, keys: tuple[str, ...], why: str) -> None:
    """Refuse fields that are given.

    Raises:
        WrongError: one of them is.
    """
    for key in keys:
        if getattr(table, key) not in {None, ()}:
            raise WrongError(why, key)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
