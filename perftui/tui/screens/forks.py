"""A screen of a problem that knows its forks, and puts one beside its origin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from perftui.errors import BadInputError, PerftuiError
from perftui.events.plan import Origin
from perftui.tui.feed import Feed
from perftui.tui.library import ForkEntry, Library
from perftui.tui.panes.beside import Side, beside_text
from perftui.tui.screens.comparison import ComparisonScreen
from perftui.tui.screens.round_actions import RoundScreen


class BesideScreen(ComparisonScreen):
    """Shows one comparison of a fork."""

    HELP = "A fork and its origin on one problem, each ratio with its interval, and their best programs."


class ForksScreen(RoundScreen):
    """Shows a problem of a run whose rounds others may go on from.

    Args:
        feed: of the run.
        problem: its id.
        library: has the forks.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("C", "beside", "compare fork", id="problem.beside",
                tooltip="Put the fork under the cursor beside this run, or this run beside its origin"),
    ]  # fmt: skip

    def __init__(self, feed: Feed, problem: str, library: Library) -> None:
        super().__init__(feed)
        self._problem = problem
        self._library = library
        self._forks: Sequence[ForkEntry] = ()

    def on_mount(self) -> None:
        """See what forks there are."""
        self._load_forks()

    @property
    def forks(self) -> Sequence[ForkEntry]:
        """Runs that go on from rounds of this problem, oldest first."""
        return self._forks

    def fork_in_view(self) -> str | None:
        """The run of the fork under the cursor."""
        return None

    def action_beside(self) -> None:
        """Put a fork beside its origin."""
        origin = self._origin
        wanted = self.fork_in_view() or (self._forks[-1].run if self._forks else None)
        run = self.feed.session.run
        if wanted is not None:
            self._compare(run, wanted, self._problem)
        elif origin is not None:
            self._compare(origin.run, run, self._problem)

    def offers_of_round(self, action: str) -> bool:
        """A fork can be compared where there is one, or where this is one."""
        if action == "beside":
            return bool(self._forks) or self._origin is not None
        return super().offers_of_round(action)

    @property
    def _origin(self) -> Origin | None:
        return self.feed.state.plan.origin if self.feed.state.plan is not None else None

    @work(exclusive=True, group="beside", exit_on_error=False)
    async def _compare(self, origin: str, fork: str, problem: str) -> None:
        try:
            text = beside_text(await self._side(origin, problem), await self._side(fork, problem))
        except PerftuiError as error:
            self.notify(str(error), title="cannot compare", severity="error")
            return
        self.app.push_screen(BesideScreen(text))

    async def _side(self, run: str, problem: str) -> Side:
        entry = next((one for one in await self._library.runs() if one.run == run), None)
        state = await self._library.detail(run, problem, None)
        if entry is None or state is None:
            raise BadInputError(f"run {run} is not there any more")
        return Side(run=run, model=entry.model, strategy=entry.strategy, problem=state)

    @work(exclusive=True, group="forks", exit_on_error=False)
    async def _load_forks(self) -> None:
        try:
            self._forks = await self._library.forks(self.feed.session.run, self._problem)
        except PerftuiError as error:
            self.notify(str(error), severity="warning")
        self.refresh_bindings()
        self.redraw()
