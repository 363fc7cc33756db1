"""Tables of cases: `@pytest.mark.parametrize`."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from perftui.problems.expressions import ExpressionError, evaluate_node
from perftui.problems.own.bodies import MAX_TESTS, bindings
from perftui.problems.own.checks import Table
from perftui.problems.own.texts import Text
from perftui.text import one_line
from perftui.values import Value


def tables_of(text: Text, function: ast.FunctionDef) -> list[Table]:
    """The tables of a test, the innermost first.

    Raises:
        BadInputError: at its line, a decorator that is no such table.
    """
    tables: list[Table] = []
    for decorator in reversed(function.decorator_list):
        match decorator:
            case ast.Call(func=called, args=[names, values]) if _is_table(called, decorator.keywords):
                tables.append((_target(text, names), values))
            case _:
                said = one_line(ast.unparse(decorator), 60)
                raise text.wrong(decorator.lineno, f"`@{said}` is not read")
    return tables


def bound_by_tables(tables: Sequence[Table]) -> set[str]:
    """The names that some tables bind."""
    nodes = (node for target, _ in tables for node in ast.walk(target))
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def cases_of(
    text: Text, tables: Sequence[Table], constants: Mapping[str, Value]
) -> list[dict[str, Value]] | None:
    """The names of each case, those that hold in all of them included; None where a row cannot be evaluated.

    Raises:
        BadInputError: there are too many.
    """
    cases = [dict(constants)]
    try:
        for target, values in reversed(tables):
            rows = _rows(values, constants)
            if len(cases) * len(rows) > MAX_TESTS:
                raise text.wrong(values.lineno, f"over {MAX_TESTS:,} cases")
            cases = [names | bindings(target, row) for names in cases for row in rows]
    except ExpressionError:
        return None
    return cases


def _is_table(called: ast.expr, keywords: Sequence[ast.keyword]) -> bool:
    named = ast.unparse(called) == "pytest.mark.parametrize"
    return named and all(keyword.arg == "ids" for keyword in keywords)


def _target(text: Text, names: ast.expr) -> ast.expr:
    """What the first argument of a table binds."""
    try:
        value = evaluate_node(names)
    except ExpressionError as error:
        raise text.wrong(names.lineno, f"the names of the cases: {error}") from error
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not parts:
        raise text.wrong(names.lineno, "the names of the cases must be texts")
    found: list[ast.expr] = []
    for part in parts:
        if not isinstance(part, str) or not part.strip().isidentifier():
            raise text.wrong(names.lineno, "the names of the cases must be names")
        found.append(ast.Name(part.strip(), ast.Store()))
    single = isinstance(value, str) and len(found) == 1
    return found[0] if single else ast.Tuple(found, ast.Store())


def _rows(values: ast.expr, constants: Mapping[str, Value]) -> list[Value]:
    """The rows of a table; `pytest.param(…)` is what it holds."""
    if not isinstance(values, ast.List | ast.Tuple):
        listed = evaluate_node(ast.Call(ast.Name("list", ast.Load()), [values], []), constants)
        return listed if isinstance(listed, list) else []
    rows: list[Value] = []
    for row in values.elts:
        match row:
            case ast.Call(func=called, args=parts) if ast.unparse(called) == "pytest.param":
                held = [evaluate_node(part, constants) for part in parts]
                rows.append(tuple(held) if len(held) != 1 else held[0])
            case ast.Starred(value=more):
                rows += _rows(more, constants)
            case _:
                rows.append(evaluate_node(row, constants))
    return rows
