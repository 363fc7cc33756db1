"""Step mode: an action that is held, in full, before it is sent; and a person's answer to it."""

from __future__ import annotations

from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from perftui.events.commands import Decision, End, GoOn, Send, Skip
from perftui.events.state import ChainState, ProblemState
from perftui.llm.model import Message
from perftui.refine.actions import Action, Ask
from perftui.text import one_line
from perftui.tui import styles
from perftui.tui.chains import held_key, name_of
from perftui.tui.feed import Feed, Picture
from perftui.tui.panes.live import action_words
from perftui.tui.panes.messages import message_lines, tokens_about
from perftui.tui.widgets.key_bar import KeyBar
from perftui.tui.widgets.line_view import LineView

_DECISIONS: dict[str, Decision] = {"send": Send(), "skip": Skip(), "end": End(), "go-on": GoOn()}


class StepScreen(ModalScreen[None]):
    """Shows what is about to be sent. It closes by itself where the action is held no longer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "decide('send')", "send", id="step.send", tooltip="Send it", priority=True),
        Binding("n", "decide('skip')", "skip", id="step.skip", tooltip="Skip this round"),
        Binding("x", "decide('end')", "end chain", id="step.end", tooltip="End the chain here"),
        Binding("a", "decide('go-on')", "let it run", id="step.go-on", tooltip="Send, and hold no more"),
        Binding("escape", "look_away", "look away", id="step.away", tooltip="Leave it held for now"),
    ]

    view = getters.query_one(LineView)

    def __init__(self, feed: Feed, problem: str, chain: int) -> None:
        super().__init__()
        self.feed = feed
        self._chain = chain
        self._problem = problem
        state, held = self._find()
        self._key = held_key(state, held) if state is not None and held is not None else None

    def compose(self) -> ComposeResult:
        """A box with the conversation."""
        state, held = self._find()
        with Vertical(id="step"):
            if state is not None and held is not None and held.held is not None:
                yield Static(_title(state, held, held.held), id="step-title")
            yield LineView(id="step-messages")
            yield KeyBar()

    def on_mount(self) -> None:
        """Show the newest message first: it is what the round is about."""
        _, held = self._find()
        if held is not None and held.held is not None:
            self.view.show(message_lines(_messages(held.held)))
            self.view.focus()
            self.view.call_after_refresh(self._to_newest)

    def show(self, _picture: Picture) -> None:
        """Close where there is nothing to answer any more."""
        state, held = self._find()
        gone = state is None or held is None or held.held is None
        if self.is_active and (gone or (state and held and held_key(state, held) != self._key)):
            self.dismiss()

    def action_decide(self, word: str) -> None:
        """Answer."""
        if self._key is not None:
            self.feed.decide(self._key, _DECISIONS[word])
        self.dismiss()

    def action_look_away(self) -> None:
        """Leave the action held."""
        if self._key is not None:
            self.feed.look_away(self._key)
        self.dismiss()

    def _to_newest(self) -> None:
        _, held = self._find()
        messages = _messages(held.held) if held is not None and held.held is not None else ()
        before = len(message_lines(messages[:-1])) + (len(messages) > 1)
        self.view.scroll_to_line(before)

    def _find(self) -> tuple[ProblemState | None, ChainState | None]:
        state = self.feed.state.problems.get(self._problem)
        if state is None or self._chain >= len(state.chains):
            return None, None
        return state, state.chains[self._chain]


def _messages(action: Action) -> tuple[Message, ...]:
    return action.messages if isinstance(action, Ask) else ()


def _title(state: ProblemState, chain: ChainState, action: Action) -> Content:
    if not isinstance(action, Ask):
        return Content.assemble(
            (f"next: {action_words(action)}\n", styles.WARN),
            (f"{name_of(state)} · chain {chain.index + 1}", styles.TITLE),
        )
    ask = action
    return Content.assemble(
        ("next: ask the model  ", styles.WARN),
        (f"{name_of(state)} · chain {chain.index + 1} · round {len(chain.rounds)}\n", styles.TITLE),
        (f"{ask.phase} · {one_line(ask.label, 60)} · {ask.conversation}", styles.HEAD),
        (f" · about {tokens_about(ask.messages):,} tokens · temperature {ask.temperature:g}", styles.DIM),
    )
