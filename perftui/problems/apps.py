"""APPS: programs that read and print, and functions, with the acceptance of its own checker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from perftui.errors import BadInputError
from perftui.problems.apps_files import read_apps
from perftui.problems.apps_record import NAME, AppsRecord, programs_of, tests_in
from perftui.problems.apps_tests import function_name, tests_of
from perftui.problems.completing import completed
from perftui.problems.model import Benchmark, Problem
from perftui.problems.records import BadRecordError
from perftui.problems.source import bad_line, shown
from perftui.text import one_line

MOST_REFERENCES = 10
"""Solutions that are kept of a problem: some have hundreds, and each is judged before a run begins."""

PRELUDE = """
import sys
import time
import itertools
import collections
import math
import fractions
import random
import heapq
import numpy as np
from itertools import accumulate, product, permutations, combinations
from collections import Counter, OrderedDict, deque, defaultdict, ChainMap
from functools import lru_cache
from math import sqrt, sin, cos, tan, ceil, fabs, floor, gcd, exp, log, log2
from typing import List, Tuple
from heapq import heappush, heappop, heapify, heapreplace, merge, nlargest, nsmallest, heappushpop
""".lstrip()
"""What the checker of APPS puts before every program."""

_Found = tuple[Path, int, Problem]
"""A problem with its file and line."""


def load_apps(path: Path) -> Benchmark:
    """Read APPS: a file or folder of it, gzip or not.

    Raises:
        BadInputError: what is wrong, in one line with the file and the line.
    """
    found: list[_Found] = []
    empty: list[str] = []
    many = 0
    for file, line, record in read_apps(path):
        try:
            problem, solutions = _problem(record)
        except BadRecordError as error:
            raise bad_line(file, line, str(error)) from error
        if problem.tests:
            found.append((file, line, problem))
            many += solutions > MOST_REFERENCES
        else:
            empty.append(problem.id)
    if not found:
        raise BadInputError(f"{shown(path)}: no problem has tests")
    problems = _told_apart(found)
    return Benchmark(name=NAME, problems=problems, notes=_notes(problems, empty, many))


def _problem(record: AppsRecord) -> tuple[Problem, int]:
    """A problem, and how many solutions its record has."""
    number = record.number
    try:
        written = tests_in(record)
        name = function_name(written)
        tests = tests_of(written)
        programs = programs_of(record)
    except BadRecordError as error:
        raise BadRecordError(f"{NAME}/{number}: {error}") from error
    starter = (record.starter_code or "").strip()
    problem = Problem(
        id=f"{NAME}/{number}",
        title=_title(record, name),
        kind="stdin" if name is None else "function",
        statement=_statement(record.question, starter),
        prelude=PRELUDE,
        stub=f"{starter}\n" if name is not None and starter.startswith("def ") else "",
        entry_point=name,
        tests=tests,
        difficulty=one_line(record.difficulty or "", 40),
        split=one_line(record.split or "", 40),
        benchmark=NAME,
    )
    kept = tuple(completed(program, problem) for program in programs[:MOST_REFERENCES])
    return msgspec.structs.replace(problem, references=kept), len(programs)


def _statement(question: str, starter: str) -> str:
    text = f"{question.strip()}\n"
    return f"{text}\nThe program begins so:\n\n{starter}\n" if starter else text


def _title(record: AppsRecord, name: str | None) -> str:
    """A function's name; else what the address of the problem ends with, or how the task begins."""
    parts = [part for part in (record.url or "").split("/") if part]
    if name is None and len(parts) > 2:
        name = "/".join(parts[-2:]) if parts[-2].isdecimal() else parts[-1]
    return one_line(name or " ".join(record.question.split()), 32) or NAME


def _told_apart(found: Sequence[_Found]) -> tuple[Problem, ...]:
    """Problems with ids that differ: both splits count from 0, so a number may stand for two."""
    counts = Counter(problem.id for _, _, problem in found)
    places: dict[str, int] = {}
    problems: list[Problem] = []
    for file, line, problem in found:
        number = problem.id.rpartition("/")[2]
        name = f"{NAME}/{problem.split}/{number}" if counts[problem.id] > 1 and problem.split else problem.id
        if name in places:
            raise bad_line(file, line, f"{name} is already on line {places[name]}")
        places[name] = line
        problems.append(msgspec.structs.replace(problem, id=name))
    return tuple(problems)


def _notes(problems: Sequence[Problem], empty: Sequence[str], many: int) -> tuple[str, ...]:
    functions = sum(problem.kind == "function" for problem in problems)
    bare = sum(not problem.references for problem in problems)
    notes = [
        f"{len(problems):,} problems, {functions:,} of them functions; outputs are compared as APPS does",
        f"no solution for {bare:,} of them: nothing to compare their speed with" if bare else "",
        f"{many:,} have over {MOST_REFERENCES} solutions: so many are kept" if many else "",
        f"left out for want of tests: {', '.join(empty)}" if empty else "",
    ]
    return tuple(one_line(note, 2000) for note in notes if note)
