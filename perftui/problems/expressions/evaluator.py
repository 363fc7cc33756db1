"""Expressions evaluated without running code: literals, arithmetic, comprehensions, within limits.

`eval` would run a file's code on the host, and `ast.literal_eval` knows no arithmetic. The limits of
simpleeval are global to the process, leave integers of millions of bits and allow attributes; so this
is a small interpreter of its own over Python's syntax tree. Every operation is checked for the size of
its result *before* it is done, and pays for it from one budget of steps.
"""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from perftui.problems.expressions.budget import Budget, ExpressionError
from perftui.problems.expressions.functions import FUNCTIONS, METHODS, dict_of, set_of
from perftui.problems.expressions.operators import COMPARE, SEQUENCES, UNARY, apply_binary, is_number
from perftui.text import one_line
from perftui.values import Value

T = TypeVar("T")

MAX_SOURCE = 4_000_000
"""Characters of an expression's text."""

_item: Callable[..., object] = operator.getitem
_FAILURES = (ArithmeticError, LookupError, TypeError, ValueError, RecursionError, MemoryError)


def evaluate(expression: str) -> Value:
    """Evaluate the text of an expression.

    Raises:
        ExpressionError: it is not an expression, uses what is not allowed, fails or exceeds a limit.
    """
    if len(expression) > MAX_SOURCE:
        raise ExpressionError(f"longer than {MAX_SOURCE:,} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(expression.strip(), mode="eval")
    except SyntaxError as error:
        raise ExpressionError(f"not an expression: {one_line(error.msg)}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError("not an expression: nested too deeply, or not text") from error
    return evaluate_node(tree.body)


def evaluate_node(node: ast.expr, names: Mapping[str, Value] | None = None) -> Value:
    """Evaluate a parsed expression.

    Args:
        node: the expression.
        names: values of names that it may use.

    Raises:
        ExpressionError: it uses what is not allowed, fails or exceeds a limit.
    """
    evaluator = _Evaluator(names or {})
    try:
        value = evaluator.value(node)
        evaluator.budget.spend_on(value)
    except ExpressionError:
        raise
    except RecursionError as error:
        raise ExpressionError("nested too deeply") from error
    except _FAILURES as error:
        raise ExpressionError(one_line(f"{type(error).__name__}: {str(error).lstrip('_')}")) from error
    return value


class _Evaluator:
    """Walks one expression; holds the names that comprehensions bind and what is left of the budget."""

    def __init__(self, names: Mapping[str, Value]) -> None:
        self.budget = Budget()
        self._names: dict[str, object] = dict(names)

    def value(self, node: ast.expr) -> object:
        self.budget.spend(1)
        handler = _NODES.get(type(node))
        if handler is None:
            raise ExpressionError(f"{_described(node)} is not allowed")
        return handler(self, node)

    def constant(self, node: ast.Constant) -> object:
        if node.value is ...:
            raise ExpressionError("`...` is not a value")
        return node.value

    def name(self, node: ast.Name) -> object:
        if node.id not in self._names:
            raise ExpressionError(f"unknown name `{one_line(node.id, 40)}`")
        return self._names[node.id]

    def items(self, nodes: Iterable[ast.expr]) -> list[object]:
        items: list[object] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                items.extend(self.budget.iterate(self.value(node.value)))
            else:
                items.append(self.value(node))
            self.budget.room(len(items))
        return items

    def list_(self, node: ast.List) -> object:
        return self.items(node.elts)

    def tuple_(self, node: ast.Tuple) -> object:
        return tuple(self.items(node.elts))

    def set_(self, node: ast.Set) -> object:
        return set_of(self.budget, self.items(node.elts))

    def dict_(self, node: ast.Dict) -> object:
        pairs: list[tuple[object, object]] = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                raise ExpressionError("`**` is not allowed")
            pairs.append((self.value(key), self.value(value)))
        return dict_of(self.budget, pairs)

    def unary(self, node: ast.UnaryOp) -> object:
        operand = self.value(node.operand)
        if not isinstance(node.op, ast.Not) and not is_number(operand):
            raise ExpressionError(f"cannot negate a {type(operand).__name__}")
        return UNARY[type(node.op)](operand)

    def binary(self, node: ast.BinOp) -> object:
        left, right = self.value(node.left), self.value(node.right)
        return apply_binary(self.budget, type(node.op), left, right)

    def boolean(self, node: ast.BoolOp) -> object:
        stop_at = isinstance(node.op, ast.Or)
        result: object = not stop_at
        for operand in node.values:
            result = self.value(operand)
            if bool(result) is stop_at:
                break
        return result

    def compare(self, node: ast.Compare) -> object:
        left = self.value(node.left)
        result: object = True
        for comparison, operand in zip(node.ops, node.comparators, strict=True):
            right = self.value(operand)
            self.budget.spend_on(left)
            self.budget.spend_on(right)
            result = COMPARE[type(comparison)](left, right)
            if not result:
                break
            left = right
        return result

    def conditional(self, node: ast.IfExp) -> object:
        return self.value(node.body if self.value(node.test) else node.orelse)

    def subscript(self, node: ast.Subscript) -> object:
        container = self.value(node.value)
        if isinstance(node.slice, ast.Slice):
            bounds = (node.slice.lower, node.slice.upper, node.slice.step)
            key: object = slice(*(None if bound is None else self.value(bound) for bound in bounds))
        else:
            key = self.value(node.slice)
            self.budget.spend_on(key)
        if not isinstance(container, (*SEQUENCES, range, dict)):
            raise ExpressionError(f"cannot index a {type(container).__name__}")
        if isinstance(key, slice):
            self.budget.spend(len(container))
        return _item(container, key)

    def call(self, node: ast.Call) -> object:
        arguments = self.items(node.args)
        options = {}
        for keyword in node.keywords:
            if keyword.arg is None:
                raise ExpressionError("`**` is not allowed")
            options[keyword.arg] = self.value(keyword.value)
        match node.func:
            case ast.Name(id=name) if name in FUNCTIONS and name not in self._names:
                return FUNCTIONS[name](self.budget, *arguments, **options)
            case ast.Attribute(value=owner, attr=name) if name in METHODS:
                return METHODS[name](self.budget, self.value(owner), *arguments, **options)
        raise ExpressionError(f"calling `{one_line(ast.unparse(node.func), 40)}` is not allowed")

    def format_string(self, node: ast.JoinedStr) -> object:
        pieces = [self.value(piece) for piece in node.values]
        return METHODS["join"](self.budget, "", pieces)

    def formatted(self, node: ast.FormattedValue) -> object:
        if node.format_spec is not None or node.conversion != -1:
            raise ExpressionError("a format specification is not allowed")
        return FUNCTIONS["str"](self.budget, self.value(node.value))

    def list_comprehension(self, node: ast.ListComp | ast.GeneratorExp) -> object:
        return self._collected(node.generators, lambda: self.value(node.elt))

    def set_comprehension(self, node: ast.SetComp) -> object:
        return set_of(self.budget, self._collected(node.generators, lambda: self.value(node.elt)))

    def dict_comprehension(self, node: ast.DictComp) -> object:
        pairs = self._collected(node.generators, lambda: (self.value(node.key), self.value(node.value)))
        return dict_of(self.budget, pairs)

    def _collected(self, generators: Sequence[ast.comprehension], element: Callable[[], T]) -> list[T]:
        outer = self._names
        items: list[T] = []
        for _ in self._bindings(generators):
            items.append(element())
            self.budget.room(len(items))
        self._names = outer
        return items

    def _bindings(self, generators: Sequence[ast.comprehension]) -> Iterator[None]:
        """Yield once for each element, with the targets bound."""
        first, *rest = generators
        if first.is_async:
            raise ExpressionError("`async` is not allowed")
        source = self.budget.iterate(self.value(first.iter))
        self._names = dict(self._names)
        for item in source:
            self.budget.spend(1)
            self._bind(first.target, item)
            if not all(self.value(condition) for condition in first.ifs):
                continue
            if rest:
                inner = self._names
                yield from self._bindings(rest)
                self._names = inner
            else:
                yield

    def _bind(self, target: ast.expr, value: object) -> None:
        match target:
            case ast.Name(id=name):
                self._names[name] = value
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                values = self.budget.iterate(value)
                if len(values) != len(targets):
                    raise ExpressionError(f"cannot unpack {len(values)} values into {len(targets)} names")
                for part, item in zip(targets, values, strict=True):
                    self._bind(part, item)
            case _:
                raise ExpressionError(f"cannot assign to {_described(target)}")


_NODES: dict[type[ast.expr], Callable[..., object]] = {
    ast.Constant: _Evaluator.constant,
    ast.Name: _Evaluator.name,
    ast.List: _Evaluator.list_,
    ast.Tuple: _Evaluator.tuple_,
    ast.Set: _Evaluator.set_,
    ast.Dict: _Evaluator.dict_,
    ast.UnaryOp: _Evaluator.unary,
    ast.BinOp: _Evaluator.binary,
    ast.BoolOp: _Evaluator.boolean,
    ast.Compare: _Evaluator.compare,
    ast.IfExp: _Evaluator.conditional,
    ast.Subscript: _Evaluator.subscript,
    ast.Call: _Evaluator.call,
    ast.JoinedStr: _Evaluator.format_string,
    ast.FormattedValue: _Evaluator.formatted,
    ast.ListComp: _Evaluator.list_comprehension,
    ast.GeneratorExp: _Evaluator.list_comprehension,
    ast.SetComp: _Evaluator.set_comprehension,
    ast.DictComp: _Evaluator.dict_comprehension,
}


def _described(node: ast.AST) -> str:
    return f"`{one_line(ast.unparse(node), 40)}`"
