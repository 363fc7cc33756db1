"""Benchmarks by name or path, and the choice of problems from one."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from perftui.errors import BadInputError
from perftui.problems import apps, apps_record, coffe, humaneval, humaneval_plus, mbpp, mbpp_plus
from perftui.problems.model import Benchmark
from perftui.problems.own.load import ENDINGS, load_own, split_function
from perftui.problems.published.shelf import benchmark_of, kept
from perftui.problems.timing_data import read_timing_data
from perftui.text import one_line


class _Named(msgspec.Struct, frozen=True):
    """A benchmark that has a name."""

    load: Callable[[Path], Benchmark]
    source: str


_NAMED = {
    humaneval.NAME: _Named(
        load=humaneval.load_humaneval,
        source="data/HumanEval.jsonl.gz of https://github.com/openai/human-eval",
    ),
    humaneval_plus.NAME: _Named(
        load=humaneval_plus.load_humaneval_plus,
        source="HumanEvalPlus.jsonl.gz of https://github.com/evalplus/humanevalplus_release",
    ),
    mbpp.NAME: _Named(
        load=mbpp.load_mbpp,
        source="mbpp.jsonl or sanitized-mbpp.json of https://github.com/google-research/google-research",
    ),
    mbpp_plus.NAME: _Named(
        load=mbpp_plus.load_mbpp_plus,
        source="MbppPlus-OriginFmt.jsonl.gz of https://github.com/evalplus/mbppplus_release",
    ),
    apps_record.NAME: _Named(
        load=apps.load_apps,
        source="train.jsonl or test.jsonl of https://huggingface.co/datasets/codeparrot/apps, or the folder "
        "APPS of https://github.com/hendrycks/apps",
    ),
    **{
        name: _Named(
            load=coffe.load_coffe(name),
            source=f"the folder {folder} of https://github.com/JohnnyPeng18/Coffe",
        )
        for name, folder in coffe.FOLDERS.items()
    },
}
NAMES = tuple(_NAMED)
"""Benchmarks that have a name."""

_RANGE = re.compile(r"(?P<prefix>.*/)?(?P<first>\d{1,9})-(?P<last>\d{1,9})", re.DOTALL)


def load_benchmark(name_or_path: str, data: Path | None, timing_data: Path | None = None) -> Benchmark:
    """Read a benchmark.

    Args:
        name_or_path: a known name, or the path of a problem file or a folder of them.
        data: the file of a named benchmark; None for the one that was fetched.
        timing_data: a file with inputs to time programs on.

    Raises:
        BadInputError: there is no such benchmark, or a file cannot be used.
    """
    benchmark = _load(name_or_path, data)
    return benchmark if timing_data is None else read_timing_data(timing_data, benchmark)


def _load(name_or_path: str, data: Path | None) -> Benchmark:
    named = _NAMED.get(benchmark_of(name_or_path))
    if named is not None:
        return named.load(data or kept(name_or_path, named.source))
    if not _is_path(name_or_path):
        known = ", ".join(_NAMED)
        raise BadInputError(
            f"unknown benchmark {one_line(name_or_path, 60)!r}: known are {known}, "
            "or give the path of a problem (a file named .toml, .md or .py, or a folder)"
        )
    if data is not None:
        raise BadInputError("--data is for benchmarks that have a name, not for a path")
    path, function = split_function(name_or_path)
    return load_own(Path(path), function)


def select(benchmark: Benchmark, ids: Sequence[str] | None, limit: int | None) -> Benchmark:
    """A part of a benchmark, in the benchmark's order.

    Args:
        benchmark: to choose from.
        ids: each a full id (`HumanEval/0`), what follows its last slash (`0`), a range of such numbers
            (`0-9`, `HumanEval/0-9`), or several with commas between; None is all.
        limit: keep only so many, the first; None is no bound.

    Raises:
        BadInputError: an id is not there, stands for several problems, or the limit is no count.
    """
    if limit is not None and limit < 1:
        raise BadInputError("--limit: a number above 0 is wanted")
    problems = benchmark.problems
    if ids is not None:
        known = [problem.id for problem in problems]
        tokens = [token.strip() for text in ids for token in text.split(",") if token.strip()]
        if not tokens:
            raise BadInputError("--problems: no ids are given")
        wanted = {found for token in tokens for found in _matching(token, known)}
        problems = tuple(problem for problem in problems if problem.id in wanted)
    return msgspec.structs.replace(benchmark, problems=problems[:limit])


def graded(benchmark: Benchmark, difficulties: Sequence[str], splits: Sequence[str]) -> Benchmark:
    """The problems of some difficulties and splits; of none named, all.

    Raises:
        BadInputError: the benchmark does not say them of its problems, or no problem has them.
    """
    problems = benchmark.problems
    for flag, wanted, given in (
        ("--difficulty", difficulties, [problem.difficulty for problem in problems]),
        ("--split", splits, [problem.split for problem in problems]),
    ):
        if not wanted:
            continue
        known = ", ".join(sorted(set(given) - {""}))
        if not known:
            raise BadInputError(f"{flag}: {benchmark.name} does not say it of its problems")
        if not set(given) & set(wanted):
            raise BadInputError(f"{flag}: no problem is {' or '.join(wanted)}; there are {known}")
    chosen = tuple(
        problem
        for problem in problems
        if (not difficulties or problem.difficulty in difficulties)
        and (not splits or problem.split in splits)
    )
    return msgspec.structs.replace(benchmark, problems=chosen)


def _is_path(text: str) -> bool:
    path, _ = split_function(text)
    try:
        return bool(text) and (Path(path).exists() or os.sep in text or path.endswith(ENDINGS))
    except (OSError, ValueError):
        return False


def _matching(token: str, known: list[str]) -> list[str]:
    if token in known:
        return [token]
    found = [name for name in known if name.endswith(f"/{token}")]
    if len(found) > 1:
        raise BadInputError(f"--problems: {one_line(token, 60)!r} stands for several: {_listed(found)}")
    if found:
        return found
    return _in_range(token, known) or _unknown(token, known)


def _in_range(token: str, known: list[str]) -> list[str]:
    """The ids with a number in the range that a token names; none where it names no range."""
    match = _RANGE.fullmatch(token)
    if match is None:
        return []
    first, last = int(match["first"]), int(match["last"])
    found = []
    for name in known:
        prefix, slash, number = name.rpartition("/")
        fits = match["prefix"] in (None, prefix + slash)
        if fits and number.isdecimal() and len(number) < 10 and first <= int(number) <= last:
            found.append(name)
    if len({name.rpartition("/")[0] for name in found}) > 1:
        raise BadInputError(f"--problems: {one_line(token, 60)!r} stands for several: {_listed(found)}")
    return found


def _unknown(token: str, known: list[str]) -> list[str]:
    spellings = {spelling: name for name in known for spelling in (name, name.rpartition("/")[2])}
    near = dict.fromkeys(
        spellings[match] for match in difflib.get_close_matches(token[:100], spellings, n=3, cutoff=0.5)
    )
    hint = f"near it are {_listed(list(near))}" if near else f"such as {_listed(known)}"
    raise BadInputError(f"--problems: no problem {one_line(token, 60)!r}; {hint}")


def _listed(names: list[str]) -> str:
    shown = ", ".join(one_line(name, 60) for name in names[:3])
    return f"{shown}, …" if len(names) > 3 else shown
