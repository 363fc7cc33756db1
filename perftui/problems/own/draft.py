"""A problem's folder, drafted from a function in a file. Pure: nothing is written here."""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from dataclasses import dataclass

from perftui.errors import BadInputError
from perftui.problems.model import TestCase
from perftui.problems.own.bodies import Subject
from perftui.problems.own.doctests import read_examples
from perftui.problems.own.found import Found
from perftui.problems.own.generators import draft_generator
from perftui.problems.own.program import Program, check_imports, read_program
from perftui.problems.own.pytests import About, part_about, read_statements
from perftui.problems.own.texts import Text
from perftui.problems.own.units import Unit, joined, needed, units_of
from perftui.values import Value, decode_arguments

PROGRAM, TESTS, GENERATOR, HEAD = "slow.py", "test_slow.py", "generator.py", "problem.toml"


@dataclass(frozen=True)
class Draft:
    """What a new problem consists of.

    Attributes:
        entry_point: the function.
        files: texts by their names in the folder.
        tests: whether there are any.
        generated: whether there is a generator, and not a template of one.
    """

    entry_point: str
    files: dict[str, str]
    tests: bool
    generated: bool


def draft_problem(text: Text, function: str | None, modules: Sequence[Text]) -> Draft:
    """Draft a problem.

    Args:
        text: the file with the function.
        function: its name; None to find it.
        modules: tests that stand beside the file.

    Raises:
        BadInputError: at its line, what cannot be used.
    """
    called = [
        node.id for module in modules for node in ast.walk(module.parse()) if isinstance(node, ast.Name)
    ]
    program = read_program(text, function, called, whole=False)
    about = About(
        Subject(program.entry_point, program.function.args), text.path.stem, program.others, lenient=True
    )
    parts = [_tests_beside(program, about)]
    parts += [part_about(module, units_of(module.text, module.parse()), about) for module in modules]
    chosen = _program_units(program, [unit for part in parts for unit in part])
    check_imports(text, chosen)
    examples = read_examples(text, program.function, about.subject, program.others)
    generator, generated = _generator(program, about, parts, modules, examples)
    return Draft(
        entry_point=program.entry_point,
        files={
            HEAD: _head(program.entry_point, text.path.name),
            PROGRAM: joined(unit.text for unit in chosen),
            TESTS: _tests_code(program.entry_point, parts, chosen),
            GENERATOR: generator,
        },
        tests=any(parts) or not examples.empty,
        generated=generated,
    )


def _tests_beside(program: Program, about: About) -> list[Unit]:
    """The tests of the program's own file, and what they need that the function does not."""
    imports = [unit for unit in program.trials if isinstance(unit.node, ast.Import | ast.ImportFrom)]
    rest = [unit for unit in program.trials if unit not in imports]
    if not rest:
        return []
    constants = [unit for unit in program.others if isinstance(unit.node, ast.Assign | ast.AnnAssign)]
    return part_about(program.text, [*imports, *constants, *rest], about)


def _program_units(program: Program, tests: Sequence[Unit]) -> list[Unit]:
    """The function with all that it needs of its module, and what tests need of it besides."""
    there = {name for unit in tests for name in unit.binds}
    names = {name for unit in tests for name in unit.reads} - there | program.own.reads
    chosen = [program.others[place] for place in needed(program.others, names)]
    return sorted([*chosen, program.own], key=lambda unit: unit.node.lineno)


def _tests_code(entry_point: str, parts: Sequence[Sequence[Unit]], program: Sequence[Unit]) -> str:
    texts = [joined(unit.text for unit in part) for part in parts if part]
    if texts and _imports(next(part for part in parts if part), entry_point):
        return "\n\n".join(texts)
    read = {name for part in parts for unit in part for name in unit.reads}
    bound = {name for part in parts for unit in part for name in unit.binds}
    names = sorted({name for unit in program for name in unit.binds} & read - bound | {entry_point})
    head = f"from {PROGRAM.removesuffix('.py')} import {', '.join(names)}\n"
    if texts:
        return "\n\n".join([head, *texts])
    return (
        f"{head}\n"
        f"# Say what the function returns, a line for each input:\n"
        f"#     assert {entry_point}(…) == …\n"
        f"# or call it alone, to expect what it returns now:\n"
        f"#     {entry_point}(…)\n"
    )


def _imports(part: Sequence[Unit], name: str) -> bool:
    return any(isinstance(unit.node, ast.Import | ast.ImportFrom) and name in unit.binds for unit in part)


def _generator(
    program: Program, about: About, parts: Sequence[Sequence[Unit]], modules: Sequence[Text], examples: Found
) -> tuple[str, bool]:
    if program.generator is not None:
        return program.generator.text, True
    example = _example(examples)
    for text, part in zip([program.text, *modules], parts, strict=True):
        if example is None and part:
            try:
                example = _example(read_statements(text, part, about))
            except BadInputError:
                # Whoever checks the problem is told: a draft goes on without.
                continue
    return draft_generator(program.function, example)


def _example(found: Found) -> tuple[Value, ...] | None:
    """The arguments of the longest input."""
    tests: list[TestCase] = found.tests
    inputs = [*(test.input for test in tests), *(one.input for one in found.asked)]
    return decode_arguments(max(inputs, key=len)) if inputs else None


def _head(name: str, origin: str) -> str:
    lines = [
        f"# A problem of perftui, made from {name} in {json.dumps(origin)[1:-1]}.",
        f"title = {json.dumps(name)}",
        f"entry_point = {json.dumps(name)}",
        f"program = {json.dumps(PROGRAM)}",
        "",
        "# A model is shown the function with its documentation. What else it should know, such as how large",
        "# inputs are:",
        '# statement = "…"',
        "",
        "# By how much numbers may be off where tests do not say: a faster program may round otherwise.",
        "# relative = 1e-9",
    ]
    return "\n".join(lines) + "\n"
