"""A function's program without what would run when it is loaded: example calls, prints, tests."""

from __future__ import annotations

import ast
import re

from perftui.refine.extraction.source import Unit, bound, immediate, loads, parse, units

_CHECKERS = re.compile(
    r"_?(?:main|tests?|test_\w+|\w+_tests?|run_\w*tests?|check|check_\w+|demo|examples?)\Z"
)
_TEST_MODULES = frozenset({"doctest", "unittest", "pytest", "timeit", "cProfile"})
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
    kept = [unit for unit in every if not _only_tries(unit, entry_point)]
    kept = _with_what_is_read(every, kept)
    kept = [unit for unit in kept if not _import_without_use(unit, every, kept)]
    if len(kept) == len(every):
        return code
    return _without_lines(code, [unit for unit in every if unit not in kept])


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
    """Whether a statement calls the function or reads standard input as the program is loaded."""
    return any(
        isinstance(below, ast.Call)
        and isinstance(below.func, ast.Name)
        and below.func.id in {entry_point, "input"}
        for below in immediate(node)
    )


def _asks_for_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and "__name__" in loads([test])


def _with_what_is_read(every: list[Unit], kept: list[Unit]) -> list[Unit]:
    """Take back what binds a name that a kept statement reads, until nothing is missing."""
    while True:
        bound_by_kept = bound(node for unit in kept for node in unit.nodes)
        missing = loads(node for unit in kept for node in unit.nodes) - bound_by_kept
        back = [u for u in every if u not in kept and bound(u.nodes) & missing]
        if not back:
            return kept
        kept = [unit for unit in every if unit in kept or unit in back]


def _import_without_use(unit: Unit, every: list[Unit], kept: list[Unit]) -> bool:
    """Whether a unit is an import of names that only left-out statements read."""
    if not all(isinstance(node, ast.Import | ast.ImportFrom) for node in unit.nodes):
        return False
    names = bound(unit.nodes)
    gone = loads(node for u in every if u not in kept for node in u.nodes)
    return bool(names & gone) and not names & loads(node for u in kept for node in u.nodes)


def _without_lines(code: str, gone: list[Unit]) -> str:
    lines = code.split("\n")
    for unit in reversed(gone):
        del lines[unit.start : unit.end]
    return "\n".join(lines).rstrip() + "\n"
