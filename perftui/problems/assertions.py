"""Assertions that call `candidate` on plain values, read as an input with its expected output.

Nothing is run: an assertion that cannot be read so stays code, for the sandbox to check.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from perftui.problems.expressions import ExpressionError, evaluate_node
from perftui.problems.model import Comparison, TestCase
from perftui.values import CodeError, encode

CANDIDATE = "candidate"
"""The name by which a check calls the program."""


def read_assertion(assertion: ast.Assert, name: str) -> TestCase | None:
    """An assertion as a test of that name, or None where it must stay code."""
    try:
        found = _read(assertion.test)
        if found is None:
            return None
        call, expected, comparison = found
        if call.keywords or any(isinstance(argument, ast.Starred) for argument in call.args):
            return None
        arguments = tuple(evaluate_node(argument) for argument in call.args)
        return TestCase(name=name, input=encode(arguments), expected=encode(expected), comparison=comparison)
    except (ExpressionError, CodeError):
        return None


def is_vacuous(statement: ast.stmt) -> bool:
    """Whether a statement of a check can be left out: it can neither fail nor change anything."""
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant() | ast.Name(id="print")):
            return True
        case ast.Assert(test=ast.Constant(value=value)):
            return bool(value)
    return False


def bound_names(tree: ast.AST) -> frozenset[str]:
    """Every name that code binds anywhere: such a name may not mean what it means elsewhere."""
    return frozenset(_bindings(tree))


def used_names(tree: ast.AST) -> frozenset[str]:
    """Every name that code reads."""
    return frozenset(
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    )


_Found = tuple[ast.Call, object, Comparison]


def _read(test: ast.expr) -> _Found | None:
    match test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            return _equal(left, right) or _equal(right, left)
        case ast.Compare(left=left, ops=[ast.Is()], comparators=[ast.Constant(value=True | False | None)]):
            call = _call(left)
            expected = evaluate_node(test.comparators[0])
            return None if call is None else (call, expected, Comparison(kind="identical"))
        case ast.Compare(left=left, ops=[ast.Lt()], comparators=[right]):
            return _close(left, right)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            call = _call(operand)
            return None if call is None else (call, False, Comparison(kind="false"))
    call = _call(test)
    return None if call is None else (call, True, Comparison(kind="true"))


def _equal(output: ast.expr, expected: ast.expr) -> _Found | None:
    call = _call(output)
    if call is not None:
        return call, evaluate_node(expected), Comparison()
    match output:
        case ast.Call(func=ast.Name(id="tuple"), args=[inner], keywords=[]):
            call = _call(inner)
            if call is not None:
                value = evaluate_node(expected)
                if isinstance(value, tuple):
                    return call, value, Comparison(kind="equal-as-tuple")
    return None


def _close(difference: ast.expr, bound: ast.expr) -> _Found | None:
    match difference:
        case ast.Call(
            func=ast.Name(id="abs"), args=[ast.BinOp(left=left, op=ast.Sub(), right=right)], keywords=[]
        ):
            tolerance = evaluate_node(bound)
            if not isinstance(tolerance, int | float):
                return None
            for output, other in ((left, right), (right, left)):
                call = _call(output)
                if call is not None:
                    expected = evaluate_node(other)
                    if isinstance(expected, int | float | complex):
                        return call, expected, Comparison(kind="close", tolerance=float(tolerance))
    return None


def _call(node: ast.expr) -> ast.Call | None:
    match node:
        case ast.Call(func=ast.Name(id=name)) if name == CANDIDATE:
            return node
    return None


def _bindings(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.alias(name=name, asname=alias):
                yield alias or name.partition(".")[0]
            case ast.arg(arg=name):
                yield name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                yield name
