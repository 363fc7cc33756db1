"""The examples of `docs/problem-format.md` are problems."""

from __future__ import annotations

import re
from pathlib import Path

from perftui.problems.own.load import load_own
from perftui.values import decode_arguments

PAGE = (Path(__file__).parents[3] / "docs" / "problem-format.md").read_text(encoding="utf-8")


def examples(language: str) -> list[str]:
    return re.findall(rf"^(`{{3,}}){language}\n(.*?)^\1$", PAGE, re.DOTALL | re.MULTILINE)


def texts(language: str) -> list[str]:
    return [text for _, text in examples(language)]


def test_the_toml_files(tmp_path: Path) -> None:
    files = [text for text in texts("toml") if "id =" in text]
    assert len(files) == 2
    for number, example in enumerate(files):
        (tmp_path / f"{number}.toml").write_text(example)
    assert [problem.id for problem in load_own(tmp_path).problems] == ["two-sum", "count-words"]


def test_the_python_file_and_the_tests_beside_it(tmp_path: Path) -> None:
    slow, tests = (text for text in texts("python") if "count_pairs" in text)
    (tmp_path / "slow.py").write_text(slow)
    (problem,) = load_own(tmp_path / "slow.py").problems
    assert (problem.entry_point, len(problem.tests), len(problem.unanswered)) == ("count_pairs", 1, 1)
    (tmp_path / "test_slow.py").write_text(tests)
    (problem,) = load_own(tmp_path / "slow.py").problems
    assert [decode_arguments(test.input) for test in problem.tests[1:4]] == [
        ([1, 9], 10),
        ([], 10),
        (list(range(100)), 99),
    ]
    assert (len(problem.tests), len(problem.checks)) == (9, 1)


def test_the_page(tmp_path: Path) -> None:
    (page,) = texts("markdown")
    (tmp_path / "gap.md").write_text(page)
    (problem,) = load_own(tmp_path / "gap.md").problems
    assert (problem.title, problem.entry_point, len(problem.tests)) == ("The largest gap", "largest_gap", 2)
    assert problem.timing.generator is not None
