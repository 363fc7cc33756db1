"""Given programs made what their publisher's own checker would make of them, without running anything."""

from __future__ import annotations

import ast
import re
import warnings
from functools import lru_cache

from perftui.problems.assertions import bound_names, used_names
from perftui.problems.model import Problem

CLASS = "Solution"
"""The class whose method may stand for the function, as LeetCode has it."""

_OF_A_FUNCTION = re.compile(r"'return' outside function|nonlocal")
_TOP = re.compile(r"(?:from|import) |\s*(?:#.*)?$")
_WORD = re.compile(r"[^\W\d]\w*")
_IMPORT = re.compile(r"^[ \t]*(?:from|import)\b.*", re.MULTILINE)


def completed(program: str, problem: Problem) -> str:
    """A program as the checker of its problem's publisher runs it.

    It gets what it needs and lacks of the problem's prelude and stub: imports and helpers. Where the
    problem has a prelude, it gets more: the name of the function where only `class Solution` has it; and,
    where it reads and prints, a function around it where it needs one.
    """
    if problem.prelude and problem.entry_point is None:
        program = within_function(program)
    if problem.prelude:
        program = with_method(program, problem.entry_point)
    return with_definitions(program, f"{problem.prelude}\n{problem.stub}", problem.entry_point)


def with_definitions(program: str, source: str, name: str | None = None) -> str:
    """A program with those definitions of another text whose names it reads and never binds.

    Args:
        program: to be completed; one that cannot be parsed is given back unchanged.
        source: imports, functions, classes and assignments; it may end with a bare signature.
        name: what is not taken from there.
    """
    offered = _offered(source)
    written = (set(_WORD.findall(program)) & offered.keys()) - {name}
    # Most programs import what they use: these are not parsed, since a benchmark has 100,000 of them.
    if not written - set(_WORD.findall(" ".join(_IMPORT.findall(program)))):
        return program
    tree = _tree(program)
    if tree is None:
        return program
    there = bound_names(tree) | {name}
    taken: dict[str, ast.stmt] = {}
    waiting = sorted((used_names(tree) & written) - there)
    while waiting:
        lacking = waiting.pop(0)
        if lacking not in taken:
            taken[lacking] = offered[lacking]
            waiting += sorted((used_names(offered[lacking]) & offered.keys()) - there)
    if not taken:
        return program
    lines = program.split("\n")
    head = _after_futures(tree)
    imports = [node for node in taken.values() if isinstance(node, ast.Import | ast.ImportFrom)]
    others = sorted((node for node in taken.values() if node not in imports), key=lambda node: node.lineno)
    added = [ast.unparse(node) for node in (*imports, *dict.fromkeys(others))]
    return "\n".join([*lines[:head], *added, *lines[head:]])


def within_function(program: str) -> str:
    """A program that returns, or declares a name as nonlocal, at its top: with a function around it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(program, "<program>", "exec")
    except SyntaxError as error:
        if not _OF_A_FUNCTION.search(error.msg):
            return program
    except (ValueError, RecursionError, MemoryError):
        return program
    else:
        return program
    lines = program.split("\n")
    first = next((place for place, line in enumerate(lines) if not _TOP.match(line)), 0)
    body = [f"\t{line}" for line in lines[first:]]
    return "\n".join([*lines[:first], "def code():", *body, "", "code()", ""])


def with_method(program: str, name: str | None) -> str:
    """A program with a function of that name where only its class `Solution` has one."""
    if name is None or f"class {CLASS}" not in program:
        return program
    tree = _tree(program)
    if tree is None or any(_binds(node, name) for node in tree.body):
        return program
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == CLASS]
    if not any(_binds(node, name) for owner in classes for node in owner.body):
        return program
    return f"{program.rstrip()}\n\n\n{name} = {CLASS}().{name}\n"


@lru_cache(maxsize=64)
def _offered(source: str) -> dict[str, ast.stmt]:
    """The statements of a text by the names that they bind; an import binds one name each."""
    offered: dict[str, ast.stmt] = {}
    tree = _tree(source) or _tree(f"{source.rstrip()}\n    pass\n")
    for node in tree.body if tree is not None else ():
        match node:
            case ast.ImportFrom(module="__future__"):
                continue
            case ast.Import(names=names):
                offered |= {alias.asname or alias.name: ast.Import([alias]) for alias in names}
            case ast.ImportFrom(module=module, names=names, level=level):
                offered |= {
                    alias.asname or alias.name: ast.ImportFrom(module, [alias], level) for alias in names
                }
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                offered[node.name] = node
            case ast.Assign() | ast.AnnAssign():
                offered |= dict.fromkeys(bound_names(node), node)
    return offered


def _binds(node: ast.stmt, name: str) -> bool:
    """Whether a statement binds a name where it stands, not within a function or class."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name == name
    return name in bound_names(node)


def _after_futures(tree: ast.Module) -> int:
    """How many lines of a program must stay its first."""
    ends = [
        node.end_lineno or 0
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ]
    return max(ends, default=0)


def _tree(program: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(program)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
