"""What a problem file gives to time programs on: `[[timing]]` tables and a generator."""

from __future__ import annotations

import ast
import warnings

from perftui.problems.model import TimingData
from perftui.problems.own.fields import FileTable, TimingTable, WrongError, refuse
from perftui.problems.own.texts import Text
from perftui.text import one_line

SOURCE = "the problem file"

GENERATE = "generate"


def timing_of(file: FileTable, generator: str | None, *, stdin: bool) -> TimingData:
    """The timing data of a problem; its code is looked at and never run.

    Args:
        file: the head.
        generator: code that was found elsewhere, and looked at.
        stdin: whether the problem reads and prints.

    Raises:
        WrongError: a field is wrong.
    """
    inputs: list[str] = []
    expressions: list[str] = []
    for index, table in enumerate(file.timing):
        try:
            expression = _expression(table, stdin=stdin)
        except WrongError as error:
            raise WrongError(str(error), error.key, ("timing", index), error.code_line) from error
        if expression is None:
            inputs.append(table.stdin or "")
        else:
            expressions.append(expression)
    if file.generator is not None:
        _check_generator(file.generator)
        generator = file.generator
    given = inputs or expressions or generator is not None
    return TimingData(
        inputs=tuple(inputs),
        expressions=tuple(expressions),
        generator=generator,
        source=SOURCE if given else "",
    )


def _expression(table: TimingTable, *, stdin: bool) -> str | None:
    """The expression of a table, or None where it gives the text of stdin as it is."""
    if not stdin:
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


def generator_text(text: Text) -> str | None:
    """The code of a generator in a file of its own, None where there is none in it yet.

    Raises:
        BadInputError: at its line, what is wrong.
    """
    tree = text.parse()
    if not tree.body:
        return None
    try:
        _check_module(tree)
    except WrongError as error:
        raise text.wrong(error.code_line or 1, str(error)) from error
    return text.text


def _check_generator(code: str) -> None:
    _check_module(_parse("generator", code, "exec"))


def _check_module(tree: ast.Module) -> None:
    for node in tree.body:
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
