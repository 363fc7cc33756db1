"""What is known of a program's correctness: a verdict, always with its reason."""

from __future__ import annotations

from typing import Literal

import msgspec

VerdictKind = Literal[
    "correct",
    "wrong-answer",
    "error",
    "timeout",
    "memory",
    "output-limit",
    "killed",
    "invalid-program",
    "protocol-violation",
    "suspected-cheating",
    "infrastructure",
]


class TestResult(msgspec.Struct, frozen=True, kw_only=True):
    """How a program did on one test.

    Attributes:
        name: the test's name.
        passed: whether its output is as expected.
        verdict: `correct`, or what was wrong.
        reason: one line, made printable.
        got: what the program returned or printed, shown (not coded), cut; hostile text.
        cpu_ns: process CPU time of the call, coding included, read from outside.
        wall_ns: wall time of the call.
    """

    __test__ = False

    name: str
    passed: bool
    verdict: VerdictKind
    reason: str = ""
    got: str = ""
    cpu_ns: int = 0
    wall_ns: int = 0


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a program is correct, and why.

    Attributes:
        kind: the verdict's name.
        reason: one line, printable; for a failing program it names the test.
        failed_test: the first failing test's name, or None.
        results: one a judged test, in order; judging ends at the first failure unless all were
            asked for.
        tests_total: how many tests the problem has.
        peak_bytes: peak memory over all executions (of processes, in which tests may have been in
            company), beyond what the harness holds; 0 where unknown.
    """

    kind: VerdictKind
    reason: str
    failed_test: str | None = None
    results: tuple[TestResult, ...] = ()
    tests_total: int = 0
    peak_bytes: int = 0

    @property
    def correct(self) -> bool:
        """Whether every test passed."""
        return self.kind == "correct"

    @property
    def tests_passed(self) -> int:
        """How many of the judged tests passed."""
        return sum(result.passed for result in self.results)
