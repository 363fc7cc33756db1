"""Whether a program that was wrong while it was timed is wrong on what it had not seen, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from anyio import to_thread

from perftui.judging.compare import matches
from perftui.problems.model import TestCase
from perftui.sandbox.protocol import CallFact, JudgeJob, Limits, Sandbox
from perftui.timing.inputs import Known
from perftui.timing.model import Measurement

OUTPUT_DIFFERS = "output-differs"
"""The flag of a measurement in which a timed output was wrong."""

WRONG_ON_UNSEEN = "wrong-on-unseen"
"""The flag of a program that is right on its tests and wrong on some other inputs."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """What became of inputs that are no tests.

    Attributes:
        wrong: on how many the program returned, and something else than the reference.
        total: how many there are.
    """

    wrong: int
    total: int

    @property
    def is_suspicious(self) -> bool:
        """Whether most are wrong: a program that passes every test by what it is should not be."""
        return self.wrong * 2 > self.total


async def look_at_unseen(
    sandbox: Sandbox,
    program: str,
    entry_point: str | None,
    inputs: Sequence[Known],
    *,
    limits: Limits,
    core: int,
) -> Unseen:
    """Run a program on the inputs that are no tests.

    Raises:
        SandboxLostError: the sandbox failed.
    """
    tests = [known.test for known in inputs if known.origin != "test"]
    facts: list[CallFact] = []
    job = JudgeJob(
        program=program,
        entry_point=entry_point,
        inputs=tuple(test.input for test in tests),
        limits=limits,
        cpu=core,
        go_on=True,
    )

    def keep(fact: CallFact) -> bool:
        facts.append(fact)
        return True

    if tests:
        await sandbox.judge(job, keep)
    return Unseen(await to_thread.run_sync(_wrong, tests, facts), len(tests))


def judged_on_unseen(measurement: Measurement, unseen: Unseen, *, has_tests: bool) -> Measurement:
    """A measurement that ended with a wrong output, after a look at the unseen inputs.

    Args:
        measurement: with the flag `output-differs`.
        unseen: what the look showed.
        has_tests: whether outputs of the problem are known to be unique; where only a check can tell
            right from wrong, another output than the reference's may be right.
    """
    if has_tests and unseen.wrong == 0:
        return measurement
    reason = f"wrong on {unseen.wrong} of {unseen.total} inputs that are no tests"
    if has_tests and unseen.is_suspicious:
        return msgspec.structs.replace(measurement, reason=reason)
    flags = tuple(WRONG_ON_UNSEEN if flag == OUTPUT_DIFFERS else flag for flag in measurement.flags)
    return msgspec.structs.replace(measurement, reason=f"not timed: {reason}", flags=flags)


def _wrong(tests: Sequence[TestCase], facts: Sequence[CallFact]) -> int:
    return sum(
        fact.end == "returned" and matches(test.expected, fact.output, test.comparison) is not None
        for test, fact in zip(tests, facts, strict=False)
    )
