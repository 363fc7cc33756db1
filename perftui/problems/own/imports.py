"""What names of a test module stand for: the program under test, pytest, or something of its own."""

from __future__ import annotations

import ast
import math
import sys
from dataclasses import dataclass, field

PYTEST = "pytest"
MATH = "math"
_CONSTANTS = ("inf", "pi", "e", "tau")
_KEPT_OF_MATH = frozenset({"isclose"})


@dataclass
class Imports:
    """The imports of a test module.

    Attributes:
        stem: the name of the program's file without its ending, by which tests import it.
        entry_point: the function under test.
        modules: dotted names of modules, by the names that they are bound to.
        members: a module and a name in it, by the name that it is bound to.
    """

    stem: str
    entry_point: str
    modules: dict[str, str] = field(default_factory=dict)
    members: dict[str, tuple[str, str]] = field(default_factory=dict)

    def take(self, node: ast.stmt) -> bool:
        """Note an import; whether it need not stand before a test, since its names are told apart here."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                self.modules[bound] = alias.name if alias.asname else bound
            return all(alias.name == PYTEST or self.of_program(alias.name) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                # `from . import slow` binds a module.
                if module.strip(".") == "" and alias.name == self.stem:
                    self.modules[alias.asname or alias.name] = self.stem
                else:
                    self.members[alias.asname or alias.name] = (module, alias.name)
            names = {alias.name for alias in node.names}
            return module == PYTEST or self.of_program(module) or self.entry_point in names
        return False

    def of_program(self, module: str) -> bool:
        """Whether a module, from which something is imported, is the program."""
        if module.startswith("."):
            return True
        last = module.rpartition(".")[2]
        return last == self.stem and (module not in sys.stdlib_module_names or module == self.stem)

    def others(self, names: frozenset[str]) -> bool:
        """Whether one of some names is another member of the program."""
        return any(
            name != self.entry_point and self.of_program(module)
            for bound, (module, name) in self.members.items()
            if bound in names
        )


class Plain(ast.NodeTransformer):
    """Writes what a test imports by one name each: the function by its own, `pytest.…`, `math.…`.

    Args:
        imports: of the test's module.
    """

    def __init__(self, imports: Imports) -> None:
        self._imports = imports

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A name that was imported from a module."""
        member = self._imports.members.get(node.id)
        if member is None or not isinstance(node.ctx, ast.Load):
            return node
        module, name = member
        if self._imports.of_program(module) or name == self._imports.entry_point:
            return ast.copy_location(ast.Name(id=name, ctx=ast.Load()), node)
        if module == PYTEST or (module == MATH and name in {*_CONSTANTS, *_KEPT_OF_MATH}):
            return ast.copy_location(_member(module, name), node)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """A member of a module, by the module's name."""
        dotted = _dotted(node)
        root = self._imports.modules.get(dotted[0]) if dotted else None
        if dotted is None or root is None or not isinstance(node.ctx, ast.Load):
            return self.generic_visit(node)  # type: ignore[return-value]
        module, _, name = ".".join([root, *dotted[1:]]).rpartition(".")
        if self._imports.of_program(module) or (
            name == self._imports.entry_point and root not in sys.stdlib_module_names
        ):
            return ast.copy_location(ast.Name(id=name, ctx=ast.Load()), node)
        if module in {PYTEST, MATH}:
            return ast.copy_location(_member(module, name), node)
        if module.startswith(f"{PYTEST}."):
            inner = _member(PYTEST, module.partition(".")[2])
            return ast.copy_location(ast.Attribute(value=inner, attr=name, ctx=ast.Load()), node)
        return node


def _member(module: str, name: str) -> ast.expr:
    if module == MATH and name in _CONSTANTS:
        value: float = getattr(math, name)
        return ast.Constant(value=value)
    return ast.Attribute(value=ast.Name(id=module, ctx=ast.Load()), attr=name, ctx=ast.Load())


def _dotted(node: ast.expr) -> list[str] | None:
    """The parts of `a.b.c`, None where an expression is something else."""
    match node:
        case ast.Name(id=name):
            return [name]
        case ast.Attribute(value=value, attr=attr):
            before = _dotted(value)
            return None if before is None else [*before, attr]
    return None
