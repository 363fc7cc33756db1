from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256

import anyio
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.judging.compare import matches_by_digest
from perftui.judging.judge import PATIENCE, judge
from perftui.judging.model import Verdict
from perftui.problems.model import DRIVEN, Check, Comparison, Problem, TestCase
from perftui.sandbox.protocol import (
    CallEnd,
    CallFact,
    JudgeJob,
    Limits,
    Sandbox,
    SandboxLostError,
    TrialFact,
    TrialJob,
)
from perftui.values import encode

Answer = Callable[[JudgeJob], Iterator[CallFact]]
LIMITS = Limits(test_seconds=1.0, total_seconds=60.0)


class FakeSandbox:
    """Answers each job by a function, as a supervisor would; keeps the jobs."""

    def __init__(self, answer: Answer, *, seconds: float = 0.0, deaf: bool = False) -> None:
        self.jobs: list[JudgeJob] = []
        self.given = 0
        self._answer = answer
        self._seconds = seconds
        self._deaf = deaf

    async def judge(self, job: JudgeJob, on_call: Callable[[CallFact], bool]) -> None:
        self.jobs.append(job)
        for fact in self._answer(job):
            await anyio.sleep(self._seconds)
            self.given += 1
            if not on_call(fact) and not self._deaf:
                return

    async def trial(self, job: TrialJob) -> TrialFact:
        raise NotImplementedError


def problem(inputs: int, checks: int = 0, kind: str = "function") -> Problem:
    """Each input is its own expected output."""
    is_function = kind == "function"
    return Problem(
        id="P/0",
        title="p",
        kind="function" if is_function else "stdin",
        statement="s",
        entry_point="f" if is_function else None,
        tests=tuple(
            TestCase(
                name=f"t{n + 1}",
                input=encode((n,)) if is_function else str(n),
                expected=str(n),
                comparison=Comparison() if is_function else Comparison(kind="text"),
            )
            for n in range(inputs)
        ),
        checks=tuple(Check(name=f"t{inputs + n + 1}", code=f"check {n}") for n in range(checks)),
        benchmark="b",
    )


def number(text: str) -> str:
    return text.strip('{}"t:[]')


def outputs(job: JudgeJob) -> Iterator[CallFact]:
    """A correct program."""
    if job.check is not None:
        yield CallFact(index=0, end="returned", output="null", peak_bytes=5)
    for index, text in enumerate(job.inputs):
        yield CallFact(index=index, end="returned", output=number(text), peak_bytes=index)


def wrong_on(*wrong: int) -> Answer:
    def answer(job: JudgeJob) -> Iterator[CallFact]:
        for fact in outputs(job):
            bad = job.check is None and int(fact.output) in wrong
            yield CallFact(index=fact.index, end="returned", output="-1") if bad else fact

    return answer


def ending(end_of: dict[int, CallFact], *, dies: bool = True, in_company: bool = False) -> Answer:
    """Ends so on those inputs, where `in_company` only as a later call of a shared child."""

    def answer(job: JudgeJob) -> Iterator[CallFact]:
        for fact in outputs(job):
            end = end_of.get(int(fact.output)) if job.check is None else None
            if end is None or (in_company and fact.index == 0):
                yield fact
                continue
            yield CallFact(index=fact.index, end=end.end, error_type=end.error_type)
            if dies:
                return

    return answer


async def run(
    sandbox: Sandbox, asked: Problem, *, all_tests: bool = False, limits: Limits = LIMITS
) -> Verdict:
    return await judge(sandbox, asked, "program", limits=limits, cpu=1, all_tests=all_tests)


async def test_all_inputs_go_in_one_job_and_each_check_in_its_own() -> None:
    sandbox = FakeSandbox(outputs)
    verdict = await run(sandbox, problem(3, checks=2))
    assert verdict.correct
    assert [result.name for result in verdict.results] == ["t1", "t2", "t3", "t4", "t5"]
    assert verdict.peak_bytes == 5
    inputs, *checks = sandbox.jobs
    assert (inputs.program, inputs.entry_point, inputs.cpu, inputs.check) == ("program", "f", 1, None)
    assert len(inputs.inputs) == 3
    assert [(job.check, job.inputs) for job in checks] == [("check 0", ()), ("check 1", ())]


