"""A function's program without what would run when it is loaded: example calls, prints, tests."""

from __future__ import annotations

import ast
import re

from perftui.refine.extraction.source import Unit, bound, immediate, loads, needed, parse, units

_CHECKERS = re.compile(
    r"_?(?:main|tests?|test_\w+|\w+_tests?|run_\w*tests?|check|check_\w+|demo|examples?)\Z"
)
_TEST_MODULES = frozenset(
    {"doctest", "unittest", "pytest", "timeit", "cProfile", "pprint", "tracemalloc", "plt"}
)
_GIVEN = frozenset({"stdin", "argv"})
_MAKERS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def tidied(code: str, entry_point: str) -> str:
    """Leave out top-level statements that only try the function, and imports that only they use.

    Imports, constants, classes, decorators, helpers and whatever they need stay as they are
    written. A text that cannot be parsed is given back unchanged.
    """
    tree = parse(code)
    if tree is None:
        return code
    every = units(tree)
    gone = {unit for unit in every if _only_tries(unit, entry_point)}
    gone -= _read_by_the_rest(every, gone)
    gone |= _imports_for(gone, [unit for unit in every if unit not in gone])
    return _without_lines(code, gone) if gone else code


def _only_tries(unit: Unit, entry_point: str) -> bool:
    return all(_tries(node, entry_point) for node in unit.nodes)


def _tries(node: ast.stmt, entry_point: str) -> bool:
    match node:
        case ast.Assert():
            return True
        case ast.If(test=test, orelse=[]) if _asks_for_main(test):
            return True
        case ast.Expr(value=ast.Call() as call):
            return _call_tries(call, entry_point)
        case ast.Expr(value=ast.Constant(value=str())):
            return False
        case ast.Expr(value=ast.Await() | ast.Yield() | ast.YieldFrom()):
            return False
        case ast.Expr():
            return not any(isinstance(below, ast.Call) for below in immediate(node)) or _runs(
                node, entry_point
            )
        case ast.AnnAssign(value=None):
            return True
        case _:
            return _runs(node, entry_point) and not any(isinstance(b, _MAKERS) for b in immediate(node))


def _call_tries(call: ast.Call, entry_point: str) -> bool:
    root: ast.expr = call.func
    while isinstance(root, ast.Attribute):
        root = root.value
    name = root.id if isinstance(root, ast.Name) else ""
    if name == "print" or name in _TEST_MODULES or _CHECKERS.match(name):
        return True
    return _runs(call, entry_point) or entry_point in loads([call])


def _runs(node: ast.AST, entry_point: str) -> bool:
    """Whether a statement calls the function, or reads what a user would give, as the program is loaded."""
    return any(_runs_here(below, entry_point) for below in immediate(node))


def _runs_here(node: ast.AST, entry_point: str) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=called)):
            return called in {entry_point, "input", "open"}
        case ast.Attribute(value=ast.Name(id="sys"), attr=name):
            return name in _GIVEN
        case _:
            return False


def _asks_for_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and "__name__" in loads([test])


def _read_by_the_rest(every: list[Unit], gone: set[Unit]) -> set[Unit]:
    """What binds a name that a staying statement reads, and what that reads in turn."""
    binders: dict[str, list[Unit]] = {}
    for unit in gone:
        for name in bound(unit.nodes):
            binders.setdefault(name, []).append(unit)
    staying = [unit for unit in every if unit not in gone]
    for name in bound(node for unit in staying for node in unit.nodes):
        binders.pop(name, None)
    back: set[Unit] = set()
    while staying:
        for name in needed(staying.pop().module):
            found = binders.pop(name, [])
            back.update(found)
            staying += found
    return back


def _imports_for(gone: set[Unit], kept: list[Unit]) -> set[Unit]:
    """Imports of names that only left-out statements read."""
    read_by_gone = loads(node for unit in gone for node in unit.nodes)
    read_by_kept = loads(node for unit in kept for node in unit.nodes)
    imports = [u for u in kept if all(isinstance(node, ast.Import | ast.ImportFrom) for node in u.nodes)]
    return {
        unit for unit in imports if (names := bound(unit.nodes)) & read_by_gone and not names & read_by_kept
    }


def _without_lines(code: str, gone: set[Unit]) -> str:
    left_out = {line for unit in gone for line in range(unit.start, unit.end)}
    lines = (line for number, line in enumerate(code.split("\n")) if number not in left_out)
    return "\n".join(lines).rstrip() + "\n"
