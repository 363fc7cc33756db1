"""From facts to a verdict: what a sandbox saw of a program, held against what was expected."""

from __future__ import annotations

from collections.abc import Sequence

from perftui.judging.compare import matches, matches_by_digest
from perftui.judging.model import TestResult, Verdict, VerdictKind
from perftui.judging.show import show_text, show_value
from perftui.problems.model import PRINTED, Check, TestCase
from perftui.sandbox.protocol import CallEnd, CallFact, Limits
from perftui.text import one_line

GOT_LIMIT = 2_000
"""Characters of an output that a result keeps."""

_KINDS: dict[CallEnd, VerdictKind] = {
    "returned": "correct",
    "raised": "error",
    "timeout": "timeout",
    "memory": "memory",
    "output-limit": "output-limit",
    "killed": "killed",
    "exited": "error",
    "invalid-program": "invalid-program",
    "protocol-violation": "protocol-violation",
    "forbidden-call": "suspected-cheating",
}


def judge_output(test: TestCase, fact: CallFact, limits: Limits) -> TestResult:
    """The result of a test with an expected output."""
    if fact.end != "returned":
        return _failed(test.name, _KINDS[fact.end], _ended(fact, limits), fact)
    if fact.digest:
        if matches_by_digest(test.expected, fact.digest, test.comparison):
            return _passed(test.name, fact)
        return _failed(test.name, "wrong-answer", "returned a long value that is not the expected one", fact)
    why = matches(test.expected, fact.output, test.comparison)
    if why is None:
        return _passed(test.name, fact)
    show = show_text if test.comparison.kind in PRINTED else show_value
    return _failed(test.name, "wrong-answer", why, fact, show(fact.output, GOT_LIMIT))


def judge_check(check: Check, fact: CallFact, limits: Limits) -> TestResult:
    """The result of a test that is code: it passes where the code came to its end."""
    if fact.end == "returned":
        return _passed(check.name, fact)
    # A line in the program means that the exception was the program's own.
    if fact.end == "raised" and fact.error_type == "AssertionError" and fact.error_line is None:
        parts = ["the check failed", fact.detail, fact.error_message]
        return _failed(check.name, "wrong-answer", ": ".join(part for part in parts if part), fact)
    return _failed(check.name, _KINDS[fact.end], _ended(fact, limits), fact)


def out_of_time(name: str, limits: Limits) -> TestResult:
    """The result of a test that was never run, since the others had used up the time of all."""
    reason = f"not run: the tests before it took the {limits.total_seconds:.1f} s that all may take"
    return TestResult(name=name, passed=False, verdict="timeout", reason=reason)


def verdict_of(results: Sequence[TestResult], tests_total: int, peak_bytes: int) -> Verdict:
    """The verdict on a program: that of its first failing test.

    Args:
        results: one a judged test, in order.
        tests_total: how many tests the problem has.
        peak_bytes: peak memory over all executions.
    """
    failed = next((result for result in results if not result.passed), None)
    if failed is not None:
        kind, reason = failed.verdict, one_line(f"{failed.name}: {failed.reason}", 500)
    elif len(results) < tests_total:
        kind, reason = "infrastructure", f"only {len(results)} of {tests_total} tests were judged"
    elif not results:
        kind, reason = "infrastructure", "the problem has no tests"
    else:
        kind, reason = "correct", "passed its test" if tests_total == 1 else f"passed all {tests_total} tests"
    return Verdict(
        kind=kind,
        reason=reason,
        failed_test=None if failed is None else failed.name,
        results=tuple(results),
        tests_total=tests_total,
        peak_bytes=peak_bytes,
    )


def _passed(name: str, fact: CallFact) -> TestResult:
    return TestResult(name=name, passed=True, verdict="correct", cpu_ns=fact.cpu_ns, wall_ns=fact.wall_ns)


def _failed(name: str, kind: VerdictKind, reason: str, fact: CallFact, got: str = "") -> TestResult:
    return TestResult(
        name=name,
        passed=False,
        verdict=kind,
        reason=one_line(reason, 400),
        got=got,
        cpu_ns=fact.cpu_ns,
        wall_ns=fact.wall_ns,
    )


def _ended(fact: CallFact, limits: Limits) -> str:
    """Why a call has no output, in words."""
    detail = f" ({fact.detail})" if fact.detail else ""
    match fact.end:
        case "raised" | "invalid-program":
            return _error(fact)
        case "timeout":
            return f"took over {_seconds(fact, limits)}{detail}"
        case "memory":
            return f"needed over {_size(limits.memory_bytes)} of memory{detail}"
        case "output-limit":
            return f"put out over {_size(limits.output_bytes)}{detail}"
        case "killed":
            return f"was killed{detail}"
        case "exited":
            return f"ended without an answer{detail}"
        case "forbidden-call":
            return f"made a system call that no solution needs{detail}"
    return f"wrote to the result channel what it should not{detail}"


def _error(fact: CallFact) -> str:
    message = ": ".join(part for part in (fact.error_type, fact.error_message) if part)
    where = f"line {fact.error_line}" if fact.error_line is not None else fact.detail
    if not message:
        return where or "is not a program"
    # The message may be long: the place stands where it is not cut off.
    return one_line(message, 300) + (f" ({one_line(where, 80)})" if where else "")


def _seconds(fact: CallFact, limits: Limits) -> str:
    if fact.wall_ns < limits.test_seconds * 0.9e9 and limits.total_seconds < limits.test_seconds:
        return f"{limits.total_seconds:.1f} s"
    return f"{limits.test_seconds:.1f} s"


def _size(count: int) -> str:
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return f"{count} bytes"