async def test_expected_outputs_never_enter_the_sandbox() -> None:
    sandbox = FakeSandbox(outputs)
    secret = TestCase(name="t1", input=encode((1,)), expected='"the expected output"')
    verdict = await run(sandbox, msgspec.structs.replace(problem(1), tests=(secret,)))
    assert not verdict.correct
    assert "the expected output" not in repr(sandbox.jobs)


async def test_judging_ends_at_the_first_failing_test() -> None:
    sandbox = FakeSandbox(wrong_on(1, 3))
    verdict = await run(sandbox, problem(5, checks=1))
    assert (verdict.kind, verdict.failed_test) == ("wrong-answer", "t2")
    assert verdict.reason == "t2: returned -1, expected 1"
    assert [result.name for result in verdict.results] == ["t1", "t2"]
    assert verdict.tests_total == 6
    assert [len(job.inputs) for job in sandbox.jobs] == [5, 1]
    assert sandbox.given == 3


async def test_all_tests_are_judged_where_that_is_asked_for() -> None:
    sandbox = FakeSandbox(wrong_on(0, 1, 3))
    verdict = await run(sandbox, problem(5, checks=1), all_tests=True)
    assert [result.passed for result in verdict.results] == [False, False, True, False, True, True]
    assert verdict.failed_test == "t1"
    # t1 and t2 failed alone at once, t4 was tried again, t5 followed in a new child, then the check.
    assert [len(job.inputs) for job in sandbox.jobs] == [5, 4, 3, 1, 1, 0]


@pytest.mark.parametrize("dies", [True, False])
async def test_a_failure_in_company_is_tried_again_alone(dies: bool) -> None:
    answer = ending({2: CallFact(index=0, end="memory")}, dies=dies, in_company=True)
    sandbox = FakeSandbox(answer)
    verdict = await run(sandbox, problem(4, checks=1))
    assert verdict.correct
    assert [len(job.inputs) for job in sandbox.jobs] == [4, 1, 1, 0]


async def test_a_failure_that_repeats_alone_counts_as_it_was_alone() -> None:
    def answer(job: JudgeJob) -> Iterator[CallFact]:
        alone = len(job.inputs) == 1
        yield from ending({2: CallFact(index=0, end="timeout" if alone else "memory")})(job)

    verdict = await run(FakeSandbox(answer), problem(4))
    assert (verdict.kind, verdict.failed_test) == ("timeout", "t3")


@pytest.mark.parametrize(
    ("cpu_ns", "jobs"),
    [(100_000_000, 2), (499_000_000, 2), (600_000_000, 1), (1_000_000_000, 1), (0, 1)],
)
@pytest.mark.parametrize("kind", ["stdin", "check"])
async def test_a_test_that_waited_for_the_processor_is_tried_again_once(
    kind: str, cpu_ns: int, jobs: int
) -> None:
    def answer(job: JudgeJob) -> Iterator[CallFact]:
        yield CallFact(index=0, end="timeout", cpu_ns=cpu_ns)

    sandbox = FakeSandbox(answer)
    wanted = problem(0, checks=1) if kind == "check" else problem(1, kind="stdin")
    assert (await run(sandbox, wanted)).kind == "timeout"
    assert len(sandbox.jobs) == jobs


async def test_what_passes_when_it_is_tried_again_passes() -> None:
    def answer(job: JudgeJob) -> Iterator[CallFact]:
        if len(sandbox.jobs) == 1:
            yield CallFact(index=0, end="timeout", cpu_ns=1)
        else:
            yield from outputs(job)

    sandbox = FakeSandbox(answer)
    assert (await run(sandbox, problem(0, checks=1))).correct
    assert [job.limits.test_seconds for job in sandbox.jobs] == [1.0, PATIENCE]


@pytest.mark.parametrize(("cpu_ns", "kind"), [(1_000_000_000, "correct"), (1_000_000_001, "timeout")])
async def test_more_patience_is_no_more_time_on_the_processor(cpu_ns: int, kind: str) -> None:
    def answer(job: JudgeJob) -> Iterator[CallFact]:
        if len(sandbox.jobs) == 1:
            yield CallFact(index=0, end="timeout", cpu_ns=1)
        else:
            yield from (msgspec.structs.replace(fact, cpu_ns=cpu_ns) for fact in outputs(job))

    sandbox = FakeSandbox(answer)
    assert (await run(sandbox, problem(1, kind="stdin"))).kind == kind
    assert len(sandbox.jobs) == 2


