"""Python modules with tests as pytest finds them, and with assertions and calls outside functions.

Nothing is run. Whatever pytest has and this has not is refused at its line: a test that is left out in
silence would make a wrong program right.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from perftui.problems.assertions import used_names
from perftui.problems.expressions import ExpressionError, evaluate_node
from perftui.problems.own.bodies import Subject, bindings, read_body
from perftui.problems.own.cases import bound_by_tables, cases_of, tables_of
from perftui.problems.own.checks import Around
from perftui.problems.own.found import Found
from perftui.problems.own.imports import Imports, Plain
from perftui.problems.own.kinds import Function, is_main, is_test
from perftui.problems.own.shim import MEMBERS
from perftui.problems.own.texts import Text
from perftui.problems.own.units import Unit, needed, units_of
from perftui.text import one_line
from perftui.values import Value

_IMPORTS = (ast.Import, ast.ImportFrom)


@dataclass(frozen=True)
class About:
    """What tests are about.

    Attributes:
        subject: the function under test.
        stem: the name of its file without the ending.
        units: the statements of its file, without it.
        lenient: whether tests of other functions of its file may stand beside its own: they are left out.
    """

    subject: Subject
    stem: str
    units: Sequence[Unit] = ()
    lenient: bool = False


def read_tests(text: Text, about: About) -> Found:
    """Read a module of tests.

    Raises:
        BadInputError: at its line, what cannot be read, or does not call the function.
    """
    return read_statements(text, units_of(text.text, text.parse()), about)


def read_statements(text: Text, units: Sequence[Unit], about: About) -> Found:
    """Read statements of a module: tests, and what they use.

    Raises:
        BadInputError: likewise.
    """
    return _Module(text, units, about).read()


def part_about(text: Text, units: Sequence[Unit], about: About) -> list[Unit]:
    """The tests of a module that call the function, and what else of the module they need, in its order."""
    return _Module(text, units, about).part(units)


class _Module:
    def __init__(self, text: Text, units: Sequence[Unit], about: About) -> None:
        self._text = text
        self._about = about
        self._subject = about.subject
        self._imports = Imports(about.stem, about.subject.entry_point)
        self._tests: list[Unit] = []
        self._loose: list[Unit] = []
        own: list[Unit] = []
        rest = [unit for unit in units if not self._is_foreign_import(unit, own)]
        for unit in rest:
            if is_test(unit.node):
                self._tests.append(unit)
            elif not is_main(unit.node):
                self._refuse_hidden(unit.node)
                plain = self._plain(unit)
                (self._loose if self._is_loose(plain) else own).append(plain)
        self._around = Around(text, about.subject.entry_point, own, about.units)
        self._names = self._constants()

    def _is_foreign_import(self, unit: Unit, own: list[Unit]) -> bool:
        """Whether a statement is an import; all but pytest's and the program's are kept."""
        if not isinstance(unit.node, _IMPORTS):
            return False
        if not self._imports.take(unit.node):
            own.append(unit)
        return True

    def _refuse_hidden(self, node: ast.stmt) -> None:
        """Refuse tests within a statement such as `if`: they would be left out in silence."""
        if isinstance(node, ast.If | ast.Try | ast.With | ast.For | ast.While):
            for below in ast.walk(node):
                if isinstance(below, Function | ast.ClassDef) and is_test(below):
                    raise self._wrong(below, f"`{below.name}` within another statement is not read")

    def _is_loose(self, unit: Unit) -> bool:
        match unit.node:
            case ast.Assert():
                return True
            case ast.For() | ast.With() | ast.Expr(value=ast.Call()):
                return self._subject.entry_point in unit.reads
        return False

    def _plain(self, unit: Unit) -> Unit:
        node = self._made_plain(unit.node)
        if ast.dump(node) == ast.dump(unit.node):
            return unit
        return replace(unit, node=node, text=ast.unparse(node), reads=used_names(node))

    def _made_plain(self, node: ast.stmt) -> ast.stmt:
        # A copy, for the transformer changes what it is given.
        plain: ast.stmt = Plain(self._imports).visit(copy.deepcopy(node))
        return plain

    def _constants(self) -> dict[str, Value]:
        """The values of names that are bound once, outside functions, to what can be evaluated."""
        counts: dict[str, int] = {}
        for unit in self._around.own:
            for name in unit.binds:
                counts[name] = counts.get(name, 0) + 1
            # What acts on a value, as `CASES.append(…)`, makes it another one.
            if isinstance(unit.node, ast.Expr | ast.For | ast.If | ast.While | ast.With | ast.Try):
                for name in unit.reads:
                    counts[name] = counts.get(name, 0) + 1
        names: dict[str, Value] = {}
        for unit in self._around.own:
            match unit.node:
                case (
                    ast.Assign(targets=[target], value=value)
                    | ast.AnnAssign(target=target, value=ast.expr() as value)
                ):
                    try:
                        found = bindings(target, evaluate_node(value, names))
                    except ExpressionError:
                        continue
                    names |= {name: known for name, known in found.items() if counts[name] == 1}
        return names

    def read(self) -> Found:
        found = Found()
        if self._loose:
            self._read_loose(found)
        for unit in self._tests:
            for function in self._functions(unit.node):
                self._read_function(function, found)
        return found

    def part(self, units: Sequence[Unit]) -> list[Unit]:
        """The statements that are tests of the function, and those that these need."""
        lines = {unit.node.lineno for unit in (*self._tests, *self._loose)}
        chosen = [
            unit for unit in units if unit.node.lineno in lines and self._reaches(self._made_plain(unit.node))
        ]
        rest = [unit for unit in units if unit.node.lineno not in lines and not is_main(unit.node)]
        there = needed(rest, {name for unit in chosen for name in unit.reads}) if chosen else []
        return sorted([*chosen, *(rest[place] for place in there)], key=lambda unit: unit.node.lineno)

    def _read_loose(self, found: Found) -> None:
        """Read what stands outside functions, in the order in which it would be run."""
        loose = [unit for unit in self._loose if self._is_about(unit)]
        assigned = [unit for unit in self._around.own if isinstance(unit.node, ast.Assign | ast.AnnAssign)]
        acting = self._acting({name for unit in assigned for name in unit.binds})
        ordered = sorted([*assigned, *acting, *loose], key=lambda unit: unit.node.lineno)
        body = read_body([unit.node for unit in ordered], self._subject, {})
        self._keep(body.tests, found)
        if not body.said:
            return
        for statement in body.left:
            if isinstance(statement, ast.Expr) and not acting:
                raise self._wrong(
                    statement, "the input cannot be evaluated: write it out, or use a generator"
                )
            self._refuse_machinery(statement)
        names = [name for unit in assigned for name in unit.binds]
        if acting or len(names) > len(set(names)):
            found.checks += self._around.checks(body.left)
            return
        said = [left for left in body.left if not isinstance(left, ast.Assign | ast.AnnAssign)]
        found.checks += [check for statement in said for check in self._around.checks([statement])]

    def _acting(self, names: set[str]) -> list[Unit]:
        """The statements that may change what some names stand for, as `CASES.append(…)`."""
        kinds = (ast.Expr, ast.AugAssign, ast.For, ast.While, ast.If, ast.With, ast.Try)
        return [unit for unit in self._around.own if isinstance(unit.node, kinds) and unit.reads & names]

    def _is_about(self, unit: Unit) -> bool:
        """Whether a statement reaches the function; one of nothing that is there is refused."""
        if self._reaches(unit.node):
            return True
        if self._about.lenient and self._is_of_another(unit.reads):
            return False
        raise self._wrong(unit.node, f"does not call `{self._subject.entry_point}`")

    def _is_of_another(self, names: frozenset[str]) -> bool:
        """Whether one of some names is another function of the program."""
        others = {name for unit in self._about.units for name in unit.binds}
        return bool(names & others) or self._imports.others(names)

    def _functions(self, node: ast.stmt) -> Iterator[Function]:
        """The test functions of a statement, those of a class without `self`."""
        if isinstance(node, Function):
            yield node
            return
        if not isinstance(node, ast.ClassDef):
            return
        if node.bases or node.keywords:
            raise self._wrong(node, "a test class with a base is not read: write functions with assert")
        for member in node.body:
            if isinstance(member, Function) and member.name.startswith("test"):
                yield self._without_self(member)
            elif isinstance(member, Function | ast.ClassDef):
                raise self._wrong(member, f"`{member.name}` in a test class is not read: write functions")

    def _without_self(self, method: Function) -> Function:
        # A copy, for the same statements may be read again.
        method = copy.deepcopy(method)
        arguments = [*method.args.posonlyargs, *method.args.args]
        if not arguments:
            raise self._wrong(method, "a method without `self`")
        name = arguments[0].arg
        if name in used_names(ast.Module(method.body, [])):
            raise self._wrong(method, f"a test that uses `{name}` is not read: write a function")
        method.args.posonlyargs, method.args.args = [], arguments[1:]
        return method

    def _read_function(self, original: Function, found: Found) -> None:
        function = self._made_plain(original)
        if not isinstance(function, ast.FunctionDef):
            raise self._wrong(original, "an `async` test is not read")
        if not self._reaches(ast.Module(function.body, [])):
            self._pass_over(original, found)
            return
        tables = tables_of(self._text, function)
        given = bound_by_tables(tables)
        arguments = function.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            if argument.arg not in given:
                raise self._wrong(argument, f"`{argument.arg}` is a fixture, and fixtures are not read")
        self._refuse_machinery(function)
        if tables and any(isinstance(below, ast.Return) for below in ast.walk(function)):
            raise self._wrong(original, "a test with cases that returns is not read")
        cases = cases_of(self._text, tables, self._names)
        bodies = [read_body(function.body, self._subject, names) for names in cases or ()]
        for body in bodies:
            self._keep(body.tests, found)
        if not bodies or any(body.said for body in bodies):
            left = self._around.checks(bodies[0].left) if not tables else None
            found.checks += left or [self._around.check(function.body, tables)]
        elif not any(body.tests for body in bodies):
            raise self._wrong(original, f"`{original.name}` tests nothing of `{self._subject.entry_point}`")

    def _pass_over(self, function: Function, found: Found) -> None:
        """Leave out a test of another function of the program; refuse one of nothing that is there."""
        names = used_names(ast.Module(function.body, []))
        if not self._about.lenient or not self._is_of_another(names):
            raise self._wrong(
                function,
                f"`{function.name}` does not call `{self._subject.entry_point}`, which is to be tested",
            )
        line = self._text.first + function.lineno - 1
        where = f"{self._text.path.name}, line {line}"
        found.notes.append(one_line(f"{where}: {function.name} is of another function, and is left out"))

    def _refuse_machinery(self, node: ast.AST) -> None:
        """Refuse members of pytest that checks have not."""
        for below in ast.walk(node):
            match below:
                case ast.Attribute(value=ast.Name(id="pytest"), attr=member) if (
                    member not in MEMBERS and member != "mark"
                ):
                    raise self._wrong(below, f"`pytest.{member}` is not read")
                case ast.keyword(arg="marks"):
                    raise self._wrong(below.value, "marks of a case are not read")

    def _reaches(self, node: ast.AST) -> bool:
        """Whether code calls the function, itself or by way of what its module has."""
        names = used_names(node)
        if self._subject.entry_point in names:
            return True
        own = self._around.own
        through = {name for place in needed(own, names) for name in own[place].reads}
        return self._subject.entry_point in through

    def _keep(self, tests: Sequence[object], found: Found) -> None:
        for test in tests:
            found.add(test)  # type: ignore[arg-type]

    def _wrong(self, node: ast.AST, what: str) -> Exception:
        return self._text.wrong(getattr(node, "lineno", 1), what)
