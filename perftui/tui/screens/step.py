"""Step mode: an action that is held, in full, before it happens; and a person's answer to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import getters, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from perftui.errors import BadInputError
from perftui.events.commands import Again, Choose, Decision, End, GoOn, Send, Skip, Write
from perftui.events.state import ChainState, ProblemState
from perftui.llm.model import Message
from perftui.refine.actions import Ask, Finish
from perftui.refine.chain import best_round
from perftui.tui import conversation
from perftui.tui.chains import held_key
from perftui.tui.feed import Feed, Picture
from perftui.tui.own_editor import Draft, edit_outside
from perftui.tui.panes.held import choices_of, held_lines, held_title, messages_of
from perftui.tui.screens.asking import AskScreen, ChooseScreen, number
from perftui.tui.screens.editing import EditScreen, Part
from perftui.tui.widgets.form import Field
from perftui.tui.widgets.key_bar import KeyBar
from perftui.tui.widgets.line_view import LineView

_DECISIONS: dict[str, Decision] = {"skip": Skip(), "end": End(), "go-on": GoOn()}
_OF_ASK = frozenset({"edit", "outside", "temperature"})
_OF_CHAIN = frozenset({"write", "choose", "again"})


class StepScreen(ModalScreen[None]):
    """Shows what is about to happen. It closes by itself where the action is held no longer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "do it", id="step.send", tooltip="Do what is shown, as it is now"),
        Binding("e", "edit", "edit", id="step.edit", tooltip="Edit the prompt here"),
        Binding("E", "outside", "$EDITOR", id="step.outside", tooltip="Edit the conversation in $EDITOR"),
        Binding("t", "temperature", "temp", id="step.temperature", tooltip="Ask at another temperature"),
        Binding("n", "decide('skip')", "skip", id="step.skip", tooltip="Leave this out"),
        Binding("x", "decide('end')", "end chain", id="step.end", tooltip="End the chain here"),
        Binding("w", "write", "write", id="step.write", tooltip="Write the next program by hand"),
        Binding("b", "choose", "go on from", id="step.choose", tooltip="Choose which program goes on"),
        Binding("R", "again", "ask again", id="step.again", tooltip="Ask an earlier question once more"),
        Binding("a", "decide('go-on')", "let it run", id="step.go-on", tooltip="Do it, and hold no more"),
        Binding("escape", "look_away", "look away", id="step.away", tooltip="Leave it held for now"),
    ]

    view = getters.query_one(LineView)
    title_line = getters.query_one("#step-title", Static)

    def __init__(self, feed: Feed, problem: str, chain: int) -> None:
        super().__init__()
        self.feed = feed
        self._chain = chain
        self._problem = problem
        state, held = self._find()
        self._key = held_key(state, held) if state is not None and held is not None else None
        self._send = Send()

    def compose(self) -> ComposeResult:
        """A box with the action."""
        with Vertical(id="step"):
            yield Static(id="step-title")
            yield LineView(id="step-messages")
            yield KeyBar()

    def on_mount(self) -> None:
        """Show the newest message first: it is what the round is about."""
        self.view.focus()
        self._draw()
        self.view.call_after_refresh(self._to_newest)

    def show(self, _picture: Picture) -> None:
        """Close where there is nothing to answer any more."""
        state, held = self._find()
        gone = state is None or held is None or held.held is None
        another = state is not None and held is not None and held_key(state, held) != self._key
        if self.is_active and (gone or another):
            self.dismiss()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what fits the action."""
        _, held = self._find()
        what = held.held if held is not None else None
        if action in _OF_ASK:
            return isinstance(what, Ask)
        if action in _OF_CHAIN:
            fits = isinstance(what, Ask | Finish) and held is not None
            return fits and (action == "write" or bool(held.rounds if held else ()))
        return super().check_action(action, parameters)

    def action_send(self) -> None:
        """Do it, with what was edited."""
        self._decide(self._send)

    def action_decide(self, word: str) -> None:
        """Answer."""
        self._decide(_DECISIONS[word])

    def action_look_away(self) -> None:
        """Leave the action held."""
        if self._key is not None:
            self.feed.look_away(self._key)
        self.dismiss()

    def action_edit(self) -> None:
        """Edit the messages here."""
        messages = self._messages()
        parts = [Part(f"{m.role}, {at + 1} of {len(messages)}", m.content) for at, m in enumerate(messages)]

        def edited(texts: tuple[str, ...] | None) -> None:
            if texts is not None:
                changed = zip(messages, texts, strict=True)
                self._keep(messages=tuple(type(m)(role=m.role, content=text) for m, text in changed))

        self.app.push_screen(EditScreen("edit the prompt", parts, len(parts) - 1), edited)

    @work(exclusive=True, group="editor", exit_on_error=False)
    async def action_outside(self) -> None:
        """Edit the conversation in the person's own editor."""
        draft = Draft(conversation.written(self._messages()), ".md")
        try:
            messages = conversation.read(await edit_outside(self.app, draft))
        except BadInputError as error:
            kept = f"{error} (what you wrote is in {draft.path})"
            self.notify(kept, severity="error")
            return
        draft.forget()
        self._keep(messages=messages)

    def action_temperature(self) -> None:
        """Ask for a temperature."""
        _, held = self._find()
        ask = held.held if held is not None else None
        now = self._send.temperature if self._send.temperature is not None else getattr(ask, "temperature", 0)
        field = Field("temperature", "temperature", f"{now:g}", "0 to 2")

        def kept(typed: dict[str, str] | None) -> None:
            if typed is not None:
                self._keep(temperature=float(typed["temperature"]))

        self.app.push_screen(AskScreen("ask at another temperature", "", [field], _check_temperature), kept)

    def action_write(self) -> None:
        """Write the next program by hand, from the chain's best."""
        _, held = self._find()
        if held is None:
            return
        best = best_round(held.rounds) or next((r for r in reversed(held.rounds) if r.code), None)
        code = best.code or "" if best is not None else ""

        def written(texts: tuple[str, ...] | None) -> None:
            if texts is not None:
                self._decide(Write(code=texts[0], parent=best.candidate if best is not None else None))

        where = EditScreen("a program by hand", [Part("judged and timed as a round", code)], code=True)
        self.app.push_screen(where, written)

    def action_choose(self) -> None:
        """Choose a correct program to go on from."""
        _, held = self._find()
        choices = choices_of(held.rounds) if held is not None else []
        if not choices:
            self.notify("the chain has no correct program yet", severity="warning")
            return

        def chosen(candidate: str | None) -> None:
            if candidate is not None:
                self._decide(Choose(candidate=candidate))

        self.app.push_screen(ChooseScreen("go on from", choices), chosen)

    def action_again(self) -> None:
        """Ask an earlier question at another temperature."""
        _, held = self._find()
        asked = [r for r in held.rounds if r.ask.phase != "given"] if held is not None else []
        if not asked:
            return
        last = f"{asked[-1].index + 1}"
        fields = [Field("round", "round", last, "its number"), Field("temperature", "temperature", "0.7")]
        known = {f"{r.index + 1}" for r in asked}

        def check(typed: Mapping[str, str]) -> dict[str, str]:
            wrong = _check_temperature(typed)
            if typed["round"] not in known:
                wrong["round"] = f"one of {', '.join(sorted(known, key=int))}"
            return wrong

        def kept(typed: dict[str, str] | None) -> None:
            if typed is not None:
                round_ = int(typed["round"]) - 1
                self._decide(Again(round=round_, temperature=float(typed["temperature"])))

        self.app.push_screen(AskScreen("ask a question again", "", fields, check), kept)

    def _keep(self, **changes: object) -> None:
        kept = {"messages": self._send.messages, "temperature": self._send.temperature, **changes}
        self._send = Send(**kept)  # type: ignore[arg-type]
        self._draw()
        self.view.call_after_refresh(self._to_newest)

    def _decide(self, decision: Decision) -> None:
        if self._key is not None:
            self.feed.decide(self._key, decision)
        if self.is_active:
            self.dismiss()
        else:
            # A dialog over this screen is just closing.
            self.call_after_refresh(self.dismiss)

    def _draw(self) -> None:
        state, held = self._find()
        if state is None or held is None or held.held is None:
            return
        self.title_line.update(held_title(self.feed.picture(), state, held, self._send))
        self.view.show(held_lines(held, self._send))

    def _messages(self) -> tuple[Message, ...]:
        _, held = self._find()
        return messages_of(held, self._send) if held is not None else ()

    def _to_newest(self) -> None:
        _, held = self._find()
        messages = self._messages()
        if held is not None and len(messages) > 1:
            before = messages[:-1]
            self.view.scroll_to_line(len(held_lines(held, Send(messages=before))) + 1)

    def _find(self) -> tuple[ProblemState | None, ChainState | None]:
        state = self.feed.state.problems.get(self._problem)
        if state is None or self._chain >= len(state.chains):
            return None, None
        return state, state.chains[self._chain]


def _check_temperature(typed: Mapping[str, str]) -> dict[str, str]:
    wrong = number(typed["temperature"], least=0, most=2)
    return {"temperature": wrong} if wrong else {}
