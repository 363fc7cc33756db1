"""A problem made ready: its unanswered inputs become tests, and what it is timed on is chosen."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec
from anyio import to_thread

from perftui.judging.compare import matches
from perftui.preparing.answers import LIMITS, Answer, Answering
from perftui.preparing.likeness import comparison_for
from perftui.preparing.material import Made, generated, given_inputs
from perftui.preparing.sizes import FIRST_SIZES, SEEDS, Tried, best_size, next_size
from perftui.problems.model import Problem, TestCase, test_name
from perftui.sandbox.protocol import Limits, Sandbox, TrialJob
from perftui.text import one_line
from perftui.timing.inputs import MAX_INPUTS, Chosen, Known, Origin, TimingInputs, choose, told

MODEL = "a model"
"""The source of timing data that a model wrote."""

OTHER_ZYGOTE = 1
"""Another hash seed: what depends on it is no expected output."""

_POOL = 2 * MAX_INPUTS
_MOST_SECONDS = 0.25
_seeds = random.SystemRandom()


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A problem whose inputs all have an expected output.

    Attributes:
        problem: with all tests.
        lost: inputs that had to be left out, since the reference gives nothing on them.
        reason: of the first of them, one line; empty where there are none.
    """

    problem: Problem
    lost: int = 0
    reason: str = ""


async def answer(answering: Answering, problem: Problem) -> Answered:
    """Turn unanswered inputs into tests, by what the first reference gives.

    Raises:
        SandboxLostError: sandboxes fail, whatever runs in them.
    """
    if not problem.unanswered:
        return Answered(problem=problem)
    if not problem.references:
        return Answered(problem=problem, lost=len(problem.unanswered), reason="there is no reference")
    inputs = [one.input for one in problem.unanswered]
    answers = await answering.answers(problem.references[0], problem.entry_point, inputs)
    tests = list(problem.tests)
    lost: list[Answer] = []
    for place, (one, found) in enumerate(zip(problem.unanswered, answers, strict=True), len(tests)):
        if found.end == "returned":
            test = TestCase(
                name=test_name(place), input=one.input, expected=found.output, comparison=one.comparison
            )
            tests.append(test)
        else:
            lost.append(found)
    reason = one_line(f"{lost[0].end}: {lost[0].detail}", 200) if lost else ""
    whole = msgspec.structs.replace(problem, tests=tuple(tests), unanswered=())
    return Answered(problem=whole, lost=len(lost), reason=reason)


