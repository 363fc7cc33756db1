"""The tests that were found for a problem, wherever they stand."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from perftui.problems.model import Check, Comparison, TestCase, Unanswered, test_name
from perftui.problems.own.fields import FileTable, WrongError

TAKEN = Comparison(kind="approximate", tolerance=1e-12, relative=1e-9)
"""How outputs are compared that are taken from a program: a faster one may add floats in another order."""


@dataclass
class Found:
    """Tests without names, in their order, and what a person should know of how they were read.

    Attributes:
        tests: inputs with outputs.
        asked: inputs alone.
        checks: code.
        notes: one line each.
    """

    tests: list[TestCase] = field(default_factory=list)
    asked: list[Unanswered] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether there is nothing that could fail."""
        return not (self.tests or self.asked or self.checks)

    def add(self, test: TestCase | Unanswered) -> None:
        """Keep a test, or an input alone."""
        if isinstance(test, TestCase):
            self.tests.append(test)
        else:
            self.asked.append(test)

    def extend(self, other: Found) -> None:
        """Keep all that another holds."""
        self.tests += other.tests
        self.asked += other.asked
        self.checks += other.checks
        self.notes += other.notes

    def named(
        self, head: FileTable
    ) -> tuple[tuple[TestCase, ...], tuple[Unanswered, ...], tuple[Check, ...]]:
        """All with their names, and with the tolerance that a head asks for."""
        replace = msgspec.structs.replace
        tests = tuple(
            replace(test, name=test_name(place), comparison=_tolerant(test.comparison, head))
            for place, test in enumerate(self.tests)
        )
        asked = tuple(replace(one, comparison=_tolerant(one.comparison, head)) for one in self.asked)
        before = len(tests) + len(asked)
        checks = tuple(
            replace(check, name=test_name(before + place)) for place, check in enumerate(self.checks)
        )
        return tests, asked, checks


def check_tolerances(head: FileTable) -> None:
    """Refuse tolerances of a head that are none.

    Raises:
        WrongError: one is not.
    """
    if head.tolerance is not None and not 0 <= head.tolerance < float("inf"):
        raise WrongError("a number from 0 is wanted", "tolerance")
    if head.relative is not None and not 0 <= head.relative < 1:
        raise WrongError("a number from 0 to below 1 is wanted", "relative")


def _tolerant(comparison: Comparison, head: FileTable) -> Comparison:
    """A comparison that says nothing of tolerance by itself, with the head's."""
    tolerance, relative = head.tolerance or 0.0, head.relative or 0.0
    given = comparison != TAKEN and (comparison.tolerance or comparison.relative)
    if given or not (tolerance or relative) or comparison.kind not in {"equal", "approximate", "text"}:
        return comparison
    kind = "approximate" if comparison.kind == "equal" else comparison.kind
    return msgspec.structs.replace(comparison, kind=kind, tolerance=tolerance, relative=relative)
