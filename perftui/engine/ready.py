"""A problem before its chains: its inputs answered, its reference judged, what is timed chosen."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from perftui.engine.chains import Ready, Tools
from perftui.engine.generators import Generators
from perftui.engine.preparers import Choice
from perftui.events.model import GeneratorWritten, ProblemPrepared, ReferenceJudged
from perftui.events.state import ProblemState
from perftui.judging.model import Verdict
from perftui.preparing.prepare import Answered
from perftui.problems.model import Problem
from perftui.refine.candidate import candidate_hash
from perftui.sandbox.protocol import Limits, NoSandboxError, SandboxLostError
from perftui.timing.inputs import Chosen, Known, TimingInputs, choose, told


class ReferenceLostError(Exception):
    """The sandbox failed under the reference: without its verdict nothing can be said of others."""


class BrokenReferenceError(Exception):
    """The references fail the problem's own tests on this machine."""


@dataclass(frozen=True, kw_only=True)
class Readier:
    """Makes one problem ready, from wherever its facts stand.

    Attributes:
        tools: what chains work with.
        problem: as its benchmark gave it.
    """

    tools: Tools
    problem: Problem

    async def ready(self) -> Ready:
        """The problem with all that its chains need.

        Raises:
            ReferenceLostError: the sandbox failed under the reference.
            BrokenReferenceError: every reference fails; told unless such problems are to be solved, too.
        """
        try:
            answered = await self.tools.preparers.answered(self.problem)
            if answered.problem.test_names == () and answered.lost:
                raise ReferenceLostError(f"the reference gives nothing on any input: {answered.reason}")
            await self._heed_precedent()
            limits, reference = await self._reference(answered.problem)
            if reference is None and self.problem.references and self._leaves_out():
                raise BrokenReferenceError(self._why_broken())
            chosen = await self._chosen(answered, reference)
        except NoSandboxError:
            raise
        except SandboxLostError as error:
            raise ReferenceLostError(f"the problem could not be prepared: {error}") from error
        timed = tuple(known.test for known in chosen.shown if known.origin != "test")
        return Ready(
            problem=msgspec.structs.replace(answered.problem, timed=timed),
            limits=limits,
            reference=reference,
            shown=chosen.shown,
            held_out=chosen.held_out,
        )

    async def _heed_precedent(self) -> None:
        """Take over the limits and the timing inputs of another run of the sweep, to be compared with it."""
        state = self._state()
        if self.tools.precedents is None or (state.limits is not None and state.timing is not None):
            return
        found = await self.tools.precedents(self.problem.id)
        if found is None:
            return
        if state.limits is None:
            await self._take_over(found.reference)
        same = self._state().reference_candidate == found.reference.candidate
        if found.prepared is None or state.timing is not None or not same:
            return
        if found.generator is not None and state.generator is None:
            await self._take_over(msgspec.structs.replace(found.generator, reply=None, known=True))
        await self._take_over(found.prepared)

    async def _take_over(self, event: ReferenceJudged | GeneratorWritten | ProblemPrepared) -> None:
        place = {"problem": self.problem.id, "attempt": self._state().attempt}
        await self.tools.hub.record(msgspec.structs.replace(event, seq=0, **place))

    def _leaves_out(self) -> bool:
        plan = self.tools.plan
        return plan.purpose != "evaluate" and not plan.keep_broken

    def _why_broken(self) -> str:
        verdict = self._state().reference
        return "its reference fails" if verdict is None else f"its reference fails: {verdict.reason}"

    async def _chosen(self, answered: Answered, reference: tuple[str, str] | None) -> Chosen:
        plan, state = self.tools.plan, self._state()
        if not plan.settings.timing or self.tools.preparers.pool.info.clock == "none":
            return Chosen(shown=())
        if reference is None or state.reference is None:
            return await self._tests_alone(answered)
        choice = Choice(reference[1], state.reference, hold_out=plan.purpose != "evaluate")
        if state.timing is not None:
            problem = answered.problem
            if state.generator:
                problem = await Generators(tools=self.tools, problem=problem).with_generator()
            return await self.tools.preparers.chosen_again(problem, choice, state.timing)
        chosen, timing = await self.tools.preparers.chosen(answered.problem, choice)
        if plan.write_generators and not timing.is_long and answered.problem.timing.generator is None:
            generators = Generators(tools=self.tools, problem=answered.problem)
            problem = await generators.with_generator()
            if problem is not answered.problem:
                chosen, timing = await self.tools.preparers.chosen(problem, choice)
            if timing.origins.get("model"):
                await generators.keep()
        await self._record(answered, timing)
        return chosen

    async def _tests_alone(self, answered: Answered) -> Chosen:
        """Without a reference, only its tests are known to have an answer, and nothing of their cost."""
        tests = [Known(test=test, origin="test", work_ns=0) for test in answered.problem.tests]
        chosen = choose(tests, hold_out=False)
        if self._state().timing is None:
            await self._record(answered, told(chosen, left_out=0))
        return chosen

    async def _record(self, answered: Answered, timing: TimingInputs) -> None:
        await self.tools.hub.record(
            ProblemPrepared(
                problem=self.problem.id,
                attempt=self._state().attempt,
                timing=timing,
                lost=answered.lost,
                reason=answered.reason,
            )
        )

    async def _reference(self, problem: Problem) -> tuple[Limits, tuple[str, str] | None]:
        """The problem's limits and its reference, once it was seen to pass."""
        state = self._state()
        if state.limits is None:
            await self._judge_references(problem)
            state = self._state()
        assert state.limits is not None  # noqa: S101 - set by the event just recorded
        if state.reference is None or not state.reference.correct:
            return state.limits, None
        by_hash = {candidate_hash(text): text for text in problem.references}
        candidate = state.reference_candidate
        return state.limits, (candidate, by_hash[candidate]) if candidate in by_hash else None

    async def _judge_references(self, problem: Problem) -> None:
        """Judge every ground-truth program; the fastest correct one is the reference."""
        rules = self.tools.plan.limits
        largest = max((len(test.expected) for test in problem.tests), default=0)
        generous = rules.limits(None, largest)
        verdicts = [(text, await self._verdict(problem, text, generous)) for text in problem.references]
        for _, verdict in verdicts:
            if verdict.kind == "infrastructure":
                raise ReferenceLostError(f"the reference could not be judged: {verdict.reason}")
        correct = [(text, verdict) for text, verdict in verdicts if verdict.correct]
        if correct:
            text, verdict = min(correct, key=lambda pair: sum(r.cpu_ns for r in pair[1].results))
            slowest = max((r.wall_ns for r in verdict.results), default=0) / 1e9
            limits = rules.limits(slowest, largest)
        else:
            text, verdict = verdicts[0] if verdicts else ("", _no_reference(problem))
            limits = generous
        await self.tools.hub.record(
            ReferenceJudged(
                problem=self.problem.id,
                attempt=self._state().attempt,
                verdict=verdict,
                limits=limits,
                candidate=candidate_hash(text) if text else "",
            )
        )

    async def _verdict(self, problem: Problem, text: str, limits: Limits) -> Verdict:
        async def on_loss(_reason: str, _loss: int) -> None:
            """A lost sandbox under a reference is told by its verdict."""

        verdict, _ = await self.tools.judges.verdict(
            problem,
            text,
            limits,
            on_stage=lambda _: None,
            on_loss=on_loss,
        )
        return verdict

    def _state(self) -> ProblemState:
        return self.tools.hub.state.problems[self.problem.id]


def _no_reference(problem: Problem) -> Verdict:
    return Verdict(
        kind="invalid-program", reason="the problem has no reference", tests_total=len(problem.test_names)
    )
