"""The files as they were published: all of each is read, and what could not be is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from perftui.problems.benchmarks import graded, load_benchmark
from perftui.problems.model import Benchmark
from perftui.values import decode_arguments

Published = Callable[[str], Path]

HUMANEVAL = ("humaneval", "humaneval/HumanEval.jsonl.gz")
HUMANEVAL_PLUS = ("humaneval+", "humanevalplus/HumanEvalPlus.jsonl.gz")
MBPP = ("mbpp", "mbpp/mbpp.jsonl")
SANITISED = ("mbpp", "mbpp/sanitized-mbpp.json")
MBPP_PLUS = ("mbpp+", "mbppplus/MbppPlus-OriginFmt.jsonl.gz")
MBPP_PLUS_JSON = ("mbpp+", "mbppplus/MbppPlus.jsonl.gz")
APPS = ("apps", "apps/apps_sample.jsonl.gz")
COFFE_OF_HUMANEVAL = ("coffe-humaneval", "coffe/openai_humaneval")
COFFE_OF_MBPP = ("coffe-mbpp", "coffe/mbpp")
COFFE_FILE = ("coffe-file", "coffe/file")
COFFE_HUMANEVAL = "coffe/openai_humaneval/stressful_testcases.json.gz"
COFFE_MBPP = "coffe/mbpp/stressful_testcases.json.gz"


def loaded(published: Published, benchmark: tuple[str, str], timing: str | None = None) -> Benchmark:
    name, path = benchmark
    return load_benchmark(name, published(path), None if timing is None else published(timing))


@pytest.mark.parametrize(
    ("benchmark", "problems", "tests", "checks"),
    [
        (HUMANEVAL, 164, 1_124, 7),
        (HUMANEVAL_PLUS, 164, 123_365, 1),
        (MBPP, 974, 2_904, 18),
        (SANITISED, 427, 1_321, 3),
        (MBPP_PLUS, 378, 40_634, 0),
        (MBPP_PLUS_JSON, 378, 41_015, 0),
        (APPS, 163, 1_184, 0),
        (COFFE_OF_HUMANEVAL, 164, 1_570, 0),
        (COFFE_OF_MBPP, 234, 707, 0),
        (COFFE_FILE, 358, 2_263, 0),
        (("humaneval", "coffe/openai_humaneval/data.jsonl.gz"), 164, 1_124, 7),
        (("mbpp", "coffe/mbpp/data.jsonl.gz"), 234, 707, 0),
    ],
)
def test_every_record_becomes_a_problem(
    published: Published, benchmark: tuple[str, str], problems: int, tests: int, checks: int
) -> None:
    found = loaded(published, benchmark).problems
    assert len(found) == len({problem.id for problem in found}) == problems
    assert sum(len(problem.tests) + len(problem.unanswered) for problem in found) == tests
    assert sum(len(problem.checks) for problem in found) == checks
    assert all(problem.test_names for problem in found)
    for problem in found:
        for test in (*problem.tests[:2], *problem.unanswered[:2]) if problem.kind == "function" else ():
            decode_arguments(test.input)


@pytest.mark.parametrize(
    ("benchmark", "timing", "matched"),
    [
        (HUMANEVAL, COFFE_HUMANEVAL, 164),
        (HUMANEVAL_PLUS, COFFE_HUMANEVAL, 164),
        (MBPP, COFFE_MBPP, 213),
        (SANITISED, COFFE_MBPP, 232),
        (MBPP, MBPP_PLUS[1], 364),
        (SANITISED, MBPP_PLUS_JSON[1], 378),
        (HUMANEVAL, HUMANEVAL_PLUS[1], 164),
        (COFFE_FILE, "coffe/file/stressful_testcases.json.gz", 358),
    ],
)
def test_timing_inputs_find_their_problems(
    published: Published, benchmark: tuple[str, str], timing: str, matched: int
) -> None:
    found = loaded(published, benchmark, timing)
    given = [problem for problem in found.problems if problem.timing.inputs or problem.timing.expressions]
    assert len(given) == matched
    assert f"for {matched} of {len(found.problems)} problems" in found.notes[-1]


def test_both_forms_of_mbpp_plus_have_the_same_inputs(published: Published) -> None:
    text = {problem.id: problem for problem in loaded(published, MBPP_PLUS).problems}
    different = []
    for problem in loaded(published, MBPP_PLUS_JSON).problems:
        other = text[problem.id]
        inputs = {repr(decode_arguments(one.input)) for one in (*other.tests, *other.unanswered)}
        if not inputs <= {repr(decode_arguments(one.input)) for one in problem.unanswered}:
            different.append(problem.id)
    # Of complex numbers, text and JSON differ in the sign of a real part that is zero.
    assert different == ["Mbpp/124", "Mbpp/252"]


def test_apps_has_its_difficulties_and_splits(published: Published) -> None:
    whole = loaded(published, APPS)
    counts = [
        len(graded(whole, [difficulty], []).problems)
        for difficulty in ("introductory", "interview", "competition")
    ]
    assert counts == [54, 56, 53]
    assert len(graded(whole, [], ["test"]).problems) == 10
    assert sum(problem.kind == "function" for problem in whole.problems) == 13


@pytest.mark.parametrize("benchmark", [COFFE_OF_HUMANEVAL, COFFE_OF_MBPP, COFFE_FILE])
def test_coffe_has_stressful_inputs_and_a_best_program_for_every_problem(
    published: Published, benchmark: tuple[str, str]
) -> None:
    for problem in loaded(published, benchmark).problems:
        assert problem.timing.expressions, problem.id
        assert problem.references, problem.id
