"""COFFE's own sets: functions made of HumanEval and MBPP, and programs of APPS and CodeContests.

Where a set has no tests, as that for stdin, its tests are the examples of the statements and what its
generators make, which the best ground-truth program answers.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from perftui.errors import BadInputError
from perftui.problems.coffe_examples import examples_in
from perftui.problems.coffe_files import CoffeCase, CoffeFolder, CoffeRecord, CoffeStress
from perftui.problems.coffe_prompts import STRESS_SEED, function_in, generated_by, task_in
from perftui.problems.mbpp import signature_of, statement_of, task_name
from perftui.problems.model import Benchmark, Comparison, Problem, TestCase, TimingData, Unanswered
from perftui.problems.model import test_name as name_of_test
from perftui.problems.plain_json import coded_arguments, read_arguments
from perftui.problems.records import BadRecordError, checked_head, parsed, problems_of
from perftui.problems.source import shown
from perftui.text import one_line
from perftui.values import CodeError, encode

FILE = "coffe-file"
FOLDERS = {
    FILE: "datasets/file",
    "coffe-function": "datasets/function",
    "coffe-humaneval": "datasets/openai_humaneval",
    "coffe-mbpp": "datasets/mbpp",
}
"""The sets by their names, with the folders in which they are published."""

SOURCE = "COFFE"
TEST_SEED = 1
"""Those of the tests, which are other inputs than those that programs are timed on."""

OF_FUNCTIONS = Comparison(kind="json", tolerance=1e-6, relative=1e-7)
"""As COFFE compares, save that it also passes over brackets and blanks in texts."""

OF_PROGRAMS = Comparison(kind="text", tolerance=1e-6, relative=1e-6)

_BEST = "solution"
"""How COFFE calls every function of its best programs."""


def load_coffe(name: str) -> Callable[[Path], Benchmark]:
    """What reads the set of that name from its folder."""

    def load(path: Path) -> Benchmark:
        folder = CoffeFolder(path)
        reading = _Reading(name, folder)
        problems = problems_of(folder.data, folder.records(), reading.problem)
        if not problems:
            raise BadInputError(f"{shown(folder.path)}: holds no problem of {name} that has tests")
        return Benchmark(name=name, problems=problems, notes=reading.notes(problems))

    return load


class _Reading:
    """Makes problems of the records of one folder."""

    def __init__(self, name: str, folder: CoffeFolder) -> None:
        self._name = name
        self._cases = folder.cases()
        self._solutions = folder.solutions()
        self._stress = folder.stress()
        self._prompts = [(task_in(prompt), prompt) for prompt in self._cases]
        self._met = 0
        self._left_out: list[str] = []

    def problem(self, record: CoffeRecord) -> Problem | None:
        """The problem of a record; None where nothing could tell right from wrong.

        Raises:
            BadRecordError: the record cannot be used.
        """
        made = self._program(record) if self._name == FILE else self._function(record)
        self._met += 1
        if made.tests or made.unanswered:
            return made
        self._left_out.append(made.id)
        return None

    def notes(self, problems: Sequence[Problem]) -> tuple[str, ...]:
        """What a person should know of how the set was read."""
        tests = sum(len(problem.tests) for problem in problems)
        asked = sum(len(problem.unanswered) for problem in problems)
        notes = [f"{len(problems)} problems, {tests:,} tests; stressful inputs are timed on"]
        if asked:
            notes.append(f"{asked:,} examples and inputs of generators are answered by the best solution")
        if self._left_out:
            notes.append(f"left out for want of tests: {', '.join(self._left_out)}")
        return tuple(one_line(note, 2000) for note in notes)

    def _program(self, record: CoffeRecord) -> Problem:
        prompt = record.final_prompt
        if not prompt or record.entry_point:
            raise BadRecordError(f"lacks `final_prompt`, or is about a function: {FILE} has programs")
        task = task_in(prompt)
        cases = self._cases.get(prompt, ())
        programs = [program for program in self._stress.get(prompt, ()) if isinstance(program, str)]
        best = self._solutions.get(prompt)
        tests = tuple(_program_test(place, case) for place, case in enumerate(cases))
        return Problem(
            id=f"{FILE}/{self._met}",
            title=one_line(" ".join(task.split()), 32),
            kind="stdin",
            statement=f"{task}\n",
            references=() if best is None else (best,),
            tests=tests,
            unanswered=() if tests or best is None else (*_examples(task), *_made_by(programs)),
            timing=_timing(tuple(generated_by(program, STRESS_SEED) for program in programs)),
            benchmark=self._name,
        )

    def _function(self, record: CoffeRecord) -> Problem:
        task, prompt = record.prompt, self._prompt(record)
        name = record.entry_point or function_in(prompt)
        id_ = task_name(record.task_id) if isinstance(record.task_id, int) else record.task_id
        if not task or not name or not id_:
            raise BadRecordError("lacks `task_id`, `prompt`, or a prompt that names the function")
        checked_head(id_, name)
        stub = "" if record.canonical_solution is None else task
        own = task + record.canonical_solution if record.canonical_solution is not None else record.code
        best = self._solutions.get(prompt)
        references = [f"{best.rstrip()}\n\n\n{name} = {_BEST}\n"] if best else []
        expressions = [one.input for one in self._stress.get(prompt, ()) if isinstance(one, CoffeStress)]
        try:
            tests = tuple(_call_test(place, case) for place, case in enumerate(self._cases.get(prompt, ())))
            statement = task if stub else statement_of(task, _signature(own or "", name))
        except (BadRecordError, CodeError) as error:
            raise BadRecordError(f"{id_}: {error}") from error
        return Problem(
            id=id_,
            title=name,
            kind="function",
            statement=statement,
            stub=stub,
            entry_point=name,
            references=(*references, *([own] if own else [])),
            tests=tests,
            timing=_timing(tuple(expressions)),
            benchmark=self._name,
        )

    def _prompt(self, record: CoffeRecord) -> str:
        """The key of a function's record."""
        if record.final_prompt:
            return record.final_prompt
        task = (record.prompt or "").strip()
        if task in self._cases:
            return task
        code = (record.code or "").replace(" (", "(")
        alike = (prompt for found, prompt in self._prompts if found == task)
        return next((prompt for prompt in alike if f"def {function_in(prompt)}(" in code), "")


