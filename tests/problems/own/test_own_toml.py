from __future__ import annotations

import re
from pathlib import Path

import pytest

from perftui.errors import BadInputError
from perftui.problems.model import Comparison
from perftui.problems.own.load import load_own as load_native
from perftui.values import decode, decode_arguments

FUNCTION = '''id = "two-sum"
title = "Two numbers with a given sum"
kind = "function"
entry_point = "two_sum"
statement = """
Find two numbers.
[[tests]]
input = "not a test"
"""
stub = "def two_sum(numbers, target):\\n"
reference = "def two_sum(numbers, target):\\n    return None\\n"

[[tests]]
input = "([2, 7, 11, 15], 9)"
expected = "(0, 1)"

[[tests]]
input = "([i * 7 for i in range(5)], -1)"
expected = "None"
'''
STDIN = """id = "count-words"
title = "Count the words"
kind = "stdin"
statement = "Count."
references = ["print(1)", "print(2)"]

[[tests]]
stdin = "one two\\n"
stdout = "2"

[[tests]]
stdin_expression = '" ".join("word" for _ in range(3))'
stdout_expression = "str(3)"
"""


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_a_function_problem_is_read(tmp_path: Path) -> None:
    benchmark = load_native(write(tmp_path / "mine.toml", FUNCTION))
    assert benchmark.name == "mine"
    (problem,) = benchmark.problems
    assert problem.id == "two-sum"
    assert problem.entry_point == "two_sum"
    assert problem.benchmark == "mine"
    assert problem.references == ("def two_sum(numbers, target):\n    return None\n",)
    assert problem.test_names == ("t1", "t2")
    assert [decode_arguments(test.input) for test in problem.tests] == [
        ([2, 7, 11, 15], 9),
        ([0, 7, 14, 21, 28], -1),
    ]
    assert [decode(test.expected) for test in problem.tests] == [(0, 1), None]


def test_a_stdin_problem_is_read(tmp_path: Path) -> None:
    (problem,) = load_native(write(tmp_path / "p.toml", STDIN)).problems
    assert problem.kind == "stdin"
    assert problem.entry_point is None
    assert problem.references == ("print(1)", "print(2)")
    assert [(test.input, test.expected) for test in problem.tests] == [
        ("one two\n", "2"),
        ("word word word", "3"),
    ]
    assert {test.comparison.kind for test in problem.tests} == {"text"}


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    folder = tmp_path / "set.v2"
    folder.mkdir()
    write(folder / "b.toml", FUNCTION)
    write(folder / "a.toml", STDIN)
    write(folder / ".hidden.toml", "broken")
    write(folder / "notes.txt", "no problem")
    benchmark = load_native(folder)
    assert benchmark.name == "set.v2"
    assert [problem.id for problem in benchmark.problems] == ["count-words", "two-sum"]


def test_a_folder_goes_by_its_name_from_wherever_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    write(folder / "a.toml", STDIN)
    monkeypatch.chdir(folder)
    here, there = load_native(Path()), load_native(folder)
    assert here.name == there.name == "set"
    assert here.problems[0].digest == there.problems[0].digest


