"""The folder of a problem, and folders of problems."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from perftui.errors import BadInputError
from perftui.problems.model import Comparison, Problem
from perftui.problems.own import texts
from perftui.problems.own.load import load_own
from perftui.values import decode, decode_arguments

PROGRAM = "def f(x):\n    return x\n"


def made(folder: Path, **files: str) -> Path:
    """A folder with files; two underscores in a name are a slash, one is a dot."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def load(folder: Path) -> Problem:
    (problem,) = load_own(folder).problems
    return problem


def refused(folder: Path) -> str:
    with pytest.raises(BadInputError) as caught:
        load_own(folder)
    assert str(caught.value).isprintable()
    return str(caught.value).removeprefix(f"{folder}/")


def test_a_program_and_tests_are_enough(tmp_path: Path) -> None:
    folder = made(tmp_path / "my thing", slow_DOT_py=PROGRAM, test_slow_DOT_py="assert f(1) == 1\n")
    benchmark = load_own(folder)
    problem = benchmark.problems[0]
    assert benchmark.name == "my thing"
    assert (problem.id, problem.title, problem.entry_point) == ("my-thing", "f", "f")
    assert problem.references == (PROGRAM,)
    assert [decode_arguments(test.input) for test in problem.tests] == [(1,)]


def test_all_that_a_folder_may_hold_is_read(tmp_path: Path) -> None:
    folder = made(
        tmp_path / "p",
        problem_DOT_toml='id = "mine"\ntitle = "Mine"\nstatement = "Be quick."\nprogram = "a.py"\n'
        "relative = 0.5\n",
        a_DOT_py=PROGRAM,
        b_DOT_py="not read (\n",
        test_a_DOT_py="from a import f\n\ndef test_f():\n    assert f(1.0) == 1.0\n",
        tests__test_b_DOT_py="assert f(2) == 2\n",
        tests_DOT_jsonl='{"input": "(3,)", "expected": "3"}\n\n{"input": "(4,)"}\n',
        generator_DOT_py="def generate(size, seed):\n    return (size,)\n",
        reference_DOT_py="def f(x):\n    return +x\n",
        conftest_DOT_py="not read (\n",
    )
    problem = load(folder)
    assert (problem.id, problem.title) == ("mine", "Mine")
    assert [decode_arguments(test.input) for test in problem.tests] == [(3,), (1.0,), (2,)]
    assert {test.comparison for test in problem.tests} == {Comparison(kind="approximate", relative=0.5)}
    assert [decode_arguments(one.input) for one in problem.unanswered] == [(4,)]
    # What is meant as ground truth tells what is expected; the slow program is what is to be beaten.
    assert problem.references == ("def f(x):\n    return +x\n", PROGRAM)
    assert problem.timing.generator == "def generate(size, seed):\n    return (size,)\n"
    assert "Be quick." in problem.statement
    assert "return x" in problem.statement


def test_the_problem_of_a_folder_can_be_named_by_its_head(tmp_path: Path) -> None:
    folder = made(tmp_path / "p", problem_DOT_toml="", slow_DOT_py=PROGRAM + "f(1)\n")
    assert load_own(folder / "problem.toml") == load_own(folder)


def test_a_program_that_reads_and_prints(tmp_path: Path) -> None:
    folder = made(
        tmp_path / "p",
        count_DOT_py="print(len(input()))\n",
        tests__10_DOT_in="ten",
        tests__2_DOT_in="two",
        tests__2_DOT_out="3\n",
        tests__x_DOT_in="x",
        tests__x_DOT_ans="1\n",
    )
    problem = load(folder)
    assert (problem.kind, problem.entry_point, problem.stub) == ("stdin", None, "")
    assert [(test.name, test.input, test.expected) for test in problem.tests] == [
        ("t1", "two", "3\n"),
        ("t2", "x", "1\n"),
    ]
    assert [(one.input, one.comparison.kind) for one in problem.unanswered] == [("ten", "text")]
    assert problem.references == ("print(len(input()))\n",)
    assert problem.statement.startswith("Make this program faster.")


