"""What can be done with one round: to time its program again, to go on from it in another way."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from textual.binding import Binding, BindingType

from perftui.events.commands import MeasureAgain
from perftui.events.plan import Origin
from perftui.tui.messages import ForkWanted, launcher_of
from perftui.tui.panes.round_view import RoundView
from perftui.tui.screens.commanding import CommandScreen
from perftui.tui.screens.fork import ForkScreen, offered


class RoundScreen(CommandScreen):
    """A screen with a round in view."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "measure", "measure again", id="problem.measure", tooltip="Time this program once more"),
        Binding("f", "fork", "fork", id="problem.fork", tooltip="Go on from this round in another way"),
    ]

    @abstractmethod
    def view_now(self) -> RoundView | None:
        """The round in view."""

    def action_measure(self) -> None:
        """Time the program once more."""
        view = self.view_now()
        if view is not None and view.round is not None:
            place = {"attempt": view.problem.attempt, "chain": view.chain.index, "round": view.round.index}
            self.ask_for(MeasureAgain(problem=view.problem.head.id, **place))
            self.notify("it is timed once more when the lane is free; the figure stands beside the first")

    def action_fork(self) -> None:
        """Ask how to go on from this round."""
        view, plan = self.view_now(), self.feed.state.plan
        if view is None or view.round is None or plan is None:
            return
        origin = Origin(
            run=self.feed.session.run,
            problem=view.problem.head.id,
            attempt=view.problem.attempt,
            chain=view.chain.index,
            round=view.round.index,
        )

        asked = ForkScreen(origin, plan, *offered(view))

        def typed(values: dict[str, str] | None) -> None:
            if values is not None:
                self.post_message(ForkWanted(asked.fork))

        self.app.push_screen(asked, typed)

    def offers_of_round(self, action: str) -> bool:
        """Whether a command would do something with the round in view."""
        view = self.view_now()
        round_ = view.round if view is not None else None
        if view is None or round_ is None:
            return False
        if action == "mark":
            return round_.code is not None
        if action == "fork":
            whole = view.problem.outline is None
            return whole and round_.outcome is not None and launcher_of(self.app) is not None
        latest = view.problem.attempt == (self.target() or view.problem).attempt
        commanded = self.feed.control is not None or self._can_take_up()
        return latest and round_.correct and commanded and self.feed.player is None
