"""Plain Python files: the function that is meant, its tests, and what a model is shown."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perftui.errors import BadInputError
from perftui.problems.benchmarks import load_benchmark
from perftui.problems.model import Comparison, Problem
from perftui.problems.own.load import load_own
from perftui.problems.own.program import read_program
from perftui.problems.own.texts import Text
from perftui.values import decode, decode_arguments
from tests.support.own import SLOW


def load(tmp_path: Path, text: str, name: str = "slow.py") -> Problem:
    (tmp_path / name).write_text(text)
    (problem,) = load_own(tmp_path / name).problems
    return problem


def refused(tmp_path: Path, text: str) -> str:
    with pytest.raises(BadInputError) as caught:
        load(tmp_path, text)
    assert str(caught.value).isprintable()
    return str(caught.value).removeprefix(f"{tmp_path / 'slow.py'}")


def test_a_file_says_all_of_a_problem(tmp_path: Path) -> None:
    problem = load(tmp_path, SLOW)
    assert (problem.id, problem.title, problem.kind, problem.entry_point) == (
        "slow",
        "count_pairs",
        "function",
        "count_pairs",
    )
    assert [(decode_arguments(test.input), decode(test.expected)) for test in problem.tests] == [
        (([10, 0],), 1),
        (([5, 5, 5],), 3),
        (([1, 9],), 1),
    ]
    assert [decode_arguments(one.input) for one in problem.unanswered] == [(list(range(9)),), ([4, 6],)]
    assert problem.checks == ()
    assert problem.test_names == ("t1", "t2", "t3", "t4", "t5")


def test_the_reference_is_the_program_without_its_tests_and_the_model_sees_it_once(tmp_path: Path) -> None:
    problem = load(tmp_path, SLOW)
    (reference,) = problem.references
    assert "test_it" not in reference
    assert "__main__" not in reference
    assert "assert" not in reference
    namespace: dict[str, object] = {}
    exec(reference, namespace)
    assert namespace["count_pairs"]([5, 5, 5]) == 3  # type: ignore[operator]
    assert reference.startswith(problem.stub)
    assert problem.stub.rstrip().endswith('"""')
    assert problem.statement.count("def count_pairs") == 1
    assert problem.stub in problem.statement
    assert "# How many there are.\ndef count_pairs" in reference


def test_a_file_that_runs_code_when_loaded_keeps_its_order(tmp_path: Path) -> None:
    text = "def f(x):\n    return x\n\nTABLE = [f(i) for i in range(3)]\nassert f(1) == 1\n"
    problem = load(tmp_path, text)
    assert problem.references == (text.removesuffix("assert f(1) == 1\n"),)
    assert problem.stub == "TABLE = [f(i) for i in range(3)]\ndef f(x):\n"


@pytest.mark.parametrize(
    ("head", "stub"),
    [
        ("def f(x): return x", "def f(x):\n"),
        ("def f(x) -> int: return x", "def f(x) -> int:\n"),
        ("def f(\n    x,  # a: b\n):\n    # why\n    return x", "def f(\n    x,  # a: b\n):\n"),
        ("@dec\ndef f(x):\n    '''Doc.'''\n    return x", "@dec\ndef f(x):\n    '''Doc.'''\n"),
        ("def f(x):\n    '''Doc.'''", "def f(x):\n    '''Doc.'''\n"),
    ],
)
def test_a_stub_ends_where_the_body_begins(tmp_path: Path, head: str, stub: str) -> None:
    problem = load(tmp_path, f"{head}\nf(1)\n")
    assert problem.stub == stub
    ast.parse(f"{problem.stub}    pass\n")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def f(x):\n    return x\n\ndef _g(x):\n    return x\n\nf(1)\n", "f"),
        ("def f(x):\n    return x\n\ndef g(x):\n    return x\n\nassert g(1) == 1\n", "g"),
        ("def f(x):\n    return g(x)\n\ndef g(x):\n    return x\n\nassert f(1) == g(1)\nf(2)\n", "f"),
        ("def f(x):\n    return x\n\ndef main():\n    print(f(2))\n\nf(2)\n", "f"),
        (
            (
                "def f(n):\n    return f(n - 1) if n else 0\n\n"
                "def generate(size, seed):\n    return (size,)\n\nf(2)\n"
            ),
            "f",
        ),
        ("def g(x):\n    return x\n\n# perftui: entry_point = 'f'\ndef f(x):\n    return x\n\nf(1)\n", "f"),
    ],
)
def test_the_function_is_found(tmp_path: Path, text: str, name: str) -> None:
    assert load(tmp_path, text).entry_point == name


def test_the_command_line_names_a_function(tmp_path: Path) -> None:
    path = tmp_path / "slow.py"
    path.write_text("def f(x):\n    return x\n\ndef g(x):\n    return x\n\nf(1)\ng(2)\n")
    with pytest.raises(BadInputError, match=re.escape(f"say which with {path}::g; f, g")):
        load_benchmark(str(path), None)
    (problem,) = load_benchmark(f"{path}::g", None).problems
    assert problem.entry_point == "g"
    assert [decode_arguments(one.input) for one in problem.unanswered] == [(2,)]
    assert "f(1)" not in problem.references[0]
    with pytest.raises(BadInputError, match="defines no function `h`: it has f, g"):
        load_benchmark(f"{path}::h", None)


