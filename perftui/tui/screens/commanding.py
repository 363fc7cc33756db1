"""The commands to a run, as keys of every screen that has a problem in view."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from perftui.events.commands import Cancel, Command, Pause, Requeue, Rerun, Retune, Stop, Unpause
from perftui.events.state import ProblemState
from perftui.events.summary import ENDED
from perftui.tui.chains import held_chain, held_key, name_of
from perftui.tui.feed import Picture
from perftui.tui.messages import GoOnWith, launcher_of
from perftui.tui.screens.asking import AskScreen, number
from perftui.tui.screens.confirm import ConfirmScreen
from perftui.tui.screens.pictured import PicturedScreen
from perftui.tui.screens.step import StepScreen
from perftui.tui.widgets.form import Field

_COMMANDS = (
    "answer", "step", "let_go", "step_all", "let_all_go", "pause", "unpause", "rerun", "requeue", "resume",
    "cancel", "retune", "stop",
)  # fmt: skip

_COUNTS = ("open_problems", "model_calls")


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
        Binding("p", "resume", "resume", id="run.resume", tooltip="Take the run up where it stopped, here"),
        Binding(
            "r", "rerun", "rerun", id="run.rerun", tooltip="Solve this problem anew, beside the old attempt"
        ),
        Binding(
            "Q", "requeue", "requeue", id="run.requeue", tooltip="Solve anew all that infrastructure failed"
        ),
        Binding(
            "c", "cancel", "cancel", id="run.cancel", tooltip="End this problem now; what is known stays"
        ),
        Binding(
            "T", "retune", "bounds", id="run.retune", tooltip="Change how much runs at once, and the budget"
        ),
        Binding(
            "X", "stop", "stop run", show=False, id="run.stop", tooltip="Interrupt the run; it can be resumed"
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

    def ask_for(self, *commands: Command) -> None:
        """Ask the run, or whoever can take it up, for something."""
        if self.feed.control is not None:
            for command in commands:
                self.feed.send(command)
        else:
            self.post_message(GoOnWith(self.feed.session.run, commands))

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

    def action_resume(self) -> None:
        """Take a stored run up in this process."""
        self.post_message(GoOnWith(self.feed.session.run))

    def action_rerun(self) -> None:
        """Solve the problem anew."""
        problem = self.target()
        if problem is not None:
            self.ask_for(Rerun(problem=problem.head.id))
            self.notify(f"attempt {problem.attempt + 1} of {name_of(problem)} is asked for")

    def action_requeue(self) -> None:
        """Solve anew all that infrastructure failed."""
        count = self._lost()
        self.ask_for(Requeue())
        self.notify(f"{count} problem{'s' * (count != 1)} that infrastructure failed will be solved anew")

    def action_retune(self) -> None:
        """Ask for other bounds, and have the run keep to them."""
        plan = self.feed.state.plan
        if plan is None:
            return
        seconds, bound = plan.budget.run_seconds, plan.dollars
        fields = [
            Field("open_problems", "problems open", f"{plan.open_problems}", "at once"),
            Field("model_calls", "calls in flight", f"{plan.model_calls}", "at once"),
            Field("timing_seconds", "timing, s", f"{seconds:g}" if seconds else "", "no bound"),
            Field("dollars", "dollars", f"{bound:g}" if bound else "", "no bound"),
        ]

        def kept(typed: dict[str, str] | None) -> None:
            if typed is not None:
                self.feed.send(_retune(typed))

        detail = "What is in flight comes to its end; from then on the run keeps to these."
        self.app.push_screen(AskScreen("change the run's bounds", detail, fields, _wrong_bounds), kept)

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

    def action_stop(self) -> None:
        """Ask, then interrupt the run, be it of another process."""

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - textual's callback
            if yes:
                self.feed.send(Stop())

        detail = "What is in flight is given up. All that is stored stays, and the run can be resumed."
        self.app.push_screen(ConfirmScreen("Stop the run?", detail), answered)

    def _step_target(self, *, on: bool) -> None:
        problem = self.target()
        if problem is not None:
            self.feed.step(problem.head.id, on=on)
            self.redraw()

    def _lost(self) -> int:
        return sum(problem.status == "infrastructure" for problem in self.feed.state.problems.values())

    def _can_take_up(self) -> bool:
        """Whether the run lies still, and this process may begin runs."""
        plan = self.feed.state.plan
        still = self.feed.player is None and self.feed.control is None
        return still and plan is not None and plan.purpose != "evaluate" and launcher_of(self.app) is not None

    def _offers(self, action: str) -> bool:
        problem = self.target()
        open_ = problem is not None and problem.status not in ENDED
        whole = not any(one.ended_at is None for one in self.feed.state.problems.values())
        if self.feed.control is None:
            offers_still = {
                "rerun": problem is not None and not open_ and whole,
                "requeue": self._lost() > 0 and whole,
                "resume": not whole,
            }
            return offers_still.get(action, False) and self._can_take_up()
        held = problem is not None and held_chain(problem) is not None
        stepping = self.feed.state.stepping
        steps = problem is not None and stepping.holds(problem.head.id)
        paused = self.feed.state.status == "paused"
        offers = {
            "answer": held,
            "step": open_ and not held and not steps,
            "let_go": open_ and not held and steps,
            "step_all": not stepping.by_default,
            "let_all_go": stepping.by_default,
            "pause": not paused,
            "unpause": paused,
            "rerun": problem is not None and not open_,
            "requeue": self._lost() > 0,
            "cancel": open_,
            "retune": True,
            "stop": True,
        }
        return offers.get(action, False)


def _wrong_bounds(typed: Mapping[str, str]) -> dict[str, str]:
    wrong = {name: number(typed[name], least=1, most=10_000, whole=True) for name in _COUNTS}
    wrong |= {name: number(typed[name] or "0", least=0) for name in ("timing_seconds", "dollars")}
    return {name: words for name, words in wrong.items() if words}


def _retune(typed: Mapping[str, str]) -> Retune:
    return Retune(
        open_problems=int(typed["open_problems"]),
        model_calls=int(typed["model_calls"]),
        timing_seconds=float(typed["timing_seconds"] or 0),
        dollars=float(typed["dollars"] or 0),
    )
