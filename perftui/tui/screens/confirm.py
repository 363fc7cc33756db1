"""A question with a yes and a no."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from perftui.tui import styles


class ConfirmScreen(ModalScreen[bool]):
    """Asks before something is lost."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "answer(True)", "yes", id="confirm.yes", tooltip="Do it"),
        Binding("n,escape", "answer(False)", "no", id="confirm.no", tooltip="Leave it"),
    ]

    def __init__(self, question: str, detail: str) -> None:
        super().__init__()
        self._question = question
        self._detail = detail

    def compose(self) -> ComposeResult:
        """A small box."""
        keys = Content.assemble(("y", styles.KEY), " yes    ", ("n", styles.KEY), " no")
        with Vertical(classes="dialog"):
            yield Static(Content.styled(self._question, styles.TITLE))
            yield Static(Content(self._detail))
            yield Static(keys, classes="keys")

    def action_answer(self, yes: bool) -> None:  # noqa: FBT001 - textual calls actions by position
        """Close with an answer."""
        self.dismiss(yes)
