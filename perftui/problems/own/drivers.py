"""Calls whose arguments only the program's own process can make: those of its own types."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Sequence

from perftui.problems.assertions import CANDIDATE, used_names
from perftui.problems.model import DRIVEN
from perftui.problems.own.units import Unit, bound_by

_OPENERS = frozenset({"list", "tuple", "set", "sorted", "dict", "len", "str", "repr", "vars"})
"""What may be put around an output beside the program: it tells nothing of what is expected."""


def makes_own(statements: Sequence[ast.stmt], program: Sequence[Unit]) -> bool:
    """Whether statements make objects of the program's own types, exceptions to be raised aside."""
    types = {unit.node.name for unit in program if isinstance(unit.node, ast.ClassDef)}
    called = {
        node.func.id
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return bool(types & called)


def with_driver(
    statements: Sequence[ast.stmt], entry_point: str, needed: Callable[[Iterable[str]], list[str]]
) -> tuple[list[ast.stmt], str] | None:
    """Statements whose one call a driver makes, and its code; None where they have not one call.

    Args:
        statements: those that name values for the one that can fail, and that one.
        entry_point: the function under test.
        needed: the texts of what names need of the test's module.
    """
    copies = [copy.deepcopy(one) for one in statements]
    named: list[ast.stmt] = [one for one in copies if isinstance(one, ast.Assign | ast.AnnAssign)]
    rest = [one for one in copies if one not in named]
    calls = [call for one in [*named, *rest] for call in _calls(one, entry_point)]
    if len(calls) != 1:
        return None
    named, rest = _inlined(named, rest, calls[0])
    holder = next((one for one in named if _calls(one, entry_point)), None)
    before = named if holder is None else named[: named.index(holder)]
    within = [holder] if holder is not None else rest
    made = _opened(calls[0], within)
    given = ast.Return(value=copy.deepcopy(made))
    driver = ast.parse(f"def {DRIVEN}():\n    pass").body[0]
    if not isinstance(driver, ast.FunctionDef):
        return None
    # What is expected stays away from the program.
    makers = before_claim(before, given)
    names = used_names(ast.Module([*makers, given], []))
    helpers = [one for text in needed(names) for one in ast.parse(text.strip("\n")).body]
    driver.body = [*helpers, *makers, given]
    asked = ast.copy_location(ast.Call(func=ast.Name(CANDIDATE, ast.Load()), args=[], keywords=[]), made)
    after = [*(_replaced(one, made, asked) for one in within), *(rest if holder is not None else [])]
    # What is compared with the output may rest on the same names as what the function was given.
    kept = [one for one in before if used_names(ast.Module(after, [])) & _bound(one)]
    return [*kept, *after], ast.unparse(ast.fix_missing_locations(driver)) + "\n"


def before_claim(named: Sequence[ast.stmt], claim: ast.stmt) -> list[ast.stmt]:
    """The statements among some, all of which stand before a claim, that name what it needs."""
    wanted, kept = set(used_names(claim)), []
    for one in reversed(named):
        if bound_by(one) & wanted:
            wanted |= used_names(one)
            kept.append(one)
    return kept[::-1]


class _Replacing(ast.NodeTransformer):
    """Puts one node where another is."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old = old
        self._new = new

    def visit(self, node: ast.AST) -> ast.AST:
        """The new node for the old one."""
        return self._new if node is self._old else self.generic_visit(node)


def _replaced(statement: ast.stmt, old: ast.AST, new: ast.AST) -> ast.stmt:
    changed = _Replacing(old, new).visit(statement)
    return changed if isinstance(changed, ast.stmt) else statement


def _inlined(
    named: list[ast.stmt], rest: list[ast.stmt], call: ast.Call
) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """The statements with a call where its name is read, if that is once: what is read of it goes with it."""
    for one in named:
        match one:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is call:
                reads = [
                    node
                    for other in (*named, *rest)
                    for node in ast.walk(other)
                    if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
                ]
                if len(reads) == 1 and any(reads[0] in ast.walk(other) for other in rest):
                    others = [other for other in named if other is not one]
                    return others, [_replaced(other, reads[0], call) for other in rest]
    return named, rest


def _calls(statement: ast.stmt, name: str) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]


def _opened(call: ast.expr, within: Sequence[ast.stmt]) -> ast.expr:
    """A call with what is read of its output at once: an output of the program's own type cannot cross."""
    parents = {
        id(below): node
        for statement in within
        for node in ast.walk(statement)
        for below in ast.iter_child_nodes(node)
    }
    made = call
    while True:
        above = parents.get(id(made))
        match above:
            case ast.Attribute():
                made = above
            case ast.Call(func=ast.Name(id=name), args=[inner], keywords=[]) if (
                inner is made and name in _OPENERS
            ):
                made = above
            case ast.Call(func=inner, args=[], keywords=[]) if inner is made:
                made = above
            case _:
                return made


def _bound(statement: ast.stmt) -> set[str]:
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
