"""Tests that stay code, made into checks that find all that they use."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from perftui.problems.assertions import CANDIDATE, used_names
from perftui.problems.model import Check
from perftui.problems.own.drivers import before_claim, makes_own, with_driver
from perftui.problems.own.shim import PYTEST
from perftui.problems.own.texts import Text
from perftui.problems.own.units import Unit, needed
from perftui.text import one_line

Table = tuple[ast.expr, ast.expr]
"""What a table of cases binds in each case, and its rows."""


@dataclass(frozen=True)
class Around:
    """What code of a test may use.

    Attributes:
        text: where the test stands.
        entry_point: the function under test.
        own: the statements of its module that are no tests.
        program: those of the program, without the function.
    """

    text: Text
    entry_point: str
    own: Sequence[Unit]
    program: Sequence[Unit]

    def checks(self, statements: Sequence[ast.stmt]) -> list[Check]:
        """Checks of what a test says: one, or one a claim where the program must make the arguments."""
        claims = [one for one in statements if not isinstance(one, ast.Assign | ast.AnnAssign)]
        if not makes_own(statements, self.program) or not all(map(is_harmless, claims)):
            return [self.check(statements)]
        named = [one for one in statements if isinstance(one, ast.Assign | ast.AnnAssign)]
        found = []
        for claim in filter(_says, claims):
            before = [one for one in named if one.lineno < claim.lineno]
            found.append(self._driven([*before_claim(before, claim), claim]))
        return found

    def check(self, statements: Sequence[ast.stmt], tables: Sequence[Table] = ()) -> Check:
        """One check of some statements.

        Args:
            statements: of the test.
            tables: what a table of cases binds, and the table; several are combined.
        """
        body = [self._told(statement) for statement in statements]
        for target, values in tables:
            body = [ast.For(target=target, iter=values, body=body, orelse=[])]
        return Check(name="", code=self._code(body))

    def _driven(self, statements: Sequence[ast.stmt]) -> Check:
        """A check whose one call is made beside the program, where there is one call."""
        told = [self._told(statement) for statement in statements]
        driven = with_driver(told, self.entry_point, self._needed_of_own)
        if driven is None:
            return self.check(statements)
        body, driver = driven
        return Check(name="", code=self._code(body), driver=driver)

    def _code(self, body: Sequence[ast.stmt]) -> str:
        names = used_names(ast.Module([*body], []))
        code = [*self.needed(names), _function("check", CANDIDATE, body)]
        return "\n\n".join(text.strip("\n") for text in code) + "\n"

    def _needed_of_own(self, names: Iterable[str]) -> list[str]:
        there = {name for unit in self.program for name in unit.binds}
        own = [unit for unit in self.own if not unit.binds & there]
        return [own[place].text for place in needed(own, names)]

    def needed(self, names: Iterable[str]) -> list[str]:
        """The texts of all that names need: what the module of the test binds is taken first."""
        own = [self.own[place] for place in needed(self.own, names)]
        bound = {name for unit in own for name in unit.binds}
        missing = ({*names} | {name for unit in own for name in unit.reads}) - bound
        program = [self.program[place] for place in needed(self.program, missing)]
        futures = [unit.text for unit in (*program, *own) if unit.text.lstrip().startswith("from __future__")]
        texts = list(dict.fromkeys(futures))
        reads = missing | {name for unit in program for name in unit.reads}
        if "pytest" in reads:
            texts.append(f"import builtins, re\n{PYTEST}")
        if "math" in reads and "math" not in bound:
            texts.append("import math")
        return [*texts, *(unit.text for unit in (*program, *own) if unit.text not in futures)]

    def _told(self, statement: ast.stmt) -> ast.stmt:
        """A statement whose assertions say where they stand."""
        told: ast.stmt = _Telling(self.text).visit(copy.deepcopy(statement))
        return ast.fix_missing_locations(told)


class _Telling(ast.NodeTransformer):
    """Gives each assertion a message: its place and its text."""

    def __init__(self, text: Text) -> None:
        self._text = text

    def visit_Assert(self, node: ast.Assert) -> ast.Assert:
        if node.msg is None:
            line = self._text.first + node.lineno - 1
            said = one_line(f"{self._text.path.name}, line {line}: assert {ast.unparse(node.test)}", 300)
            node.msg = ast.Constant(value=said)
        return node


def is_harmless(statement: ast.stmt) -> bool:
    """Whether a statement that stays code changes nothing that others rest on."""
    match statement:
        case ast.Assert() | ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.With(items=[ast.withitem(context_expr=ast.Call(func=function), optional_vars=None)]):
            return ast.unparse(function) == "pytest.raises"
    return False


def _says(claim: ast.stmt) -> bool:
    return isinstance(claim, ast.Assert | ast.With)


def _function(name: str, argument: str, body: Sequence[ast.stmt]) -> str:
    (function,) = ast.parse(f"def {name}({argument}):\n    pass").body
    if isinstance(function, ast.FunctionDef) and body:
        function.body = [*body]
    return ast.unparse(ast.fix_missing_locations(function)) + "\n"
