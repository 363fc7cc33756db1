"""What the extraction benchmark reads: recorded replies, each with the problem that it answers."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from perftui.problems.benchmarks import load_benchmark
from perftui.problems.model import Comparison, Problem, TestCase
from perftui.sandbox.protocol import CallFact, JudgeJob, Limits, Sandbox

SEEDS = ("starcoder", "codellama", "gpt-3.5-turbo-0613")
STDIN_TESTS = 2
GENERATED_BYTES = 1 << 20
PRINTED = "\nimport random as _random\n_random.seed(1)\nprint(generate_input(), end='')\n"
_ASKED = re.compile(r"here is your task: (?P<text>.*) Please write a Python function ", re.DOTALL)


@dataclass(frozen=True)
class Recorded:
    """A reply that a model wrote.

    Attributes:
        source: whose file it is from, and in which shape.
        problem: what it answers.
        text: as it was recorded.
    """

    source: str
    problem: Problem
    text: str


@dataclass(frozen=True)
class StdinMaterial:
    """A problem of COFFE's `file` set before its tests are made.

    Attributes:
        problem: without tests.
        generators: programs that define `generate_input()`.
        best: the solution whose outputs are the expected ones.
    """

    problem: Problem
    generators: tuple[str, ...]
    best: str


def function_replies(data: Path) -> list[Recorded]:
    """All recorded replies to function problems."""
    human_eval = {
        problem.id: problem
        for problem in load_benchmark("humaneval", data / "humaneval/HumanEval.jsonl.gz").problems
    }
    # The prompts name functions as the sanitised set does.
    mbpp = {
        problem.id: problem
        for name in ("mbpp.jsonl", "sanitized-mbpp.json")
        for problem in load_benchmark("mbpp", data / "mbpp" / name).problems
    }
    found = [
        *_llama_function(data, human_eval, mbpp),
        *_debugger(data / "recorded", human_eval),
        *_reflexion(data / "recorded", mbpp),
        *_pairs(data / "recorded", human_eval),
    ]
    return list({(reply.source, reply.problem.id, reply.text): reply for reply in found}.values())


def stdin_replies(data: Path, problems: dict[str, Problem]) -> list[Recorded]:
    """The recorded replies to stdin problems.

    Args:
        data: the folder of all files.
        problems: with their tests, by COFFE's prompt.
    """
    replies = _json(data / "recorded/coffe-file-llama-3.1-405b.json.gz")
    return [
        Recorded("llama-3.1-405b, stdin", problems[prompt], text)
        for prompt, (texts, _) in replies.items()
        if prompt in problems
        for text in texts
    ]


def stdin_material(data: Path) -> dict[str, StdinMaterial]:
    """COFFE's stdin problems, by their prompt."""
    generators = _json(data / "coffe/file/stressful_testcases.json.gz")
    best = _json(data / "coffe/file/best_solutions.json.gz")
    return {
        prompt: StdinMaterial(
            Problem(id=f"file/{place}", title="", kind="stdin", statement=prompt, benchmark="coffe"),
            tuple(generators[prompt]),
            solution,
        )
        for place, (prompt, (solution, _)) in enumerate(best.items())
    }


async def with_tests(sandbox: Sandbox, core: int, material: StdinMaterial) -> Problem:
    """The problem with tests: what its generators give, and what its best solution answers."""
    limits = Limits(test_seconds=10.0)
    tests: list[TestCase] = []
    for generator in material.generators:
        given = await _answer(sandbox, JudgeJob(program=generator + PRINTED, entry_point=None, cpu=core), "")
        if given is None or len(given) > GENERATED_BYTES:
            continue
        job = JudgeJob(program=material.best, entry_point=None, cpu=core, limits=limits)
        answer = await _answer(sandbox, job, given)
        if answer is not None and all(test.input != given for test in tests):
            name = f"t{len(tests) + 1}"
            test = TestCase(name=name, input=given, expected=answer, comparison=Comparison(kind="text"))
            tests.append(test)
        if len(tests) == STDIN_TESTS:
            break
    return msgspec.structs.replace(material.problem, tests=tuple(tests))


async def _answer(sandbox: Sandbox, job: JudgeJob, given: str) -> str | None:
    facts: list[CallFact] = []

    def keep(fact: CallFact) -> bool:
        facts.append(fact)
        return True

    await sandbox.judge(msgspec.structs.replace(job, inputs=(given,)), keep)
    return facts[0].output if facts and facts[0].end == "returned" and facts[0].output else None


def _llama_function(
    data: Path, human_eval: dict[str, Problem], mbpp: dict[str, Problem]
) -> Iterator[Recorded]:
    by_prompt = {problem.stub.strip(): problem for problem in human_eval.values()}
    by_task = {row["prompt"]: mbpp.get(f"Mbpp/{row['task_id']}") for row in _mbpp_rows(data)}
    for prompt, (texts, _) in _json(data / "recorded/coffe-function-llama-3.1-405b.json.gz").items():
        asked = _ASKED.search(prompt)
        problem = by_task.get(asked["text"]) if asked else by_prompt.get(prompt.strip())
        if problem is not None:
            yield from (Recorded("llama-3.1-405b, function", problem, text) for text in texts)


def _mbpp_rows(data: Path) -> Iterator[dict[str, Any]]:
    yield from _rows(data / "coffe/mbpp/data.jsonl.gz")
    yield from json.loads((data / "mbpp/sanitized-mbpp.json").read_text("utf-8"))


def _debugger(folder: Path, problems: dict[str, Problem]) -> Iterator[Recorded]:
    """Seeds as they stand and, where they begin with the prompt, as what was added to it."""
    for model in SEEDS:
        for row in _rows(folder / f"humaneval-ldb-seed-{model}.jsonl.gz"):
            problem = problems[row["task_id"]]
            yield Recorded(f"{model}, whole", problem, row["solution"])
            if row["solution"].startswith(row["prompt"]):
                bare = row["solution"].removeprefix(row["prompt"])
                yield Recorded(f"{model}, completion", problem, bare)
    for row in _rows(folder / "humaneval-ldb-rounds-gpt-3.5-turbo-0613.jsonl.gz"):
        for text in row["implementations"]:
            yield Recorded("gpt-3.5-turbo-0613, rounds", problems[row["task_id"]], text)


def _reflexion(folder: Path, problems: dict[str, Problem]) -> Iterator[Recorded]:
    for row in _rows(folder / "mbpp-reflexion.jsonl.gz"):
        problem = problems[f"Mbpp/{row['name'].split('_')[1]}"]
        if problem.entry_point == row["entry_point"]:
            yield Recorded("reflexion, mbpp", problem, row["solution"])


def _pairs(folder: Path, problems: dict[str, Problem]) -> Iterator[Recorded]:
    for row in _rows(folder / "humaneval-slow-fast-pairs.jsonl.gz"):
        for side in ("slow", "fast"):
            yield Recorded(f"pairs, {row[side]['model']}", problems[row["task_id"]], row[side]["code"])


def _json(path: Path) -> dict[str, Any]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        found: dict[str, Any] = json.load(file)
    return found


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]
