"""One problem: judge its reference, run its chains, say how it ended."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal

import anyio

from perftui.engine.chains import ChainRunner, Tools
from perftui.errors import PerftuiError
from perftui.events.model import ChainEnded, ProblemEnded, ProblemEndKind, ProblemStarted, ReferenceJudged
from perftui.events.state import ProblemState
from perftui.judging.model import Verdict
from perftui.llm.model import ModelRefusedError
from perftui.problems.model import Problem
from perftui.refine.candidate import candidate_hash
from perftui.sandbox.protocol import Limits
from perftui.text import one_line

_log = logging.getLogger(__name__)


class _ReferenceLostError(Exception):
    """The sandbox failed under the reference: without its verdict nothing can be said of others."""


@dataclass(frozen=True, kw_only=True)
class Solver:
    """Solves one problem in one attempt, from wherever its facts stand.

    Attributes:
        tools: what chains work with.
        problem: what is solved.
    """

    tools: Tools
    problem: Problem

    async def run(self, cancelled: anyio.CancelScope) -> None:
        """Go on until the problem has ended; what a cancelled one leaves open is closed.

        Args:
            cancelled: the scope that a person's cancel ends; a stop of the run ends an outer one.
        """
        hub = self.tools.hub
        if self._state().status == "waiting":
            await hub.record(ProblemStarted(problem=self.problem.id, attempt=self._state().attempt))
        lost = ""
        with cancelled:
            try:
                limits, reference = await self._reference()
            except _ReferenceLostError as error:
                lost = str(error)
            except PerftuiError:
                raise
            except Exception as error:  # noqa: BLE001 - told as a fact, written to the log
                _log.exception("%s, its reference", self.problem.id)
                lost = one_line(f"internal error: {type(error).__name__}: {error}")
            else:
                await self._chains(limits, reference)
        if cancelled.cancelled_caught:
            await self._close_chains()
        self.tools.timers.close(self.problem.id)
        await self._end(lost)

    async def give_up(self) -> None:
        """End a problem that a person cancelled before its turn came."""
        await self._close_chains()
        self.tools.timers.close(self.problem.id)
        await self._end("")

    async def _reference(self) -> tuple[Limits, tuple[str, str] | None]:
        """The problem's limits and its reference, once it was seen to pass."""
        state = self._state()
        if state.limits is None:
            await self._judge_references()
            state = self._state()
        assert state.limits is not None  # noqa: S101 - set by the event just recorded
        if state.reference is None or not state.reference.correct:
            return state.limits, None
        by_hash = {candidate_hash(text): text for text in self.problem.references}
        candidate = state.reference_candidate
        return state.limits, (candidate, by_hash[candidate]) if candidate in by_hash else None

    async def _judge_references(self) -> None:
        """Judge every ground-truth program; the fastest correct one is the reference."""
        rules = self.tools.plan.limits
        generous = rules.limits(None)
        verdicts = [(text, await self._verdict(text, generous)) for text in self.problem.references]
        for _, verdict in verdicts:
            if verdict.kind == "infrastructure":
                raise _ReferenceLostError(f"the reference could not be judged: {verdict.reason}")
        correct = [(text, verdict) for text, verdict in verdicts if verdict.correct]
        if correct:
            text, verdict = min(correct, key=lambda pair: sum(r.cpu_ns for r in pair[1].results))
            slowest = max((r.wall_ns for r in verdict.results), default=0) / 1e9
            limits = rules.limits(slowest, max((len(t.expected) for t in self.problem.tests), default=0))
        else:
            text, verdict = verdicts[0] if verdicts else ("", _no_reference(self.problem))
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

    async def _verdict(self, text: str, limits: Limits) -> Verdict:
        async def on_loss(_reason: str, _loss: int) -> None:
            """A lost sandbox under a reference is told by its verdict."""

        verdict, _ = await self.tools.judges.verdict(
            self.problem,
            candidate_hash(text),
            text,
            limits,
            on_stage=lambda _: None,
            on_loss=on_loss,
        )
        return verdict

    async def _chains(self, limits: Limits, reference: tuple[str, str] | None) -> None:
        async with anyio.create_task_group() as group:
            for chain in self._state().chains:
                if chain.ended is None:
                    runner = ChainRunner(
                        tools=self.tools,
                        problem=self.problem,
                        attempt=self._state().attempt,
                        index=chain.index,
                        limits=limits,
                        reference=reference,
                    )
                    group.start_soon(self._guarded, runner)

    async def _guarded(self, runner: ChainRunner) -> None:
        """Run a chain; a fault of ours ends this chain, not the run."""
        try:
            await runner.run()
        except (PerftuiError, ModelRefusedError):
            raise
        except Exception as error:  # noqa: BLE001 - told as a fact, written to the log
            _log.exception("%s, chain %d", self.problem.id, runner.index)
            reason = one_line(f"internal error: {type(error).__name__}: {error}")
            await self._end_chain(runner.index, reason, "infrastructure")

    async def _close_chains(self) -> None:
        for chain in self._state().chains:
            if chain.ended is None:
                await self._end_chain(chain.index, "cancelled", "cancelled")

    async def _end_chain(self, chain: int, reason: str, how: Literal["cancelled", "infrastructure"]) -> None:
        await self.tools.hub.record(
            ChainEnded(
                problem=self.problem.id,
                attempt=self._state().attempt,
                chain=chain,
                reason=reason,
                how=how,
            )
        )

    async def _end(self, lost: str) -> None:
        state = self._state()
        how: ProblemEndKind = "infrastructure"
        reason = lost
        if not lost:
            how, reason = how_it_ended(state)
        await self.tools.hub.record(
            ProblemEnded(problem=self.problem.id, attempt=state.attempt, how=how, reason=reason)
        )

    def _state(self) -> ProblemState:
        return self.tools.hub.state.problems[self.problem.id]


def how_it_ended(state: ProblemState) -> tuple[ProblemEndKind, str]:
    """What all of a problem's chains amount to, and why, in one line."""
    chains = state.chains
    broken = [chain for chain in chains if chain.how == "infrastructure"]
    solved = [chain for chain in chains if chain.best is not None]
    lost = f"{len(broken)} of {len(chains)} chains lost to infrastructure" if broken else ""
    if any(chain.how == "cancelled" for chain in chains):
        return "cancelled", "cancelled by hand"
    if solved:
        return "solved", lost
    if broken:
        return "infrastructure", broken[0].ended or lost
    return "unsolved", next((chain.ended for chain in chains if chain.ended), "")


def _no_reference(problem: Problem) -> Verdict:
    return Verdict(
        kind="invalid-program", reason="the problem has no reference", tests_total=len(problem.test_names)
    )
