"""Two runs beside each other, as Markdown: the figures of `perftui compare`, or a fork and its origin."""

from __future__ import annotations

from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from perftui.tui.screens.pictured import SizedScreen, TooSmall
from perftui.tui.text import text_lines
from perftui.tui.widgets.key_bar import KeyBar
from perftui.tui.widgets.line_view import LineView


class ComparisonScreen(SizedScreen):
    """Shows a text that scrolls both ways."""

    HELP = "Two runs compared problem by problem, each ratio with its interval, as perftui compare does."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "copy", id="compare.copy", tooltip="Copy the comparison as Markdown"),
        Binding("escape", "back", "back", id="compare.back", tooltip="Back to where you were"),
    ]

    view = getters.query_one("#comparison", LineView)

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self._markdown = markdown

    def compose(self) -> ComposeResult:
        """The text."""
        yield TooSmall()
        yield LineView(wrap=False, id="comparison")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show it."""
        self.view.show(text_lines(self._markdown))
        self.view.focus()

    def action_copy(self) -> None:
        """Copy it."""
        self.app.copy_to_clipboard(self._markdown)
        self.notify("comparison copied")

    def action_back(self) -> None:
        """Back."""
        self.dismiss(None)
