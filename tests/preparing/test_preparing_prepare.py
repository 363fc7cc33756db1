"""Problems made ready in a real sandbox, with references that are fine, slow, fussy or random."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from perftui.judging.compare import matches
from perftui.preparing.answers import Answering
from perftui.preparing.cache import AnswerCache
from perftui.preparing.prepare import MODEL, OTHER_ZYGOTE, Preparing, answer
from perftui.problems.coffe_prompts import generated_by
from perftui.problems.model import Problem, TestCase, TimingData, Unanswered
from perftui.values import decode, encode

SQUARES = "def f(n):\n    return [i * i for i in range(n)]\n"
FUSSY = "def f(n):\n    if n == 3:\n        raise ValueError('three')\n    return n\n"


def problem(reference: str = SQUARES, **fields: object) -> Problem:
    base = Problem(
        id="P/1",
        title="f",
        kind="function",
        statement="?",
        entry_point="f",
        references=(reference,),
        tests=(TestCase(name="t1", input=encode((2,)), expected=encode([0, 1])),),
        benchmark="made-up",
    )
    return msgspec.structs.replace(base, **fields)


def names_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def preparing(answering: Answering, wanted: Problem) -> Preparing:
    return Preparing(
        answering=answering, problem=wanted, reference=wanted.references[0], test_ns={"t1": 1_000}
    )


async def test_unanswered_inputs_become_tests_by_what_the_reference_gives(answering: Answering) -> None:
    inputs = tuple(Unanswered(input=encode((n,))) for n in (1, 3, 5))
    found = await answer(answering, problem(FUSSY, tests=(), unanswered=inputs))
    assert [(test.name, test.expected) for test in found.problem.tests] == [("t1", "1"), ("t3", "5")]
    assert (found.problem.unanswered, found.lost) == ((), 1)
    assert found.reason == "raised: ValueError: three"


async def test_inputs_that_generators_make_become_tests(answering: Answering) -> None:
    generator = "import random\ndef generate_input():\n    return f'{random.randint(0, 10 ** 9)}\\n'\n"
    fails = "def generate_input():\n    raise ValueError\n"
    no_text = "def generate_input():\n    return 5\n"
    texts = [generated_by(generator, 1), generated_by(fails, 1), generated_by(generator, 2), "1 +"]
    inputs = tuple(Unanswered(input=text, expression=True) for text in (*texts, generated_by(no_text, 1)))
    wanted = problem(
        "print(int(input()) + 1)\n",
        kind="stdin",
        entry_point=None,
        tests=(TestCase(name="t1", input="1", expected="2"),),
        unanswered=(*inputs, Unanswered(input="41\n")),
    )
    found = await answer(answering, wanted)
    assert [test.name for test in found.problem.tests] == ["t1", "t2", "t4", "t7"]
    assert len({test.input for test in found.problem.tests}) == 4
    assert all(int(test.expected) == int(test.input) + 1 for test in found.problem.tests)
    assert (found.lost, found.reason) == (3, "raised: the input cannot be made")
    assert await answer(answering, wanted) == found


async def test_answers_are_remembered_between_runs(answering: Answering, tmp_path: Path) -> None:
    inputs = (Unanswered(input=encode((4,))),)
    remembering = Answering(answering.bench, AnswerCache(tmp_path))
    first = await answer(remembering, problem(unanswered=inputs))
    kept = names_in(tmp_path)
    assert len(kept) == 1
    assert await answer(remembering, problem(unanswered=inputs)) == first
    assert names_in(tmp_path) == kept
    other = problem(SQUARES + "# another text\n", unanswered=inputs)
    await answer(remembering, other)
    assert len(names_in(tmp_path)) == 2


async def test_what_a_busy_machine_cut_off_is_not_remembered(answering: Answering, tmp_path: Path) -> None:
    remembering = Answering(answering.bench, AnswerCache(tmp_path))
    found = await remembering.answers("def f():\n    while True: pass\n", "f", [encode(())], seconds=0.2)
    assert [one.end for one in found] == ["timeout"]
    assert names_in(tmp_path) == []


async def test_tests_alone_are_timed_as_they_are(answering: Answering) -> None:
    chosen, said = await preparing(answering, problem()).choose(hold_out=True)
    assert [known.test.name for known in chosen.shown] == ["t1"]
    assert (chosen.held_out, said.origins, said.is_long) == ((), {"test": 1}, False)


async def test_expressions_grow_until_the_reference_takes_long_enough(answering: Answering) -> None:
    data = TimingData(expressions=("[400]", "[500]", "not python", "[10 ** 100]", "'abc'"), source="made-up")
    wanted = problem(timing=data)
    chosen, said = await preparing(answering, wanted).choose(hold_out=True)
    assert said.is_long
    assert said.held_out_ns >= 1_000_000
    assert said.left_out >= 3, "what is no expression, no list, or cannot be answered"
    for known in (*chosen.shown, *chosen.held_out):
        (n,) = decode(known.test.input)  # type: ignore[misc]
        assert matches(known.test.expected, encode([i * i for i in range(n)]), known.test.comparison) is None
    again = await preparing(answering, wanted).again(said)
    assert {known.test for known in again.shown} == {known.test for known in chosen.shown}
    assert {known.test for known in again.held_out} == {known.test for known in chosen.held_out}


async def test_an_input_that_takes_too_long_is_made_smaller(answering: Answering) -> None:
    slow = "def f(items):\n    return sum(a < b for a in items for b in items)\n"
    data = TimingData(expressions=("[list(range(20000))]", "[[0] * 30000]"))
    chosen, said = await preparing(answering, problem(slow, tests=(), timing=data)).choose(hold_out=False)
    assert said.is_long
    assert said.shown_ns < 100_000_000
    assert all("/" in known.test.name for known in chosen.shown)


@pytest.mark.parametrize(("source", "origin"), [("the problem file", "generator"), (MODEL, "model")])
async def test_a_generator_is_asked_for_sizes_that_take_long_enough(
    answering: Answering, source: str, origin: str
) -> None:
    code = "import random\ndef generate(size, seed):\n    return (size + random.Random(seed).randrange(9),)\n"
    wanted = problem(timing=TimingData(generator=code, source=source))
    chosen, said = await preparing(answering, wanted).choose(hold_out=True)
    assert said.is_long
    assert said.held_out_ns >= 1_000_000
    assert origin in said.origins
    assert set(said.origins) <= {"test", origin}
    again = await preparing(answering, wanted).again(said)
    assert [known.test.name for known in again.held_out] != []
    assert {known.test for known in again.held_out} == {known.test for known in chosen.held_out}


@pytest.mark.parametrize(
    "code",
    [
        "def generate(size, seed):\n    raise ValueError\n",
        "def generate(size, seed):\n    return size\n",
        "def generate(size, seed):\n    return (object(),)\n",
        "def other(size):\n    return (1,)\n",
        "this is no program",
        "def generate(size, seed):\n    return ('x',)\n",
    ],
)
async def test_a_generator_that_gives_nothing_usable_leaves_the_tests(
    answering: Answering, code: str
) -> None:
    wanted = problem(timing=TimingData(generator=code, source=MODEL))
    chosen, said = await preparing(answering, wanted).choose(hold_out=True)
    assert [known.test.name for known in chosen.shown] == ["t1"]
    assert said.left_out > 0


async def test_what_depends_on_the_hash_seed_is_left_out(answering: Answering) -> None:
    unsteady = "def f(words):\n    return [*set(words)] if len(words) > 2 else words\n"
    words = [f"word {n}" for n in range(50)]
    data = TimingData(inputs=(encode((words,)), encode((["a"],))))
    wanted = problem(unsteady, tests=(), timing=data)
    one, other = [
        await answering.answers(unsteady, "f", [data.inputs[0]], zygote=zygote)
        for zygote in (0, OTHER_ZYGOTE)
    ]
    assert one[0].output != other[0].output
    chosen, said = await preparing(answering, wanted).choose(hold_out=False)
    assert [known.test.name for known in chosen.shown] == ["i2"]
    assert said.left_out == 1


async def test_a_program_that_reads_stdin_has_texts_for_inputs(answering: Answering) -> None:
    wanted = Problem(
        id="P/2",
        title="sum",
        kind="stdin",
        statement="?",
        references=("print(sum(map(int, input().split())))\n",),
        timing=TimingData(
            generator="def generate(size, seed):\n    return ' '.join(map(str, range(size)))\n", source="x"
        ),
        benchmark="made-up",
    )
    chosen, said = await preparing(answering, wanted).choose(hold_out=True)
    assert said.is_long
    known = chosen.shown[-1]
    assert known.test.comparison.kind == "text"
    assert int(known.test.expected) == sum(map(int, known.test.input.split()))
