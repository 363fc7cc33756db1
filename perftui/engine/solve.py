"""One problem: make it ready, run its chains, measure its winner again, say how it ended."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal

import anyio

from perftui.engine.chains import ChainRunner, Ready, Tools
from perftui.engine.ready import BrokenReferenceError, Readier, ReferenceLostError
from perftui.engine.winner import confirm_winner
from perftui.errors import PerftuiError
from perftui.events.model import ChainEnded, ProblemEnded, ProblemEndKind, ProblemStarted
from perftui.events.state import ProblemState
from perftui.llm.model import ModelRefusedError
from perftui.problems.model import Problem
from perftui.refine.faults import StrategyFaultError
from perftui.refine.outcome import REASON_LIMIT
from perftui.text import one_line

_log = logging.getLogger(__name__)


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
        unbegun: tuple[ProblemEndKind, str] | None = None
        with cancelled:
            try:
                ready = await Readier(tools=self.tools, problem=self.problem).ready()
            except ReferenceLostError as error:
                unbegun = ("infrastructure", str(error))
            except BrokenReferenceError as error:
                unbegun = ("left-out", one_line(str(error)))
            except (PerftuiError, ModelRefusedError):
                raise
            except Exception as error:  # noqa: BLE001 - told as a fact, written to the log
                _log.exception("%s, its reference", self.problem.id)
                unbegun = ("infrastructure", one_line(f"internal error: {type(error).__name__}: {error}"))
            else:
                await self._chains(ready)
                await self._confirm(ready)
        if cancelled.cancelled_caught:
            await self._close_chains()
        self.tools.timers.close(self.problem.id)
        await self._end(unbegun)

    async def give_up(self) -> None:
        """End a problem that a person cancelled before its turn came."""
        await self._close_chains()
        self.tools.timers.close(self.problem.id)
        await self._end(None)

    async def _chains(self, ready: Ready) -> None:
        async with anyio.create_task_group() as group:
            for chain in self._state().chains:
                if chain.ended is None:
                    runner = ChainRunner(
                        tools=self.tools,
                        ready=ready,
                        attempt=self._state().attempt,
                        index=chain.index,
                    )
                    group.start_soon(self._guarded, runner)

    async def _confirm(self, ready: Ready) -> None:
        """Measure the winner again; a fault of ours leaves its gain unconfirmed."""
        try:
            await confirm_winner(self.tools, ready)
        except PerftuiError:
            raise
        except Exception:  # noqa: BLE001 - written to the log
            _log.exception("%s, its winner", self.problem.id)

    async def _guarded(self, runner: ChainRunner) -> None:
        """Run a chain; a fault of ours ends this chain, not the run."""
        try:
            await runner.run()
        except (PerftuiError, ModelRefusedError):
            raise
        except StrategyFaultError as error:
            _log.warning("%s, chain %d", self.problem.id, runner.index, exc_info=error)
            reason = one_line(f"the strategy failed: {error}", REASON_LIMIT)
            await self._end_chain(runner.index, reason, "infrastructure")
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

    async def _end(self, unbegun: tuple[ProblemEndKind, str] | None) -> None:
        state = self._state()
        how, reason = unbegun or how_it_ended(state)
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
