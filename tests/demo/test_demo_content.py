"""The demo's problems and replies: each chain must still tell the story that it was written for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib.resources import as_file, files

import msgspec
import pytest

from perftui.engine.timers import cheating
from perftui.judging.compare import matches
from perftui.judging.judge import judge
from perftui.judging.model import Verdict
from perftui.llm.model import Reply
from perftui.llm.recorded import Record, Turn, read_records
from perftui.problems.benchmarks import load_benchmark
from perftui.problems.model import Problem
from perftui.refine.actions import Ask
from perftui.refine.candidate import candidate_hash
from perftui.refine.catalogue import find_strategy
from perftui.refine.chain import Chain, Round, StrategySettings
from perftui.refine.extraction import NoProgram, extract
from perftui.sandbox.choose import open_pool
from perftui.sandbox.cores import usable_cores
from perftui.sandbox.pool import WarmPool
from perftui.sandbox.protocol import Limits
from perftui.timing.measuring import Work, measure
from perftui.timing.model import Arm

LIMITS = Limits(test_seconds=1.0, total_seconds=20.0)

STORIES = {
    ("anagram-groups", 0): "base correct, optimise correct, slowest correct",
    ("anagram-groups", 1): "base correct, optimise correct, slowest correct",
    ("busiest-window", 0): "base correct, optimise correct, slowest correct",
    ("busiest-window", 1): "base timeout, reflect text, fix correct, optimise correct, slowest correct",
    ("calculator", 0): "base no-program, reflect text, fix error",
    ("calculator", 1): "base wrong-answer, reflect text, fix wrong-answer",
    ("change-ways", 0): "base timeout, reflect text, fix correct, optimise correct, slowest correct",
    ("change-ways", 1): "base timeout, reflect text, fix timeout",
    ("covered-length", 0): "base correct, optimise wrong-answer, repair correct, slowest correct",
    ("covered-length", 1): (
        "base invalid-program, reflect text, fix correct, "
        "optimise correct, slowest no-program, repair correct"
    ),
    ("edit-distance", 0): "base correct, optimise correct, slowest correct",
    ("edit-distance", 1): "base correct, optimise wrong-answer, repair correct, slowest correct",
    ("ledger", 0): "base correct, optimise correct, slowest wrong-answer, repair wrong-answer",
    ("ledger", 1): "base error, reflect text, fix correct, optimise correct, slowest correct",
    ("longest-rise", 0): "base correct, optimise correct, slowest wrong-answer, repair correct",
    ("longest-rise", 1): "base wrong-answer, reflect text, fix wrong-answer",
    ("maze-steps", 0): "base correct, optimise correct, slowest correct",
    ("maze-steps", 1): "base error, reflect text, fix correct, optimise correct, slowest correct",
    ("multiples-sum", 0): "base correct, optimise correct, slowest correct",
    ("multiples-sum", 1): (
        "base wrong-answer, reflect text, fix correct, optimise wrong-answer, repair correct, slowest correct"
    ),
    ("pair-count", 0): "base correct, optimise correct, slowest correct",
    ("pair-count", 1): "base wrong-answer, reflect text, fix correct, optimise correct, slowest correct",
    ("prime-gap", 0): "base correct, optimise correct, slowest correct",
    ("prime-gap", 1): "base correct, optimise correct, slowest correct",
    ("roman-total", 0): "base correct, optimise correct, slowest correct",
    ("roman-total", 1): "base correct, optimise protocol-violation, repair correct, slowest correct",
    ("smallest-missing", 0): "base correct, optimise correct, slowest correct",
    ("smallest-missing", 1): "base memory, reflect text, fix correct, optimise correct, slowest correct",
    ("top-words", 0): "base correct, optimise correct, slowest correct",
    ("top-words", 1): (
        "base wrong-answer, reflect text, fix correct, optimise correct, slowest wrong-answer, repair correct"
    ),
}
"""What is asked in each chain, and what is said of the answer before anything is timed."""

CHEAT: Turn = ("roman-total", 0, 1)
"""It is right whenever it is judged, and wrong once a process has called it often enough."""


def _problems() -> dict[str, Problem]:
    with as_file(files("perftui") / "demo" / "problems") as folder:
        return {problem.id: problem for problem in load_benchmark(str(folder), None).problems}


def _records() -> dict[Turn, Record]:
    with as_file(files("perftui") / "demo" / "replies.jsonl") as file:
        return read_records(file)


PROBLEMS = _problems()
RECORDS = _records()


@pytest.fixture(scope="module")
async def pool() -> AsyncIterator[WarmPool]:
    async with open_pool("process", 1) as pool:
        yield pool


async def _judged(pool: WarmPool, problem: Problem, program: str) -> Verdict:
    async with pool.lease() as sandbox:
        return await judge(sandbox, problem, program, limits=LIMITS, cpu=usable_cores()[0])


def test_there_are_problems_of_both_kinds() -> None:
    kinds = [problem.kind for problem in PROBLEMS.values()]
    assert kinds.count("function") >= 9
    assert kinds.count("stdin") >= 4


def test_every_problem_has_two_chains() -> None:
    assert {(problem, chain) for problem, chain, _ in RECORDS} == set(STORIES)
    assert set(STORIES) == {(problem, chain) for problem in PROBLEMS for chain in (0, 1)}


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
def test_a_problem_says_all_that_is_needed(problem: Problem) -> None:
    assert problem.statement.strip()
    assert problem.title
    assert len(problem.references) == 1
    assert len(problem.tests) >= (5 if problem.kind == "function" else 2)
    assert not problem.checks
    assert all(len(test.expected) < 200 for test in problem.tests)


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
async def test_references_are_correct(problem: Problem, pool: WarmPool) -> None:
    verdict = await _judged(pool, problem, problem.references[0])
    assert verdict.correct, verdict.reason


@pytest.mark.parametrize(("problem", "chain"), STORIES)
async def test_a_chain_goes_as_it_was_written(problem: str, chain: int, pool: WarmPool) -> None:
    rounds = await _replayed(PROBLEMS[problem], chain, pool)
    assert ", ".join(_told(round_) for round_ in rounds) == STORIES[problem, chain]
    written = [turn for name, index, turn in RECORDS if (name, index) == (problem, chain)]
    assert written == list(range(len(rounds)))


def test_every_way_to_go_is_there() -> None:
    steps = {step for story in STORIES.values() for step in story.split(", ")}
    ends = {"correct", "wrong-answer", "error", "timeout", "memory", "invalid-program", "no-program"}
    assert steps >= {f"base {end}" for end in ends}
    assert steps >= {"fix correct", "fix wrong-answer", "fix timeout"}
    assert steps >= {"optimise correct", "optimise wrong-answer", "optimise protocol-violation"}
    assert steps >= {"slowest correct", "slowest wrong-answer", "slowest no-program"}
    assert steps >= {"repair correct", "repair wrong-answer"}


async def test_the_cheat_is_found_by_what_it_returns_when_it_is_timed(pool: WarmPool) -> None:
    if pool.info.clock == "none":
        pytest.skip("this system has no process clock that can be read from outside")
    problem = PROBLEMS[CHEAT[0]]
    program = _program(problem, RECORDS[CHEAT].reply)
    verdict = await _judged(pool, problem, program)
    assert verdict.correct

    def first_difference(outputs: object) -> str | None:
        texts = msgspec.convert(outputs, tuple[str, ...])
        found = (
            matches(test.expected, text, test.comparison)
            for test, text in zip(problem.tests, texts, strict=True)
        )
        return next((why for why in found if why is not None), None)

    async with pool.lease() as sandbox:
        measurement = await measure(
            sandbox,
            Work(
                inputs=tuple(test.input for test in problem.tests),
                test_names=problem.test_names,
                entry_point=problem.entry_point,
            ),
            [
                Arm(names=("candidate",), candidate="cheat", program=program),
                Arm(names=("reference",), candidate="reference", program=problem.references[0]),
            ],
            core=usable_cores()[0],
            limits=LIMITS,
            budget_seconds=4.0,
            seed=1,
            check=first_difference,
            on_progress=lambda _done, _planned: None,
        )
    caught = cheating(verdict, measurement)
    assert caught is not None, measurement.reason
    assert caught.kind == "suspected-cheating"


async def _replayed(problem: Problem, index: int, pool: WarmPool) -> tuple[Round, ...]:
    """A chain of the default strategy with the recorded replies, judged and not timed."""
    strategy = find_strategy("perfcodegen")
    chain = Chain(problem=problem, index=index, settings=StrategySettings(timing=False))
    while isinstance(action := strategy.next_action(chain), Ask):
        turn = len(chain.rounds)
        record = RECORDS[problem.id, index, turn]
        round_ = await _round(problem, action, turn, record.reply, pool)
        chain = msgspec.structs.replace(chain, rounds=(*chain.rounds, round_))
    return chain.rounds


async def _round(problem: Problem, ask: Ask, turn: int, text: str, pool: WarmPool) -> Round:
    round_ = Round(
        index=turn, ask=ask, end="replied", reply=Reply(text=text, model="recorded:demo", recorded=True)
    )
    if ask.expects == "text":
        return round_
    found = extract(text, problem)
    if isinstance(found, NoProgram):
        return msgspec.structs.replace(round_, no_program=found.reason)
    verdict = await _judged(pool, problem, found.code)
    return msgspec.structs.replace(
        round_, candidate=candidate_hash(found.code), code=found.code, verdict=verdict
    )


def _told(round_: Round) -> str:
    step = round_.ask.label.split(" ", 1)[0]
    if round_.ask.expects == "text":
        return f"{step} text"
    return f"{step} {round_.verdict.kind if round_.verdict else 'no-program'}"


def _program(problem: Problem, reply: str) -> str:
    found = extract(reply, problem)
    assert not isinstance(found, NoProgram)
    return found.code
