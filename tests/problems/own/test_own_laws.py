"""Whatever a file holds, it is a problem or it is refused in one printable line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perftui.errors import BadInputError
from perftui.problems.own.draft import draft_problem
from perftui.problems.own.load import load_own
from perftui.problems.own.texts import read_own
from tests.support.own import PAGE, SLOW

T = TypeVar("T")

FORMS = {"slow.py": SLOW, "page.md": PAGE}
PIECES = st.sampled_from(
    [
        "",
        "\n",
        "    ",
        "(",
        ")",
        "'''",
        '"""',
        "```",
        "```python tests",
        "+++",
        "# perftui: id = 'x'",
        "# perftui: [[tests]]",
        "import pytest",
        "@pytest.mark.parametrize('a', [1, f(2)])",
        "def test_a(a):",
        "    assert count_pairs(a) in {a, 'x'}",
        "assert mean([1e999], *[2]) == pytest.approx(nan, rel=-1)",
        "for i in range(10**9): count_pairs(i)",
        "class Test_b(object): pass",
        "async def generate(size, seed): ...",
        "count_pairs(**{'numbers': 3})",
        ">>> count_pairs([)",
        ">>> 1/0",
        "[[tests]]",
        'input = "(1,)"',
        "\x0c\x1b[31m",
        "x = 1\r\ry = 2\x0b",
        "\ud7ff𝔣",
        "lambda: (yield)",
        "if __name__ == '__main__': count_pairs([]); x = 1",
        "match 1:\n    case count_pairs(): pass",
        "nonlocal x",
        "return 5",
        "9" * 5000,
    ]
)
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 2), PIECES), min_size=1, max_size=5)


@pytest.mark.parametrize("name", FORMS)
@given(EDITS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
def test_a_file_is_a_problem_or_is_refused_in_one_line(
    tmp_path: Path, name: str, edits: list[tuple[float, int, str]]
) -> None:
    lines = FORMS[name].split("\n")
    for place, dropped, piece in edits:
        at = int(place * len(lines))
        lines[at : at + dropped] = [piece]
    path = tmp_path / name
    path.write_text("\n".join(lines), encoding="utf-8")
    benchmark = refused_or(lambda: load_own(path), str(path))
    if benchmark is not None:
        (problem,) = benchmark.problems
        assert problem.test_names
        assert all(note.isprintable() for note in benchmark.notes)
    if name.endswith(".py"):
        draft = refused_or(lambda: draft_problem(read_own(path), "count_pairs", []), "")
        assert draft is None or len(draft.files) == 4


def refused_or(read: Callable[[], T], where: str) -> T | None:
    """What is read, None where it is refused in one line that begins with the file."""
    refused = None
    try:
        return read()
    except BadInputError as error:
        refused = str(error)
    assert refused.isprintable()
    assert refused.startswith(where)
    return None
