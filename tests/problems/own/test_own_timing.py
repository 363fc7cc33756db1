from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from perftui.errors import BadInputError
from perftui.problems.model import Comparison, ComparisonKind, Problem, TimingData
from perftui.problems.own.load import load_problem
from perftui.values import decode

HEAD = """id = "p"
title = "P"
kind = "function"
entry_point = "f"
statement = "Do it."
"""
STDIN = HEAD.replace('"function"', '"stdin"').replace('entry_point = "f"\n', "")
TEST = """
[[tests]]
input = "(1,)"
expected = "1"
"""
STDIN_TEST = """
[[tests]]
stdin = "1"
stdout = "1.5"
"""
GENERATOR = """
generator = '''
def helper(n):
    return n

def generate(size, seed):
    return (list(range(helper(size))),)
'''
"""


def load(tmp_path: Path, text: str) -> Problem:
    path = tmp_path / "p.toml"
    path.write_text(text)
    return load_problem(path, "b")


def refused(tmp_path: Path, text: str) -> str:
    with pytest.raises(BadInputError) as caught:
        load(tmp_path, text)
    assert str(caught.value).isprintable()
    return str(caught.value).removeprefix(f"{tmp_path / 'p.toml'}, ")


def test_inputs_to_time_on_stay_expressions(tmp_path: Path) -> None:
    tables = '\n[[timing]]\ninput = "[random.sample(range(9), 3)]"\n\n[[timing]]\ninput = "(2,)"\n'
    timing = load(tmp_path, HEAD + GENERATOR + TEST + tables).timing
    assert timing.expressions == ("[random.sample(range(9), 3)]", "(2,)")
    assert timing.inputs == ()
    assert timing.generator is not None
    assert timing.generator.startswith("def helper(n):")
    assert timing.source == "the problem file"
    assert load(tmp_path, HEAD + TEST).timing == TimingData()


def test_a_stdin_problem_gives_texts_or_expressions(tmp_path: Path) -> None:
    tables = '\n[[timing]]\nstdin = "2\\n"\n\n[[timing]]\nstdin_expression = "\'x\' * 9"\n'
    timing = load(tmp_path, STDIN + STDIN_TEST + tables).timing
    assert (timing.inputs, timing.expressions) == (("2\n",), ("'x' * 9",))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEAD + TEST + '[[timing]]\ninput = "(1"\n', "line 11: input: not Python: '(' was never closed"),
        (HEAD + TEST + '[[timing]]\nstdin = "1"\n', "line 11: stdin: only where kind is `stdin`"),
        (HEAD + TEST + "[[timing]]\n", "line 10: lacks the field `input`"),
        (HEAD + TEST + '[[timing]]\nexpected = "1"\n', "line 11: expected: there is no such field"),
        (STDIN + STDIN_TEST + '[[timing]]\ninput = "1"\n', "line 10: input: only where kind is `function`"),
        (STDIN + STDIN_TEST + "[[timing]]\n", "line 9: lacks the field `stdin` (or `stdin_expression`)"),
        (
            STDIN + STDIN_TEST + '[[timing]]\nstdin = "1"\nstdin_expression = "2"\n',
            "line 11: stdin_expression: give `stdin` or `stdin_expression`, not both",
        ),
        (HEAD + 'generator = "generate = 5"\n' + TEST, "line 6: generator: does not define `generate(size,"),
        (
            HEAD + GENERATOR.replace("def generate(size, seed)", "def generate(size)") + TEST,
            "line 11: generator: `generate` must take a size and a seed",
        ),
        (HEAD + GENERATOR.replace("return n", "return n n") + TEST, "line 9: generator: not Python: "),
        (HEAD + 'generator = "def generate(:"\n' + TEST, "line 6: generator: not Python: "),
        (HEAD + 'generator = """def generate(:\n"""\n' + TEST, "line 6: generator: not Python: "),
    ],
)
def test_what_is_wrong_is_told_by_its_line(tmp_path: Path, text: str, reason: str) -> None:
    assert refused(tmp_path, text).startswith(reason)


@pytest.mark.parametrize("head", ["size, seed", "size, seed, more=1", "*both", "size, seed, /"])
def test_a_generator_takes_a_size_and_a_seed(tmp_path: Path, head: str) -> None:
    assert load(tmp_path, HEAD + GENERATOR.replace("size, seed", head) + TEST).timing.generator is not None


@pytest.mark.parametrize(
    ("fields", "comparison"),
    [
        ('comparison = "approximate"\ntolerance = 0.5', Comparison(kind="approximate", tolerance=0.5)),
        ('comparison = "approximate"\nrelative = 1e-9', Comparison(kind="approximate", relative=1e-9)),
        ('comparison = "floats"\ntolerance = 0.5', Comparison(kind="floats", tolerance=0.5)),
        ('others = ["2", "[3]"]', Comparison(others=("2", "[3]"))),
    ],
)
def test_comparisons_have_tolerances_and_other_right_outputs(
    tmp_path: Path, fields: str, comparison: Comparison
) -> None:
    (test,) = load(tmp_path, HEAD + TEST + fields).tests
    assert test.comparison == comparison


@pytest.mark.parametrize(
    ("expected", "fields", "comparison"),
    [
        ("[1, 2]", 'comparison = "unordered"', Comparison(kind="unordered")),
        ("[1]", 'comparison = "unordered"\ntolerance = 1', Comparison(kind="unordered", tolerance=1.0)),
        ("{1}", 'comparison = "equal-as-set"', Comparison(kind="equal-as-set")),
        ("True", 'comparison = "not-none"', Comparison(kind="not-none")),
    ],
)
def test_comparisons_of_collections(
    tmp_path: Path, expected: str, fields: str, comparison: Comparison
) -> None:
    (test,) = load(tmp_path, HEAD + TEST.replace('"1"', f'"{expected}"') + fields).tests
    assert test.comparison == comparison
    assert decode(test.expected) in ([1, 2], [1], {1}, True)


def test_printed_text_has_a_tolerance_and_other_right_texts(tmp_path: Path) -> None:
    (test,) = load(tmp_path, STDIN + STDIN_TEST + 'tolerance = 1e-6\nothers = ["2"]').tests
    assert test.comparison == Comparison(kind="text", tolerance=1e-6, others=("2",))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ('comparison = "approximate"', "line 10: comparison: `tolerance` or `relative` is wanted"),
        ('comparison = "approximate"\ntolerance = -1', "line 11: tolerance: a number from 0 is wanted"),
        ('comparison = "approximate"\nrelative = 1.0', "line 11: relative: a number from 0 to below 1"),
        ('comparison = "close"\nrelative = 0.1', "line 11: relative: not with comparison `close`"),
        ('comparison = "unordered"', "line 9: expected: a list, a tuple or a set is wanted with"),
        ('comparison = "not-none"', "line 9: expected: True or False is wanted with comparison"),
        ('others = ["x"]', "line 10: others: unknown name `x`"),
        ('others = "1"', "line 10: others: Expected `array`, got `str`"),
        ("relative = 0.1", "line 10: relative: only with comparison"),
    ],
)
def test_a_comparison_that_does_not_fit_is_told(tmp_path: Path, fields: str, reason: str) -> None:
    assert refused(tmp_path, HEAD + TEST + fields).startswith(reason)


def test_the_documentation_lists_every_comparison() -> None:
    page = (Path(__file__).parents[3] / "docs" / "comparison.md").read_text()
    told = set(re.findall(r"^\| `([a-z-]+)`(?:, `([a-z-]+)`)? \|", page, re.MULTILINE))
    assert {name for names in told for name in names if name} == set(get_args(ComparisonKind))
