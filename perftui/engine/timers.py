"""Measurements for a run: paired on the timing lane, within the budget, each comparison once."""

from __future__ import annotations

import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import msgspec

from perftui.engine.budget import Ledger
from perftui.engine.memo import Memo
from perftui.engine.unseen import OUTPUT_DIFFERS, judged_on_unseen, look_at_unseen
from perftui.events.model import Stage
from perftui.judging.model import Verdict
from perftui.preparing.likeness import first_difference
from perftui.problems.model import Problem
from perftui.refine.actions import Measure
from perftui.refine.candidate import program_key
from perftui.sandbox.cores import Cores
from perftui.sandbox.protocol import Limits, NoSandboxError, Sandbox, SandboxLostError, SandboxPool
from perftui.text import one_line
from perftui.timing.inputs import Known
from perftui.timing.model import Arm, ArmName, Measurement

MAX_LOSSES = 3
"""How many sandboxes one measurement may lose before it is given up."""

RULES_BROKEN = "rules-broken"
"""The flag of a measurement in which an answer was forged, or a forbidden system call made."""


@dataclass(frozen=True, kw_only=True)
class Contest:
    """What a measurement compares.

    Attributes:
        problem: what the programs are for.
        inputs: what they are timed on, from the cheapest to the dearest.
        measure: the strategy's wish.
        programs: text by hash, for the candidate, the best, the seed and the reference.
        reference: hash of the reference, None where there is none.
        limits: of the problem.
    """

    problem: Problem
    inputs: tuple[Known, ...]
    measure: Measure
    programs: dict[str, str]
    reference: str | None
    limits: Limits


class _LostError(Exception):
    """A sandbox was lost under a measurement that had taken so many seconds."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Timers:
    """Times programs, one measurement at a time on the timing core.

    Args:
        pool: where programs run.
        cores: hands out the timing lane.
        order: each problem's place in the run; the first is served first.
        ledger: the run's timing budget.
    """

    def __init__(self, pool: SandboxPool, cores: Cores, order: Mapping[str, int], ledger: Ledger) -> None:
        self._pool = pool
        self._cores = cores
        self._order = order
        self._ledger = ledger
        self._memo: Memo[tuple[str, frozenset[str], Measure], Measurement] = Memo(keep=_holds)

    def know(
        self,
        problem: Problem,
        measure: Measure,
        programs: Mapping[str, str],
        measurement: Measurement,
        inputs: frozenset[str],
    ) -> None:
        """Take in a measurement from a former session of the run.

        Args:
            problem: what the programs are for.
            measure: what was compared.
            programs: their texts by hash.
            measurement: what came of it.
            inputs: names of what was timed on; another attempt may have chosen others.
        """
        compared = _whatever_layout(measure, programs)
        self._memo.know((problem.id, inputs, compared), measurement)
        self._memo.know((problem.id, inputs, _as_seed(compared.candidate)), _against_reference(measurement))

    def spent(self, problem: str, seconds: float) -> None:
        """Take in what a former session spent of the budget."""
        self._ledger.spend(problem, seconds)

    def reopen(self, problem: str) -> None:
        """A problem is solved anew, with a budget of its own."""
        self._ledger.reopen(problem)

    def retune(self, run_seconds: float | None) -> None:
        """All measurements may take so much from here on, in seconds; None is no bound."""
        self._ledger.retune(run_seconds)

    def close(self, problem: str) -> None:
        """A problem has ended: what it did not use is there for the others."""
        self._ledger.close(problem)

    async def measurement(
        self,
        contest: Contest,
        *,
        on_stage: Callable[[Stage], None],
        on_progress: Callable[[int, int], None],
        on_loss: Callable[[str, int], Awaitable[None]],
    ) -> tuple[Measurement, bool]:
        """The measurement of a candidate, and whether it was known before."""
        refusal = self._refusal(contest)
        if refusal is not None:
            return refusal, False

        async def make() -> Measurement:
            return await self._retried(contest, on_stage, on_progress, on_loss)

        inputs = frozenset(one.test.name for one in contest.inputs)
        compared = _whatever_layout(contest.measure, contest.programs)
        measurement, known = await self._memo.get((contest.problem.id, inputs, compared), make)
        if not known:
            self.know(contest.problem, contest.measure, contest.programs, measurement, inputs)
        return measurement, known

    async def confirmation(
        self, contest: Contest, *, on_loss: Callable[[str, int], Awaitable[None]]
    ) -> Measurement:
        """A measurement of its own, whatever is known of the programs: that of a problem's winner."""
        refusal = self._refusal(contest)
        if refusal is not None:
            return refusal
        return await self._retried(contest, lambda _stage: None, lambda _done, _planned: None, on_loss)

    async def _retried(
        self,
        contest: Contest,
        on_stage: Callable[[Stage], None],
        on_progress: Callable[[int, int], None],
        on_loss: Callable[[str, int], Awaitable[None]],
    ) -> Measurement:
        reason, wasted = "", 0.0
        for loss in range(1, MAX_LOSSES + 1):
            try:
                measured = await self._once(contest, on_stage, on_progress)
            except _LostError as error:
                reason, wasted = str(error), wasted + error.seconds
                await on_loss(reason, loss)
            else:
                return msgspec.structs.replace(measured, seconds=measured.seconds + wasted)
        given_up = _unmeasured(f"the sandbox was lost {MAX_LOSSES} times: {reason}", "sandbox-lost")
        return msgspec.structs.replace(given_up, seconds=wasted)

    def _refusal(self, contest: Contest) -> Measurement | None:
        if self._pool.info.clock == "none":
            return _unmeasured("this sandbox has no clock that can be read from outside", "no-clock")
        if not contest.inputs:
            return _unmeasured("there are no inputs to time it on: its tests are code", "no-inputs")
        return None

    async def _once(
        self,
        contest: Contest,
        on_stage: Callable[[Stage], None],
        on_progress: Callable[[int, int], None],
    ) -> Measurement:
        # Imported here: numpy and scipy take longer to load than most commands take to run.
        from perftui.timing.measuring import Work, measure  # noqa: PLC0415

        problem = contest.problem
        on_stage("lane")
        async with self._cores.timing(self._order.get(problem.id, 0)) as core:
            allowance = self._ledger.allowance(problem.id)
            if not allowance:
                return _unmeasured("the run's timing budget is spent", "budget")
            on_stage("sandbox")
            async with self._charged(problem.id), self._pool.lease() as sandbox:
                on_stage("timing")
                measured = await measure(
                    sandbox,
                    Work.of(contest.inputs, problem.entry_point),
                    _arms(contest),
                    core=core,
                    limits=contest.limits,
                    budget_seconds=allowance,
                    seed=zlib.crc32(contest.measure.candidate.encode()),
                    check=lambda outputs: first_difference(contest.inputs, outputs),
                    on_progress=on_progress,
                )
                if OUTPUT_DIFFERS in measured.flags:
                    measured = await _explained(sandbox, contest, measured, core)
        self._ledger.spend(problem.id, measured.seconds)
        return measured

    @asynccontextmanager
    async def _charged(self, problem: str) -> AsyncIterator[None]:
        """Take the time that goes with a lost sandbox from the budget as well.

        Raises:
            _LostError: the sandbox was lost; with the seconds it took.
        """
        began = time.monotonic()
        try:
            yield
        except NoSandboxError:
            raise
        except SandboxLostError as error:
            seconds = time.monotonic() - began
            self._ledger.spend(problem, seconds)
            raise _LostError(one_line(str(error)), seconds) from error


