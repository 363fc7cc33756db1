"""Problems drafted from a function in a file."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perftui.errors import BadInputError
from perftui.problems.model import Problem
from perftui.problems.own.draft import GENERATOR, HEAD, PROGRAM, TESTS, Draft, draft_problem
from perftui.problems.own.generators import draft_generator
from perftui.problems.own.load import load_own
from perftui.problems.own.texts import Text
from perftui.values import Value, decode_arguments, encode

SOURCE = '''"""Many things."""
from __future__ import annotations

import math
import os
import sys

sys.setrecursionlimit(5000)
UNUSED = 1
LIMIT = 10
TABLE = []
TABLE.append(LIMIT)


class WrongError(ValueError):
    pass


def other(x):
    return os.getcwd()


def _helper(x):
    return math.floor(x) + TABLE[0]


# The slow one.
def slow(numbers: list[int]) -> int:
    """Do it.

    >>> slow([1])
    11
    """
    return sum(_helper(n) for n in numbers)


def brute(numbers):
    return sum(n + LIMIT for n in numbers)


def test_other():
    assert other(1) == 1


def test_slow():
    assert slow([1, 2]) == brute([1, 2])
'''


def draft(source: str, function: str | None = None, **modules: str) -> Draft:
    texts = [Text(Path(f"{name}.py"), text) for name, text in modules.items()]
    return draft_problem(Text(Path("many.py"), source), function, texts)


def loaded(draft: Draft, folder: Path) -> Problem:
    folder.mkdir()
    for name, text in draft.files.items():
        (folder / name).write_text(text)
    (problem,) = load_own(folder).problems
    return problem


def test_a_function_comes_with_what_it_needs_and_no_more(tmp_path: Path) -> None:
    made = draft(SOURCE, "slow")
    program = made.files[PROGRAM]
    kept = {name for node in ast.parse(program).body for name in _bound(node)}
    assert kept == {"annotations", "math", "LIMIT", "TABLE", "_helper", "slow", "brute"}
    assert "TABLE.append(LIMIT)" in program
    assert "# The slow one.\ndef slow" in program
    assert "os" not in kept
    namespace: dict[str, object] = {}
    exec(program, namespace)
    assert namespace["slow"]([1, 2]) == 23  # type: ignore[operator]
    problem = loaded(made, tmp_path / "p")
    assert (problem.id, problem.title, problem.entry_point) == ("p", "slow", "slow")
    assert [decode_arguments(test.input) for test in problem.tests] == [([1],)]
    assert len(problem.checks) == 1
    assert problem.timing.generator is not None
    assert (made.tests, made.generated) == (True, True)


def test_tests_beside_the_file_come_with_what_they_need(tmp_path: Path) -> None:
    tests = (
        "import os\nimport pytest\nfrom pkg.many import other, slow as fast\n\nCASES = [([1], 11)]\n\n"
        "@pytest.fixture\ndef wet():\n    return os.getcwd()\n\n"
        "@pytest.mark.parametrize('numbers,wanted', CASES)\ndef test_fast(numbers, wanted):\n"
        "    assert fast(numbers) == wanted\n\n"
        "def test_other(wet):\n    assert other(wet)\n"
    )
    made = draft(SOURCE.partition("def test_other")[0], "slow", test_many=tests)
    assert "wet" not in made.files[TESTS]
    assert "import os" not in made.files[TESTS]
    problem = loaded(made, tmp_path / "p")
    assert [decode_arguments(test.input) for test in problem.tests] == [([1],), ([1],)]


def test_what_has_no_tests_says_so_where_they_belong(tmp_path: Path) -> None:
    made = draft("def f(x):\n    return x\n")
    assert (made.tests, made.generated) == (False, False)
    with pytest.raises(
        BadInputError, match=r"test_slow\.py, line 1: no tests of `f`: add a line such as `assert"
    ):
        loaded(made, tmp_path / "p")
    path = tmp_path / "p" / TESTS
    path.write_text(path.read_text() + "\nf(3)\n")
    (problem,) = load_own(tmp_path / "p").problems
    assert [decode_arguments(one.input) for one in problem.unanswered] == [(3,)]
    assert problem.timing.generator is None


def test_names_of_the_program_that_tests_use_are_imported() -> None:
    source = (
        "class WrongError(ValueError):\n    pass\n\ndef f(x):\n    raise WrongError\n\n"
        "def test_f():\n    import pytest\n    with pytest.raises(WrongError):\n        f(1)\n"
    )
    assert draft(source).files[TESTS].startswith("from slow import WrongError, f\n")


def test_a_head_is_toml_whatever_the_names(tmp_path: Path) -> None:
    made = draft_problem(Text(Path('a"\\\n.py'), "def f(x):\n    return x\n\nf(1)\n"), None, [])
    assert loaded(made, tmp_path / "p").title == "f"
    assert made.files[HEAD].startswith("# A problem of perftui, made from f in ")


def test_a_generator_of_the_file_is_taken(tmp_path: Path) -> None:
    made = draft(
        "LIMIT = 3\n\ndef f(x):\n    return x\n\ndef generate(size, seed):\n    return (LIMIT,)\n\nf(1)\n"
    )
    assert "def generate" in made.files[GENERATOR]
    assert "LIMIT" in made.files[GENERATOR]
    assert loaded(made, tmp_path / "p").timing.generator == made.files[GENERATOR]


def inputs(signature: str, example: tuple[Value, ...] | None = None) -> list[tuple[Value, ...]] | None:
    """What a drafted generator gives for two sizes; None where none could be drafted."""
    function = ast.parse(f"def f({signature}): pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    text, generated = draft_generator(function, example)
    namespace: dict[str, object] = {}
    exec(text, namespace)
    if not generated:
        assert all(line.startswith("#") for line in text.splitlines())
        return None
    generate = namespace["generate"]
    state = random.getstate()
    made = [generate(size, 1) for size in (1, 100)]  # type: ignore[operator]
    assert made == [generate(size, 1) for size in (1, 100)]  # type: ignore[operator]
    assert random.getstate() == state
    return made


@pytest.mark.parametrize(
    ("signature", "kinds", "sizes"),
    [
        ("xs: list[int]", [list], [1, 100]),
        ("xs: 'Sequence[float]', n: int", [list, int], [1, 100]),
        ("xs: list", [list], [1, 100]),
        ("text: str", [str], [1, 100]),
        ("n: int", [int], None),
        ("a: int, text: str", [int, str], None),
        ("xs: typing.List[str] | None", [list], [1, 100]),
        ("xs: Optional[set[int]]", [set], None),
        ("d: dict[str, list[int]]", [dict], [2, 11]),
        ("grid: list[list[int]]", [list], [2, 11]),
        ("pairs: list[tuple[int, str]], *, key=None", [list], [1, 100]),
        ("xs: tuple[int, ...]", [tuple], [1, 100]),
        ("data: bytes, flag: bool = True", [bytes], [1, 100]),
    ],
)
def test_a_generator_is_drafted_from_hints(
    signature: str, kinds: list[type], sizes: list[int] | None
) -> None:
    made = inputs(signature)
    assert made is not None
    assert [[type(value) for value in arguments] for arguments in made] == [kinds, kinds]
    if sizes is not None:
        assert [len(arguments[0]) for arguments in made] == sizes  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "signature",
    ["x", "x: Node", "f: Callable[[int], int]", "*xs: int", "x: bool", "", "xs: list[int], *, key"],
)
def test_what_cannot_be_drafted_is_a_template_in_comments(signature: str) -> None:
    assert inputs(signature) is None


PLAIN = st.recursive(
    st.integers() | st.floats(allow_nan=False) | st.text(max_size=3) | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.integers(), inner, max_size=2)
    ),
    max_leaves=5,
)


@given(st.lists(PLAIN, min_size=1, max_size=3))
@settings(deadline=None)
def test_an_example_stands_for_hints_that_are_missing(example: list[Value]) -> None:
    made = inputs(", ".join(f"a{place}" for place in range(len(example))), tuple(example))
    if made is not None:
        for arguments in made:
            encode(arguments)
            assert [type(value) for value in arguments] == [type(value) for value in example]


def _bound(node: ast.stmt) -> set[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return {alias.name for alias in names}
        case ast.Assign(targets=[ast.Name(id=name)]):
            return {name}
    return set()


def test_only_what_a_function_needs_must_be_there(tmp_path: Path) -> None:
    source = "from .util import a\nimport math\n\ndef f(x):\n    return math.floor(x)\n\n"
    source += "def g(x):\n    return a(x)\n"
    assert "util" not in draft(source, "f").files[PROGRAM]
    with pytest.raises(BadInputError, match=r"many\.py, line 1: imports `util` from beside it"):
        draft(source, "g")
