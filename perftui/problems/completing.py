"""Given programs made what their benchmark's own checker would make of them, without running anything."""

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
    """A program as the checker of its problem's publisher runs it, where the problem has a prelude.

    It gets the imports of the prelude that it needs and lacks; the name of the function where only `class
    Solution` has it; and, where it reads and prints, a function around it where it needs one.
    """
    if not problem.prelude:
        return program
    if problem.entry_point is None:
        program = within_function(program)
    return with_method(with_imports(program, problem.prelude), problem.entry_point)


def with_imports(program: str, prelude: str) -> str:
    """A program with those imports of a prelude whose names it reads and never binds."""
    offered = _offered(prelude)
    written = set(_WORD.findall(program)) & offered.keys()
    # Most programs import what they use: these are not parsed, since a benchmark has 100,000 of them.
    if not written - set(_WORD.findall(" ".join(_IMPORT.findall(program)))):
        return program
    tree = _tree(program)
    if tree is None:
        return program
    lacking = sorted((used_names(tree) & written) - bound_names(tree))
    if not lacking:
        return program
    lines = program.split("\n")
    head = _after_futures(tree)
    return "\n".join([*lines[:head], *dict.fromkeys(offered[name] for name in lacking), *lines[head:]])


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


@lru_cache(maxsize=8)
def _offered(prelude: str) -> dict[str, str]:
    """The import statements of a prelude by the names that they bind, one name each."""
    offered: dict[str, str] = {}
    for node in ast.parse(prelude).body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                offered[alias.asname or alias.name] = ast.unparse(ast.Import([alias]))
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                offered[alias.asname or alias.name] = ast.unparse(ast.ImportFrom(node.module, [alias], 0))
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