def cheating(verdict: Verdict, measurement: Measurement) -> Verdict | None:
    """The verdict on a program that was right while it was judged, and wrong or foul while it was timed."""
    if not verdict.correct or not {OUTPUT_DIFFERS, RULES_BROKEN} & set(measurement.flags):
        return None
    how = "wrong" if OUTPUT_DIFFERS in measurement.flags else "foul"
    return msgspec.structs.replace(
        verdict,
        kind="suspected-cheating",
        reason=f"right when judged, {how} when timed: {measurement.reason}",
    )


def _arms(contest: Contest) -> list[Arm]:
    measure = contest.measure
    wanted: list[tuple[ArmName, str | None]] = [
        ("candidate", measure.candidate),
        ("best", measure.best),
        ("seed", measure.seed if measure.seed != measure.candidate else None),
        ("reference", contest.reference),
    ]
    names: dict[str, list[ArmName]] = {}
    for name, candidate in wanted:
        if candidate is not None:
            names.setdefault(candidate, []).append(name)
    return [
        Arm(names=tuple(known_as), candidate=candidate, program=contest.programs[candidate])
        for candidate, known_as in names.items()
    ]


async def _explained(sandbox: Sandbox, contest: Contest, measured: Measurement, core: int) -> Measurement:
    """A measurement that found a wrong output: it may be so on inputs that are no tests."""
    unseen = await look_at_unseen(
        sandbox,
        contest.programs[contest.measure.candidate],
        contest.problem.entry_point,
        contest.inputs,
        limits=contest.limits,
        core=core,
    )
    return judged_on_unseen(measured, unseen, has_tests=bool(contest.problem.tests))


def _whatever_layout(measure: Measure, programs: Mapping[str, str]) -> Measure:
    """The comparison with each program known by what does not change with its comments and layout."""

    def key(candidate: str) -> str:
        return program_key(programs[candidate])

    return Measure(
        candidate=key(measure.candidate),
        best=None if measure.best is None else key(measure.best),
        seed=key(measure.seed),
    )


def _as_seed(candidate: str) -> Measure:
    return Measure(candidate=candidate, best=None, seed=candidate)


def _against_reference(measurement: Measurement) -> Measurement:
    ratio = measurement.vs_reference
    if ratio is None:
        return _unmeasured("it has no reference to be compared with", "no-reference")
    return msgspec.structs.replace(
        measurement,
        verdict=ratio.verdict,
        reason=f"known from before: {ratio.estimate:.2f}x [{ratio.low:.2f}, {ratio.high:.2f}] vs reference",
        vs_best=None,
        vs_seed=None,
    )


def _holds(measurement: Measurement) -> bool:
    return not {"sandbox-lost", "budget", "no-reference"} & set(measurement.flags)


def _unmeasured(reason: str, flag: str) -> Measurement:
    return Measurement(verdict="unmeasured", reason=reason, flags=(flag,))
