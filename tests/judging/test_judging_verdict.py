from __future__ import annotations

import pytest

from perftui.judging.model import TestResult, VerdictKind
from perftui.judging.verdict import GOT_LIMIT, judge_check, judge_output, out_of_time, verdict_of
from perftui.problems.model import Check, Comparison, TestCase
from perftui.sandbox.protocol import CallEnd, CallFact, Limits
from perftui.values import encode

TEST = TestCase(name="t3", input='{"t":[1]}', expected="5")
CHECK = Check(name="t4", code="def check(candidate): pass")
LIMITS = Limits(test_seconds=1.0, memory_bytes=1 << 30, output_bytes=4 << 20)


def test_an_output_as_expected_passes_with_its_cost() -> None:
    result = judge_output(TEST, CallFact(index=0, end="returned", output="5", cpu_ns=7, wall_ns=9), LIMITS)
    assert result == TestResult(name="t3", passed=True, verdict="correct", cpu_ns=7, wall_ns=9)


def test_another_output_is_a_wrong_answer_and_is_kept() -> None:
    result = judge_output(TEST, CallFact(index=0, end="returned", output="[4]"), LIMITS)
    assert (result.passed, result.verdict) == (False, "wrong-answer")
    assert result.reason == "returned [4], expected 5"
    assert result.got == "[4]"


def test_printed_output_is_kept_with_its_lines() -> None:
    test = TestCase(name="t1", input="", expected="1\n2", comparison=Comparison(kind="text"))
    result = judge_output(test, CallFact(index=0, end="returned", output="1\n\x1b3"), LIMITS)
    assert result.reason == "line 2: printed '\\x1b3', expected '2'"
    assert result.got == "1\n\\x1b3"


def test_a_long_output_is_kept_in_part() -> None:
    fact = CallFact(index=0, end="returned", output=encode("a" * 50_000))
    assert len(judge_output(TEST, fact, LIMITS).got) < GOT_LIMIT + 100


@pytest.mark.parametrize(
    ("fact", "verdict", "reason"),
    [
        (
            CallFact(index=0, end="raised", error_type="ValueError", error_message="no\nway", error_line=7),
            "error",
            "ValueError: no way (line 7)",
        ),
        (CallFact(index=0, end="raised", error_type="KeyError"), "error", "KeyError"),
        (
            CallFact(index=0, end="raised", error_type="E", error_message="x" * 5000, error_line=3),
            "error",
            "E: " + "x" * 296 + "… (line 3)",
        ),
        (CallFact(index=0, end="raised", error_type="AssertionError"), "error", "AssertionError"),
        (CallFact(index=0, end="timeout"), "timeout", "took over 1.0 s"),
        (CallFact(index=0, end="timeout", detail="CPU time"), "timeout", "took over 1.0 s (CPU time)"),
        (CallFact(index=0, end="memory"), "memory", "needed over 1 GiB of memory"),
        (CallFact(index=0, end="output-limit"), "output-limit", "put out over 4 MiB"),
        (CallFact(index=0, end="killed", detail="SIGSEGV"), "killed", "was killed (SIGSEGV)"),
        (
            CallFact(index=0, end="exited", detail="exit status 0"),
            "error",
            "ended without an answer (exit status 0)",
        ),
        (
            CallFact(
                index=0, end="invalid-program", error_type="SyntaxError", error_message="bad", error_line=1
            ),
            "invalid-program",
            "SyntaxError: bad (line 1)",
        ),
        (
            CallFact(index=0, end="invalid-program", detail="has no function f"),
            "invalid-program",
            "has no function f",
        ),
        (CallFact(index=0, end="invalid-program"), "invalid-program", "is not a program"),
        (
            CallFact(index=0, end="protocol-violation", detail="a second frame"),
            "protocol-violation",
            "wrote to the result channel what it should not (a second frame)",
        ),
        (
            CallFact(index=0, end="forbidden-call"),
            "suspected-cheating",
            "made a system call that no solution needs",
        ),
    ],
)
def test_each_end_has_its_verdict_and_reason(fact: CallFact, verdict: VerdictKind, reason: str) -> None:
    result = judge_output(TEST, fact, LIMITS)
    assert (result.passed, result.verdict, result.reason) == (False, verdict, reason)


@pytest.mark.parametrize("end", ["raised", "timeout", "killed", "exited", "invalid-program"])
def test_no_reason_can_upset_a_terminal(end: CallEnd) -> None:
    hostile = "\x1b[2J\u202e\n" * 1000
    fact = CallFact(index=0, end=end, error_type=hostile, error_message=hostile, detail=hostile)
    for result in (judge_output(TEST, fact, LIMITS), judge_check(CHECK, fact, LIMITS)):
        assert result.reason.isprintable()
        assert len(result.reason) <= 400
        assert verdict_of([result], 1, 0).reason.isprintable()


def test_a_check_passes_where_it_comes_to_its_end() -> None:
    assert judge_check(CHECK, CallFact(index=0, end="returned"), LIMITS).passed


@pytest.mark.parametrize(
    ("fact", "verdict", "reason"),
    [
        (
            CallFact(index=0, end="raised", error_type="AssertionError", detail="line 3 of the check"),
            "wrong-answer",
            "the check failed: line 3 of the check",
        ),
        (
            CallFact(index=0, end="raised", error_type="AssertionError", error_message="not sorted"),
            "wrong-answer",
            "the check failed: not sorted",
        ),
        (
            CallFact(index=0, end="raised", error_type="AssertionError", error_message="mine", error_line=2),
            "error",
            "AssertionError: mine (line 2)",
        ),
        (
            CallFact(index=0, end="raised", error_type="TypeError", detail="line 3 of the check"),
            "error",
            "TypeError (line 3 of the check)",
        ),
        (CallFact(index=0, end="timeout"), "timeout", "took over 1.0 s"),
    ],
)
def test_a_check_that_raises_fails(fact: CallFact, verdict: VerdictKind, reason: str) -> None:
    result = judge_check(CHECK, fact, LIMITS)
    assert (result.passed, result.verdict, result.reason) == (False, verdict, reason)


def passed(name: str) -> TestResult:
    return TestResult(name=name, passed=True, verdict="correct")


def failed(name: str, verdict: VerdictKind = "wrong-answer") -> TestResult:
    return TestResult(name=name, passed=False, verdict=verdict, reason="returned 4, expected 5")


def test_a_program_that_passes_all_is_correct() -> None:
    verdict = verdict_of([passed("t1"), passed("t2")], 2, 99)
    assert verdict.correct
    assert verdict.reason == "passed all 2 tests"
    assert verdict.failed_test is None
    assert (verdict.tests_passed, verdict.tests_total, verdict.peak_bytes) == (2, 2, 99)


def test_the_first_failing_test_makes_the_verdict() -> None:
    verdict = verdict_of([passed("t1"), failed("t2"), failed("t3", "error")], 4, 0)
    assert (verdict.kind, verdict.failed_test) == ("wrong-answer", "t2")
    assert verdict.reason == "t2: returned 4, expected 5"
    assert verdict.tests_passed == 1


@pytest.mark.parametrize(("results", "total"), [([], 0), ([], 2), ([passed("t1")], 2)])
def test_what_was_not_judged_is_never_correct(results: list[TestResult], total: int) -> None:
    assert verdict_of(results, total, 0).kind == "infrastructure"


def test_a_test_that_was_not_run_for_want_of_time_says_so() -> None:
    result = out_of_time("t9", Limits(total_seconds=60))
    assert (result.name, result.passed, result.verdict) == ("t9", False, "timeout")
    assert "60.0 s" in result.reason