def test_a_head_in_comments_is_read(tmp_path: Path) -> None:
    text = (
        "# perftui: title = 'Mine'\n# perftui: tolerance = 0.5\n"
        "\ndef f(x):\n    return x\n\nassert f(1) == 1\nf(2)\n"
    )
    problem = load(tmp_path, text)
    assert problem.title == "Mine"
    assert problem.tests[0].comparison == Comparison(kind="approximate", tolerance=0.5)
    assert problem.unanswered[0].comparison == Comparison(kind="approximate", tolerance=0.5)


def test_tests_beside_the_file_are_read_and_those_of_others_passed_over(tmp_path: Path) -> None:
    (tmp_path / "test_slow.py").write_text(
        "from pkg.slow import f as fast, g\n\ndef test_f():\n    assert fast(1) == 1\n\n"
        "def test_g(tmp_path):\n    assert g(1) == 2\n"
    )
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_slow.py").write_text(
        "import slow\n\ndef test_f():\n    assert slow.f(2) == 2\n"
    )
    path = tmp_path / "slow.py"
    path.write_text("def f(x):\n    return x\n\ndef g(x):\n    return f(x) + 1\n")
    benchmark = load_own(path, "f")
    assert [decode_arguments(test.input) for test in benchmark.problems[0].tests] == [(1,), (2,)]
    assert benchmark.notes == ("test_slow.py, line 6: test_g is of another function, and is left out",)


def test_a_generator_of_the_file_is_used_and_is_no_part_of_the_program(tmp_path: Path) -> None:
    text = (
        "import random\n\ndef f(x):\n    return x\n\ndef generate(size, seed):\n    return (size,)\n\nf(1)\n"
    )
    problem = load(tmp_path, text)
    assert problem.timing.generator is not None
    assert "def generate" in problem.timing.generator
    assert "import random" in problem.timing.generator
    assert "generate" not in problem.references[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def f(x):\n    return x\n\nassert f(1) = 1\n", ", line 4: not Python: "),
        ("\n\ndef f(x):\n    return x\n", ", line 3: no tests of `f`: add a line such as `assert f(…) == …`"),
        ("x = 1\n", ": defines no function; a program that reads"),
        ("async def f(x):\n    return x\n\nf(1)\n", ", line 1: `f` is `async`"),
        ("\nfrom .util import g\n\ndef f(x):\n    return x\n", ", line 2: imports `util` from beside it"),
        (
            "def f(x):\n    return x\n\n# perftui: titel = 'x'\nf(1)\n",
            ", line 4: titel: there is no such field",
        ),
        ("# perftui: kind = 'stdin'\ndef f(x):\n    return x\n", ", line 1: kind: not in a Python file"),
        (
            "def f(x):\n    return x\n\n# perftui: tolerance = -1.0\nf(1)\n",
            ", line 4: tolerance: a number from 0",
        ),
        ("def f(x):\n    return x\n\nf(open('x'))\n", ", line 4: the input cannot be evaluated"),
        ("def f(x):\n    return x\x00\n", ", line 2: not text"),
    ],
)
def test_what_is_wrong_is_told_by_its_line(tmp_path: Path, text: str, message: str) -> None:
    assert refused(tmp_path, text).startswith(message)


def test_an_import_of_a_file_beside_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "util.py").write_text("")
    assert refused(tmp_path, "import os, util\n\ndef f(x):\n    return x\n").startswith(
        ", line 1: imports `util`"
    )


def test_nothing_of_a_file_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    run = f"open({str(mark)!r}, 'w')"
    text = (
        f"{run}\n\ndef f(x, y={run}):\n    return x\n\ndef test_a():\n"
        f"    {run}\n    assert f(1) == 1\n\nassert f({run}) == 1\n"
    )
    load(tmp_path, text)
    assert not mark.exists()


_LINES = st.sampled_from(
    [
        "import math",
        "A = 1",
        "B = [1, 2]  # two",
        "def _g(x):\n    return x",
        "# a comment\nclass C:\n    pass",
        "'text'",
        "A = 2; D = 3",
        "\n\n@property\ndef _h(x): return x",
        "for i in range(2):\n    E = i",
        "assert True",
    ]
)


@given(st.lists(_LINES, max_size=6), st.lists(_LINES, max_size=6))
@settings(deadline=None)
def test_the_program_has_each_statement_that_is_no_test(before: list[str], after: list[str]) -> None:
    function = "def f(x):\n    '''Doc.'''\n    return x"
    text = "\n".join(
        [*before, function, *after, "assert f(1) == 1", "f(2)", "def test_f():\n    assert f(3)"]
    )
    program = read_program(Text(Path("slow.py"), text + "\n"), None)
    wanted = ast.parse("\n".join([*before, function, *after])).body
    assert sorted(map(ast.dump, ast.parse(program.code).body)) == sorted(map(ast.dump, wanted))
    assert ast.parse(program.stub).body[-1].name == "f"  # type: ignore[attr-defined]


def test_a_function_that_is_named_is_no_test_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "slow.py"
    path.write_text("def test_speed(x):\n    return x\n\ntest_speed(1)\n")
    (problem,) = load_own(path, "test_speed").problems
    assert problem.entry_point == "test_speed"
    assert len(problem.unanswered) == 1


def test_a_module_of_python_is_not_taken_for_a_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "random.py").write_text("")
    assert load(tmp_path, "import random\n\ndef f(x):\n    return x\n\nf(1)\n").entry_point == "f"
