"""HumanEval: `check(candidate)` functions turned into tests, one an assertion, without running them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

import msgspec

from perftui.problems.assertions import CANDIDATE, bound_names, is_vacuous, read_assertion, used_names
from perftui.problems.model import Benchmark, Check, Problem, TestCase
from perftui.problems.recognise import require
from perftui.problems.records import BadRecordError, checked_head, parsed, problems_of
from perftui.problems.source import read_bytes, records_of
from perftui.text import one_line

NAME = "humaneval"


class _Record(msgspec.Struct, frozen=True):
    """A line of the file, as its publisher wrote it."""

    task_id: str
    prompt: str
    entry_point: str
    canonical_solution: str
    test: str


def load_humaneval(path: Path) -> Benchmark:
    """Read HumanEval's file, gzip or not.

    Raises:
        BadInputError: what is wrong, in one line with the file and the line.
    """
    content = read_bytes(path)
    require(path, content, NAME)
    problems = problems_of(path, records_of(path, content, _Record), _problem)
    return Benchmark(name=NAME, problems=problems, notes=(_note(problems),))


def _note(problems: Sequence[Problem]) -> str:
    tests = sum(len(problem.tests) for problem in problems)
    checked = [problem.id for problem in problems if problem.checks]
    ids = f": {', '.join(checked)}" if checked else ""
    verb = "problem needs" if len(checked) == 1 else "problems need"
    return one_line(f"{tests:,} assertions became tests; {len(checked)} {verb} the checker{ids}", 2000)


def _problem(record: _Record) -> Problem:
    checked_head(record.task_id, record.entry_point)
    try:
        tests, check = _tests(record)
    except BadRecordError as error:
        raise BadRecordError(f"{record.task_id}: {error}") from error
    if not tests and check is None:
        raise BadRecordError(f"{record.task_id}: the check tests nothing")
    return Problem(
        id=record.task_id,
        title=record.entry_point,
        kind="function",
        statement=record.prompt,
        stub=record.prompt,
        entry_point=record.entry_point,
        references=(record.prompt + record.canonical_solution,),
        tests=tests,
        checks=() if check is None else (Check(name=f"t{len(tests) + 1}", code=check),),
        benchmark=NAME,
    )


def _tests(record: _Record) -> tuple[tuple[TestCase, ...], str | None]:
    """The assertions that became tests, and code for those that could not."""
    module = parsed(record.test, "test")
    function = _check_function(module)
    foreign = bound_names(module) - {"check", CANDIDATE}
    rebound = CANDIDATE in bound_names(ast.Module(body=function.body, type_ignores=[]))
    tests: list[TestCase] = []
    rest: list[ast.stmt] = []
    for statement in function.body:
        if is_vacuous(statement):
            continue
        test = None
        if isinstance(statement, ast.Assert) and not rebound and not used_names(statement.test) & foreign:
            test = read_assertion(statement, f"t{len(tests) + 1}")
        if test is None:
            rest.append(statement)
        else:
            tests.append(test)
    if all(isinstance(statement, ast.Import | ast.ImportFrom) for statement in rest):
        return tuple(tests), None
    function.body = rest
    return tuple(tests), _check_module(record, module)


def _check_function(module: ast.Module) -> ast.FunctionDef:
    match [node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == "check"]:
        case [ast.FunctionDef(args=ast.arguments(args=[ast.arg(arg=argument)])) as function] if (
            argument == CANDIDATE
        ):
            return function
    raise BadRecordError(f"the test does not define check({CANDIDATE})")


def _check_module(record: _Record, module: ast.Module) -> str:
    """The check as openai/human-eval runs it, with the program behind `candidate`.

    There the check shares a namespace with the program. So it finds the prompt's helpers here, and
    the program under its own name.
    """
    code = "\n\n".join(part for part in (_helpers(record), ast.unparse(module)) if part)
    if record.entry_point not in used_names(ast.parse(code)):
        return code + "\n"
    return (
        f"{code}\n\n_check = check\n\ndef check({CANDIDATE}):\n"
        f"    globals()[{record.entry_point!r}] = {CANDIDATE}\n    _check({CANDIDATE})\n"
    )


def _helpers(record: _Record) -> str:
    """The prompt without the function that is asked for."""
    kept = [
        node
        for node in parsed(record.prompt, "prompt").body
        if not (isinstance(node, ast.FunctionDef) and node.name == record.entry_point)
    ]
    return ast.unparse(ast.Module(body=kept, type_ignores=[]))
