"""Which packages beside the standard library a program imports, by its text: it is never run for that."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache

import msgspec

from perftui.problems.model import Problem

KNOWN = ("numpy",)
"""The packages that a sandbox can have."""


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """What the programs of a run import beside the standard library, as far as they are known before it.

    Attributes:
        packages: by name.
        optional: whether each problem can be solved without.
    """

    packages: tuple[str, ...] = ()
    optional: bool = True


NO_NEEDS = Needs()


def needs_of(problems: Iterable[Problem], programs: Iterable[str] = ()) -> Needs:
    """What problems, and programs that are given, need: a reference without it makes a package optional."""
    packages: set[str] = set()
    optional = True
    for problem in problems:
        fixed = imported_packages(problem.stub, *(check.code + check.driver for check in problem.checks))
        references = [imported_packages(reference) for reference in problem.references]
        packages.update(fixed, *references)
        optional = optional and not fixed and (not references or () in references)
    given = imported_packages(*programs)
    packages.update(given)
    return Needs(packages=tuple(sorted(packages)), optional=optional and not given)


def imported_packages(*texts: str) -> tuple[str, ...]:
    """Those of the known packages that some text imports, wherever in it; none for what is no program."""
    found = {name for text in texts for name in _imports(text)}
    return tuple(name for name in KNOWN if name in found)


def _imports(text: str) -> frozenset[str]:
    # Most programs do not name one: only those that do are worth parsing.
    return _parsed_imports(text) if any(name in text for name in KNOWN) else frozenset()


@lru_cache(maxsize=256)
def _parsed_imports(text: str) -> frozenset[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return frozenset(_roots(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()


def _roots(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
