"""HumanEval+ of EvalPlus: inputs whose expected outputs are what its own references give."""

from __future__ import annotations

from pathlib import Path

import msgspec

from perftui.problems.model import Benchmark, Check, Comparison, Problem, Unanswered
from perftui.problems.model import test_name as name_of_test
from perftui.problems.plain_json import coded_arguments
from perftui.problems.recognise import require
from perftui.problems.records import BadRecordError, checked_head, problems_of
from perftui.problems.source import read_bytes, records_of
from perftui.values import CodeError

NAME = "humaneval+"

FLOAT_TOLERANCE = 1e-6
"""What EvalPlus lets floats differ by where a task names no tolerance."""

RELATIVE = 1e-7
"""What EvalPlus adds to a tolerance, as a share of the value."""

_ROOT = "find_zero"
"""The function that has many right answers: what it gives must be a root of the polynomial."""

_ROOT_CHECK = """\
import json
import math

INPUTS = json.loads({inputs!r})

def polynomial(coefficients, x):
    return sum(coefficient * math.pow(x, power) for power, coefficient in enumerate(coefficients))

def check(candidate):
    for coefficients, in INPUTS:
        value = polynomial(coefficients, candidate(coefficients))
        assert abs(value) <= {tolerance!r}, f"the polynomial {{coefficients}} is {{value}} there"
"""


class _Record(msgspec.Struct, frozen=True):
    """A line of the file, as its publisher wrote it."""

    task_id: str
    prompt: str
    entry_point: str
    canonical_solution: str
    base_input: tuple[msgspec.Raw, ...]
    plus_input: tuple[msgspec.Raw, ...]
    atol: float = 0.0


def load_humaneval_plus(path: Path) -> Benchmark:
    """Read HumanEval+'s file, gzip or not.

    Raises:
        BadInputError: what is wrong, in one line with the file and the line.
    """
    content = read_bytes(path)
    require(path, content, NAME)
    problems = problems_of(path, records_of(path, content, _Record), _problem)
    inputs = sum(len(problem.unanswered) for problem in problems)
    note = f"{inputs:,} inputs; what is expected is what the references give"
    return Benchmark(name=NAME, problems=problems, notes=(note,))


def comparison_of(atol: float) -> Comparison:
    """How EvalPlus compares outputs, given a task's `atol`."""
    return Comparison(kind="floats", tolerance=atol or FLOAT_TOLERANCE, relative=RELATIVE)


def _problem(record: _Record) -> Problem:
    checked_head(record.task_id, record.entry_point)
    inputs = record.base_input + record.plus_input
    if not inputs:
        raise BadRecordError(f"{record.task_id}: there are no inputs")
    unanswered: tuple[Unanswered, ...] = ()
    checks: tuple[Check, ...] = ()
    if record.entry_point == _ROOT:
        checks = (Check(name=name_of_test(0), code=_root_check(inputs, record.atol)),)
    else:
        unanswered = _unanswered(record.task_id, inputs, comparison_of(record.atol))
    return Problem(
        id=record.task_id,
        title=record.entry_point,
        kind="function",
        statement=record.prompt,
        stub=record.prompt,
        entry_point=record.entry_point,
        references=(record.prompt + record.canonical_solution,),
        unanswered=unanswered,
        checks=checks,
        benchmark=NAME,
    )


def _unanswered(
    task_id: str, inputs: tuple[msgspec.Raw, ...], comparison: Comparison
) -> tuple[Unanswered, ...]:
    try:
        return tuple(Unanswered(input=coded_arguments(raw), comparison=comparison) for raw in inputs)
    except CodeError as error:
        raise BadRecordError(f"{task_id}: an input cannot be used: {error}") from error


def _root_check(inputs: tuple[msgspec.Raw, ...], tolerance: float) -> str:
    text = b"[" + b",".join(map(bytes, inputs)) + b"]"
    return _ROOT_CHECK.format(inputs=text.decode(), tolerance=tolerance or FLOAT_TOLERANCE)