@pytest.mark.parametrize(
    ("cpu_ns", "wall_ns", "kind"),
    [
        (60_000_000, 1_200_000_000, "correct"),
        (59_000_000, 1_200_000_000, "timeout"),
        (1_000_000, 900_000_000, "correct"),
    ],
)
async def test_more_patience_is_for_what_waits_for_the_processor_and_not_for_what_sleeps(
    cpu_ns: int, wall_ns: int, kind: str
) -> None:
    def answer(job: JudgeJob) -> Iterator[CallFact]:
        if len(sandbox.jobs) == 1:
            yield CallFact(index=0, end="timeout", cpu_ns=1)
        else:
            yield from (
                msgspec.structs.replace(fact, cpu_ns=cpu_ns, wall_ns=wall_ns) for fact in outputs(job)
            )

    sandbox = FakeSandbox(answer)
    assert (await run(sandbox, problem(1, kind="stdin"))).kind == kind


async def test_a_first_call_is_alone_already() -> None:
    sandbox = FakeSandbox(wrong_on(0))
    assert (await run(sandbox, problem(3))).failed_test == "t1"
    assert len(sandbox.jobs) == 1


async def test_a_stdin_input_is_never_in_company() -> None:
    sandbox = FakeSandbox(wrong_on(1))
    verdict = await run(sandbox, problem(3, kind="stdin"))
    assert (verdict.kind, verdict.failed_test) == ("wrong-answer", "t2")
    assert len(sandbox.jobs) == 1
    assert sandbox.jobs[0].entry_point is None

    sandbox = FakeSandbox(wrong_on(1))
    verdict = await run(sandbox, problem(3, kind="stdin"), all_tests=True)
    assert [result.passed for result in verdict.results] == [True, False, True]
    assert len(sandbox.jobs) == 1


@pytest.mark.parametrize("all_tests", [True, False])
@pytest.mark.parametrize(
    ("end", "kind"),
    [
        ("invalid-program", "invalid-program"),
        ("protocol-violation", "protocol-violation"),
        ("forbidden-call", "suspected-cheating"),
    ],
)
async def test_what_no_other_test_can_better_ends_judging(end: CallEnd, kind: str, all_tests: bool) -> None:
    fact = CallFact(index=0, end=end)
    sandbox = FakeSandbox(ending({1: fact}))
    verdict = await run(sandbox, problem(4, checks=1), all_tests=all_tests)
    assert (verdict.kind, verdict.failed_test) == (kind, "t2")
    assert len(sandbox.jobs) == 1


async def test_a_failing_check_is_a_wrong_answer() -> None:
    def answer(job: JudgeJob) -> Iterator[CallFact]:
        if job.check == "check 0":
            yield CallFact(index=0, end="raised", error_type="AssertionError")
        else:
            yield from outputs(job)

    verdict = await run(FakeSandbox(answer), problem(1, checks=2))
    assert (verdict.kind, verdict.failed_test) == ("wrong-answer", "t2")
    assert len(verdict.results) == 2
    verdict = await run(FakeSandbox(answer), problem(1, checks=2), all_tests=True)
    assert [result.passed for result in verdict.results] == [True, False, True]


async def test_a_program_that_is_judged_by_a_check_alone() -> None:
    assert (await run(FakeSandbox(outputs), problem(0, checks=1))).correct


async def test_the_time_of_all_executions_is_bounded_together() -> None:
    limits = Limits(test_seconds=1.0, total_seconds=0.01)
    sandbox = FakeSandbox(wrong_on(0), seconds=0.02)
    verdict = await run(sandbox, problem(3, checks=2), all_tests=True, limits=limits)
    assert [result.verdict for result in verdict.results] == ["wrong-answer", "timeout", "timeout"]
    assert [result.name for result in verdict.results] == ["t1", "t2", "t4"]
    assert len(sandbox.jobs) == 1


async def test_later_jobs_get_what_is_left_of_the_time() -> None:
    sandbox = FakeSandbox(wrong_on(1), seconds=0.01)
    await run(sandbox, problem(3), all_tests=True)
    left = [job.limits.total_seconds for job in sandbox.jobs]
    assert left[0] == 60.0
    assert left == sorted(left, reverse=True)
    assert left[-1] < 59.99


