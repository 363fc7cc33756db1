"""What programs import, told by their texts."""

from __future__ import annotations

import pytest

from perftui.problems.model import Check, Problem
from perftui.sandbox.imports import Needs, imported_packages, needs_of

NUMPY = "import numpy as np\ndef f(x):\n    return np.sum(x)\n"
PLAIN = "def f(x):\n    return sum(x)\n"


@pytest.mark.parametrize(
    "text",
    [
        "import numpy",
        "import math, numpy.linalg as la",
        "from numpy import array",
        "from numpy.linalg import solve",
        "def f():\n    if True:\n        import numpy\n",
        "try:\n    import numpy\nexcept ImportError:\n    pass\n",
    ],
)
def test_an_import_is_found_wherever_it_is(text: str) -> None:
    assert imported_packages("x = 1", text) == ("numpy",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# import numpy",
        "'''import numpy'''",
        "x = 'numpy'",
        "from . import numpy",
        "from .numpy import array",
        "import numpy_financial",
        "import notnumpy",
        "import numpy as",
        "import numpy\0",
        "import numpy\n" + "(" * 100_000,
        "import numpy\nx = '\ud800'",
    ],
)
def test_what_is_no_import_or_no_program_is_none(text: str) -> None:
    assert imported_packages(text) == ()


def problem(*references: str, stub: str = "", check: str = "", driver: str = "") -> Problem:
    return Problem(
        id="P/0",
        title="f",
        kind="function",
        statement="",
        stub=stub,
        references=references,
        checks=(Check(name="t1", code=check, driver=driver),),
        benchmark="b",
    )


@pytest.mark.parametrize(
    ("problems", "programs", "packages", "optional"),
    [
        ([], [], (), True),
        ([problem(PLAIN)], [PLAIN], (), True),
        ([problem(NUMPY)], [], ("numpy",), False),
        ([problem(NUMPY, PLAIN)], [], ("numpy",), True),
        ([problem(NUMPY, PLAIN), problem(NUMPY)], [], ("numpy",), False),
        ([problem(PLAIN, stub="import numpy")], [], ("numpy",), False),
        ([problem(PLAIN, check="import numpy")], [], ("numpy",), False),
        ([problem(PLAIN, driver="import numpy")], [], ("numpy",), False),
        ([problem(stub="import numpy")], [], ("numpy",), False),
        ([problem()], [], (), True),
        ([problem(PLAIN)], [PLAIN, NUMPY], ("numpy",), False),
    ],
)
def test_a_package_is_optional_where_every_problem_can_do_without(
    problems: list[Problem], programs: list[str], packages: tuple[str, ...], *, optional: bool
) -> None:
    assert needs_of(problems, programs) == Needs(packages=packages, optional=optional)
