"""Assertions as people write them with pytest, read as an input with its expected output."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from perftui.problems.assertions import Found, Reader
from perftui.problems.expressions import ExpressionError
from perftui.problems.model import Comparison, Unanswered
from perftui.problems.own.found import TAKEN
from perftui.values import CodeError, Value, encode

APPROX = {"rel": 1e-6, "abs": 1e-12}
"""What `pytest.approx` tolerates where it is not told."""

ISCLOSE = {"rel_tol": 1e-9, "abs_tol": 0.0}
"""What `math.isclose` tolerates where it is not told."""

MAX_OTHERS = 100
"""How many outputs may be right beside the first."""

_SEQUENCES = (list, tuple)
_NUMBERS = (int, float, complex)


class Claims(Reader):
    """Reads what tests say of one function: more forms than benchmarks have, and named arguments.

    Args:
        callee: the function's name.
        signature: its parameters; None where they are not known.
        names: values of names that tests may use.
        outputs: names that stand for a call of the function.
    """

    def __init__(
        self,
        callee: str,
        signature: ast.arguments | None,
        names: Mapping[str, Value],
        outputs: Mapping[str, ast.Call],
    ) -> None:
        super().__init__(callee, names)
        self._signature = signature
        self._outputs = outputs

    def asked(self, node: ast.expr) -> Unanswered | None:
        """A call, bare or printed, as an input alone; None where it is none, or cannot be evaluated."""
        match node:
            case ast.Call(func=ast.Name(id="print"), args=[inner], keywords=[]):
                node = inner
        call = self.call(node)
        try:
            arguments = None if call is None else self.arguments(call)
            return None if arguments is None else Unanswered(input=encode(arguments), comparison=TAKEN)
        except (ExpressionError, CodeError):
            return None

    def call(self, node: ast.expr) -> ast.Call | None:
        """A call of the function, or a name that stands for one."""
        if isinstance(node, ast.Name) and node.id in self._outputs:
            return self._outputs[node.id]
        return super().call(node)

    def arguments(self, call: ast.Call) -> tuple[Value, ...] | None:
        """The arguments of a call in the order of the function's parameters, None where they have none."""
        given = self.value(ast.Tuple(elts=call.args, ctx=ast.Load()))
        if not isinstance(given, tuple) or not call.keywords:
            return given if isinstance(given, tuple) else None
        rest = self._named(call.keywords, len(given))
        return None if rest is None else (*given, *rest)

    def _named(self, keywords: list[ast.keyword], before: int) -> list[Value] | None:
        """The arguments that are given by name, with the defaults of parameters between them."""
        if self._signature is None or any(keyword.arg is None for keyword in keywords):
            return None
        values = {keyword.arg: self.value(keyword.value) for keyword in keywords}
        parameters = [*self._signature.posonlyargs, *self._signature.args]
        defaults = [None] * (len(parameters) - len(self._signature.defaults)) + self._signature.defaults
        by_position = {
            parameter.arg for parameter in parameters[: max(before, len(self._signature.posonlyargs))]
        }
        arguments: list[Value] = []
        for parameter, default in list(zip(parameters, defaults, strict=True))[before:]:
            if not values:
                break
            if parameter.arg in values and parameter.arg not in by_position:
                arguments.append(values.pop(parameter.arg))
            elif default is not None:
                arguments.append(self.value(default))
            else:
                return None
        return None if values else arguments

    def understood(self, test: ast.expr) -> Found | None:
        """As of any assertion, and further forms."""
        match test:
            case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
                found = self._likened(left, right) or self._likened(right, left)
                if found is not None:
                    return found
            case ast.Compare(left=left, ops=[ast.In()], comparators=[right]):
                return self._one_of(left, right)
            case ast.Compare(
                left=ast.Call(func=ast.Name(id="abs"), args=[ast.BinOp(left, ast.Sub(), right)], keywords=[]),
                ops=[ast.LtE()],
                comparators=[bound],
            ):
                return self._within(left, right, bound) or self._within(right, left, bound)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="math"), attr="isclose"), args=[left, right]):
                tolerance = self._tolerances(test.keywords, ISCLOSE)
                return self._near(left, right, tolerance) or self._near(right, left, tolerance)
        return super().understood(test)

    def _likened(self, output: ast.expr, expected: ast.expr) -> Found | None:
        """`f(…) == pytest.approx(…)` and `sorted(f(…)) == […]`."""
        match expected:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="pytest"), attr="approx"), args=[value]):
                tolerance = self._tolerances(expected.keywords, APPROX)
                if {keyword.arg for keyword in expected.keywords} == {"abs"}:
                    tolerance = {**tolerance, "rel": 0.0} if tolerance else None
                return self._near(output, value, tolerance)
        match output:
            case ast.Call(func=ast.Name(id="sorted"), args=[inner], keywords=[]):
                call = self.call(inner)
                wanted = None if call is None else self.value(expected)
                # What is not in order is no sorted list: the assertion cannot hold.
                if call is not None and isinstance(wanted, list) and _is_sorted(wanted):
                    return call, wanted, Comparison(kind="unordered")
        return None

    def _one_of(self, output: ast.expr, among: ast.expr) -> Found | None:
        call = self.call(output)
        if call is None:
            return None
        values = self.value(among)
        if not isinstance(values, list | tuple | set | frozenset) or not 0 < len(values) <= MAX_OTHERS:
            return None
        # The order of a set of texts differs from process to process: a run that goes on must read the same.
        coded = sorted(map(encode, values)) if isinstance(values, set | frozenset) else map(encode, values)
        first, *others = coded
        from_code = next(value for value in values if encode(value) == first)
        return call, from_code, Comparison(others=tuple(others))

    def _within(self, output: ast.expr, other: ast.expr, bound: ast.expr) -> Found | None:
        tolerance = self.value(bound)
        if not isinstance(tolerance, int | float):
            return None
        return self._near(output, other, {"abs": float(tolerance), "rel": 0.0})

    def _near(self, output: ast.expr, other: ast.expr, tolerance: dict[str, float] | None) -> Found | None:
        call = self.call(output)
        if call is None or tolerance is None:
            return None
        absolute = tolerance.get("abs", tolerance.get("abs_tol", 0.0))
        relative = tolerance.get("rel", tolerance.get("rel_tol", 0.0))
        expected = self.value(other)
        if not 0 <= absolute < float("inf") or not 0 <= relative < 1 or not _is_numeric(expected):
            return None
        return call, expected, Comparison(kind="approximate", tolerance=absolute, relative=relative)

    def _tolerances(self, keywords: list[ast.keyword], usual: dict[str, float]) -> dict[str, float] | None:
        """The tolerances that a call names, with the usual ones; None where it says something else."""
        given = dict(usual)
        for keyword in keywords:
            value = self.value(keyword.value)
            if keyword.arg not in usual or not isinstance(value, int | float):
                return None
            given[keyword.arg] = float(value)
        return given


def _is_sorted(items: list[Value]) -> bool:
    try:
        return sorted(items) == items  # type: ignore[type-var]
    except TypeError:
        return False


def _is_numeric(value: Value) -> bool:
    match value:
        case bool():
            return False
        case list() | tuple():
            return all(map(_is_numeric, value))
        case dict():
            return all(map(_is_numeric, value.values()))
    return isinstance(value, _NUMBERS)
