"""How a program did on each of its tests, held so that many take little memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, overload

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


class TestResult(msgspec.Struct, frozen=True, kw_only=True, gc=False):
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


_FEW = 16
_LONGEST_NS = (1 << 63) - 1


class Results(Sequence[TestResult]):
    """Results in order, as a tuple of them would be; of what passed, only the times are held.

    Args:
        results: what is held.
    """

    __slots__ = ("_cpu", "_names", "_others", "_wall")

    def __init__(self, results: Sequence[TestResult]) -> None:
        self._names = _shared(tuple(result.name for result in results))
        self._others = {index: result for index, result in enumerate(results) if not _is_plain(result)}
        plain = [result if _is_plain(result) else None for result in results]
        self._cpu = array("q", [0 if result is None else result.cpu_ns for result in plain])
        self._wall = array("q", [0 if result is None else result.wall_ns for result in plain])

    def __len__(self) -> int:
        return len(self._names)

    @overload
    def __getitem__(self, index: int) -> TestResult: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[TestResult]: ...
    def __getitem__(self, index: int | slice) -> TestResult | Sequence[TestResult]:
        positions = range(len(self._names))[index]
        if isinstance(positions, int):
            return self._at(positions)
        return tuple(map(self._at, positions))

    def __iter__(self) -> Iterator[TestResult]:
        return map(self._at, range(len(self._names)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, tuple | Results):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def _at(self, index: int) -> TestResult:
        if index in self._others:
            return self._others[index]
        return TestResult(
            name=self._names[index],
            passed=True,
            verdict="correct",
            cpu_ns=self._cpu[index],
            wall_ns=self._wall[index],
        )


def packed(results: Sequence[TestResult]) -> Sequence[TestResult]:
    """The same results, held compactly where they are many."""
    if isinstance(results, Results):
        return results
    return Results(results) if len(results) > _FEW else tuple(results)


def as_plain(value: object) -> tuple[TestResult, ...]:
    """An encoder's hook: what is held compactly, as it is written.

    Raises:
        NotImplementedError: it is something else.
    """
    if isinstance(value, Results):
        return tuple(value)
    raise NotImplementedError(f"a {type(value).__name__} cannot be written")


def _is_plain(result: TestResult) -> bool:
    """Whether a result says no more than that its test passed, and its times."""
    said = (result.passed, result.verdict, result.reason, result.got)
    times = (result.cpu_ns, result.wall_ns)
    return said == (True, "correct", "", "") and all(0 <= time <= _LONGEST_NS for time in times)


@lru_cache(maxsize=4096)
def _shared(names: tuple[str, ...]) -> tuple[str, ...]:
    """One tuple for the programs of a problem, which are judged by the same tests."""
    return names
