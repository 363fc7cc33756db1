"""The examples of a function's documentation, read as tests."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from perftui.problems.assertions import used_names
from perftui.problems.expressions import ExpressionError, evaluate
from perftui.problems.own.bodies import Subject, read_body
from perftui.problems.own.checks import Around
from perftui.problems.own.found import Found
from perftui.problems.own.texts import Text
from perftui.problems.own.units import Unit
from perftui.text import one_line

if TYPE_CHECKING:
    import doctest


def read_examples(text: Text, node: ast.FunctionDef, subject: Subject, program: Sequence[Unit]) -> Found:
    """Read the examples of a function; one that is neither an input nor an output is told in a note.

    Args:
        text: the file.
        node: the function, with its documentation.
        subject: the same, as tests see it.
        program: the statements of the file, without it.
    """
    found = Found()
    docstring = ast.get_docstring(node, clean=False)
    if docstring is None or ">>>" not in docstring:
        return found
    import doctest  # noqa: PLC0415 - loads the debugger and unittest

    try:
        examples = doctest.DocTestParser().get_examples(docstring)
    except ValueError as error:
        raise text.wrong(node.body[0].lineno, f"an example: {error}") from error
    statements: list[ast.stmt] = []
    for example in examples:
        line = node.body[0].lineno + example.lineno
        read = _statements(example, line)
        if read is None or not all(_fits(one, subject) for one in read):
            where = f"{text.path.name}, line {text.first + line - 1}"
            found.notes.append(one_line(f"{where}: this example cannot be read as a test, and is left out"))
        else:
            statements += read
    body = read_body(statements, subject, {})
    for test in body.tests:
        found.add(test)
    if body.said:
        found.checks += Around(text, subject.entry_point, (), program).checks(body.left)
    return found


def _fits(statement: ast.stmt, subject: Subject) -> bool:
    """Whether a statement names a value for others, or calls the function."""
    named = isinstance(statement, ast.Assign | ast.AnnAssign)
    return named or subject.entry_point in used_names(statement)


def _statements(example: doctest.Example, line: int) -> list[ast.stmt] | None:
    """An example as statements of a test, None where what it prints is no value."""
    try:
        tree = ast.parse(example.source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    match ast.increment_lineno(tree, line - 1).body:
        case [ast.Expr(value=value)] if example.exc_msg is None:
            return _expected(value, example.want)
        case [ast.Expr() as call]:
            kind = (example.exc_msg or "").partition(":")[0].strip().rpartition(".")[2]
            if not kind.isidentifier():
                return None
            raises = ast.parse(f"with pytest.raises({kind}):\n    pass").body[0]
            if isinstance(raises, ast.With):
                raises.body = [call]
            return [ast.copy_location(raises, call)]
        case [*body] if not example.want and all(isinstance(one, ast.Assign | ast.AnnAssign) for one in body):
            return body
    return None


def _expected(value: ast.expr, want: str) -> list[ast.stmt] | None:
    """An assertion that an expression gives what is printed."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "print":
        # What is printed is no value: 3 and "3" look the same.
        return None
    text = want.strip() or "None"
    try:
        evaluate(text)
        expected = ast.parse(text, mode="eval").body
    except (ExpressionError, SyntaxError):
        return None
    comparison = ast.Compare(left=value, ops=[ast.Eq()], comparators=[expected])
    claim = ast.Assert(test=comparison, msg=None)
    for node in ast.walk(claim):
        ast.copy_location(node, value)
    return [claim]
