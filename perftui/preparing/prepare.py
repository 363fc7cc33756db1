"""A problem made ready: its unanswered inputs become tests, and what it is timed on is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec
from anyio import to_thread

from perftui.judging.compare import matches
from perftui.preparing.answers import Answer, Answering
from perftui.preparing.growing import (
    expressions_at,
    from_expressions,
    from_generator,
    generated_at,
    pairs_in,
    places_in,
)
from perftui.preparing.material import evaluated, given_inputs
from perftui.preparing.metering import INPUT_SECONDS, OUTPUT_BYTES, Candidate, Metering
from perftui.problems.model import Problem, TestCase, test_name
from perftui.text import one_line
from perftui.timing.inputs import Chosen, Known, Origin, TimingInputs, choose, told

MODEL = "a model"
"""The source of timing data that a model wrote."""

OTHER_ZYGOTE = 1
"""Another hash seed: what depends on it is no expected output."""


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
    inputs = await _inputs(answering, problem)
    made = [text for text in inputs if text is not None]
    answers = iter(await answering.answers(problem.references[0], problem.entry_point, made))
    tests = list(problem.tests)
    lost: list[Answer] = []
    for place, (one, text) in enumerate(zip(problem.unanswered, inputs, strict=True), len(tests)):
        found = Answer(end="raised", detail="the input cannot be made") if text is None else next(answers)
        if text is not None and found.end == "returned":
            test = TestCase(
                name=test_name(place), input=text, expected=found.output, comparison=one.comparison
            )
            tests.append(test)
        else:
            lost.append(found)
    reason = one_line(f"{lost[0].end}: {lost[0].detail}", 200) if lost else ""
    whole = msgspec.structs.replace(problem, tests=tuple(tests), unanswered=())
    return Answered(problem=whole, lost=len(lost), reason=reason)


async def _inputs(answering: Answering, problem: Problem) -> list[str | None]:
    """The unanswered inputs, those made that are expressions; None for what cannot be made."""
    named = [(str(place), one.input) for place, one in enumerate(problem.unanswered) if one.expression]
    made = {one.name: one.input for one in await evaluated(answering, named, problem.kind)}
    return [made[str(place)] if one.expression else one.input for place, one in enumerate(problem.unanswered)]


@dataclass(frozen=True, kw_only=True)
class Preparing:
    """Chooses what a problem is timed on.

    Attributes:
        answering: runs the reference.
        problem: answered.
        reference: the text of its reference, which passes its tests.
        test_ns: what each test costs the reference, by name, coding included.
    """

    answering: Answering
    problem: Problem
    reference: str
    test_ns: dict[str, int]

    async def choose(self, *, hold_out: bool) -> tuple[Chosen, TimingInputs]:
        """Choose from the tests, the benchmark's timing data and its generator.

        Args:
            hold_out: keep part of the inputs out of all feedback.

        Raises:
            SandboxLostError: sandboxes fail, whatever runs in them.
        """
        data, tests = self.problem.timing, self._tests(self.problem.tests)
        if not (data.inputs or data.expressions or data.generator):
            known = [Known(test=test, origin=origin, work_ns=cost) for test, origin, cost in tests]
            chosen = choose(known, hold_out=hold_out)
            return chosen, told(chosen, left_out=0)
        metering = self._metering()
        given = await metering.answered(given_inputs(self.problem), "benchmark")
        known = await metering.metered([*given, *tests])
        known += await from_expressions(metering)
        if data.generator is not None:
            known += await from_generator(metering, data.generator, self._origin)
        chosen = choose(known, hold_out=hold_out)
        if unsteady := await self._unsteady(chosen):
            steady = [one for one in known if one.test.name not in unsteady]
            chosen = choose(steady, hold_out=hold_out)
            more = await self._unsteady(chosen)
            chosen, unsteady = _without(chosen, more), unsteady | more
        return chosen, told(chosen, left_out=len(metering.left_out) + len(unsteady))

    async def again(self, before: TimingInputs) -> Chosen:
        """The same inputs as were chosen before, made anew.

        Raises:
            SandboxLostError: sandboxes fail, whatever runs in them.
        """
        wanted = {*before.shown, *before.held_out}
        metering = self._metering()
        literal = [made for made in given_inputs(self.problem) if made.name in wanted]
        tests = self._tests(test for test in self.problem.tests if test.name in wanted)
        known = await metering.metered([*await metering.answered(literal, "benchmark"), *tests])
        given = {made.name for made in literal}
        known += await expressions_at(metering, places_in(sorted(wanted - given)))
        if self.problem.timing.generator is not None:
            pairs = pairs_in(sorted(wanted))
            known += await generated_at(metering, self.problem.timing.generator, self._origin, pairs)
        by_name = {one.test.name: one for one in sorted(known, key=lambda one: one.work_ns)}
        return Chosen(
            shown=tuple(one for name, one in by_name.items() if name in before.shown),
            held_out=tuple(one for name, one in by_name.items() if name in before.held_out),
        )

    @property
    def _origin(self) -> Origin:
        """Whose the generator is."""
        return "model" if self.problem.timing.source == MODEL else "generator"

    def _metering(self) -> Metering:
        return Metering(answering=self.answering, problem=self.problem, reference=self.reference)

    def _tests(self, tests: Iterable[TestCase]) -> list[Candidate]:
        return [(test, "test", self.test_ns.get(test.name, 0)) for test in tests]

    async def _unsteady(self, chosen: Chosen) -> set[str]:
        """Chosen inputs to which the reference gives another output under another hash seed."""
        others = [known for known in (*chosen.shown, *chosen.held_out) if known.origin != "test"]
        answers = await self.answering.answers(
            self.reference,
            self.problem.entry_point,
            [known.test.input for known in others],
            zygote=OTHER_ZYGOTE,
            seconds=4 * INPUT_SECONDS,
            output_bytes=OUTPUT_BYTES,
        )
        return await to_thread.run_sync(_unsteady, others, answers)


def _without(chosen: Chosen, names: set[str]) -> Chosen:
    return Chosen(
        shown=tuple(known for known in chosen.shown if known.test.name not in names),
        held_out=tuple(known for known in chosen.held_out if known.test.name not in names),
    )


def _unsteady(known: Sequence[Known], answers: Sequence[Answer]) -> set[str]:
    return {
        one.test.name
        for one, given in zip(known, answers, strict=True)
        if given.end != "returned" or matches(one.test.expected, given.output, one.test.comparison)
    }
