"""Assertions that call the program on plain values, read as an input with its expected output.

Nothing is run: an assertion that cannot be read so stays code, for the sandbox to check.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from perftui.problems.expressions import ExpressionError, evaluate_node
from perftui.problems.model import Comparison, TestCase
from perftui.values import CodeError, Value, encode

CANDIDATE = "candidate"
"""The name by which a check calls the program."""


def read_assertion(assertion: ast.Assert, name: str, callee: str = CANDIDATE) -> TestCase | None:
    """An assertion as a test of that name, or None where it must stay code.

    Args:
        assertion: parsed, never run.
        name: of the test.
        callee: the name by which the assertion calls the program.
    """
    return Reader(callee).read(assertion.test, name)


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


Found = tuple[ast.Call, Value, Comparison]
"""A call, what is expected of it, and how that is compared."""

_AS: dict[str, Comparison] = {
    "tuple": Comparison(kind="equal-as-tuple"),
    "set": Comparison(kind="equal-as-set"),
}
"""Comparisons by the function that an assertion puts around the output."""


class Reader:
    """Reads assertions about the outputs of one function.

    Args:
        callee: the name by which assertions call it.
        names: values of names that assertions may use.
    """

    def __init__(self, callee: str, names: Mapping[str, Value] | None = None) -> None:
        self._callee = callee
        self._names = names or {}

    def read(self, test: ast.expr, name: str) -> TestCase | None:
        """What is asserted as a test of that name, or None where it must stay code."""
        try:
            found = self.understood(test)
            arguments = None if found is None else self.arguments(found[0])
            if found is None or arguments is None:
                return None
            _, expected, comparison = found
            return TestCase(
                name=name, input=encode(arguments), expected=encode(expected), comparison=comparison
            )
        except (ExpressionError, CodeError):
            return None

    def arguments(self, call: ast.Call) -> tuple[Value, ...] | None:
        """The arguments of a call, None where they are not given one by one.

        Raises:
            ExpressionError: one cannot be evaluated.
        """
        if call.keywords or any(isinstance(argument, ast.Starred) for argument in call.args):
            return None
        return tuple(map(self.value, call.args))

    def value(self, node: ast.expr) -> Value:
        """The value of an expression.

        Raises:
            ExpressionError: it cannot be evaluated.
        """
        return evaluate_node(node, self._names)

    def understood(self, test: ast.expr) -> Found | None:
        """The call, what is expected of it, and how that is compared; None where that cannot be told."""
        match test:
            case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
                return self._equal(left, right) or self._equal(right, left)
            case ast.Compare(
                left=left, ops=[ast.Is()], comparators=[ast.Constant(value=True | False | None)]
            ):
                expected = self.value(test.comparators[0])
                return self.called(left, expected, Comparison(kind="identical"))
            case ast.Compare(left=left, ops=[ast.Lt()], comparators=[right]):
                return self._close(left, right)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self.called(operand, expected=False, comparison=Comparison(kind="false"))
            case ast.Call(func=ast.Attribute(value=ast.Name(id="math"), attr="isclose"), args=[left, right]):
                return self._is_close(test, left, right)
        return self.called(test, expected=True, comparison=Comparison(kind="true"))

    def called(self, node: ast.expr, expected: Value, comparison: Comparison) -> Found | None:
        """What is found where an expression is a call of the function."""
        call = self.call(node)
        return None if call is None else (call, expected, comparison)

    def _equal(self, output: ast.expr, expected: ast.expr) -> Found | None:
        call = self.call(output)
        if call is not None:
            return call, self.value(expected), Comparison()
        match output:
            case ast.Call(func=ast.Name(id=("tuple" | "set") as kind), args=[inner], keywords=[]):
                call = self.call(inner)
                if call is not None:
                    value = self.value(expected)
                    if isinstance(value, tuple if kind == "tuple" else set):
                        return call, value, _AS[kind]
        return None

    def _close(self, difference: ast.expr, bound: ast.expr) -> Found | None:
        match difference:
            case ast.Call(
                func=ast.Name(id="abs"), args=[ast.BinOp(left=left, op=ast.Sub(), right=right)], keywords=[]
            ):
                tolerance = self.value(bound)
                if not isinstance(tolerance, int | float):
                    return None
                for output, other in ((left, right), (right, left)):
                    call = self.call(output)
                    if call is not None:
                        expected = self.value(other)
                        if isinstance(expected, int | float | complex):
                            return call, expected, Comparison(kind="close", tolerance=float(tolerance))
        return None

    def _is_close(self, test: ast.Call, left: ast.expr, right: ast.expr) -> Found | None:
        relative: object = 1e-9
        match test.keywords:
            case [ast.keyword(arg="rel_tol", value=value)]:
                relative = self.value(value)
            case [_, *_]:
                return None
        call = self.call(left)
        expected = self.value(right)
        # Integers that are near are not equal here: `approximate` tolerates what floats are off by.
        if call is None or not isinstance(expected, float) or not isinstance(relative, int | float):
            return None
        return call, expected, Comparison(kind="approximate", relative=float(relative))

    def call(self, node: ast.expr) -> ast.Call | None:
        """An expression where it is a call of the function, else None."""
        match node:
            case ast.Call(func=ast.Name(id=name)) if name == self._callee:
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
