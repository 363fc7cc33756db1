"""The operators that an expression may use, each bounded before it does its work."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable

from perftui.problems.expressions.budget import MAX_BITS, Budget, ExpressionError, integer_bits
from perftui.problems.expressions.functions import power_bits

SEQUENCES = (str, bytes, list, tuple)
_SETS = (set, frozenset)
_BINARY: dict[type[ast.operator], tuple[str, Callable[..., object]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.FloorDiv: ("//", operator.floordiv),
    ast.Mod: ("%", operator.mod),
    ast.Pow: ("**", operator.pow),
    ast.LShift: ("<<", operator.lshift),
    ast.RShift: (">>", operator.rshift),
    ast.BitAnd: ("&", operator.and_),
    ast.BitOr: ("|", operator.or_),
    ast.BitXor: ("^", operator.xor),
}
_SET_OPERATORS = frozenset({"-", "&", "|", "^"})
UNARY: dict[type[ast.unaryop], Callable[..., object]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.inv,
    ast.Not: operator.not_,
}
COMPARE: dict[type[ast.cmpop], Callable[..., object]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, container: operator.contains(container, item),
    ast.NotIn: lambda item, container: not operator.contains(container, item),
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}


def apply_binary(budget: Budget, kind: type[ast.operator], left: object, right: object) -> object:
    """The result of a binary operator.

    Raises:
        ExpressionError: the operands do not fit the operator, or the result would be too large.
    """
    if kind not in _BINARY:
        raise ExpressionError("`@` is not allowed")
    symbol, apply = _BINARY[kind]
    _check_operands(budget, symbol, left, right)
    return apply(left, right)


def is_number(value: object) -> bool:
    """Whether arithmetic is defined on a value."""
    return isinstance(value, int | float | complex)


def _check_operands(budget: Budget, symbol: str, left: object, right: object) -> None:
    if is_number(left) and is_number(right):
        bits = _result_bits(symbol, left, right)
        if bits > MAX_BITS:
            raise ExpressionError(f"an integer of over {MAX_BITS:,} bits")
        budget.spend(bits // 32)
    elif symbol == "+" and isinstance(left, SEQUENCES) and type(left) is type(right):
        budget.grow(left, len(left) + len(right))
    elif symbol == "*" and isinstance(left, SEQUENCES) and isinstance(right, int):
        budget.grow(left, len(left) * right)
    elif symbol == "*" and isinstance(right, SEQUENCES) and isinstance(left, int):
        budget.grow(right, len(right) * left)
    elif symbol in _SET_OPERATORS and isinstance(left, _SETS) and isinstance(right, _SETS):
        budget.spend_on(left)
        budget.spend_on(right)
    else:
        kinds = f"{type(left).__name__} and {type(right).__name__}"
        raise ExpressionError(f"cannot use `{symbol}` on {kinds}")


def _result_bits(symbol: str, left: object, right: object) -> int:
    """An upper bound on the bits of an integer result; 0 where the result is a float."""
    if not isinstance(left, int) or not isinstance(right, int):
        return 0
    a, b = integer_bits(left), integer_bits(right)
    match symbol:
        case "*":
            return a + b
        case "**":
            return power_bits(left, right)
        case "<<":
            return a + max(right, 0)
    return max(a, b) + 1
