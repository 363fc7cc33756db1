from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from perftui.errors import BadInputError
from perftui.problems.model import Benchmark, Problem
from perftui.problems.samples import Sample, read_samples

BENCHMARK = Benchmark(
    name="mine",
    problems=(
        Problem(
            id="M/0",
            title="f",
            kind="function",
            statement="",
            stub="def f(x):\n",
            entry_point="f",
            benchmark="mine",
        ),
    ),
)


def test_solutions_are_whole_and_completions_follow_the_stub(tmp_path: Path) -> None:
    path = tmp_path / "samples.jsonl.gz"
    rows = [
        {"task_id": "M/0", "solution": "def f(x): return 1", "model": "m"},
        {"task_id": "M/0", "completion": "    return 2\n"},
        {"task_id": "M/0", "completion": "    return 3\n", "solution": "def f(x): return 4"},
        {"task_id": "M/0", "completion": ""},
    ]
    lines = [json.dumps(row) for row in rows]
    lines.insert(1, "")
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    assert read_samples(path, BENCHMARK) == (
        Sample(index=0, task_id="M/0", program="def f(x): return 1"),
        Sample(index=2, task_id="M/0", program="def f(x):\n    return 2\n"),
        Sample(index=3, task_id="M/0", program="def f(x): return 4"),
        Sample(index=4, task_id="M/0", program="def f(x):\n"),
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('{"task_id": "M/1", "solution": ""}', "mine has no problem 'M/1'"),
        ('{"task_id": "\\u001b[31m", "solution": ""}', "mine has no problem"),
        ('{"task_id": "M/0"}', "lacks `solution` .* or `completion`"),
        ('{"task_id": "M/0", "solution": 5}', "Expected `str | null`, got `int`"),
        ('{"solution": "a"}', "missing required field `task_id`"),
        ('{"task_id": "M/0", "solution": "a"', "not JSON"),
    ],
)
def test_a_bad_line_is_told_by_its_number(tmp_path: Path, row: str, message: str) -> None:
    path = tmp_path / "samples.jsonl"
    path.write_text('{"task_id": "M/0", "solution": ""}\n\n' + row + "\n")
    with pytest.raises(BadInputError, match=f"line 3: .*{message}") as caught:
        read_samples(path, BENCHMARK)
    assert str(caught.value).isprintable()
