"""The top-level statements of a module: what each binds and reads, and which of them a name needs."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from perftui.problems.assertions import used_names

_BUILTINS = frozenset(dir(builtins))
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Unit:
    """A statement with its text.

    Attributes:
        node: the statement.
        text: its lines, with the blank lines and comments right before them.
        binds: the names of the module that it binds.
        reads: every name that is read anywhere in it.
    """

    node: ast.stmt
    text: str
    binds: frozenset[str]
    reads: frozenset[str]


def units_of(text: str, tree: ast.Module) -> list[Unit]:
    """The statements of a module in their order; each is given the lines since the one before it."""
    lines = text.split("\n")
    nexts = [first_line(node) for node in tree.body[1:]]
    found: list[Unit] = []
    end = 0
    for node, following in zip(tree.body, [*nexts, len(lines) + 1], strict=False):
        start, last = first_line(node), node.end_lineno or node.lineno
        if start > end and following > last:
            own = "\n".join(lines[end:last])
        else:
            # Statements that share a line are written anew, each with lines of its own.
            own = "\n".join([*lines[end : start - 1], ast.unparse(node)])
        end = max(end, last)
        found.append(Unit(node, own.rstrip(), bound_by(node), used_names(node)))
    return found


def first_line(node: ast.stmt) -> int:
    """The line (1-based) on which a statement begins, decorators included."""
    decorators = node.decorator_list if isinstance(node, _SCOPES) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def bound_by(node: ast.stmt) -> frozenset[str]:
    """The names that a top-level statement binds in its module."""
    return frozenset({node.name} if isinstance(node, _SCOPES) else _bindings(node))


def needed(units: Sequence[Unit], names: Iterable[str]) -> list[int]:
    """The places of the statements that names need, in order.

    These bind such a name, or one that those read; and those that bind nothing and read nothing but names
    of such statements, which may set up what they bound. `from __future__` is always needed.
    """
    binders: dict[str, list[int]] = {}
    for place, unit in enumerate(units):
        for name in unit.binds:
            binders.setdefault(name, []).append(place)
    chosen = {place for place, unit in enumerate(units) if _is_future(unit.node)}
    waiting = list(names)
    while waiting:
        for place in binders.pop(waiting.pop(), ()):
            if place not in chosen:
                chosen.add(place)
                waiting += units[place].reads
    there = {name for place in chosen for name in units[place].binds}
    for place, unit in enumerate(units):
        acts = isinstance(unit.node, ast.Expr | ast.Assign | ast.AugAssign) and not unit.binds
        reads = unit.reads - _BUILTINS
        if acts and reads and reads <= there:
            chosen.add(place)
    return sorted(chosen)


def joined(texts: Iterable[str]) -> str:
    """Statements as a module, with the blank lines that stood before each."""
    return "\n".join(text for text in texts if text.strip()).strip("\n") + "\n"


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _bindings(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.alias(name=name, asname=alias):
            yield alias or name.partition(".")[0]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
            return
        case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return
    for below in ast.iter_child_nodes(node):
        yield from _bindings(below)
