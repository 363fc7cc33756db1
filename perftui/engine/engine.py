"""One run from its first problem to its last: how many are open at once, and how it ends."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass

import anyio

from perftui.engine.chains import Tools
from perftui.engine.hub import LiveSession
from perftui.engine.solve import Solver
from perftui.engine.steering import Steering
from perftui.errors import PerftuiError
from perftui.events.model import Notice, ProblemStarted, RunEnded, RunPaused, RunResumed, RunUnpaused
from perftui.events.state import RunState
from perftui.events.summary import ENDED
from perftui.llm.model import ModelRefusedError
from perftui.problems.model import Problem


@dataclass(frozen=True, kw_only=True)
class Rerun:
    """A wish to solve an ended problem anew."""

    problem: str


class Engine:
    """Runs problems, the oldest first, a bounded number at once.

    Args:
        make_tools: given the steering, the tools that chains work with.
        problems: of the run, in order.
        linger: wait for reruns after the last problem has ended, until stopped.
    """

    def __init__(
        self, make_tools: Callable[[Steering], Tools], problems: Sequence[Problem], *, linger: bool
    ) -> None:
        self._problems = {problem.id: problem for problem in problems}
        self._linger = linger
        self._scopes: dict[str, anyio.CancelScope] = {}
        self._wishes: deque[RunPaused | RunUnpaused | Rerun] = deque()
        self._woken = anyio.Event()
        self._stopped = anyio.CancelScope()
        self.steering = Steering(
            stepping=False,
            on_pause=lambda: self._wish(RunPaused()),
            on_unpause=lambda: self._wish(RunUnpaused()),
            on_cancel=self._cancel,
            on_rerun=lambda problem: self._wish(Rerun(problem=problem)),
            on_stop=self._stopped.cancel,
        )
        self._tools = make_tools(self.steering)
        if self._tools.plan.step:
            self.steering.step(None, on=True)

    @property
    def state(self) -> RunState:
        """The picture of the run as it is now."""
        return self._tools.hub.state

    def watch(self) -> LiveSession:
        """A watcher of this run that may also give commands."""
        return self._tools.hub.watch(self.steering)

    def notice(self, text: str) -> None:
        """Tell whoever watches something that is no fact of the run."""
        self._tools.hub.tell(Notice(text=text))

    async def run(self) -> None:
        """Run to the end, or until stopped; either way the last event says which.

        Raises:
            ModelRefusedError: no call of the model can succeed; the run can be resumed.
            PerftuiError: the run cannot go on, such as where no sandbox holds; likewise.
        """
        failure: ModelRefusedError | PerftuiError | None = None
        with self._stopped:
            try:
                await self._rounds_of_work()
            except* (ModelRefusedError, PerftuiError) as group:
                failure = _first(group)
        with anyio.CancelScope(shield=True):
            if failure is not None:
                # Where the store itself failed, there is nowhere to write it.
                with suppress(PerftuiError):
                    await self._tools.hub.record(RunEnded(how="failed", reason=str(failure)))
                raise failure
            if self._stopped.cancelled_caught and self.state.status != "done":
                await self._tools.hub.record(RunEnded(how="interrupted", reason="stopped"))

    async def _rounds_of_work(self) -> None:
        while True:
            await self._work()
            await self._grant_wishes()
            if self._open_problems():
                continue
            if self.state.status != "done":
                await self._tools.hub.record(RunEnded(how="done"))
            if not self._linger:
                return
            if not self._wishes:
                await self._woken.wait()
            await self._grant_wishes()

    def _open_problems(self) -> list[str]:
        return [id_ for id_, problem in self.state.problems.items() if problem.status not in ENDED]

    async def _work(self) -> None:
        """Solve all open problems; those that reruns open meanwhile are taken in too."""
        limiter = anyio.CapacityLimiter(self._tools.plan.open_problems)
        begun: set[str] = set()
        async with anyio.create_task_group() as group:
            while True:
                await self._grant_wishes()
                fresh = [id_ for id_ in self._open_problems() if id_ not in begun]
                for id_ in fresh:
                    begun.add(id_)
                    # Tasks wait for the limiter in the order in which they were started.
                    group.start_soon(self._solve, id_, limiter, begun)
                if not begun:
                    return
                await self._woken.wait()

    async def _solve(self, id_: str, limiter: anyio.CapacityLimiter, begun: set[str]) -> None:
        solver = Solver(tools=self._tools, problem=self._problems[id_])
        waiting = self._scopes[id_] = anyio.CancelScope()
        try:
            async with AsyncExitStack() as stack:
                with waiting:
                    await stack.enter_async_context(limiter)
                    await self.steering.until_unpaused()
                if waiting.cancelled_caught:
                    await solver.give_up()
                    return
                solving = self._scopes[id_] = anyio.CancelScope()
                await solver.run(solving)
        finally:
            begun.discard(id_)
            del self._scopes[id_]
            self._wake()

    async def _grant_wishes(self) -> None:
        self._woken = anyio.Event()
        while self._wishes:
            wish = self._wishes.popleft()
            if isinstance(wish, Rerun):
                await self._rerun(wish.problem)
            elif self.state.status != "done":
                await self._tools.hub.record(wish)

    async def _rerun(self, id_: str) -> None:
        problem = self.state.problems.get(id_)
        if problem is not None and problem.status in ENDED:
            if self.state.status == "done" and self.state.environment is not None:
                await self._tools.hub.record(RunResumed(environment=self.state.environment))
                if self.steering.paused:
                    await self._tools.hub.record(RunPaused())
            self._tools.timers.reopen(id_)
            await self._tools.hub.record(ProblemStarted(problem=id_, attempt=problem.attempt + 1))

    def _cancel(self, id_: str) -> None:
        scope = self._scopes.get(id_)
        if scope is not None:
            scope.cancel()

    def _wish(self, wish: RunPaused | RunUnpaused | Rerun) -> None:
        self._wishes.append(wish)
        self._wake()

    def _wake(self) -> None:
        self._woken.set()


def _first(
    group: BaseExceptionGroup[ModelRefusedError | PerftuiError],
) -> ModelRefusedError | PerftuiError:
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner
