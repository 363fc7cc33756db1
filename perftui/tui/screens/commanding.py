"""The commands to a live run, as keys of every screen that has a problem in view."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from perftui.events.commands import Cancel, Pause, Rerun, Unpause
from perftui.events.state import ProblemState
from perftui.events.summary import ENDED
from perftui.tui.chains import held_chain, held_key, name_of
from perftui.tui.feed import Picture
from perftui.tui.screens.confirm import ConfirmScreen
from perftui.tui.screens.pictured import PicturedScreen
from perftui.tui.screens.step import StepScreen

_COMMANDS = ("answer", "step", "let_go", "step_all", "let_all_go", "pause", "unpause", "rerun", "cancel")


class CommandScreen(PicturedScreen):
    """Keys that command the run; each is there only while it would do something."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "answer", "answer", id="run.answer", tooltip="See the held action and answer it"),
        Binding("s", "step", "step", id="run.step", tooltip="Hold each action of this problem for you"),
        Binding("s", "let_go", "let go", id="run.let-go", tooltip="Let this problem run on by itself"),
        Binding(
            "S", "step_all", "step all", id="run.step-all", tooltip="Hold every action of the run for you"
        ),
        Binding("S", "let_all_go", "let all go", id="run.let-all-go", tooltip="Let all problems run on"),
        Binding("p", "pause", "pause", id="run.pause", tooltip="Begin nothing new until you go on"),
        Binding("p", "unpause", "go on", id="run.unpause", tooltip="Go on with the run"),
        Binding(
            "r", "rerun", "rerun", id="run.rerun", tooltip="Solve this problem anew, beside the old attempt"
        ),
        Binding(
            "c", "cancel", "cancel", id="run.cancel", tooltip="End this problem now; what is known stays"
        ),
    ]

    _offered: tuple[bool, ...] = ()

    @abstractmethod
    def target(self) -> ProblemState | None:
        """The problem that commands are about."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer a command only where it would do something."""
        if action in _COMMANDS:
            return self._offers(action)
        return super().check_action(action, parameters)

    def offer_commands(self, picture: Picture) -> None:
        """Bring the keys up to date, and a newly held action to the eye."""
        offered = tuple(self._offers(action) for action in _COMMANDS)
        if offered != self._offered:
            self._offered = offered
            self.refresh_bindings()
        problem = self.target()
        typing = isinstance(self.focused, Input)
        if problem is None or typing or not picture.commandable or not self.is_active:
            return
        chain = held_chain(problem)
        if chain is not None and self.feed.is_news(held_key(problem, chain)):
            self.action_answer()

    def action_answer(self) -> None:
        """Show the held action."""
        problem = self.target()
        chain = held_chain(problem) if problem is not None else None
        if problem is not None and chain is not None:
            self.app.push_screen(StepScreen(self.feed, problem.head.id, chain.index))

    def action_step(self) -> None:
        """Hold the problem's actions."""
        self._step_target(on=True)

    def action_let_go(self) -> None:
        """Hold the problem's actions no longer."""
        self._step_target(on=False)

    def action_step_all(self) -> None:
        """Hold all actions."""
        self.feed.step(None, on=True)
        self.notify("Every action is held until you answer it with s.", title="step mode")
        self.redraw()

    def action_let_all_go(self) -> None:
        """Hold no actions."""
        self.feed.step(None, on=False)
        self.redraw()

    def action_pause(self) -> None:
        """Begin nothing new."""
        self.feed.send(Pause())

    def action_unpause(self) -> None:
        """Go on."""
        self.feed.send(Unpause())

    def action_rerun(self) -> None:
        """Solve the problem anew."""
        problem = self.target()
        if problem is not None and self.feed.control is not None:
            self.feed.send(Rerun(problem=problem.head.id))
            self.notify(f"attempt {problem.attempt + 1} of {name_of(problem)} is asked for", markup=False)

    def action_cancel(self) -> None:
        """Ask, then end the problem."""
        problem = self.target()
        if problem is None:
            return
        name = problem.head.id

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - textual's callback
            if yes:
                self.feed.send(Cancel(problem=name))

        detail = "Its chains end now. What is known of it stays, and r can solve it anew."
        self.app.push_screen(ConfirmScreen(f"Cancel {name_of(problem)}?", detail), answered)

    def _step_target(self, *, on: bool) -> None:
        problem = self.target()
        if problem is not None:
            self.feed.step(problem.head.id, on=on)
            self.redraw()

    def _offers(self, action: str) -> bool:
        if self.feed.control is None:
            return False
        problem = self.target()
        open_ = problem is not None and problem.status not in ENDED
        held = problem is not None and held_chain(problem) is not None
        stepping = problem is not None and problem.head.id in self.feed.stepping
        paused = self.feed.state.status == "paused"
        offers = {
            "answer": held,
            "step": open_ and not held and not stepping and not self.feed.step_all,
            "let_go": open_ and not held and stepping,
            "step_all": not self.feed.step_all,
            "let_all_go": self.feed.step_all,
            "pause": not paused,
            "unpause": paused,
            "rerun": problem is not None and not open_,
            "cancel": open_,
        }
        return offers[action]
