"""What is solved: a problem, its tests, and how an output is compared."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Literal

import msgspec

ComparisonKind = Literal[
    "equal",
    "identical",
    "close",
    "approximate",
    "floats",
    "true",
    "false",
    "not-none",
    "equal-as-tuple",
    "equal-as-set",
    "unordered",
    "text",
    "json",
    "apps",
    "apps-text",
]

PRINTED: frozenset[ComparisonKind] = frozenset({"text", "apps-text"})
"""Comparisons of what programs print; the others are of coded values."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """How the output of a test is held against what is expected; `docs/comparison.md` has the rules.

    Attributes:
        kind: `equal`: Python's `==` on plain values. `identical`: equal and of the same type, as `is`
            tells for None, True and False. `close`: a number within `tolerance` (exclusive).
            `approximate`: `==` save that a float, however deep, may be off. `floats`: likewise where a
            float, or a list or tuple of nothing but floats, is expected, and the types must be the
            same; else `==`. `true` and `false`: the truth of the output. `not-none`: whether there is
            an output, True or False being told as such. `equal-as-tuple`, `equal-as-set`: `==` after
            `tuple()` or `set()` on both sides. `unordered`: the same items as often, in any order.
            `text`: standard output, with trailing white space of lines and of the whole left out.
            `json`: `approximate` with a list for every tuple. `apps` and `apps-text`: what the published
            checker of APPS accepts of a function and of a program.
        tolerance: the largest absolute difference of numbers.
        relative: what is added to it, as a share of the larger of the two numbers. Both are for
            `approximate`, `floats`, `json`, `unordered` and `text`; `close` has the absolute one.
        others: further outputs that are as right as the expected one, coded likewise.
    """

    kind: ComparisonKind = "equal"
    tolerance: float = 0.0
    relative: float = 0.0
    others: tuple[str, ...] = ()


class TestCase(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One input with its expected output.

    Attributes:
        name: `t1`, `t2`, … in the order of the benchmark.
        input: the coded tuple of positional arguments (`perftui.values`), or the text of stdin.
        expected: the coded value, or the text of stdout.
        comparison: how the two are compared.
    """

    __test__ = False

    name: str
    input: str
    expected: str
    comparison: Comparison = Comparison()


class Unanswered(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An input whose expected output is what the reference gives: it becomes a test once that was run.

    Attributes:
        input: as of a `TestCase`, or an expression for it.
        expression: whether it is one: of a benchmark, to be run in a sandbox only.
        comparison: how outputs are compared with the reference's.
    """

    input: str
    expression: bool = False
    comparison: Comparison = Comparison()


class TimingData(msgspec.Struct, frozen=True, kw_only=True):
    """Inputs to time programs on, beside the tests; what is expected is what the reference gives.

    All of it is data or code of a benchmark: code runs in a sandbox only.

    Attributes:
        inputs: coded argument tuples, or texts of stdin.
        expressions: Python expressions, each of which gives a list or tuple of arguments.
        generator: code that defines `generate(size, seed)` and gives a tuple of arguments, or the text
            of stdin; larger sizes (from 1) must mean more work, equal arguments an equal result.
        source: whose they are, for people: `EvalPlus`, `COFFE`, `the problem file`.
    """

    inputs: tuple[str, ...] = ()
    expressions: tuple[str, ...] = ()
    generator: str | None = None
    source: str = ""


DRIVEN = "perftui_driven"
"""The function that a check with a driver calls."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A test that is code: a module that defines `check(candidate)` and raises where it fails.

    It runs in a checker child of the sandbox and calls the program through a proxy.

    Attributes:
        name: as of a `TestCase`.
        code: the module.
        driver: code that is put after the program and defines `DRIVEN`, which is called in its place:
            where the arguments are of the program's own types, only its own process can make them.
    """

    name: str
    code: str
    driver: str = ""


class Problem(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A task with its tests and its ground truth.

    Attributes:
        id: unique within its benchmark, such as `HumanEval/0`; never the entry point's name.
        title: a short name to show beside the id.
        kind: `function` (a call) or `stdin` (a program that reads stdin and prints).
        statement: what the model is given.
        prelude: imports that the publisher's checker puts before a program: those that it needs and
            lacks are put before it.
        stub: code that a program may rely on and that a reply may leave out (imports, helpers,
            the signature); empty for stdin problems.
        entry_point: the function that is called; None for stdin problems.
        references: ground-truth programs, whole; the fastest correct one is the reference.
        tests: inputs with expected outputs.
        unanswered: inputs that become tests once the reference was run on them.
        checks: tests that are code.
        timing: inputs to time programs on, beside those of the tests.
        timed: those of them that were chosen and may be shown; known once the problem was prepared.
        difficulty: as its benchmark grades it, such as `interview`; empty where it does not.
        split: the part of the benchmark that it is in, such as `test`; likewise.
        benchmark: the benchmark's name.
    """

    id: str
    title: str
    kind: Literal["function", "stdin"]
    statement: str
    prelude: str = ""
    stub: str = ""
    entry_point: str | None = None
    references: tuple[str, ...] = ()
    tests: tuple[TestCase, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()
    checks: tuple[Check, ...] = ()
    timing: TimingData = TimingData()
    timed: tuple[TestCase, ...] = ()
    difficulty: str = ""
    split: str = ""
    benchmark: str

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the whole problem: equal digests are the same problem with the same tests."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()

    def find_input(self, name: str) -> TestCase | None:
        """The test, or the input that is timed, of that name."""
        return next((test for test in (*self.tests, *self.timed) if test.name == name), None)

    @property
    def test_names(self) -> tuple[str, ...]:
        """The names of all tests: inputs first, then checks, as they are judged."""
        answered = tuple(test.name for test in self.tests)
        unanswered = (test_name(len(self.tests) + place) for place in range(len(self.unanswered)))
        return (*answered, *unanswered, *(check.name for check in self.checks))


def test_name(place: int) -> str:
    """The name of the test at a place (0-based) of its problem."""
    return f"t{place + 1}"


class Benchmark(msgspec.Struct, frozen=True, kw_only=True):
    """A set of problems and what a person should know of how it was read.

    Attributes:
        name: as the command line names it.
        problems: in the order of the benchmark.
        notes: one line each, such as how many tests needed the checker.
    """

    name: str
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()
