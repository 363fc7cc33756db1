"""One program judged on one problem: its inputs in company, its failures again alone, then its checks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import anyio
import msgspec

from perftui.judging.model import TestResult, Verdict
from perftui.judging.verdict import judge_check, judge_output, out_of_time, verdict_of
from perftui.problems.model import DRIVEN, Check, Problem, TestCase
from perftui.sandbox.protocol import CallFact, JudgeJob, Limits, Sandbox, SandboxLostError

_FINAL = frozenset({"invalid-program", "protocol-violation", "suspected-cheating"})
"""Verdicts that no other test can better or explain: judging ends with them."""

STARVED = 0.5
"""Of its time: a test that ran out of it with less than this on the processor is judged again …"""

PATIENCE = 3.0
"""… in so many times its time, of which it may still have no more on the processor."""

ASLEEP = 0.05
"""A test with less than this share of its wall time on the processor did not wait for it, but slept."""

DIGEST_OVER = 64 << 10
"""Outputs of more bytes come as digests while they are as expected: some take over 10 MB."""


async def judge(
    sandbox: Sandbox,
    problem: Problem,
    program: str,
    *,
    limits: Limits,
    cpu: int,
    all_tests: bool = False,
) -> Verdict:
    """Judge a program.

    The inputs of a function share a child, so a failing call may be the fault of an earlier one (a list
    kept between calls, a limit met in all): it is made again alone, and that result counts. So is one whose
    process was killed, since it may not have been its own doing, and one that ran out of time while
    others had its core.

    Args:
        sandbox: where the program runs.
        problem: whose tests it is judged by.
        program: the whole source text.
        limits: bounds; `total_seconds` holds for all executions together.
        cpu: the core to run on.
        all_tests: judge on after the first failing test.

    Raises:
        SandboxLostError: the sandbox failed; nothing is known of the program.
    """
    session = _Session(sandbox, problem, program, limits=limits, cpu=cpu, all_tests=all_tests)
    results = await session.run_tests()
    if session.wants_more(results):
        results += await session.run_checks()
    return verdict_of(results, len(problem.test_names), session.peak_bytes)


class _Session:
    """The executions of one judging, and what they have used up."""

    def __init__(
        self, sandbox: Sandbox, problem: Problem, program: str, *, limits: Limits, cpu: int, all_tests: bool
    ) -> None:
        self.peak_bytes = 0
        self._sandbox = sandbox
        self._problem = problem
        self._limits = limits
        self._all_tests = all_tests
        self._left = limits.total_seconds
        self._digest_over = DIGEST_OVER if problem.kind == "function" else 0
        self._digested = False
        self._job = JudgeJob(program=program, entry_point=problem.entry_point, limits=limits, cpu=cpu)

    def wants_more(self, results: Sequence[TestResult]) -> bool:
        """Whether judging goes on after these results."""
        if any(result.verdict in _FINAL for result in results):
            return False
        return self._all_tests or all(result.passed for result in results)

    async def run_tests(self) -> list[TestResult]:
        """The results of the tests with an expected output, in order."""
        tests = self._problem.tests
        results: list[TestResult] = []
        while len(results) < len(tests) and self.wants_more(results):
            rest = tests[len(results) :]
            if self._left <= 0:
                return [*results, out_of_time(rest[0].name, self._limits)]
            found = await self._run_batch(rest)
            last = found[-1]
            shared = self._problem.kind == "function" and len(found) > 1
            # A machine that is short of memory kills programs first, whoever uses it up. A digest that
            # differs does not say by how much: from there on outputs are wanted whole.
            doubtful = shared or last.verdict == "killed" or self._digested or self._starved(last)
            self._digest_over = 0 if self._digested else self._digest_over
            if not last.passed and doubtful and last.verdict not in _FINAL and self._left > 0:
                alone = rest[len(found) - 1 : len(found)]
                found[-1:] = await self._run_batch(alone, whole=True, patience=self._patience(last))
            results += found
        return results

    async def run_checks(self) -> list[TestResult]:
        """The results of the tests that are code, in order."""
        results: list[TestResult] = []
        for check in self._problem.checks:
            if not self.wants_more(results):
                break
            if self._left <= 0:
                return [*results, out_of_time(check.name, self._limits)]
            result = await self._run_check(check)
            if self._starved(result) and self._left > 0:
                result = await self._run_check(check, patience=self._patience(result))
            results.append(result)
        return results

    def _patience(self, result: TestResult) -> float:
        """How many times its time a test may take when it is judged again after this result."""
        return PATIENCE if self._starved(result) else 1.0

    def _starved(self, result: TestResult) -> bool:
        """Whether a test ran out of time without having had the processor for most of it."""
        limit_ns = STARVED * self._limits.test_seconds * 1e9
        return result.verdict == "timeout" and 0 < result.cpu_ns < limit_ns

    async def _run_batch(
        self, tests: Sequence[TestCase], *, whole: bool = False, patience: float = 1.0
    ) -> list[TestResult]:
        """Run tests up to the first that fails; at least one result.

        Args:
            tests: in order.
            whole: whether long outputs are wanted whole.
            patience: how many times its time each may take, of which it still has no more on the processor.
        """
        found: list[TestResult] = []
        goes_on = self._all_tests and self._problem.kind == "stdin"

        def judged(fact: CallFact) -> bool:
            found.append(self._in_time(judge_output(tests[fact.index], fact, self._limits), patience))
            self._digested = bool(fact.digest) and not found[-1].passed
            return found[-1].passed or (goes_on and found[-1].verdict not in _FINAL)

        inputs = tuple(test.input for test in tests)
        self._digested = False
        digest_over = 0 if whole else self._digest_over
        job = msgspec.structs.replace(self._job, inputs=inputs, digest_over=digest_over)
        await self._run(job, judged, patience)
        if not found:
            raise SandboxLostError(f"the sandbox gave no answer for {tests[0].name}")
        return found

    async def _run_check(self, check: Check, *, patience: float = 1.0) -> TestResult:
        found: list[TestResult] = []

        def judged(fact: CallFact) -> bool:
            found.append(self._in_time(judge_check(check, fact, self._limits), patience))
            return False

        job = msgspec.structs.replace(self._job, check=check.code)
        if check.driver:
            program = f"{self._job.program}\n\n{check.driver}"
            job = msgspec.structs.replace(job, program=program, entry_point=DRIVEN)
        await self._run(job, judged, patience)
        if not found:
            raise SandboxLostError(f"the sandbox gave no answer for {check.name}")
        return found[0]

    def _in_time(self, result: TestResult, patience: float) -> TestResult:
        """A result, which is a timeout where the test had more of the processor than it may take time.

        So is one that took over its time with next to nothing of it on the processor: it did not wait for
        that, it slept.
        """
        seconds = self._limits.test_seconds
        slept = result.wall_ns > seconds * 1e9 and result.cpu_ns < ASLEEP * result.wall_ns
        if patience == 1.0 or not result.passed or not (slept or result.cpu_ns > seconds * 1e9):
            return result
        reason = f"took over {seconds:.1f} s"
        return msgspec.structs.replace(result, passed=False, verdict="timeout", reason=reason)

    async def _run(self, job: JudgeJob, judged: Callable[[CallFact], bool], patience: float) -> None:
        """Run a job within what is left of the time; facts are taken in order, and none after a stop."""
        expected = 0
        goes_on = True
        in_order = True

        def on_call(fact: CallFact) -> bool:
            nonlocal expected, goes_on, in_order
            if not goes_on:
                return False
            in_order = goes_on = fact.index == expected < max(len(job.inputs), 1)
            if in_order:
                expected += 1
                self.peak_bytes = max(self.peak_bytes, fact.peak_bytes)
                goes_on = judged(fact)
            return goes_on

        began = anyio.current_time()
        seconds = patience * self._limits.test_seconds
        limits = msgspec.structs.replace(self._limits, total_seconds=self._left, test_seconds=seconds)
        await self._sandbox.judge(msgspec.structs.replace(job, limits=limits), on_call)
        self._left -= anyio.current_time() - began
        if not in_order:
            raise SandboxLostError("the sandbox answered out of order")
