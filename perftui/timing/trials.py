"""One timed execution: asked of the sandbox, and its output checked like any other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import msgspec
from anyio import to_thread

from perftui.sandbox.protocol import Limits, Sandbox, TrialFact, TrialJob
from perftui.text import one_line
from perftui.timing.inputs import Known
from perftui.timing.model import Arm

Check = Callable[[Sequence[str]], str | None]
"""Holds the outputs of one pass against what is expected: None, or what is wrong in one line. Called in
a worker thread."""

_KEPT_ANSWERS = 4
_BREACHES = frozenset({"forbidden-call", "protocol-violation"})


@dataclass(frozen=True, slots=True)
class Work:
    """What is timed.

    Attributes:
        inputs: the timing inputs of one pass, coded as for judging.
        test_names: the name of each input.
        entry_point: the function to call, or None for a program that reads stdin.
        work_ns: what each input costs the reference, ascending; empty where that is not known, and
            then programs are timed on all inputs however long they take.
    """

    inputs: tuple[str, ...]
    test_names: tuple[str, ...]
    entry_point: str | None
    work_ns: tuple[int, ...] = ()

    @classmethod
    def of(cls, inputs: Sequence[Known], entry_point: str | None) -> Work:
        """The work on chosen inputs."""
        return cls(
            inputs=tuple(known.test.input for known in inputs),
            test_names=tuple(known.test.name for known in inputs),
            entry_point=entry_point,
            work_ns=tuple(known.work_ns for known in inputs),
        )

    @property
    def whole(self) -> bool:
        """Whether programs are timed from their start to their end."""
        return self.entry_point is None

    def first(self, count: int) -> Work:
        """The work with only so many inputs, the cheapest."""
        return replace(
            self,
            inputs=self.inputs[:count],
            test_names=self.test_names[:count],
            work_ns=self.work_ns[:count],
        )


class UnfitError(Exception):
    """A timed execution gave no figure: nothing can be measured.

    Attributes:
        reason: one line, printable.
        flag: the short word for the measurement.
    """

    def __init__(self, reason: str, flag: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.flag = flag


@dataclass
class Runner:
    """Runs trials on one sandbox and one core, in processes that have loaded the same packages."""

    sandbox: Sandbox
    work: Work
    limits: Limits
    core: int
    check: Check
    packages: tuple[str, ...] = ()
    _right_answers: list[tuple[str, ...]] = field(default_factory=list)

    def with_inputs(self, count: int) -> Runner:
        """The same with only so many inputs, the cheapest."""
        return replace(self, work=self.work.first(count), _right_answers=[])

    async def run(self, arm: Arm, *, repeats: int, zygote: int, per_test: bool = False) -> TrialFact:
        """Run a program once and check its output.

        Raises:
            UnfitError: it ended otherwise than by returning, or its output is wrong.
            SandboxLostError: the sandbox failed.
        """
        fact = await self.sandbox.trial(self._job(arm, repeats=repeats, zygote=zygote, per_test=per_test))
        if fact.end != "returned":
            detail = f": {one_line(fact.detail)}" if fact.detail else ""
            flag = "rules-broken" if fact.end in _BREACHES else "run-failed"
            raise UnfitError(f"{_whose(arm)} timed run ended with {fact.end}{detail}", _flag(arm, flag))
        await self._check(arm, fact.outputs)
        return fact

    async def probe(self, arm: Arm, seconds: float) -> TrialFact:
        """Run a program once and look at nothing but how it ended and what it took.

        Args:
            arm: whose program.
            seconds: wall time that it may take in all.

        Raises:
            SandboxLostError: the sandbox failed.
        """
        limits = msgspec.structs.replace(self.limits, test_seconds=seconds, total_seconds=seconds)
        return await self.sandbox.trial(
            msgspec.structs.replace(self._job(arm, repeats=1, zygote=0, per_test=False), limits=limits)
        )

    async def null(self, arm: Arm, *, repeats: int, zygote: int, per_test: bool = False) -> TrialFact:
        """Run the null program in an arm's place: what the harness itself costs.

        Raises:
            UnfitError: it did not return.
            SandboxLostError: the sandbox failed.
        """
        job = self._job(arm, repeats=repeats, zygote=zygote, per_test=per_test, null=True)
        fact = await self.sandbox.trial(job)
        if fact.end != "returned":
            raise UnfitError(f"the null program ended with {fact.end}", "comparison-failed")
        return fact

    def _job(self, arm: Arm, *, repeats: int, zygote: int, per_test: bool, null: bool = False) -> TrialJob:
        return TrialJob(
            program=arm.program,
            entry_point=self.work.entry_point,
            inputs=self.work.inputs,
            repeats=repeats,
            per_test=per_test,
            null=null,
            zygote=zygote,
            limits=self.limits,
            cpu=self.core,
            packages=self.packages,
        )

    async def _check(self, arm: Arm, outputs: tuple[str, ...]) -> None:
        """Check outputs; the very texts that were right before are right again."""
        if outputs in self._right_answers:
            return
        wrong = await to_thread.run_sync(self.check, outputs)
        if wrong is not None:
            raise UnfitError(
                f"{_whose(arm)} timed output is wrong: {one_line(wrong)}", _flag(arm, "output-differs")
            )
        self._right_answers[_KEPT_ANSWERS - 1 :] = [outputs]


def _whose(arm: Arm) -> str:
    return f"the {arm.names[0]}'s"


def _flag(arm: Arm, flag: str) -> str:
    """A failure of another program than the candidate is not held against the candidate."""
    return flag if "candidate" in arm.names else "comparison-failed"
