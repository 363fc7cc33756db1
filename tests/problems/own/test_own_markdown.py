"""Problems as Markdown pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from perftui.errors import BadInputError
from perftui.problems.own.load import load_own
from perftui.values import decode_arguments
from tests.support.own import PAGE


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mean.md"
    path.write_text(text)
    return path


def test_a_page_says_all_of_a_problem(tmp_path: Path) -> None:
    (problem,) = load_own(write(tmp_path, PAGE)).problems
    assert (problem.id, problem.title, problem.entry_point) == ("mean", "The mean", "mean")
    assert [decode_arguments(test.input) for test in problem.tests] == [([1, 2],)]
    assert [decode_arguments(one.input) for one in problem.unanswered] == [([1, 2, 3],)]
    assert problem.timing.generator == "def generate(size, seed):\n    return ([seed] * size,)\n"
    assert len(problem.references) == 2
    assert "max(len" in problem.references[0]
    assert "mean([1, 2])  # 1.5" in problem.statement
    assert "max(len" not in problem.statement
    assert "assert" not in problem.statement


def test_a_page_needs_no_front_matter(tmp_path: Path) -> None:
    text = PAGE.partition("+++\n# ")[2].replace("The mean\n", "The mean.\n", 1)
    (problem,) = load_own(write(tmp_path, text)).problems
    assert (problem.id, problem.title) == ("mean", "mean")


def test_a_page_may_have_no_slow_program(tmp_path: Path) -> None:
    text = "+++\nentry_point = 'f'\n+++\nReturn what is given.\n\n```python tests\nassert f(1) == 1\n```\n"
    (problem,) = load_own(write(tmp_path, text)).problems
    assert (problem.statement, problem.references, problem.stub) == ("Return what is given.", (), "")


def test_the_page_of_a_folder_stands_for_its_head(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "problem.md").write_text("Return what is given.\n")
    (tmp_path / "p" / "slow.py").write_text("def f(x):\n    return x\n\nf(1)\n")
    (problem,) = load_own(tmp_path / "p").problems
    assert "Return what is given." in problem.statement
    assert problem.entry_point == "f"


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("+++\nrelative", "---\nrelative", 1, "YAML front matter is not read"),
        ("+++\n# The", "# The", 1, "the front matter is never closed"),
        ("relative = 1e-6", "relative = 2.0", 2, "relative: a number from 0 to below 1"),
        ("relative = 1e-6", "relativ = 2.0", 2, "relativ: there is no such field"),
        ("relative = 1e-6", "program = 'x.py'", 2, "program: only in the folder of a problem"),
        ("relative = 1e-6", "statement = 'x'", 2, "statement: the page has a text already"),
        ('input = "([1, 2, 3],)"', 'input = "1"', 5, "input: a tuple of arguments"),
        (
            "def mean(numbers):\n    return sum(numbers) / len",
            "def mean(numbers:\n    return sum(numbers) / len",
            16,
            "not Python",
        ),
        ("assert mean([1, 2]) == 1.5", "assert meen([1, 2]) == 1.5", 23, "does not call `mean`"),
        ("def generate(size", "def generat(size", 27, "does not define `generate(size, seed)`"),
        ("```python reference", "```python program", 31, "a second block `python program`"),
        (
            "```python reference",
            "```python refrence",
            31,
            "a block `python refrence`: after python, program,",
        ),
        (" / max(len(numbers), 1)\n```\n", " / max(len(numbers), 1)\n", 31, "a block that is never closed"),
        (
            "def mean(numbers):\n    return sum(numbers) / max",
            "def men(numbers):\n    return sum(numbers) / max",
            32,
            "does not define `mean`",
        ),
    ],
)
def test_what_is_wrong_is_told_by_its_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    assert PAGE.count(old) == 1
    path = write(tmp_path, PAGE.replace(old, new))
    with pytest.raises(BadInputError, match=re.escape(f"{path}, line {line}: {message}")):
        load_own(path)