async def test_a_lost_sandbox_is_told_to_the_caller() -> None:
    def answer(job: JudgeJob) -> Iterator[CallFact]:
        yield next(outputs(job))
        raise SandboxLostError("gone")

    with pytest.raises(SandboxLostError, match="gone"):
        await run(FakeSandbox(answer), problem(3))


@pytest.mark.parametrize("checks", [0, 1])
async def test_a_sandbox_that_gives_no_answer_is_lost(checks: int) -> None:
    with pytest.raises(SandboxLostError, match="no answer for t1"):
        await run(FakeSandbox(lambda _job: iter(())), problem(1 - checks, checks=checks))


@pytest.mark.parametrize("indexes", [[1], [0, 2], [0, 0], [0, 1, 2], [-1]])
async def test_facts_out_of_order_are_never_taken_for_a_verdict(indexes: list[int]) -> None:
    def answer(_job: JudgeJob) -> Iterator[CallFact]:
        for index in indexes:
            yield CallFact(index=index, end="returned", output=str(max(index, 0)))

    with pytest.raises(SandboxLostError, match="out of order"):
        await run(FakeSandbox(answer), problem(2))


async def test_facts_that_come_after_a_stop_are_passed_over() -> None:
    sandbox = FakeSandbox(wrong_on(0), deaf=True)
    verdict = await run(sandbox, problem(3))
    assert [result.name for result in verdict.results] == ["t1"]


async def test_a_driver_is_put_after_the_program_and_called_in_its_place() -> None:
    sandbox = FakeSandbox(outputs)
    asked = msgspec.structs.replace(problem(1), checks=(Check(name="t2", code="check", driver="drive"),))
    assert (await run(sandbox, asked)).correct
    plain, driven = sandbox.jobs
    assert (plain.entry_point, driven.entry_point) == ("f", DRIVEN)
    assert driven.program == f"{plain.program}\n\ndrive"
    assert driven.check == "check"


def digested(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def long_outputs(wrong: int | None = None, by: str = "9") -> Answer:
    """Answers as a supervisor does that tells all outputs by digest while it may."""

    def answer(job: JudgeJob) -> Iterator[CallFact]:
        for index, text in enumerate(job.inputs):
            output = by if number(text) == str(wrong) else number(text)
            if job.digest_over:
                yield CallFact(index=index, end="returned", digest=digested(output))
            else:
                yield CallFact(index=index, end="returned", output=output)

    return answer


async def test_a_digest_that_is_as_expected_will_do() -> None:
    sandbox = FakeSandbox(long_outputs())
    verdict = await judge(sandbox, problem(5), "p", limits=LIMITS, cpu=0)
    assert (verdict.kind, len(sandbox.jobs)) == ("correct", 1)
    assert sandbox.jobs[0].digest_over > 0


async def test_a_digest_that_differs_is_asked_for_whole_and_told_as_any_other_output() -> None:
    sandbox = FakeSandbox(long_outputs(wrong=2))
    verdict = await judge(sandbox, problem(5), "p", limits=LIMITS, cpu=0)
    assert (verdict.kind, verdict.failed_test) == ("wrong-answer", "t3")
    assert verdict.results[-1].got == "9"
    assert [job.digest_over for job in sandbox.jobs][1:] == [0]


async def test_an_equal_output_that_is_coded_otherwise_passes_whole() -> None:
    sandbox = FakeSandbox(long_outputs(wrong=0, by="0.0"))
    verdict = await judge(sandbox, problem(5), "p", limits=LIMITS, cpu=0)
    assert verdict.kind == "correct"
    # Once it was not told by a digest whether outputs are equal, they come whole.
    assert [(len(job.inputs), job.digest_over > 0) for job in sandbox.jobs] == [
        (5, True),
        (1, False),
        (4, False),
    ]


@pytest.mark.parametrize("expected", ['{"f":"nan"}', '[1,{"f":"nan"}]', '{"o":"Point"}'])
def test_what_is_not_equal_to_itself_passes_by_no_digest(expected: str) -> None:
    assert not matches_by_digest(expected, digested(expected), Comparison())


@given(st.lists(st.integers()), st.lists(st.integers()))
def test_a_digest_tells_equal_texts_from_others(expected: list[int], got: list[int]) -> None:
    coded, other = encode(expected), encode(got)
    assert matches_by_digest(coded, digested(other), Comparison()) == (expected == got)
