"""The loop that measures a candidate: fills a window, runs blocks, looks, and stops in time."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from anyio import to_thread

from perftui.sandbox.imports import imported_packages
from perftui.sandbox.protocol import Limits, Sandbox
from perftui.timing.analysis import Figures, analyse
from perftui.timing.calibrating import Window, fill_window, time_tests
from perftui.timing.cost import Block, Run
from perftui.timing.estimate import MIN_BLOCKS
from perftui.timing.fitting import fitting_inputs
from perftui.timing.model import Arm, Measurement
from perftui.timing.quality import Fault, fault_of, load_average, stolen_seconds
from perftui.timing.schedule import Cast, block_order, cast_of, zygote_of
from perftui.timing.sequential import Plan, Stop, decide, fit, look_confidence, next_look
from perftui.timing.summary import Evidence, Failure, summarise
from perftui.timing.trials import Check, Runner, UnfitError, Work

__all__ = ["Check", "Work", "measure"]

Progress = Callable[[int, int], None]
"""Called with the blocks done and the blocks of the stage that is under way."""


async def measure(
    sandbox: Sandbox,
    work: Work,
    arms: Sequence[Arm],
    *,
    core: int,
    limits: Limits,
    budget_seconds: float,
    seed: int,
    check: Check,
    on_progress: Progress,
    clock: Callable[[], float] = time.monotonic,
    plan: Plan | None = None,
    stolen: Callable[[int], float | None] = stolen_seconds,
) -> Measurement:
    """Measure a candidate against the programs it is compared with.

    The verdict is against the chain's best where that is given, else against the reference, else
    against the seed. What cannot be measured ends in a measurement that says why: a candidate's
    wrong output has the flag `output-differs`, its death `run-failed`, a forged answer
    or a forbidden system call `rules-broken`, another program's
    `comparison-failed`.

    Args:
        sandbox: leased by the caller; it runs one trial at a time.
        work: the timing inputs and how they are run.
        arms: the candidate and what it is held against; equal programs may be given as one arm with
            several names, or as several arms.
        core: the core that trials are pinned to; nothing else may be timed on it meanwhile.
        limits: of each trial.
        budget_seconds: wall time; a block that would not end within it is not begun.
        seed: of the schedule and of the resampling.
        check: holds the outputs of a trial against what is expected; runs in a worker thread.
        on_progress: called after each block, on the event loop.
        clock: seconds.
        plan: when to look and when to stop.
        stolen: for how many seconds a core has been taken away by the hypervisor so far; called in a worker
            thread.

    Raises:
        SandboxLostError: the sandbox failed; nothing is known.
        ValueError: no arm is the candidate.
    """
    started = clock()
    cast = cast_of(arms)
    evidence = Evidence(
        core=core, cores=os.cpu_count() or 1, load_average=load_average(), budget_seconds=budget_seconds
    )
    packages = imported_packages(*(arm.program for arm in arms))
    runner = Runner(sandbox, work, limits, core, check, packages)
    deadline = started + budget_seconds
    loop = _Loop(runner, cast, evidence, plan or Plan(), seed, deadline, clock, stolen, on_progress)
    failure = None
    try:
        count = await fitting_inputs(runner, cast, budget_seconds=budget_seconds)
        runner = loop.runner = runner.with_inputs(count)
        evidence.inputs, evidence.fewer_inputs = count, count < len(work.inputs)
        window = await fill_window(runner, cast, budget_seconds=budget_seconds, clock=clock)
        evidence.repeats = window.repeats
        evidence.test_times = await time_tests(runner, cast, budget_seconds=budget_seconds, clock=clock)
        await loop.run(window)
    except UnfitError as error:
        failure = Failure(error.reason, error.flag)
    return summarise(cast, evidence, whole=work.whole, seconds=clock() - started, failure=failure)


@dataclass
class _Loop:
    """Blocks, looks, and the decision to go on."""

    runner: Runner
    cast: Cast
    evidence: Evidence
    plan: Plan
    seed: int
    deadline: float
    clock: Callable[[], float]
    stolen: Callable[[int], float | None]
    on_progress: Progress

    async def run(self, window: Window) -> None:
        """Run blocks until the answer is clear, hopeless, or the budget is spent."""
        rng = random.Random(self.seed)  # noqa: S311 (an order of trials, not a secret)
        full, looked = self.plan, 0
        while True:
            until = next_look(self.plan, looked)
            block_seconds = await self._collect(window, rng, until)
            done = len(self.evidence.blocks)
            if done == looked or done < MIN_BLOCKS:
                return
            if looked == 0:
                self.plan = fit(full, done + int((self.deadline - self.clock()) / block_seconds))
            last = done < until or done >= self.plan.most
            figures = await self._look(window, looked, last=last)
            self.evidence.figures = figures
            looked = done
            stop = self._decide(figures)
            by_budget = stop in (None, "end") and done < full.most
            self.evidence.ending = None if by_budget else stop
            if last or stop is not None:
                return

    async def _collect(self, window: Window, rng: random.Random, until: int) -> float:
        """Run blocks up to a number, or as many as end within the budget; the seconds that one takes."""
        blocks = self.evidence.blocks
        expected = window.block_seconds
        began, ran = self.clock(), 0
        while len(blocks) < until and self.clock() + expected <= self.deadline:
            block, fault = await self._watched_block(len(blocks), window, rng)
            ran += 1
            expected = (self.clock() - began) / ran
            if self.evidence.tally.admits(fault, len(blocks)):
                blocks.append(block)
                self.on_progress(len(blocks), until)
        return max(expected, 1e-9)

    async def _watched_block(
        self, index: int, window: Window, rng: random.Random
    ) -> tuple[Block, Fault | None]:
        """Run a block, and say what disturbed it."""
        core, began = self.evidence.core, self.clock()
        before = await to_thread.run_sync(self.stolen, core)
        block = await self._block(index, window, rng)
        after = await to_thread.run_sync(self.stolen, core)
        taken = after - before if before is not None and after is not None else 0.0
        return block, fault_of(
            block,
            baseline=self.cast.baseline.names[0],
            stolen=taken / max(self.clock() - began, 1e-9),
            usual_wait=window.usual_wait,
        )

    async def _block(self, index: int, window: Window, rng: random.Random) -> Block:
        zygote = zygote_of(index, self.seed)
        by_name = {arm.names[0]: arm for arm in self.cast.arms}
        runs = []
        for name in block_order(self.cast.names, rng, mirrored=window.mirrored):
            if name == "null":
                fact = await self.runner.null(self.cast.baseline, repeats=window.repeats, zygote=zygote)
            else:
                fact = await self.runner.run(by_name[name], repeats=window.repeats, zygote=zygote)
            runs.append(Run(name, fact))
        return Block(index, zygote, tuple(runs))

    async def _look(self, window: Window, before: int, *, last: bool) -> Figures:
        """Analyse in a worker thread: resampling would hold up the event loop."""
        now = len(self.evidence.blocks)
        return await to_thread.run_sync(
            partial(
                analyse,
                self.cast,
                tuple(self.evidence.blocks),
                repeats=window.repeats,
                whole=self.runner.work.whole,
                look_confidence=look_confidence(self.plan, before, now, last=last),
                confidence=self.plan.confidence,
                growth=self.plan.most / now,
                seed=self.seed,
            )
        )

    def _decide(self, figures: Figures) -> Stop | None:
        """Whether to stop; what cannot be told at all ends at the screen, and a gain waits for its proof."""
        deciding = self.cast.deciding
        if deciding is None or deciding in figures.cheaper | figures.short:
            return "clear"
        if self.cast.rivals[deciding] is self.cast.candidate:
            return "clear"
        stop = decide(self.plan, figures.ratios[deciding], figures.columns.blocks, gate=deciding == "best")
        waits = stop == "clear" and figures.is_unproven_gain(deciding) and deciding in figures.provable
        return None if waits else stop
