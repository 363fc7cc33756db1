"""The statements of a test, read as inputs with outputs as far as they can be; what is left stays code."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from perftui.problems.assertions import is_vacuous, used_names
from perftui.problems.expressions import ExpressionError, evaluate_node
from perftui.problems.model import TestCase, Unanswered
from perftui.problems.own.checks import is_harmless
from perftui.problems.own.claims import Claims
from perftui.values import CodeError, Value, encode

MAX_TESTS = 20_000
"""How many tests the statements of one test function may be."""


@dataclass(frozen=True)
class Subject:
    """The function that tests are about.

    Attributes:
        entry_point: its name.
        signature: its parameters; None where they are not known.
    """

    entry_point: str
    signature: ast.arguments | None


@dataclass
class Body:
    """What was read of some statements.

    Attributes:
        tests: inputs, with outputs or alone, in order.
        left: the statements that must stay code, in order; those that only name values for them included.
        said: whether something among them can fail.
    """

    tests: list[TestCase | Unanswered] = field(default_factory=list)
    left: list[ast.stmt] = field(default_factory=list)
    said: bool = False


def read_body(statements: Sequence[ast.stmt], subject: Subject, names: Mapping[str, Value]) -> Body:
    """Read statements, whose imports were made plain.

    Once one may have changed what the others rest on, all that follow stay code.

    Args:
        statements: of a function, of a loop, or of a module.
        subject: the function under test.
        names: values of names that stand before them.
    """
    reader = _Statements(subject, names)
    for statement in statements:
        reader.take(statement)
    return reader.body


class _Statements:
    def __init__(self, subject: Subject, names: Mapping[str, Value]) -> None:
        self.body = Body()
        self._subject = subject
        self._names = dict(names)
        self._outputs: dict[str, ast.Call] = {}
        self._changed = False

    def take(self, statement: ast.stmt) -> None:
        """Read the next statement."""
        if is_vacuous(statement) or isinstance(statement, ast.Import | ast.ImportFrom):
            self.body.left.append(statement)
            return
        if self._changed or not self._read(statement):
            self.body.left.append(statement)
            if not isinstance(statement, ast.Assign | ast.AnnAssign):
                self.body.said = True
                self._changed = self._changed or not is_harmless(statement)

    def _read(self, statement: ast.stmt) -> bool:
        """Whether nothing of a statement must stay code."""
        claims = Claims(self._subject.entry_point, self._subject.signature, self._names, self._outputs)
        match statement:
            case ast.Assert(test=test):
                read = claims.read(test, "")
                self.body.tests += [] if read is None else [read]
                return read is not None
            case ast.Expr(value=value):
                asked = claims.asked(value)
                self.body.tests += [] if asked is None else [asked]
                return asked is not None
            case (
                ast.Assign(targets=[target], value=value)
                | ast.AnnAssign(target=target, value=ast.expr() as value)
            ):
                self._assign(target, value)
                return False
            case ast.For(target=target, iter=items, body=body, orelse=[]):
                return self._loop(target, items, body)
        return False

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        """Take note of what a name means from here on. The statement stays, for code that may need it."""
        bound = {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}
        self._outputs = {
            name: call
            for name, call in self._outputs.items()
            if name not in bound and not used_names(call) & bound
        }
        before = self._names
        self._names = {name: known for name, known in before.items() if name not in bound}
        match target, value:
            case ast.Name(id=name), ast.Call(func=ast.Name(id=callee)) if callee == self._subject.entry_point:
                if not used_names(value) & bound:
                    self._outputs[name] = value
                return
        try:
            self._names |= bindings(target, evaluate_node(value, before))
        except ExpressionError:
            return

    def _loop(self, target: ast.expr, items: ast.expr, statements: list[ast.stmt]) -> bool:
        """Whether a loop over values that are known was read whole."""
        tests: list[TestCase | Unanswered] = []
        try:
            values = evaluate_node(ast.Call(ast.Name("list", ast.Load()), [items], []), self._names)
            for value in values if isinstance(values, list) else ():
                names = self._names | bindings(target, value)
                inner = _Statements(self._subject, names)
                inner._outputs = dict(self._outputs)
                for statement in statements:
                    inner.take(statement)
                if inner.body.said or len(tests) > MAX_TESTS:
                    return False
                tests += inner.body.tests
        except ExpressionError:
            return False
        self.body.tests += tests
        return True


def bindings(target: ast.expr, value: Value) -> dict[str, Value]:
    """What an assignment of a value binds.

    Raises:
        ExpressionError: the target takes no such value, or the value is no plain data.
    """
    match target:
        case ast.Name(id=name):
            try:
                encode(value)
            except CodeError as error:
                raise ExpressionError(str(error)) from error
            return {name: value}
        case ast.Tuple(elts=targets) | ast.List(elts=targets) if isinstance(value, list | tuple | str):
            if len(targets) == len(value):
                found: dict[str, Value] = {}
                for inner, item in zip(targets, value, strict=True):
                    found |= bindings(inner, item)
                return found
    raise ExpressionError(f"cannot assign to `{ast.unparse(target)}`")
