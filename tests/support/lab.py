"""A sandbox to try programs in: short ways to ask, and a look at whether it is still well."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from perftui import values
from perftui.sandbox.protocol import (
    CallFact,
    JudgeJob,
    Limits,
    Sandbox,
    SandboxLostError,
    TrialFact,
    TrialJob,
)

SHORT = Limits(test_seconds=0.4, total_seconds=5.0, memory_bytes=256 << 20, output_bytes=1 << 20)
ENOUGH = Limits(test_seconds=10.0, total_seconds=30.0, memory_bytes=256 << 20, output_bytes=1 << 20)


@dataclass
class Lab:
    """Asks one sandbox.

    Attributes:
        sandbox: which.
        lost: whether a test says that it will be lost.
    """

    sandbox: Sandbox
    lost: bool = field(default=False)

    async def call(
        self, program: str, *inputs: tuple[Any, ...], limits: Limits = ENOUGH, **job: Any
    ) -> list[CallFact]:
        """Judge the function `f` of a program on argument tuples (once without any, where none is given)."""
        return await self.facts(self.job(program, *inputs, limits=limits, **job))

    def job(self, program: str, *inputs: tuple[Any, ...], limits: Limits = ENOUGH, **job: Any) -> JudgeJob:
        """That job."""
        coded = tuple(values.encode(arguments) for arguments in (inputs or ((),)))
        return JudgeJob(program=program, entry_point="f", inputs=coded, limits=limits, **job)

    async def one(self, program: str, *arguments: Any, limits: Limits = ENOUGH) -> CallFact:
        """Judge the function `f` of a program on one input."""
        (fact,) = await self.call(program, arguments, limits=limits)
        return fact

    async def feed(self, program: str, *texts: str, limits: Limits = ENOUGH, **job: Any) -> list[CallFact]:
        """Judge a program that reads stdin."""
        return await self.facts(
            JudgeJob(program=program, entry_point=None, inputs=texts or ("",), limits=limits, **job)
        )

    async def check(self, program: str, check: str, limits: Limits = ENOUGH) -> CallFact:
        """Judge the function `f` of a program by a check."""
        (fact,) = await self.facts(JudgeJob(program=program, entry_point="f", check=check, limits=limits))
        return fact

    async def time(self, program: str, *inputs: tuple[Any, ...], **job: Any) -> TrialFact:
        """Time the function `f` of a program."""
        coded = tuple(values.encode(arguments) for arguments in inputs)
        limits = job.pop("limits", ENOUGH)
        return await self.sandbox.trial(
            TrialJob(program=program, entry_point="f", inputs=coded, limits=limits, **job)
        )

    async def facts(self, job: JudgeJob) -> list[CallFact]:
        """All facts of a job."""
        facts: list[CallFact] = []

        def keep(fact: CallFact) -> bool:
            facts.append(fact)
            return True

        await self.sandbox.judge(job, keep)
        return facts

    async def is_well(self) -> bool:
        """Whether the next program is judged as it should be."""
        try:
            fact = await self.one("def f(a, b):\n    return a + b\n", 19, 23)
        except SandboxLostError:
            return False
        return (fact.end, fact.output) == ("returned", "42")