@dataclass(frozen=True, kw_only=True)
class Preparing:
    """Chooses what a problem is timed on.

    Attributes:
        answering: runs the reference.
        problem: answered.
        reference: the text of its reference, which passes its tests.
        test_ns: what each test costs the reference, by name, coding included.
        limits: of the problem.
    """

    answering: Answering
    problem: Problem
    reference: str
    test_ns: dict[str, int]
    limits: Limits
    _left_out: list[str] = field(default_factory=list)

    async def choose(self, *, hold_out: bool) -> tuple[Chosen, TimingInputs]:
        """Choose from the tests, the benchmark's timing data and its generator.

        Args:
            hold_out: keep part of the inputs out of all feedback.

        Raises:
            SandboxLostError: sandboxes fail, whatever runs in them.
        """
        tests = self._tests(self.problem.tests)
        made = await given_inputs(self.answering, self.problem)
        if not made and self.problem.timing.generator is None:
            known = [Known(test=test, origin=origin, work_ns=cost) for test, origin, cost in tests]
            return (chosen := choose(known, hold_out=hold_out)), told(chosen, left_out=0)
        others = await self._answered(made, "benchmark")
        known = await self._metered(_dearest([*others, *tests]))
        if self.problem.timing.generator is not None:
            known += await self._from_generator(self.problem.timing.generator)
        chosen = await self._steady(choose(known, hold_out=hold_out))
        return chosen, told(chosen, left_out=len(self._left_out))

    async def again(self, names: TimingInputs) -> Chosen:
        """The same inputs as were chosen before, made anew.

        Raises:
            SandboxLostError: sandboxes fail, whatever runs in them.
        """
        wanted = {*names.shown, *names.held_out}
        made = [one for one in await given_inputs(self.answering, self.problem) if one.name in wanted]
        pairs = [pair for name in wanted if (pair := _generated_pair(name)) is not None]
        generator = self.problem.timing.generator
        if pairs and generator is not None:
            made += await generated(self.answering, generator, self.problem.kind, pairs)
        tests = self._tests(test for test in self.problem.tests if test.name in wanted)
        known = await self._metered([*await self._answered(made, "benchmark"), *tests])
        by_name = {one.test.name: one for one in known}
        return Chosen(
            shown=tuple(by_name[name] for name in names.shown if name in by_name),
            held_out=tuple(by_name[name] for name in names.held_out if name in by_name),
        )

    def _tests(self, tests: Iterable[TestCase]) -> list[_Candidate]:
        return [(test, "test", self.test_ns.get(test.name, 0)) for test in tests]

    async def _answered(self, made: Sequence[Made], origin: Origin) -> list[_Candidate]:
        """Inputs with what the reference gives; those on which it gives nothing are left out."""
        usable = [(one.name, one.input) for one in made if one.input is not None]
        self._left_out.extend(one.name for one in made if one.input is None)
        answers = await self.answering.answers(
            self.reference, self.problem.entry_point, [text for _, text in usable]
        )
        found: list[_Candidate] = []
        for (name, text), given in zip(usable, answers, strict=True):
            if given.end != "returned":
                self._left_out.append(name)
                continue
            comparison = comparison_for(self.problem, given.output)
            test = TestCase(name=name, input=text, expected=given.output, comparison=comparison)
            found.append((test, origin, given.cpu_ns))
        return found

    async def _metered(self, pool: Sequence[_Candidate]) -> list[Known]:
        """What each input's call costs the reference, coding left out where that could be told."""
        if not pool:
            return []
        inputs = tuple(test.input for test, _, _ in pool)
        job = TrialJob(
            program=self.reference,
            entry_point=self.problem.entry_point,
            inputs=inputs,
            per_test=True,
            limits=msgspec.structs.replace(LIMITS, memory_bytes=self.limits.memory_bytes),
        )
        work = await self.answering.bench.run(lambda sandbox, core: _work_ns(sandbox, job, core))
        if work is None:
            work = tuple(cost for _, _, cost in pool)
        return [
            Known(test=test, origin=origin, work_ns=cost)
            for (test, origin, _), cost in zip(pool, work, strict=True)
        ]

    async def _from_generator(self, generator: str) -> list[Known]:
        """Inputs of a size that takes the reference long enough, and of the smaller ones on the way."""
        known = await self._generated(generator, [(size, 1) for size in FIRST_SIZES])
        tried = [_tried(size, known) for size in FIRST_SIZES]
        while (size := next_size(tried)) is not None:
            more = await self._generated(generator, [(size, 1)])
            known += more
            tried.append(_tried(size, more))
        best = best_size(tried)
        if best is None:
            return []
        seeds = _seeds.sample(range(2, 1 << 30), 2 * SEEDS)
        return known + await self._generated(generator, [(best, seed) for seed in seeds])

    async def _generated(self, generator: str, pairs: Sequence[tuple[int, int]]) -> list[Known]:
        made = await generated(self.answering, generator, self.problem.kind, pairs)
        origin: Origin = "model" if self.problem.timing.source == MODEL else "generator"
        return await self._metered(await self._answered(made, origin))

    async def _steady(self, chosen: Chosen) -> Chosen:
        """The choice without inputs to which the reference gives another output under another hash seed."""
        others = [known for known in (*chosen.shown, *chosen.held_out) if known.origin != "test"]
        answers = await self.answering.answers(
            self.reference,
            self.problem.entry_point,
            [known.test.input for known in others],
            zygote=OTHER_ZYGOTE,
        )
        unsteady = await to_thread.run_sync(_unsteady, others, answers)
        self._left_out.extend(unsteady)
        return Chosen(
            shown=tuple(known for known in chosen.shown if known.test.name not in unsteady),
            held_out=tuple(known for known in chosen.held_out if known.test.name not in unsteady),
        )


_Candidate = tuple[TestCase, Origin, int]
"""An input with its output, whose it is, and what its call costs, coding included."""


async def _work_ns(sandbox: Sandbox, job: TrialJob, core: int) -> tuple[int, ...] | None:
    """What each call costs without the harness; None where the program did not come to its end."""
    placed = msgspec.structs.replace(job, cpu=core)
    fact = await sandbox.trial(placed)
    null = await sandbox.trial(msgspec.structs.replace(placed, null=True))
    if len(fact.first_ns) != len(job.inputs) or len(null.first_ns) != len(job.inputs):
        return None
    return tuple(max(0, mine - none) for mine, none in zip(fact.first_ns, null.first_ns, strict=True))


def _dearest(pool: Sequence[_Candidate]) -> list[_Candidate]:
    """The dearest inputs, as many as could ever be chosen, and none that takes too long for a pass."""
    quick = [one for one in pool if one[2] <= _MOST_SECONDS * 1e9]
    return sorted(quick or pool, key=lambda one: one[2], reverse=True)[:_POOL]


def _tried(size: int, known: Sequence[Known]) -> Tried:
    found = next((one for one in known if one.test.name.startswith(f"g{size}.")), None)
    return Tried(size, None if found is None else found.work_ns)


def _generated_pair(name: str) -> tuple[int, int] | None:
    """The size and seed in the name of a generated input."""
    size, _, seed = name[1:].partition(".")
    return (int(size), int(seed)) if name.startswith("g") and size.isdecimal() and seed.isdecimal() else None


def _unsteady(known: Sequence[Known], answers: Sequence[Answer]) -> set[str]:
    return {
        one.test.name
        for one, given in zip(known, answers, strict=True)
        if given.end != "returned" or matches(one.test.expected, given.output, one.test.comparison)
    }