def test_comparisons_and_checks_are_read(tmp_path: Path) -> None:
    head = FUNCTION.split('[[tests]]\ninput = "([2', maxsplit=1)[0]
    text = (
        head
        + """
[[tests]]
input = "(1,)"
expected = "0.5"
comparison = "close"
tolerance = 1e-6
[[tests]]
input = "()"
comparison = "true"
[[tests]]
input = "()"
expected = "[1, 2]"
comparison = "equal-as-tuple"
[[checks]]
code = "def check(candidate): pass"
"""
    )
    (problem,) = load_native(write(tmp_path / "p.toml", text)).problems
    assert [test.comparison for test in problem.tests] == [
        Comparison(kind="close", tolerance=1e-6),
        Comparison(kind="true"),
        Comparison(kind="equal-as-tuple"),
    ]
    assert problem.checks[0].name == "t4"
    assert problem.checks[0].code == "def check(candidate): pass"


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('kind = "function"', "kind = function", 3, "not TOML: Invalid value"),
        ('id = "two-sum"\n', "", 1, "lacks the field `id`"),
        ('id = "two-sum"', "id = 5", 1, "id: Expected `str`, got `int`"),
        ('id = "two-sum"', 'id = "two sum"', 1, "id: letters, digits"),
        ('"Two numbers with a given sum"', '"a\\nb"', 2, "title: one line"),
        ('kind = "function"', 'kind = "class"', 3, "kind: Invalid enum value 'class'"),
        ('entry_point = "two_sum"', 'entry_point = "two sum"', 4, "entry_point: the name of the function"),
        ('entry_point = "two_sum"\n', "", 1, "entry_point: the name of the function"),
        ("reference =", "referense =", 11, "referense: there is no such field"),
        (
            "stub =",
            'references = ["a"]\nstub =',
            10,
            "references: give `reference` or `references`, not both",
        ),
        (
            'expected = "(0, 1)"',
            'expected = "(0, 1"',
            15,
            "expected: not an expression: '(' was never closed",
        ),
        ('expected = "(0, 1)"', 'expected = "(0, x)"', 15, "expected: unknown name `x`"),
        ('expected = "(0, 1)"', 'expected = "range(3)"', 15, "expected: a range is not plain data"),
        ('expected = "(0, 1)"', "expected = 1", 15, "expected: Expected `str`, got `int`"),
        ('expected = "(0, 1)"', 'expectd = "(0, 1)"', 15, "expectd: there is no such field"),
        ('"([i * 7 for i in range(5)], -1)"', '"5"', 18, "input: a tuple of arguments is wanted"),
        ('expected = "None"', 'expected = "None"\ncomparison = "near"', 20, "comparison: Invalid enum value"),
        ('expected = "None"', 'expected = "None"\ncomparison = "text"', 20, "comparison: `text` is for"),
        ('expected = "None"', 'expected = "None"\ncomparison = "true"', 19, "expected: not with comparison"),
        ('expected = "None"', 'expected = "1"\ncomparison = "close"', 17, "tolerance: a number above 0"),
        ('expected = "None"', 'expected = "1"\ntolerance = 1.0', 20, "tolerance: only with comparison"),
        (
            'expected = "None"',
            'expected = "None"\ncomparison = "close"\ntolerance = 1.0',
            19,
            "expected: a number is wanted",
        ),
        (
            'expected = "None"',
            'expected = "1"\ncomparison = "close"\ntolerance = inf',
            21,
            "tolerance: a number above 0",
        ),
        (
            'expected = "None"',
            'expected = "1"\ncomparison = "equal-as-tuple"',
            19,
            "expected: a list or a tuple",
        ),
        ('expected = "None"', 'expected = "None"\nstdin = "x"', 20, "stdin: only where kind is `stdin`"),
    ],
)
def test_what_is_wrong_with_a_function_problem_is_told_by_its_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    assert FUNCTION.count(old) == 1
    assert_refused(tmp_path / "p.toml", FUNCTION.replace(old, new), line, message)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('kind = "stdin"', 'kind = "stdin"\nentry_point = "f"', 4, "entry_point: only where kind is"),
        ('kind = "stdin"', 'kind = "stdin"\nstub = "f"', 4, "stub: only where kind is"),
        ('statement = "Count."', 'statement = " "', 4, "statement: is empty"),
        ('stdout = "2"', 'stdout = "2"\nexpected = "2"', 10, "expected: only where kind is `function`"),
        (
            'references = ["print(1)", "print(2)"]\n\n[[tests]]\nstdin = "one two\\n"\nstdout = "2"\n',
            '\n[[tests]]\nstdin = "1"\n',
            6,
            "lacks the field `stdout`, and there is no reference",
        ),
        (
            'stdout = "2"',
            'stdout = "2"\nstdout_expression = "str(2)"',
            10,
            "stdout_expression: give `stdout` or",
        ),
        ('"str(3)"', '"3"', 13, "stdout_expression: a string is wanted"),
        ('"str(3)"', "'\"\\ud800\"'", 13, "stdout_expression: a string is wanted"),
        ('"str(3)"', '"str(3)"\n[[checks]]\ncode = ""', 14, "only where kind is `function`"),
    ],
)
def test_what_is_wrong_with_a_stdin_problem_is_told_by_its_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    assert STDIN.count(old) == 1
    assert_refused(tmp_path / "p.toml", STDIN.replace(old, new), line, message)


def assert_refused(path: Path, text: str, line: int, message: str) -> None:
    with pytest.raises(BadInputError, match=re.escape(f"{path}, line {line}: {message}")) as caught:
        load_native(write(path, text))
    assert str(caught.value).isprintable()


def test_a_problem_without_tests_is_refused(tmp_path: Path) -> None:
    text = STDIN.partition("[[tests]]")[0]
    assert_refused(tmp_path / "p.toml", text, 1, "the problem has no tests")


def test_a_file_that_ends_too_early_is_told_by_its_last_line(tmp_path: Path) -> None:
    text = 'id = "a"\ntitle = """never closed\n'
    with pytest.raises(BadInputError, match="line 3: not TOML: "):
        load_native(write(tmp_path / "p.toml", text))


def test_an_id_that_comes_twice_names_both_files(tmp_path: Path) -> None:
    write(tmp_path / "a.toml", STDIN)
    write(tmp_path / "b.toml", "# a comment\n" + STDIN)
    with pytest.raises(BadInputError, match=r"b\.toml, line 2: id: count-words is already in .*a.toml"):
        load_native(tmp_path)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="holds no problem files"):
        load_native(tmp_path)
