"""What all screens of a run share: they are handed pictures, and say when the terminal is too small."""

from __future__ import annotations

from abc import abstractmethod

from textual.screen import Screen
from textual.widgets import Static

from perftui.tui.feed import Feed, Picture

LEAST_WIDTH = 60
LEAST_HEIGHT = 16
TALL = 30
WIDE = 100
WIDTHS = [(0, "-tiny"), (LEAST_WIDTH, "-narrow"), (WIDE, "-wide"), (160, "-vast")]
HEIGHTS = [(0, "-flat"), (LEAST_HEIGHT, "-short"), (TALL, "-tall")]
"""From how many cells on a screen has a style class."""


class TooSmall(Static):
    """Stands in for a screen that cannot be drawn."""

    def __init__(self) -> None:
        super().__init__(
            f"terminal too small: perftui needs {LEAST_WIDTH}x{LEAST_HEIGHT}; q quits", markup=False
        )


class SizedScreen(Screen[None]):
    """A screen that gives way to a notice where the terminal is too small."""


class PicturedScreen(SizedScreen):
    """A screen of one run."""

    def __init__(self, feed: Feed) -> None:
        super().__init__()
        self.feed = feed

    @abstractmethod
    def show(self, picture: Picture) -> None:
        """Draw a picture; called only while the screen can be seen."""

    def on_mount(self) -> None:
        """Draw at once."""
        self.call_after_refresh(self.redraw)

    def on_screen_resume(self) -> None:
        """Catch up with what happened while the screen was not seen."""
        self.call_after_refresh(self.redraw)

    def on_resize(self) -> None:
        """Lines are made for a width."""
        self.call_after_refresh(self.redraw)

    def redraw(self) -> None:
        """Draw the picture of this moment."""
        if self.is_attached and self.is_mounted:
            self.show(self.feed.picture())
