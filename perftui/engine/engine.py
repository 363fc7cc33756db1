"""One run from its first problem to its last: how many are open at once, and how it ends."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress

import anyio

from perftui.engine.again import Remeasurer
from perftui.engine.chains import Tools
from perftui.engine.hub import LiveSession
from perftui.engine.solve import Solver
from perftui.engine.steering import Steering
from perftui.errors import PerftuiError
from perftui.events.commands import MeasureAgain, Requeue, Rerun, Retune
from perftui.events.costs import share_of_dollars
from perftui.events.model import (
    Notice,
    ProblemStarted,
    RunEnded,
    RunPaused,
    RunResumed,
    RunRetuned,
    RunUnpaused,
    SteppingChanged,
)
from perftui.events.plan import RunPlan
from perftui.events.state import RunState
from perftui.events.summary import ENDED
from perftui.llm.model import ModelRefusedError
from perftui.problems.model import Problem

_Wish = RunPaused | RunUnpaused | Rerun | Requeue | MeasureAgain | Retune
"""What a person wants of the run, done in its own time."""


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
        self._wishes: deque[_Wish] = deque()
        self._measures: deque[MeasureAgain] = deque()
        self._limiter: anyio.CapacityLimiter | None = None
        self._woken = anyio.Event()
        self._stopped = anyio.CancelScope()
        self._spent_up = ""
        self.steering = Steering(
            on_pause=lambda: self._wish(RunPaused()),
            on_unpause=lambda: self._wish(RunUnpaused()),
            on_cancel=self._cancel,
            on_rerun=lambda problem: self._wish(Rerun(problem=problem)),
            on_stop=self._stopped.cancel,
            on_spending=self._heed_spending,
            on_stepping=lambda stepping: self._tools.hub.tell(SteppingChanged(stepping=stepping)),
            on_wish=self._wish,
        )
        self._tools = make_tools(self.steering)
        if self._tools.plan.step:
            self.steering.step(None, on=True)

    @property
    def state(self) -> RunState:
        """The picture of the run as it is now."""
        return self._tools.hub.state

    def watch(self, *, from_start: bool = False) -> LiveSession:
        """A watcher of this run that may also give commands; see `Hub.watch`."""
        return self._tools.hub.watch(self.steering, from_start=from_start)

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
                await self._tools.hub.record(RunEnded(how="interrupted", reason=self._spent_up or "stopped"))

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
        limiter = self._limiter = anyio.CapacityLimiter(self._plan.open_problems)
        begun: set[str] = set()
        async with anyio.create_task_group() as group:
            while True:
                await self._grant_wishes()
                fresh = [id_ for id_ in self._open_problems() if id_ not in begun]
                for id_ in fresh:
                    begun.add(id_)
                    # Tasks wait for the limiter in the order in which they were started.
                    group.start_soon(self._solve, id_, limiter, begun)
                while self._measures:
                    wish = self._measures.popleft()
                    begun.add(f"measuring {id(wish)}")
                    group.start_soon(self._measure_again, wish, begun)
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
            elif isinstance(wish, Requeue):
                for id_, problem in list(self.state.problems.items()):
                    if problem.status == "infrastructure":
                        await self._rerun(id_)
            elif isinstance(wish, MeasureAgain):
                if wish.problem in self.state.problems:
                    self._measures.append(wish)
            elif isinstance(wish, Retune):
                await self._retune(wish)
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

    async def _retune(self, wish: Retune) -> None:
        plan = self._plan
        seconds = plan.budget.run_seconds if wish.timing_seconds is None else wish.timing_seconds or None
        changed = RunRetuned(
            open_problems=max(1, wish.open_problems or plan.open_problems),
            model_calls=max(1, wish.model_calls or plan.model_calls),
            timing_seconds=seconds,
            dollars=plan.dollars if wish.dollars is None else wish.dollars or None,
        )
        await self._tools.hub.record(changed)
        if self._limiter is not None:
            self._limiter.total_tokens = changed.open_problems
        self._tools.model.allow(changed.model_calls)
        self._tools.timers.retune(changed.timing_seconds)

    async def _measure_again(self, wish: MeasureAgain, begun: set[str]) -> None:
        try:
            problem = self._problems[wish.problem]
            await Remeasurer(tools=self._tools, problem=problem, wish=wish).run()
        finally:
            begun.discard(f"measuring {id(wish)}")
            self._wake()

    def _heed_spending(self) -> None:
        """Begin nothing more once the run has cost what it may; where nobody is there to go on, end."""
        share = share_of_dollars(self.state)
        if share is None or share < 1 or self.steering.paused:
            return
        bound = self._plan.dollars or 0.0
        if self._linger:
            text = f"the run has cost its ${bound:g} and is paused: raise the bound, then go on"
            self._tools.hub.tell(Notice(text=text, severity="warning"))
            self.steering.pause()
        else:
            self._spent_up = f"it has cost its ${bound:g}; a higher bound: perftui resume --max-dollars"
            self.steering.stop()

    @property
    def _plan(self) -> RunPlan:
        """The settings as they are now: some can be changed while the run goes on."""
        return self.state.plan or self._tools.plan

    def _cancel(self, id_: str) -> None:
        scope = self._scopes.get(id_)
        if scope is not None:
            scope.cancel()

    def _wish(self, wish: _Wish) -> None:
        self._wishes.append(wish)
        self._wake()

    def _wake(self) -> None:
        self._woken.set()


def _first(
    group: BaseExceptionGroup[ModelRefusedError | PerftuiError],
) -> ModelRefusedError | PerftuiError:
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner
