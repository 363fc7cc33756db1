"""MBPP, whole or sanitised: assertions turned into tests without running them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

import msgspec

from perftui.problems.assertions import CANDIDATE, bound_names, read_assertion
from perftui.problems.expressions import ExpressionError, evaluate_node
from perftui.problems.model import DRIVEN, Benchmark, Check, Problem, TestCase
from perftui.problems.model import test_name as name_of_test
from perftui.problems.recognise import require
from perftui.problems.records import BadRecordError, checked_head, parsed, problems_of
from perftui.problems.source import read_bytes, records_of
from perftui.text import one_line

NAME = "mbpp"

SHADOWED = frozenset({"abs", "set", "tuple", "math"})
"""Names that assertions use for what Python means by them: a function called so would be something else."""

IMPORTS = "import math, sys\nfrom math import inf, nan"
"""What tests use without saying so."""


class _Record(msgspec.Struct, frozen=True):
    """A record of either file, as its publisher wrote it."""

    task_id: int
    code: str
    test_list: tuple[str, ...]
    text: str | None = None
    prompt: str | None = None
    test_setup_code: str = ""
    test_imports: tuple[str, ...] = ()
    challenge_test_list: tuple[str, ...] = ()


def load_mbpp(path: Path) -> Benchmark:
    """Read MBPP's file, whole or sanitised, gzip or not.

    Raises:
        BadInputError: what is wrong, in one line with the file and the line.
    """
    content = read_bytes(path)
    publication = require(path, content, NAME)
    challenges: list[str] = []

    def convert(record: _Record) -> Problem:
        challenges.extend(record.challenge_test_list)
        return _problem(record)

    problems = problems_of(path, records_of(path, content, _Record), convert)
    notes = [_note(problems, publication or "MBPP")]
    if challenges:
        notes.append(
            f"{len(challenges):,} tests of `challenge_test_list` are left out: published scores do without"
        )
    return Benchmark(name=NAME, problems=problems, notes=tuple(notes))


def task_name(task_id: int) -> str:
    """The id of a task, as EvalPlus writes it."""
    return f"Mbpp/{task_id}"


def statement_of(task: str, signature: str) -> str:
    """What a model is given: the task, and how the function is called."""
    return f"{task.strip()}\n\nThe function is defined so: `{signature}`\n"


def function_of(module: ast.Module, calls: Sequence[ast.AST]) -> ast.FunctionDef | None:
    """The function of a reference that the tests call first."""
    defined = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
    for call in calls:
        for node in ast.walk(call):
            match node:
                case ast.Call(func=ast.Name(id=name)) if name in defined:
                    return defined[name]
    return None


def signature_of(function: ast.FunctionDef) -> str:
    """The head of a function, on one line."""
    returns = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    return f"def {function.name}({ast.unparse(function.args)}){returns}:"


def _note(problems: Sequence[Problem], publication: str) -> str:
    tests = sum(len(problem.tests) for problem in problems)
    checked = [problem.id for problem in problems if problem.checks]
    ids = f": {', '.join(checked)}" if checked else ""
    verb = "problem needs" if len(checked) == 1 else "problems need"
    return one_line(
        f"{publication}: {tests:,} assertions became tests; {len(checked)} {verb} the checker{ids}", 2000
    )


def _problem(record: _Record) -> Problem:
    name = task_name(record.task_id)
    task = record.text if record.text is not None else record.prompt
    if not task or not record.test_list:
        raise BadRecordError(f"{name}: lacks " + ("tests" if task else "`text` or `prompt`"))
    code = _unix(record.code)
    try:
        modules = [parsed(_unix(test).strip(), "test") for test in record.test_list]
        function = function_of(parsed(code, "code"), modules)
    except BadRecordError as error:
        raise BadRecordError(f"{name}: {error}") from error
    if function is None:
        raise BadRecordError(f"{name}: no test calls a function of the code")
    checked_head(name, function.name)
    tests, rest = _tests(modules, function.name)
    try:
        checks = _checks(record, function.name, rest, len(tests))
    except BadRecordError as error:
        raise BadRecordError(f"{name}: {error}") from error
    return Problem(
        id=name,
        title=function.name,
        kind="function",
        statement=statement_of(task, signature_of(function)),
        entry_point=function.name,
        references=(code,),
        tests=tests,
        checks=checks,
        benchmark=NAME,
    )


def _tests(modules: Sequence[ast.Module], callee: str) -> tuple[tuple[TestCase, ...], list[ast.Module]]:
    """The assertions that became tests, and the modules that could not."""
    tests: list[TestCase] = []
    rest: list[ast.Module] = []
    for module in modules:
        test = None
        match module.body:
            case [ast.Assert() as assertion] if callee not in SHADOWED:
                test = read_assertion(assertion, name_of_test(len(tests)), callee)
        if test is None:
            rest.append(module)
        else:
            tests.append(test)
    return tuple(tests), rest


def _checks(record: _Record, callee: str, rest: Sequence[ast.Module], before: int) -> tuple[Check, ...]:
    """A check for each test that stays code, after what the record says must run before it."""
    if not rest:
        return ()
    imports = parsed("\n".join((IMPORTS, *record.test_imports)), "setup").body
    setup = parsed(_unix(record.test_setup_code), "setup").body
    checks = []
    for place, module in enumerate(rest):
        driver = _driver([*imports, *setup], module, callee)
        head = imports if driver else [*imports, *setup]
        code = "\n".join(map(ast.unparse, head)) + "\n\n" + _function("check", [CANDIDATE], module.body)
        checks.append(Check(name=name_of_test(before + place), code=code, driver=driver))
    return tuple(checks)


def _driver(setup: Sequence[ast.stmt], module: ast.Module, callee: str) -> str:
    """Code that makes a test's one call beside the program; empty where the arguments are plain.

    The call is replaced in the test by one without arguments.
    """
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call) and _is_of(node, callee)]
    if len(calls) != 1 or bound_names(module) or all(map(_is_plain, calls[0].args)):
        return ""
    call = ast.Call(func=calls[0].func, args=calls[0].args, keywords=calls[0].keywords)
    calls[0].func, calls[0].args, calls[0].keywords = ast.Name(id=CANDIDATE), [], []
    # Within the function, so that no name of the program is bound anew.
    return _function(DRIVEN, [], [*setup, ast.Return(value=call)])


def _function(name: str, arguments: Sequence[str], body: Sequence[ast.stmt]) -> str:
    lines = "\n".join(map(ast.unparse, body)).split("\n")
    return f"def {name}({', '.join(arguments)}):\n" + "\n".join(f"    {line}" for line in lines) + "\n"


def _is_of(call: ast.Call, callee: str) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == callee


def _is_plain(argument: ast.expr) -> bool:
    try:
        evaluate_node(argument)
    except ExpressionError:
        return False
    return True


def _unix(code: str) -> str:
    return code.replace("\r\n", "\n")
