from __future__ import annotations

import pytest

from perftui.problems.completing import completed, with_definitions, with_method, within_function
from perftui.problems.model import Problem

PRELUDE = "import sys\nimport numpy as np\nfrom typing import List, Tuple\nfrom math import sqrt\n"


@pytest.mark.parametrize(
    ("program", "added"),
    [
        ("def f(a: List[int]): return sqrt(a[0])", "from typing import List\nfrom math import sqrt\n"),
        ("print(sys.argv, np)", "import numpy as np\nimport sys\n"),
        ("from typing import List\ndef f(a: List): return a", ""),
        ("import sys\nprint(sys.argv)", ""),
        ("def f(sqrt): return sqrt", ""),
        ("def f(): return 'List'", ""),
        ("List[", ""),
    ],
)
def test_only_the_imports_that_are_needed_are_put_before_a_program(program: str, added: str) -> None:
    found = with_definitions(program, PRELUDE)
    assert sorted(found.removesuffix(program).splitlines()) == sorted(added.splitlines())
    assert with_definitions(found, PRELUDE) == found


def test_imports_stand_after_those_of_the_future() -> None:
    program = '"""Text."""\nfrom __future__ import annotations\n\nx: List = []\n'
    lines = with_definitions(program, PRELUDE).split("\n")
    assert lines[1:3] == ["from __future__ import annotations", "from typing import List"]
    compile("\n".join(lines), "<test>", "exec")


@pytest.mark.parametrize(
    ("program", "bound"),
    [
        ("class Solution:\n    def f(self, a): return a", True),
        ("class Solution:\n    def g(self, a): return a", False),
        ("class Solution:\n    def f(self, a): return a\ndef f(a): return a", False),
        ("class Solution:\n    def f(self, a): return a\nf = Solution().f", False),
        ("class Solution:\n    def f(self): pass\ndef g():\n    f = 1", True),
        ("class Other:\n    def f(self, a): return a", False),
        ("class Solution:", False),
    ],
)
def test_a_method_of_solution_stands_for_the_function(program: str, bound: bool) -> None:
    assert with_method(program, "f") == (f"{program}\n\n\nf = Solution().f\n" if bound else program)
    assert with_method(program, None) == program


def test_a_program_that_returns_at_its_top_gets_a_function_around_it() -> None:
    head = "# task\nimport sys\nfrom math import sqrt\n\n"
    program = f"{head}n = int('4')\nif n == 4:\n    print(sqrt(n))\n    return\nprint(0)"
    found = within_function(program)
    assert found.startswith(f"{head}def code():\n\tn = int('4')\n")
    compile(found, "<test>", "exec")
    nested = "x = 0\ndef f():\n    nonlocal x\n    x += 1\nf()\nprint(x)"
    compile(within_function(nested), "<test>", "exec")


@pytest.mark.parametrize("program", ["print(1)", "print 1", "def f(:", "\0", "((" * 5000, "nonlocal"])
def test_other_programs_stay_as_they_are(program: str) -> None:
    assert within_function(program) == program


def test_only_where_the_problem_has_a_prelude_is_a_program_changed() -> None:
    problem = Problem(id="p/1", title="p", kind="stdin", statement="?", benchmark="p")
    program = "print(sys.argv)\nreturn"
    assert completed(program, problem) == program
    lenient = Problem(id="p/1", title="p", kind="stdin", statement="?", benchmark="p", prelude=PRELUDE)
    assert completed(program, lenient) == "import sys\ndef code():\n\tprint(sys.argv)\n\treturn\n\ncode()\n"


STUB = """
from typing import List, Optional
import math

LIMIT: int = 5


def helper(x: Optional[int]):
    return math.sqrt(x) + LIMIT


def f(xs: List[int]) -> List[int]:
    \"\"\"Do it.\"\"\"
"""


def test_a_whole_program_may_rely_on_what_the_stub_defines() -> None:
    problem = Problem(
        id="p/1", title="p", kind="function", statement="?", benchmark="p", stub=STUB, entry_point="f"
    )
    program = "def f(xs: List[int]):\n    return [helper(x) for x in xs]"
    found = completed(program, problem)
    namespace: dict[str, object] = {}
    exec(found, namespace)
    assert namespace["f"]([4]) == [7.0]  # type: ignore[operator]
    assert found.endswith(program)
    assert completed(found, problem) == found
    for other in ("def f(xs): return xs", "def g(): return f", "helper = List = 5", "def f(xs: List["):
        assert completed(other, problem) == other


@pytest.mark.parametrize(
    "stub", ["def f(n):", "def f(n):\n\t", "not python (", "", "from __future__ import annotations"]
)
def test_a_stub_that_defines_nothing_more_adds_nothing(stub: str) -> None:
    assert with_definitions("def f(n):\n    return n", stub, "f") == "def f(n):\n    return n"