def test_lines_of_json_hold_values_or_expressions(tmp_path: Path) -> None:
    lines = (
        '{"input": [[1, "a"], null], "expected": "a"}\n'
        '{"input": ["(1,)"]}\n'
        '{"input": [1.5], "expected": 1.5, "others": ["x", [2]], "comparison": "equal"}\n'
        '{"input": "({1},)", "expected": "{1}"}\n'
    )
    problem = load(made(tmp_path / "p", slow_DOT_py=PROGRAM, tests_DOT_jsonl=lines))
    assert [(decode_arguments(test.input), decode(test.expected)) for test in problem.tests] == [
        (([1, "a"], None), "a"),
        ((1.5,), 1.5),
        (({1},), {1}),
    ]
    assert problem.tests[1].comparison.others == ('"x"', "[2]")
    assert [decode_arguments(one.input) for one in problem.unanswered] == [("(1,)",)]


def test_a_carriage_return_ends_a_line(tmp_path: Path) -> None:
    text = "def f(x):\r    return x\r\rassert f(1) == 1\r"
    folder = made(tmp_path / "p")
    folder.mkdir()
    (folder / "slow.py").write_bytes(text.encode())
    assert load(folder).references == (PROGRAM,)


def test_a_generator_that_is_not_written_yet_is_none(tmp_path: Path) -> None:
    folder = made(
        tmp_path / "p", slow_DOT_py=PROGRAM + "f(1)\n", generator_DOT_py="# def generate(size, seed):\n"
    )
    assert load(folder).timing.generator is None


def test_a_folder_of_problems_holds_all_forms(tmp_path: Path) -> None:
    made(tmp_path / "set" / "c", slow_DOT_py=PROGRAM, test_slow_DOT_py="assert f(1) == 1\n")
    made(
        tmp_path / "set",
        a_DOT_py=PROGRAM + "f(1)\n",
        b_DOT_md="+++\n+++\n```python program\ndef f(x): return x\n```\n```python tests\nf(1)\n```\n",
        d_DOT_toml='id = "d"\ntitle = "d"\nkind = "stdin"\nstatement = "d"\n'
        '[[tests]]\nstdin = ""\nstdout = ""\n',
        README_DOT_md="# These are problems\n",
        test_a_DOT_py="assert f(2) == 2\n",
        notes__x_DOT_txt="",
    )
    benchmark = load_own(tmp_path / "set")
    assert [problem.id for problem in benchmark.problems] == ["a", "b", "c", "d"]
    assert {problem.benchmark for problem in benchmark.problems} == {"set"}


def test_a_script_beside_the_folders_of_problems_makes_them_no_problem(tmp_path: Path) -> None:
    made(tmp_path / "set" / "a", slow_DOT_py=PROGRAM + "f(1)\n", problem_DOT_toml="")
    made(tmp_path / "set", _make_DOT_py="print(1)\n")
    assert [problem.id for problem in load_own(tmp_path / "set").problems] == ["a"]


