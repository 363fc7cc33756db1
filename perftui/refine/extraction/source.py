"""Reading source text that may be anything: statements with their lines, names bound and needed."""

from __future__ import annotations

import ast
import builtins
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_ALWAYS_THERE = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__", "__builtins__"}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Unit:
    """Top-level statements that share lines, most often just one.

    Attributes:
        nodes: the statements.
        start: 0-based line of the first, decorators included.
        end: line after the last.
    """

    nodes: tuple[ast.stmt, ...]
    start: int
    end: int

    @property
    def module(self) -> ast.Module:
        """These statements as a program of their own."""
        return ast.Module([*self.nodes], [])


def parse(text: str) -> ast.Module | None:
    """The tree of a program, None where it is no program for the Python that runs here."""
    result = parse_or_line(text)
    return result if isinstance(result, ast.Module) else None


def parse_or_line(text: str) -> ast.Module | int:
    """The tree of a program, or the 1-based line where reading it failed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes and the like would reach the terminal
            return ast.parse(text)
    except SyntaxError as error:
        return max(error.lineno or 1, 1)
    except (ValueError, RecursionError, MemoryError):
        return 1


def units(tree: ast.Module) -> list[Unit]:
    """The top-level statements in order, each with its lines."""
    found: list[Unit] = []
    for node in tree.body:
        decorators = node.decorator_list if isinstance(node, (*_FUNCTIONS, ast.ClassDef)) else []
        start = min([node.lineno, *(d.lineno for d in decorators)]) - 1
        end = node.end_lineno or node.lineno
        if found and start < found[-1].end:
            last = found.pop()
            found.append(Unit((*last.nodes, node), last.start, max(end, last.end)))
        else:
            found.append(Unit((node,), start, end))
    return found


def text_of(lines: Sequence[str], unit: Unit) -> str:
    """The lines of a unit, of all lines of the text that it was read from."""
    return "\n".join(lines[unit.start : unit.end])


def immediate(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it that runs when it runs: bodies of functions and lambdas do not."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        yield here
        if isinstance(here, _FUNCTIONS):
            waiting += [*here.decorator_list, *_defaults(here.args)]
        elif isinstance(here, ast.Lambda):
            waiting += _defaults(here.args)
        else:
            waiting += ast.iter_child_nodes(here)


def bound(nodes: Iterable[ast.stmt]) -> set[str]:
    """The module-level names that statements bind; those of a star import are not known."""
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            names.add(node.name)
        else:
            names.update(*(_bound_here(below) for below in immediate(node)))
    return names


def needed(tree: ast.AST) -> set[str]:
    """The names that a program uses and binds nowhere, builtins left out."""
    used: set[str] = set()
    made: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            used.add(node.id)
        made |= _bound_here(node)
    return used - made - _ALWAYS_THERE


def loads(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that are read anywhere in some nodes."""
    return {
        below.id
        for node in nodes
        for below in ast.walk(node)
        if isinstance(below, ast.Name) and isinstance(below.ctx, ast.Load)
    }


def is_future(node: ast.stmt) -> bool:
    """Whether a statement is `from __future__ import …`."""
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def is_star_import(node: ast.stmt) -> bool:
    """Whether a statement is `from … import *`."""
    return isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)]


def _bound_here(node: ast.AST) -> set[str]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return {node.name}
        case ast.Name(ctx=ast.Store()):
            return {node.id}
        case ast.arg():
            return {node.arg}
        case ast.Import() | ast.ImportFrom():
            return {a.asname or a.name.split(".")[0] for a in node.names} - {"*"}
        case ast.Global():
            return set(node.names)
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return {name}
        case ast.MatchMapping(rest=str(name)):
            return {name}
        case _:
            return set()
