"""Which of several pieces that define the function is the answer."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import cached_property

from perftui.problems.model import Problem
from perftui.refine.extraction.pieces import Piece
from perftui.refine.extraction.source import bound, is_star_import, needed
from perftui.refine.extraction.whole import parse_stub
from perftui.values import CodeError, decode_arguments

_LONGEST_INPUT = 100_000
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Rating:
    """How much speaks for a piece as the answer, apart from its place in the reply."""

    def __init__(self, problem: Problem, pieces: Sequence[Piece]) -> None:
        self._problem = problem
        self._pieces = pieces

    @cached_property
    def _there(self) -> set[str]:
        """All that the reply, the stub and the problem's prelude define."""
        given = parse_stub(f"{self._problem.prelude}\n{self._problem.stub}")
        trees = [given, *(piece.tree for piece in self._pieces)]
        return bound(node for tree in trees if tree is not None for node in tree.body)

    @cached_property
    def _count(self) -> int | None:
        return _argument_count(self._problem)

    def of(self, piece: Piece) -> tuple[bool, bool, bool, bool]:
        """Whether it can be called as the tests do, is complete, ends, and is no mere offer."""
        return self._can_be_called(piece), self.complete(piece), piece.ended, not piece.offered

    def complete(self, piece: Piece) -> bool:
        """Whether nothing was left out of it, and the reply defines all that it needs."""
        if piece.tree is None or any(_has_gap(node) for node in ast.walk(piece.tree)):
            return False
        stars = any(is_star_import(node) for node in piece.tree.body)
        return stars or needed(piece.tree) <= self._there

    def _can_be_called(self, piece: Piece) -> bool:
        if piece.tree is None or self._count is None:
            return True
        function, bare = _last_function(piece.tree, self._problem.entry_point or "")
        return function is None or _takes(function.args, self._count + (0 if bare else 1))


def _argument_count(problem: Problem) -> int | None:
    """How many arguments the tests give, None where there is no telling."""
    text = problem.tests[0].input if problem.tests else ""
    if text and len(text) <= _LONGEST_INPUT:
        try:
            return len(decode_arguments(text))
        except CodeError:
            return None
    return None


def _last_function(tree: ast.Module, name: str) -> tuple[_Function | None, bool]:
    """The last definition of a name, as a function or a method, and whether it takes no `self`."""
    found: tuple[_Function | None, bool] = (None, True)
    for node in tree.body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if node.name == name:
                found = node, True
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                found = (value if isinstance(value, ast.Lambda) else None), True
            case ast.ClassDef() if found[0] is None:
                methods = [n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == name]
                found = next(((m, _is_static(m)) for m in methods), found)
    return found


def _is_static(node: ast.FunctionDef) -> bool:
    return any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)


def _takes(arguments: ast.arguments, count: int) -> bool:
    """Whether so many positional arguments may be given, and no more are wanted."""
    most = len(arguments.posonlyargs) + len(arguments.args)
    least = most - len(arguments.defaults)
    by_name = any(default is None for default in arguments.kw_defaults)
    return least <= count and (count <= most or arguments.vararg is not None) and not by_name


def _has_gap(node: ast.AST) -> bool:
    """Whether a function has `...` among its statements, in place of some that were there before."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or len(node.body) < 2:
        return False
    return any(
        isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and below.value.value is Ellipsis
        for below in node.body
    )