def test_an_id_that_comes_twice_is_refused(tmp_path: Path) -> None:
    made(
        tmp_path / "set",
        a_DOT_py=PROGRAM + "f(1)\n",
        a_DOT_md="+++\n+++\n```python program\ndef f(x): return x\nf(1)\n```\n",
    )
    with pytest.raises(BadInputError, match=r"a\.py: id: a is already in .*a\.md"):
        load_own(tmp_path / "set")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"a_DOT_py": PROGRAM, "b_DOT_py": PROGRAM, "problem_DOT_toml": "\n"},
            "problem.toml, line 1: several programs (a.py, b.py)",
        ),
        (
            {"problem_DOT_toml": '\nprogram = "../x.py"\n'},
            "problem.toml, line 2: program: a file of this folder",
        ),
        (
            {"problem_DOT_toml": '\nprogram = "/x.py"\n'},
            "problem.toml, line 2: program: a file of this folder",
        ),
        ({"problem_DOT_toml": 'program = "x.py"\n'}, "problem.toml, line 1: program: "),
        ({"problem_DOT_toml": "title =\n", "a_DOT_py": PROGRAM}, "problem.toml, line 1: not TOML"),
        (
            {"problem_DOT_toml": "\ntitel = 1\n", "a_DOT_py": PROGRAM},
            "problem.toml, line 2: titel: there is no such field",
        ),
        ({"problem_DOT_toml": "", "problem_DOT_md": ""}, "has both problem.toml and problem.md"),
        ({"problem_DOT_toml": ""}, "problem.toml, line 1: entry_point: the name of the function"),
        ({"a_DOT_py": PROGRAM}, "a.py, line 1: no tests of `f`"),
        ({"a_DOT_py": "\ndef f(x:\n"}, "a.py, line 2: not Python"),
        ({"a_DOT_py": PROGRAM, "test_a_DOT_py": "\n# none yet\n"}, "test_a.py, line 1: no tests of `f`"),
        (
            {"a_DOT_py": PROGRAM, "test_a_DOT_py": "\n\nassert g(1) == 1\n"},
            "test_a.py, line 3: does not call `f`",
        ),
        (
            {"a_DOT_py": PROGRAM + "f(1)\n", "generator_DOT_py": "\ndef gen(): pass\n"},
            "generator.py, line 1: does not define `generate",
        ),
        (
            {"a_DOT_py": PROGRAM + "f(1)\n", "generator_DOT_py": "\ndef generate(n): pass\n"},
            "generator.py, line 2: `generate` must take",
        ),
        (
            {"a_DOT_py": PROGRAM + "f(1)\n", "reference_DOT_py": "def g(): pass\n"},
            "reference.py, line 1: does not define `f`",
        ),
        (
            {"a_DOT_py": PROGRAM, "tests_DOT_jsonl": '{"input": "(1,)"}\n{"input": "(1,"}\n'},
            "tests.jsonl, line 2: input: not an expression",
        ),
        (
            {"a_DOT_py": PROGRAM, "tests_DOT_jsonl": '{"inputs": "(1,)"}\n'},
            "tests.jsonl, line 1: Object contains unknown",
        ),
        ({"a_DOT_py": PROGRAM, "tests_DOT_jsonl": "\n{\n"}, "tests.jsonl, line 2: not JSON"),
        ({"a_DOT_py": PROGRAM, "tests__1_DOT_out": ""}, "tests/1.out: there is no 1.in for it"),
        (
            {"a_DOT_py": PROGRAM, "tests__1_DOT_in": "", "test_a_DOT_py": "assert f(1) == 1\n"},
            "test_a.py, line 1: Python tests are for functions",
        ),
        (
            {
                "a_DOT_py": PROGRAM + "f(1)\n",
                "generator_DOT_py": "def generate(size, seed): pass\n",
                "problem_DOT_toml": "\ngenerator = 'def generate(size, seed): pass'\n",
            },
            "problem.toml, line 2: generator: ",
        ),
    ],
)
def test_what_is_wrong_is_told_by_file_and_line(tmp_path: Path, files: dict[str, str], message: str) -> None:
    folder = made(tmp_path / "p", **files)
    assert message in refused(folder)


@pytest.mark.parametrize(
    "name", ["slow.py", "test_slow.py", "generator.py", "reference.py", "tests.jsonl", "tests"]
)
def test_a_link_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    outside = made(tmp_path / "outside", x_DOT_py=PROGRAM + "f(1)\n", dir__1_DOT_in="")
    folder = made(tmp_path / "p", problem_DOT_toml="", slow_DOT_py=PROGRAM + "f(1)\n")
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(outside / ("dir" if name == "tests" else "x.py"))
    assert refused(folder) == f"{name}: leads out of the problem's folder, so it is not read"


def test_what_is_no_plain_file_of_a_fair_size_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made(tmp_path / "p", slow_DOT_py=PROGRAM + "f(1)\n", problem_DOT_toml="")
    os.mkfifo(folder / "generator.py")
    assert refused(folder) == "generator.py: not a plain file"
    (folder / "generator.py").unlink()
    (folder / "generator.py").write_bytes(b"\x1f\x8b and so on")
    assert refused(folder) == "generator.py: packed with gzip: unpack it"
    (folder / "generator.py").write_bytes(b"\n\xff")
    assert refused(folder) == "generator.py, line 2: not UTF-8 text"
    monkeypatch.setattr(texts, "MAX_BYTES", 10)
    assert refused(folder) == "slow.py: larger than 0 MiB"


def test_code_that_is_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    deep = "x" + " + x" * 1500
    folder = made(tmp_path / "p", slow_DOT_py=f"def f(x):\n    return {deep}\n\nassert len(f({deep})) == 1\n")
    assert "nested too deeply" in refused(folder)
