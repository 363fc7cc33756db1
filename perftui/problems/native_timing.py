"""What a problem file gives to time programs on: `[[timing]]` tables and a generator."""

from __future__ import annotations

import ast
import warnings

from perftui.problems.model import TimingData
from perftui.problems.native_fields import FileTable, TimingTable, WrongError, refuse
from perftui.text import one_line

SOURCE = "the problem file"

GENERATE = "generate"


def timing_of(file: FileTable) -> TimingData:
    """The timing data of a file; its code is looked at and never run.

    Raises:
        WrongError: a field is wrong.
    """
    inputs: list[str] = []
    expressions: list[str] = []
    for index, table in enumerate(file.timing):
        try:
            expression = _expression(file, table)
        except WrongError as error:
            raise WrongError(str(error), error.key, ("timing", index), error.code_line) from error
        if expression is None:
            inputs.append(table.stdin or "")
        else:
            expressions.append(expression)
    if file.generator is not None:
        _check_generator(file.generator)
    given = inputs or expressions or file.generator is not None
    return TimingData(
        inputs=tuple(inputs),
        expressions=tuple(expressions),
        generator=file.generator,
        source=SOURCE if given else "",
    )


def _expression(file: FileTable, table: TimingTable) -> str | None:
    """The expression of a table, or None where it gives the text of stdin as it is."""
    if file.kind == "function":
        refuse(table, ("stdin", "stdin_expression"), "only where kind is `stdin`")
        if table.input is None:
            raise WrongError("lacks the field `input`")
        return _checked("input", table.input)
    refuse(table, ("input",), "only where kind is `function`")
    if table.stdin is not None and table.stdin_expression is not None:
        raise WrongError("give `stdin` or `stdin_expression`, not both", "stdin_expression")
    if table.stdin_expression is not None:
        return _checked("stdin_expression", table.stdin_expression)
    if table.stdin is None:
        raise WrongError("lacks the field `stdin` (or `stdin_expression`)")
    return None


def _checked(key: str, expression: str) -> str:
    _parse(key, expression.strip(), "eval")
    return expression


def _check_generator(code: str) -> None:
    for node in _parse("generator", code, "exec").body:
        if isinstance(node, ast.FunctionDef) and node.name == GENERATE:
            arguments = node.args
            most = len(arguments.posonlyargs) + len(arguments.args)
            if arguments.vararg is None and not most - len(arguments.defaults) <= 2 <= most:
                raise WrongError("`generate` must take a size and a seed", "generator", code_line=node.lineno)
            return
    raise WrongError("does not define `generate(size, seed)`", "generator")


def _parse(key: str, code: str, mode: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code, mode=mode)
    except SyntaxError as error:
        raise WrongError(f"not Python: {one_line(error.msg)}", key, code_line=error.lineno) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise WrongError("not Python: nested too deeply, or not text", key) from error
    return tree if isinstance(tree, ast.Module) else ast.Module(body=[], type_ignores=[])
