from __future__ import annotations

import json
from pathlib import Path

import pytest

from perftui.errors import BadInputError
from perftui.problems.benchmarks import load_benchmark, select
from perftui.problems.model import Benchmark, Problem


def benchmark_of(*ids: str) -> Benchmark:
    problems = tuple(
        Problem(id=name, title="t", kind="function", statement="s", entry_point="f", benchmark="b")
        for name in ids
    )
    return Benchmark(name="b", problems=problems)


TEN = benchmark_of(*(f"HumanEval/{number}" for number in range(11)))


def chosen(benchmark: Benchmark, *ids: str, limit: int | None = None) -> list[str]:
    return [problem.id for problem in select(benchmark, ids or None, limit).problems]


def test_a_named_benchmark_is_read_from_its_data(tmp_path: Path) -> None:
    path = tmp_path / "he.jsonl"
    row = {
        "task_id": "HumanEval/0",
        "prompt": "def f(x):\n",
        "entry_point": "f",
        "canonical_solution": "    return x\n",
        "test": "def check(candidate):\n    assert candidate(1) == 1\n",
    }
    path.write_text(json.dumps(row))
    benchmark = load_benchmark("humaneval", path)
    assert benchmark.name == "humaneval"
    assert [problem.id for problem in benchmark.problems] == ["HumanEval/0"]


def test_a_named_benchmark_without_data_says_where_its_file_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cures = r"problems fetch humaneval, or .*--data FILE .*HumanEval.jsonl.gz.*openai/human-eval"
    with pytest.raises(BadInputError, match=cures):
        load_benchmark("humaneval", None)


@pytest.mark.parametrize("name", ["nonesuch", "", "human\0eval", "x" * 5000, "\x1b[31m"])
def test_an_unknown_name_lists_the_known_ones(name: str) -> None:
    with pytest.raises(BadInputError, match=r"known are humaneval, .*mbpp\+, .*, or give the path") as caught:
        load_benchmark(name, None)
    assert str(caught.value).isprintable()


def test_a_path_is_a_benchmark_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no such file"):
        load_benchmark(str(tmp_path / "absent.toml"), None)
    with pytest.raises(BadInputError, match="no such file"):
        load_benchmark("absent.toml", None)
    with pytest.raises(BadInputError, match="holds no problem files"):
        load_benchmark(str(tmp_path), None)
    with pytest.raises(BadInputError, match="--data is for benchmarks that have a name"):
        load_benchmark(str(tmp_path), tmp_path / "data")


def test_nothing_asked_for_is_everything() -> None:
    assert select(TEN, None, None) == TEN
    assert chosen(TEN, limit=2) == ["HumanEval/0", "HumanEval/1"]


@pytest.mark.parametrize(
    ("ids", "found"),
    [
        (["HumanEval/3"], [3]),
        (["3"], [3]),
        (["0"], [0]),
        (["9", "1", "9"], [1, 9]),
        (["2-4"], [2, 3, 4]),
        (["HumanEval/2-4", "3", "9-100"], [2, 3, 4, 9, 10]),
        (["1,3, 5-6"], [1, 3, 5, 6]),
    ],
)
def test_ids_are_given_whole_short_or_as_ranges(ids: list[str], found: list[int]) -> None:
    assert chosen(TEN, *ids) == [f"HumanEval/{number}" for number in found]


def test_the_limit_counts_what_was_chosen() -> None:
    assert chosen(TEN, "3-9", limit=2) == ["HumanEval/3", "HumanEval/4"]
    with pytest.raises(BadInputError, match="--limit"):
        select(TEN, None, 0)


def test_an_id_may_look_like_a_range() -> None:
    assert chosen(benchmark_of("1-2", "1", "2"), "1-2") == ["1-2"]


def test_what_stands_for_several_is_refused() -> None:
    twice = benchmark_of("A/1", "A/2", "B/1", "B/2")
    with pytest.raises(BadInputError, match="'1' stands for several: A/1, B/1"):
        chosen(twice, "1")
    with pytest.raises(BadInputError, match="'1-2' stands for several: A/1, A/2, B/1, …"):
        chosen(twice, "1-2")
    assert chosen(twice, "B/1-2") == ["B/1", "B/2"]


@pytest.mark.parametrize(
    ("token", "hint"),
    [
        ("HumanEval/99", "near it are HumanEval/9"),
        ("Humaneval/3", "near it are HumanEval/3"),
        ("50-60", "such as HumanEval/0, HumanEval/1, HumanEval/2, …"),
        ("zzz", "such as HumanEval/0"),
        ("9-2", "no problem '9-2'"),
        ("x" * 10_000, "such as HumanEval/0"),
    ],
)
def test_an_unknown_id_is_told_with_what_is_near(token: str, hint: str) -> None:
    with pytest.raises(BadInputError, match=hint) as caught:
        chosen(TEN, token)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


def test_no_ids_at_all_are_refused() -> None:
    with pytest.raises(BadInputError, match="no ids are given"):
        chosen(TEN, " , ")
