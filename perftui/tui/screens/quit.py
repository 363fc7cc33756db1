"""Leaving while a run of this process goes on: asked once, then shown until the run has cleaned up."""

from __future__ import annotations

from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from perftui import figures
from perftui.events.summary import resumable
from perftui.tui import styles
from perftui.tui.feed import Feed, Picture


class QuitScreen(ModalScreen[None]):
    """Asks; then says what it waits for; a further press does not wait."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,y,enter,ctrl+q,ctrl+c", "go", "stop and quit", id="quit.go", priority=True,
                tooltip="Stop the run and leave; once more leaves at once"),
        Binding("n,escape", "stay", "stay", id="quit.stay", tooltip="Stay"),
    ]  # fmt: skip

    text = getters.query_one("#quit-text", Static)

    class Confirmed(Message):
        """The run is to be stopped."""

    class Forced(Message):
        """Leave at once."""

    def __init__(self, feed: Feed, *, stopping_since: float | None = None) -> None:
        super().__init__()
        self.feed = feed
        self._since = stopping_since

    def compose(self) -> ComposeResult:
        """A small box."""
        with Vertical(classes="dialog"):
            yield Static(self._words(self.feed.picture()), id="quit-text")

    def show(self, picture: Picture) -> None:
        """Tell how long it has been stopping."""
        self.text.update(self._words(picture), layout=False)

    def action_go(self) -> None:
        """Confirm; after that, leave at once."""
        if self._since is not None:
            self.post_message(self.Forced())
            return
        self.stopping()
        self.post_message(self.Confirmed())

    def action_stay(self) -> None:
        """Go back, while nothing was stopped."""
        if self._since is None:
            self.dismiss()

    def stopping(self) -> None:
        """The run was told to stop."""
        picture = self.feed.picture()
        if self._since is None:
            self._since = picture.now
        self.show(picture)

    def _words(self, picture: Picture) -> Content:
        run = resumable(picture.state) or self.feed.session.run
        if self._since is None:
            return Content.assemble(
                ("Stop the run and quit?\n", styles.TITLE),
                f"It is stored as far as it has come; go on later with\nperftui resume {run}\n\n",
                ("q", styles.KEY), " stop and quit    ", ("esc", styles.KEY), " stay",
            )  # fmt: skip
        waited = figures.age(picture.now - self._since)
        return Content.assemble(
            ("stopping…\n", styles.TITLE),
            f"sandboxes are cleaned up, {waited}\nperftui resume {run} goes on later\n\n",
            ("q", styles.KEY), " once more leaves at once",
        )  # fmt: skip
