"""A problem, put together from what was found of it in whatever form."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from perftui.errors import BadInputError
from perftui.problems.model import Check, Problem, TestCase, Unanswered
from perftui.problems.own.bodies import Subject
from perftui.problems.own.doctests import read_examples
from perftui.problems.own.fields import FileTable, WrongError
from perftui.problems.own.found import Found, check_tolerances
from perftui.problems.own.heads import located
from perftui.problems.own.kinds import Function
from perftui.problems.own.program import Program, mentioned, program_text, read_program
from perftui.problems.own.pytests import About, read_statements, read_tests
from perftui.problems.own.tables import function_test, stdin_test
from perftui.problems.own.texts import Text
from perftui.problems.own.timing import generator_text, timing_of
from perftui.problems.source import shown

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]{0,99}")


@dataclass(frozen=True, kw_only=True)
class Material:
    """What was found of a problem.

    Attributes:
        name: what its id and title are where none are given.
        head: the TOML.
        head_text: where that stands; what has no better place is told as being wrong there.
        statement: the task; empty to tell it from the program.
        program: the slow one.
        references: ground truth beside it.
        generator: of inputs to time on.
        modules: Python modules with tests.
        pairs: tests that were read already.
        lenient: whether tests of other functions of the program are passed over.
    """

    name: str
    head: FileTable
    head_text: Text
    statement: str = ""
    program: Text | None = None
    references: tuple[Text, ...] = ()
    generator: Text | None = None
    modules: tuple[Text, ...] = ()
    pairs: Found = field(default_factory=Found)
    lenient: bool = False


def assemble(material: Material, benchmark: str, entry_point: str | None = None) -> tuple[Problem, list[str]]:
    """Put a problem together.

    Args:
        material: what was found.
        benchmark: the benchmark's name.
        entry_point: the function, where the command line names it.

    Returns:
        The problem, and what a person should know of how it was read, one line each.

    Raises:
        BadInputError: what is wrong, in one line with the file and the line.
    """
    try:
        return _Assembly(material, benchmark, entry_point).problem()
    except WrongError as error:
        raise located(material.head_text, error) from error


class _Assembly:
    def __init__(self, material: Material, benchmark: str, entry_point: str | None) -> None:
        self._m = material
        self._head = material.head
        self._benchmark = benchmark
        self._wanted = entry_point or self._head.entry_point
        self._stdin = self._is_stdin()

    def problem(self) -> tuple[Problem, list[str]]:
        self._check_head()
        program = self._program()
        if not self._stdin and self._wanted is None and program is None:
            raise WrongError("the name of the function is wanted where kind is `function`", "entry_point")
        entry_point = None if self._stdin else (program.entry_point if program else self._wanted)
        found = self._found(program, entry_point)
        references = self._references(program, entry_point)
        if found.empty:
            raise self._no_tests(program, entry_point)
        if found.asked and not references:
            raise WrongError("inputs without outputs need a reference, which tells what is expected")
        tests, asked, checks = found.named(self._head)
        name = self._head.id or self._m.name
        problem = Problem(
            id=name,
            title=self._head.title or entry_point or name,
            kind="stdin" if self._stdin else "function",
            statement=self._statement(program),
            stub=self._head.stub or (program.stub if program else ""),
            entry_point=entry_point,
            references=references,
            tests=tests,
            unanswered=asked,
            checks=checks,
            timing=timing_of(self._head, self._generator(program), stdin=self._stdin),
            benchmark=self._benchmark,
        )
        return problem, found.notes

    def _is_stdin(self) -> bool:
        if self._head.kind is not None:
            return self._head.kind == "stdin"
        kinds = {one.comparison.kind for one in self._m.pairs.tests}
        kinds |= {one.comparison.kind for one in self._m.pairs.asked}
        of_head = any(test.input is None for test in self._head.tests)
        return of_head or "text" in kinds

    @property
    def _has_reference(self) -> bool:
        head = self._head
        return bool(head.reference or head.references or self._m.references or self._m.program)

    def _check_head(self) -> None:
        head = self._head
        check_tolerances(head)
        if head.id is not None and not ID.fullmatch(head.id):
            raise WrongError("letters, digits and `. _ / + -` only, at most 100", "id")
        if head.title is not None and (not head.title.strip() or not head.title.isprintable()):
            raise WrongError("one line of printable text is wanted", "title")
        if head.statement is not None and not head.statement.strip():
            raise WrongError("is empty", "statement")
        if head.reference is not None and head.references:
            raise WrongError("give `reference` or `references`, not both", "references")
        if head.entry_point is not None and not head.entry_point.isidentifier():
            raise WrongError("the name of the function is wanted where kind is `function`", "entry_point")
        if not self._stdin:
            return
        for key, given in (("entry_point", head.entry_point), ("stub", head.stub)):
            if given:
                raise WrongError("only where kind is `function`", key)
        if head.checks:
            raise WrongError("only where kind is `function`", None, ("checks", 0))
        if self._m.modules:
            raise self._m.modules[0].wrong(
                1, "Python tests are for functions, and this problem reads and prints"
            )

    def _program(self) -> Program | None:
        """The slow program, where it is one with a function; one that reads and prints is only parsed."""
        if self._m.program is None:
            return None
        if self._stdin:
            self._m.program.parse()
            return None
        called = [name for text in self._m.modules for name in mentioned(text)]
        return read_program(self._m.program, self._wanted, called)

    def _found(self, program: Program | None, entry_point: str | None) -> Found:
        found = Found()
        found.extend(self._m.pairs)
        read = stdin_test if self._stdin else function_test
        for place, table in enumerate(self._head.tests):
            try:
                found.add(self._told(read(table)))
            except WrongError as error:
                raise WrongError(str(error), error.key, ("tests", place)) from error
        found.checks += [Check(name="", code=check.code) for check in self._head.checks]
        if entry_point is not None:
            self._read_python(program, entry_point, found)
        return found

    def _told(self, test: TestCase | Unanswered) -> TestCase | Unanswered:
        """A test that says what is expected, or that a reference tells it of."""
        if isinstance(test, Unanswered) and not self._has_reference:
            missing = "stdout" if self._stdin else "expected"
            raise WrongError(f"lacks the field `{missing}`, and there is no reference to tell it")
        return test

    def _read_python(self, program: Program | None, entry_point: str, found: Found) -> None:
        """The tests of the program's file, of its documentation, and of modules of tests."""
        function = program.function if program else self._function_of_references(entry_point)
        subject = Subject(entry_point, function.args if function else None)
        others = program.others if program else ()
        stem = self._m.program.path.stem if self._m.program else self._m.name
        about = About(subject, stem, others, lenient=self._m.lenient)
        if program is not None:
            beside = sorted([*others, *program.trials], key=lambda unit: unit.node.lineno)
            found.extend(read_statements(program.text, beside, about))
            found.extend(read_examples(program.text, program.function, subject, others))
        for text in self._m.modules:
            found.extend(read_tests(text, about))

    def _function_of_references(self, entry_point: str) -> ast.FunctionDef | None:
        for text in self._m.references:
            for node in text.parse().body:
                if isinstance(node, ast.FunctionDef) and node.name == entry_point:
                    return node
        return None

    def _references(self, program: Program | None, entry_point: str | None) -> tuple[str, ...]:
        """Ground truth: what is meant as such first, for it tells what is expected; then the slow program."""
        head = self._head
        found = [*head.references] if head.reference is None else [head.reference]
        for text in self._m.references:
            tree = text.parse()
            defined = {node.name for node in tree.body if isinstance(node, Function)}
            if entry_point is not None and entry_point not in defined:
                raise text.wrong(1, f"does not define `{entry_point}`")
            found.append(program_text(text.text))
        if program is not None:
            found.append(program.code)
        elif self._m.program is not None:
            found.append(program_text(self._m.program.text))
        return tuple(found)

    def _generator(self, program: Program | None) -> str | None:
        """The generator, of its own file or block before one in the program's file."""
        text = self._m.generator or (program.generator if program else None)
        if text is None:
            return None
        if self._head.generator is not None:
            raise WrongError(f"{shown(text.path)} has one too: give one of them", "generator")
        return generator_text(text)

    def _statement(self, program: Program | None) -> str:
        """The task, with the slow program where there is one: it is what is to be made faster."""
        given = self._head.statement or self._m.statement
        slow = program.code if program else None
        if slow is None and self._m.program is not None:
            slow = program_text(self._m.program.text)
        if slow is None:
            if not given.strip():
                raise WrongError("lacks the field `statement`")
            return given
        what, does = "this program", "print"
        if program is not None:
            what, does = f"the function `{program.entry_point}`", "return"
        task = f"Make {what} faster. For every input it must {does} exactly what it {does}s now."
        parts = [task, given.strip("\n"), "The program as it is:", _fenced(slow)]
        return "\n\n".join(part for part in parts if part.strip()) + "\n"

    def _no_tests(self, program: Program | None, entry_point: str | None) -> BadInputError | WrongError:
        if self._m.program is None:
            return WrongError("the problem has no tests: add a [[tests]] table")
        if program is None:
            return self._m.program.wrong(1, "no tests: add tests/1.in, and tests/1.out if you like")
        text = self._m.modules[0] if self._m.modules else program.text
        return text.wrong(
            1 if self._m.modules else program.function.lineno,
            f"no tests of `{entry_point}`: add a line such as `assert {entry_point}(…) == …`, "
            f"or `{entry_point}(…)` alone to expect what it returns now",
        )


def _fenced(code: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}python\n{code.strip()}\n{fence}"
