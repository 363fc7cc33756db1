"""What is known of a program's correctness: a verdict, always with its reason."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from perftui.judging.results import TestResult, VerdictKind, packed

__all__ = ["TestResult", "Verdict", "VerdictKind"]


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
    results: Sequence[TestResult] = ()
    tests_total: int = 0
    peak_bytes: int = 0

    def __post_init__(self) -> None:
        """A run holds all its verdicts, and each may be over hundreds of tests."""
        msgspec.structs.force_setattr(self, "results", packed(self.results))

    @property
    def correct(self) -> bool:
        """Whether every test passed."""
        return self.kind == "correct"

    @property
    def tests_passed(self) -> int:
        """How many of the judged tests passed."""
        return sum(result.passed for result in self.results)
