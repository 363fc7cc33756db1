"""`--timing-data`: inputs to time programs on, from files that EvalPlus and COFFE published.

A file says by its content what it is. COFFE's inputs are expressions: they are never evaluated here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from perftui.errors import BadInputError
from perftui.problems.coffe_files import CoffeStress, by_prompt
from perftui.problems.coffe_prompts import STRESS_SEED, generated_by, task_in, words
from perftui.problems.mbpp_plus import arguments_in_text
from perftui.problems.mbpp_types import arguments_of_task
from perftui.problems.model import Benchmark, Problem, TimingData
from perftui.problems.plain_json import coded_arguments, without_infinities
from perftui.problems.recognise import Publication, recognise
from perftui.problems.records import BadRecordError
from perftui.problems.source import bad_line, read_bytes, records_of, shown
from perftui.text import one_line
from perftui.values import CodeError

_Found = dict[int, TimingData]
"""Timing data by the place of a problem."""

_COFFE_TASK = re.compile(
    r"here is your task: (?P<task>.*) Please write a Python function (?P<call>[^(\s]+\(.*\)) for the task",
    re.DOTALL,
)


class _Inputs(msgspec.Struct, frozen=True):
    """A line of EvalPlus's files, as far as it is about inputs."""

    task_id: str
    entry_point: str
    base_input: tuple[msgspec.Raw, ...]
    plus_input: tuple[msgspec.Raw, ...] | dict[str, msgspec.Raw]

    @property
    def rows(self) -> tuple[msgspec.Raw, ...]:
        """All inputs; where a task has none beside the base ones, the file has `{}`."""
        return self.base_input + (() if isinstance(self.plus_input, dict) else self.plus_input)


class _Text(msgspec.Struct, frozen=True):
    """A line of MBPP+ with inputs as Python text."""

    task_id: int
    code: str
    test: str


def read_timing_data(path: Path, benchmark: Benchmark) -> Benchmark:
    """The benchmark with the inputs of a file put to its problems, and a note that tells how many.

    Raises:
        BadInputError: the file cannot be read, is none that is known, or is about none of the problems.
    """
    content = read_bytes(path)
    publication = recognise(content)
    found = _found(path, content, publication, benchmark.problems)
    if not found:
        raise BadInputError(f"{shown(path)}: holds inputs for no problem of {one_line(benchmark.name, 60)}")
    problems = tuple(_with(problem, found.get(place)) for place, problem in enumerate(benchmark.problems))
    note = f"timing inputs of {publication} for {len(found)} of {len(problems)} problems"
    return msgspec.structs.replace(benchmark, problems=problems, notes=(*benchmark.notes, note))


def _found(
    path: Path, content: bytes, publication: Publication | None, problems: Sequence[Problem]
) -> _Found:
    match publication:
        case "COFFE":
            return _coffe(path, content, problems)
        case "HumanEval+" | "MBPP+":
            return _evalplus(path, content, problems)
        case "MBPP+ in Python text":
            return _mbpp_text(path, content, problems)
        case "COFFE stdin":
            return _coffe_stdin(path, content, problems)
        case None:
            raise BadInputError(
                f"{shown(path)}: no timing data: stressful_testcases.json of COFFE, HumanEvalPlus.jsonl or "
                "MbppPlus.jsonl of EvalPlus are wanted"
            )
    raise BadInputError(f"{shown(path)}: holds {publication}, which has no inputs beside its tests")


def _with(problem: Problem, data: TimingData | None) -> Problem:
    if data is None:
        return problem
    own = problem.timing
    timing = TimingData(
        inputs=own.inputs + data.inputs,
        expressions=own.expressions + data.expressions,
        generator=own.generator,
        source=" and ".join(dict.fromkeys(source for source in (own.source, data.source) if source)),
    )
    return msgspec.structs.replace(problem, timing=timing)


def _evalplus(path: Path, content: bytes, problems: Sequence[Problem]) -> _Found:
    places = {(problem.id, problem.entry_point): place for place, problem in enumerate(problems)}
    found: _Found = {}
    for line, record in records_of(path, without_infinities(content), _Inputs):
        place = places.get((record.task_id, record.entry_point))
        if place is None:
            continue
        try:
            inputs = tuple(_coded(record.task_id, raw) for raw in record.rows)
        except CodeError as error:
            raise bad_line(path, line, f"{record.task_id}: an input cannot be used: {error}") from error
        found[place] = TimingData(inputs=inputs, source="EvalPlus")
    return found


def _coded(task_id: str, raw: msgspec.Raw) -> str:
    return arguments_of_task(task_id, raw) if task_id.startswith("Mbpp/") else coded_arguments(raw)


def _mbpp_text(path: Path, content: bytes, problems: Sequence[Problem]) -> _Found:
    places = {problem.id: place for place, problem in enumerate(problems)}
    found: _Found = {}
    for line, record in records_of(path, content, _Text):
        place = places.get(f"Mbpp/{record.task_id}")
        if place is None or f"def{problems[place].entry_point}(" not in _solid(record.code):
            continue
        try:
            found[place] = TimingData(inputs=arguments_in_text(record.test), source="EvalPlus")
        except BadRecordError as error:
            raise bad_line(path, line, f"Mbpp/{record.task_id}: {error}") from error
    return found


def _coffe(path: Path, content: bytes, problems: Sequence[Problem]) -> _Found:
    cases = by_prompt(path, content, tuple[CoffeStress, ...])
    matching = _Prompts(problems)
    found: _Found = {}
    for prompt, inputs in cases.items():
        expressions = tuple(case.input for case in inputs)
        for place in matching.places(prompt) if expressions else ():
            found[place] = TimingData(expressions=expressions, source="COFFE")
    return found


def _coffe_stdin(path: Path, content: bytes, problems: Sequence[Problem]) -> _Found:
    """Generators for programs that read stdin, found by the words of the statement."""
    places = {
        words(problem.statement): place for place, problem in enumerate(problems) if problem.kind == "stdin"
    }
    found: _Found = {}
    for prompt, programs in by_prompt(path, content, tuple[str, ...]).items():
        place = places.get(words(task_in(prompt)))
        if place is not None and programs:
            expressions = tuple(generated_by(program, STRESS_SEED) for program in programs)
            found[place] = TimingData(expressions=expressions, source="COFFE")
    return found


class _Prompts:
    """Problems by the words of their statements."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self._whole: dict[str, int] = {}
        self._named: dict[str, list[tuple[int, str]]] = {}
        for place, problem in enumerate(problems):
            text = _plain(problem.statement)
            self._whole[words(text)] = place
            self._named.setdefault(problem.entry_point or "", []).append((place, text))

    def places(self, prompt: str) -> Iterator[int]:
        """The problem that a prompt of COFFE is about, if there is one.

        COFFE's prompts for HumanEval are HumanEval's, some with an import in another place. Those for MBPP
        tell the task in the words of the sanitised MBPP; the whole one may say it otherwise, with the
        same function and parameters.
        """
        whole = self._whole.get(words(prompt))
        if whole is not None:
            yield whole
            return
        match = _COFFE_TASK.search(prompt)
        if match is None:
            return
        call = match["call"]
        named = self._named.get(call.partition("(")[0], [])
        task = _plain(match["task"])
        alike = [place for place, text in named if task in text]
        if not alike and len(named) == 1 and f"def{_solid(call)}:" in _solid(named[0][1]):
            alike = [named[0][0]]
        if len(alike) == 1:
            yield alike[0]


def _plain(text: str) -> str:
    return " ".join(text.split())


def _solid(text: str) -> str:
    return "".join(text.split())
