"""Every reference of a benchmark run against its tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import anyio
import click

from perftui.events.plan import LimitRules
from perftui.judging.judge import judge
from perftui.judging.model import Verdict
from perftui.preparing.answers import Answering
from perftui.preparing.bench import Bench
from perftui.preparing.prepare import Answered, answer
from perftui.problems.model import Benchmark, Problem
from perftui.sandbox.choose import open_pool
from perftui.sandbox.cores import Cores, usable_cores
from perftui.sandbox.imports import needs_of


@dataclass(frozen=True)
class Checked:
    """What came of checking.

    Attributes:
        failures: references that fail, by the place of their problem.
        left_out: problems of which inputs were left out, since the reference gives nothing on them, likewise.
    """

    failures: list[tuple[int, Verdict]] = field(default_factory=list)
    left_out: list[tuple[int, Answered]] = field(default_factory=list)


async def check_references(loaded: Benchmark, kind: Literal["docker", "process"]) -> Checked:
    """Answer unanswered inputs, then judge all references, in sandboxes of that kind."""
    checked = Checked()
    rules = LimitRules(all_tests=True)
    async with (
        open_pool(
            kind,
            slots=len(usable_cores()),
            memory_bytes=rules.memory_bytes,
            on_progress=lambda line: click.echo(line, err=True),
            needs=needs_of(loaded.problems),
        ) as pool,
        anyio.create_task_group() as group,
    ):
        bench = Bench(pool, Cores(pool.cores))
        # A problem's outputs may be megabytes: only so many problems are held at once as run at once.
        slots = anyio.Semaphore(2 * len(usable_cores()))
        for place, problem in enumerate(loaded.problems):
            await slots.acquire()
            group.start_soon(_check_one, place, problem, bench, rules, slots, checked)
    checked.failures.sort(key=lambda pair: pair[0])
    checked.left_out.sort(key=lambda pair: pair[0])
    return checked


async def _check_one(
    place: int, problem: Problem, bench: Bench, rules: LimitRules, slots: anyio.Semaphore, checked: Checked
) -> None:
    try:
        # Nothing is remembered: a reference must give the same when it is run anew.
        answered = await answer(Answering(bench, None), problem)
        if answered.lost:
            checked.left_out.append((place, answered))
        for reference in problem.references:
            verdict = await _judged(answered.problem, reference, bench, rules)
            if not verdict.correct:
                checked.failures.append((place, verdict))
    finally:
        slots.release()


async def _judged(problem: Problem, reference: str, bench: Bench, rules: LimitRules) -> Verdict:
    limits = rules.limits(None, max((len(test.expected) for test in problem.tests), default=0))
    return await bench.run(
        lambda sandbox, core: judge(sandbox, problem, reference, limits=limits, cpu=core, all_tests=True)
    )
