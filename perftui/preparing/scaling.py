"""The same input larger or smaller: the lengths in an expression, multiplied. Pure; nothing is run.

`[[i % 3 for i in range(10000)], 10000]` four times larger is `[[i % 3 for i in range(40000)], 40000]`. A
length is a whole number that `range` or a repetition takes; what is a length in one place is taken for
the same length elsewhere, and one more or less likewise. Where there is none, the arguments that are whole
numbers are made larger. Whether the result is an input that the
reference takes, only running it shows.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from fractions import Fraction
from typing import TypeGuard

LEAST_LENGTH = 16
MOST_LENGTH = 10_000_000
MOST_TEXT = 100_000
"""Characters of an expression that is looked at: a longer one is a literal, and takes seconds to read."""

_REPEATED = (ast.List, ast.Tuple, ast.ListComp, ast.JoinedStr, ast.BinOp)


class _Whole(ast.Constant):
    """A whole number in an expression."""

    value: int


def scaled(expression: str, factor: Fraction) -> str | None:
    """The expression with its lengths multiplied; None where it has none, or they would be out of bounds."""
    if len(expression) > MOST_TEXT:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _rescaled(ast.parse(expression.strip(), mode="eval"), factor)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _rescaled(tree: ast.Expression, factor: Fraction) -> str | None:
    lengths = list(_lengths(tree)) or _arguments(tree.body)
    new = {node.value: round(node.value * factor) for node in lengths}
    if not new or min(new.values()) < 1 or max(new.values()) > MOST_LENGTH:
        return None
    for node in ast.walk(tree):
        if _is_whole(node):
            node.value = _scaled(node.value, new)
    return ast.unparse(tree)


def _scaled(value: int, new: dict[int, int]) -> int:
    for off in (0, -1, 1):
        if value - off in new:
            return max(1, new[value - off] + off)
    return value


def _lengths(tree: ast.AST) -> Iterator[_Whole]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="range"), args=args):
                yield from (arg for arg in args if _is_length(arg))
            case ast.BinOp(op=ast.Mult(), left=left, right=right):
                for length, repeated in ((left, right), (right, left)):
                    if _is_length(length) and _is_repeated(repeated):
                        yield length


def _arguments(arguments: ast.expr) -> list[_Whole]:
    items = arguments.elts if isinstance(arguments, ast.List | ast.Tuple) else []
    return [item for item in items if _is_length(item)]


def _is_repeated(node: ast.AST) -> bool:
    return isinstance(node, _REPEATED) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_length(node: ast.AST) -> TypeGuard[_Whole]:
    return _is_whole(node) and node.value >= LEAST_LENGTH


def _is_whole(node: ast.AST) -> TypeGuard[_Whole]:
    return isinstance(node, ast.Constant) and type(node.value) is int
