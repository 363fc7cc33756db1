"""What an attack is, and the problem that most attacks pretend to solve.

An attack is a program that means harm, what it is judged on, and the verdict that it must get. All of
them are judged by the same code (`field.py`), which then looks at what is left.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

from perftui import values
from perftui.judging.model import VerdictKind
from perftui.problems.model import Check, Comparison, Problem, TestCase
from perftui.sandbox.protocol import Limits

LIMITS = Limits(test_seconds=5.0, total_seconds=20.0, memory_bytes=256 << 20, output_bytes=1 << 20)
BRIEF = Limits(test_seconds=0.4, total_seconds=2.0, memory_bytes=256 << 20, output_bytes=1 << 20)
BREACHES: frozenset[VerdictKind] = frozenset({"protocol-violation", "suspected-cheating"})


def _double(comparison: Comparison = Comparison()) -> Problem:  # noqa: B008 - it is frozen
    tests = tuple(
        TestCase(
            name=f"t{n}", input=values.encode((n,)), expected=values.encode(2 * n), comparison=comparison
        )
        for n in range(1, 4)
    )
    return Problem(
        id="Attack/0",
        title="double",
        kind="function",
        statement="Double a number.",
        entry_point="f",
        tests=tests,
        benchmark="attacks",
    )


DOUBLE = _double()
"""The function `f` gives twice its argument."""

ECHO = Problem(
    id="Attack/1",
    title="echo",
    kind="stdin",
    statement="Print twice the number.",
    tests=tuple(
        TestCase(name=f"t{n}", input=f"{n}\n", expected=f"{2 * n}\n", comparison=Comparison(kind="text"))
        for n in (1, 2)
    ),
    benchmark="attacks",
)  # fmt: skip
"""A program that reads a number and prints twice of it."""

CHECKED = Problem(
    id="Attack/2",
    title="checked",
    kind="function",
    statement="Double a number.",
    entry_point="f",
    checks=(
        Check(
            name="t1",
            code="def check(candidate):\n    for n in range(5):\n        assert candidate(n) == 2 * n, n\n",
        ),
    ),
    benchmark="attacks",
)
"""As `DOUBLE`, judged by code that calls the program."""


@dataclass(frozen=True, kw_only=True)
class Attack:
    """A program that means harm.

    Attributes:
        name: unique, for people.
        row: where the list of attacks has it: `2.7` is row 7 of the table of hacks, `6 files` the
            paragraph on files; `new` where the list has nothing like it.
        program: the whole source text.
        verdicts: what it may be called; mostly one, several where the system has a say.
        reason: a regular expression that is found in the verdict's reason.
        problem: what it is judged on.
        limits: bounds.
        loses: the sandbox may be lost to it where no container and no user of its own hold it.
        only_docker: it needs what only a container denies.
        breaches: whether it is evidence enough to replace the sandbox; None where its verdict says so.
    """

    name: str
    row: str
    program: str
    verdicts: tuple[VerdictKind, ...] = ("correct",)
    reason: str = ""
    problem: Problem = DOUBLE
    limits: Limits = LIMITS
    loses: bool = False
    only_docker: bool = False
    breaches: bool | None = None

    def fits(self, verdict: VerdictKind, reason: str) -> bool:
        """Whether a verdict with its reason is one that it should get."""
        return verdict in self.verdicts and re.search(self.reason, reason) is not None

    def is_breach(self, verdict: VerdictKind) -> bool:
        """Whether the sandbox must be replaced after it."""
        return verdict in BREACHES if self.breaches is None else self.breaches


def body(text: str) -> str:
    """A program, written with an indent."""
    return textwrap.dedent(text).lstrip("\n")


def tries(attempt: str, imports: str = "os") -> str:
    """A program that is right only where an attempt of its is refused."""
    lines = textwrap.indent(textwrap.dedent(attempt).strip("\n"), " " * 8)
    return f"""import {imports}

def attempt():
    try:
{lines}
    except (OSError, ValueError, RuntimeError) as error:
        return type(error).__name__
    return None

def f(x):
    return 2 * x if attempt() is not None else 'it was let do it'
"""


def calls(attempt: str, before: str = "") -> str:
    """A program that is right only where a call of the C library gives -1."""
    return f"""import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
{before}
def f(x):
    return 2 * x if {attempt} == -1 else 'it was let do it'
"""