def _examples(task: str) -> tuple[Unanswered, ...]:
    """The examples of a statement: where it allows several answers, the best solution may give another."""
    return tuple(
        Unanswered(input=given, comparison=msgspec.structs.replace(OF_PROGRAMS, others=(wanted,)))
        for given, wanted in examples_in(task)
    )


def _made_by(programs: Sequence[str]) -> tuple[Unanswered, ...]:
    return tuple(
        Unanswered(input=generated_by(program, TEST_SEED), expression=True, comparison=OF_PROGRAMS)
        for program in programs
    )


def _timing(expressions: tuple[str, ...]) -> TimingData:
    return TimingData(expressions=expressions, source=SOURCE) if expressions else TimingData()


def _signature(code: str, name: str) -> str:
    for node in parsed(code.replace("\r\n", "\n"), "code").body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return signature_of(node)
    raise BadRecordError(f"the code does not define {name}")


def _call_test(place: int, case: CoffeCase) -> TestCase:
    return TestCase(
        name=name_of_test(place),
        input=coded_arguments(case.input),
        expected=encode(_only(case.output)),
        comparison=OF_FUNCTIONS,
    )


def _program_test(place: int, case: CoffeCase) -> TestCase:
    given, wanted = _only(case.input), _only(case.output)
    if not isinstance(given, str) or not isinstance(wanted, str):
        raise BadRecordError(f"{name_of_test(place)}: a list of one text is wanted")
    return TestCase(name=name_of_test(place), input=given, expected=wanted, comparison=OF_PROGRAMS)


def _only(raw: msgspec.Raw) -> object:
    """The one item of a list.

    Raises:
        BadRecordError: it is none, or has not one.
    """
    try:
        values = read_arguments(raw)
    except CodeError as error:
        raise BadRecordError(str(error)) from error
    if len(values) != 1:
        raise BadRecordError("a list of one output is wanted")
    return values[0]
