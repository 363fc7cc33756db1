"""MBPP+ of EvalPlus: inputs whose expected outputs are in the file, or are what the references give.

The file with inputs as Python text has outputs as well. The file in plain JSON has none.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from perftui.problems.expressions import ExpressionError
from perftui.problems.humaneval_plus import comparison_of
from perftui.problems.literals import coded_list
from perftui.problems.mbpp import function_of, signature_of, statement_of, task_name
from perftui.problems.mbpp_types import arguments_of_task
from perftui.problems.model import Benchmark, Comparison, Problem, TestCase, Unanswered
from perftui.problems.model import test_name as name_of_test
from perftui.problems.oracles import others_right
from perftui.problems.plain_json import without_infinities
from perftui.problems.recognise import require
from perftui.problems.records import BadRecordError, checked_head, parsed, problems_of
from perftui.problems.source import read_bytes, records_of
from perftui.values import CodeError

NAME = "mbpp+"

SETS = frozenset(
    {
        "similar_elements", "find_char_long", "common_in_nested_lists", "extract_singly", "larg_nnum",
        "intersection_array", "find_dissimilar", "Diff",
    }
)  # fmt: skip
"""Functions whose outputs EvalPlus compares as sets."""

PRESENCE = frozenset({"check_str", "text_match_three", "text_starta_endb"})
"""Functions that may give a match or nothing, or a boolean."""

_LIST = re.compile(r"^(?P<name>inputs|results) = (?P<items>\[.*\])$", re.MULTILINE)
"""A line of a test that is megabytes long: it is not parsed as Python with the rest."""

_Rows = tuple[msgspec.Raw, ...]


class _Text(msgspec.Struct, frozen=True):
    """A line of the file with inputs as Python text."""

    task_id: int
    code: str
    prompt: str
    test: str


class _Json(msgspec.Struct, frozen=True):
    """A line of the file in plain JSON."""

    task_id: str
    prompt: str
    entry_point: str
    canonical_solution: str
    base_input: _Rows
    plus_input: _Rows | dict[str, msgspec.Raw]
    atol: float = 0.0

    @property
    def rows(self) -> _Rows:
        """All inputs; where a task has none beside the base ones, the file has `{}`."""
        return self.base_input + (() if isinstance(self.plus_input, dict) else self.plus_input)


def load_mbpp_plus(path: Path) -> Benchmark:
    """Read a file of MBPP+, with inputs as Python text or in plain JSON, gzip or not.

    Raises:
        BadInputError: what is wrong, in one line with the file and the line.
    """
    content = read_bytes(path)
    if require(path, content, NAME) == "MBPP+":
        records = records_of(path, without_infinities(content), _Json)
        problems = problems_of(path, records, _problem_of_json)
    else:
        problems = problems_of(path, records_of(path, content, _Text), _problem_of_text)
    unanswered = sum(len(problem.unanswered) for problem in problems)
    answered = sum(len(problem.tests) for problem in problems)
    note = f"{answered + unanswered:,} inputs; of {unanswered:,} what is expected is what the references give"
    return Benchmark(name=NAME, problems=problems, notes=(note,))


def arguments_in_text(test: str) -> tuple[str, ...]:
    """The coded argument tuples of a test that holds `inputs = […]`; it is read, never run.

    Raises:
        BadRecordError: it holds none, or they cannot be read.
    """
    rows = _values(test, "inputs")
    if not rows:
        raise BadRecordError("the test has no line `inputs = […]`")
    return tuple(_as_tuple(row) for row in rows)


def comparison_for(entry_point: str, atol: float) -> Comparison:
    """How EvalPlus compares the outputs of a function of MBPP+."""
    if entry_point in SETS:
        return Comparison(kind="equal-as-set")
    if entry_point in PRESENCE:
        return Comparison(kind="not-none")
    return comparison_of(atol)


def _problem_of_text(record: _Text) -> Problem:
    name = task_name(record.task_id)
    try:
        module = parsed(_LIST.sub("", record.test), "test")
        function = function_of(parsed(record.code, "code"), module.body[-1:])
        inputs = arguments_in_text(record.test)
        outputs = _values(record.test, "results")
        tolerance = _tolerance(module)
    except BadRecordError as error:
        raise BadRecordError(f"{name}: {error}") from error
    if function is None:
        raise BadRecordError(f"{name}: the test calls no function of the code")
    comparison = comparison_for(function.name, tolerance)
    if outputs is not None and len(outputs) != len(inputs):
        raise BadRecordError(f"{name}: {len(inputs)} inputs, but {len(outputs)} results")
    cases = tuple(zip(inputs, _comparisons(function.name, inputs, comparison), strict=True))
    tests = tuple(
        TestCase(name=name_of_test(place), input=given, expected=expected, comparison=compared)
        for place, ((given, compared), expected) in enumerate(zip(cases, outputs or (), strict=False))
    )
    return Problem(
        id=name,
        title=function.name,
        kind="function",
        statement=statement_of(record.prompt, signature_of(function)),
        entry_point=function.name,
        references=(record.code,),
        tests=tests,
        unanswered=()
        if tests
        else tuple(Unanswered(input=given, comparison=compared) for given, compared in cases),
        benchmark=NAME,
    )


def _problem_of_json(record: _Json) -> Problem:
    checked_head(record.task_id, record.entry_point)
    try:
        inputs = tuple(arguments_of_task(record.task_id, raw) for raw in record.rows)
        function = function_of(parsed(record.canonical_solution, "code"), [_call_of(record.entry_point)])
    except (CodeError, BadRecordError) as error:
        raise BadRecordError(f"{record.task_id}: {error}") from error
    if function is None or not inputs:
        raise BadRecordError(f"{record.task_id}: lacks " + ("inputs" if function else "the function"))
    comparison = comparison_for(record.entry_point, record.atol)
    return Problem(
        id=record.task_id,
        title=record.entry_point,
        kind="function",
        statement=statement_of(record.prompt.strip().strip('"'), signature_of(function)),
        entry_point=record.entry_point,
        references=(record.canonical_solution,),
        unanswered=tuple(
            Unanswered(input=given, comparison=compared)
            for given, compared in zip(
                inputs, _comparisons(record.entry_point, inputs, comparison), strict=True
            )
        ),
        benchmark=NAME,
    )


def _comparisons(entry_point: str, inputs: Sequence[str], comparison: Comparison) -> list[Comparison]:
    """How the output for each input is compared: one for all, save where it says what else is right."""
    found = []
    for given in inputs:
        others = others_right(entry_point, given)
        found.append(msgspec.structs.replace(comparison, others=others) if others else comparison)
    return found


def _call_of(name: str) -> ast.expr:
    return ast.Call(func=ast.Name(id=name), args=[], keywords=[])


def _values(test: str, name: str) -> tuple[str, ...] | None:
    """The coded items of the list that a line of a test assigns to a name; None where none does."""
    for found in _LIST.finditer(test):
        if found["name"] == name:
            try:
                return coded_list(found["items"])
            except (ExpressionError, CodeError) as error:
                raise BadRecordError(f"`{name}` cannot be read: {error}") from error
    return None


def _as_tuple(row: str) -> str:
    if row.startswith("["):
        return f'{{"t":{row}}}'
    if row.startswith('{"t":'):
        return row
    raise BadRecordError("an input is no list of arguments")


def _tolerance(module: ast.Module) -> float:
    """The third argument of `assertion(function(*inp), exp, 0)`, which ends a test."""
    match module.body[-1]:
        case ast.For(
            body=[ast.Expr(value=ast.Call(args=[_, _, ast.Constant(value=int() | float() as atol)]))]
        ):
            return float(atol)
    raise BadRecordError("the test does not end with a loop over its inputs")
