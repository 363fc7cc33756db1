"""A line between two panes, which the pointer can drag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from textual.content import Content
from textual.events import MouseDown, MouseMove, MouseUp
from textual.message import Message
from textual.widget import Widget

from perftui.tui import styles

Axis = Literal["width", "height"]
"""What changes as it is dragged: the width of panes beside it, or the height of those over and under it."""


class Divider(Widget):
    """A line one cell thick.

    Args:
        axis: of the panes that it lies between.
        pane: the name of what it resizes.
        id: of the widget.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Divider { background: $surface; color: $border; pointer: default; }
    Divider.-width { width: 1; height: 1fr; }
    Divider.-height { height: 1; width: 1fr; }
    Divider:hover, Divider.-dragged { color: $primary; }
    """

    @dataclass
    class Dragged(Message):
        """It is drawn to another place.

        Attributes:
            pane: the name of what it resizes.
            at: cells from the left or the top of the screen.
            done: whether it was let go.
        """

        pane: str
        at: int
        done: bool

    def __init__(self, axis: Axis, pane: str, *, id: str | None = None) -> None:  # noqa: A002 - textual's name
        super().__init__(id=id, classes=f"-{axis}")
        self._axis = axis
        self._pane = pane
        self._dragged = False

    def render(self) -> Content:
        """The line, with a grip in its middle."""
        width, height = self.size
        if self._axis == "width":
            return Content("\n".join("┃" if abs(2 * at + 1 - height) <= 2 else "│" for at in range(height)))
        grip = min(5, width)
        left = (width - grip) // 2
        return Content.assemble("─" * left, ("━" * grip, styles.DIM), "─" * (width - grip - left))

    def on_mouse_down(self, event: MouseDown) -> None:
        """Take hold of it."""
        event.stop()
        self.capture_mouse()
        self._dragged = True
        self.add_class("-dragged")

    def on_mouse_move(self, event: MouseMove) -> None:
        """Draw it along."""
        if self._dragged:
            self._tell(event.screen_x, event.screen_y, done=False)

    def on_mouse_up(self, event: MouseUp) -> None:
        """Let it go."""
        if self._dragged:
            self._dragged = False
            self.remove_class("-dragged")
            self.release_mouse()
            self._tell(event.screen_x, event.screen_y, done=True)

    def _tell(self, x: int, y: int, *, done: bool) -> None:
        self.post_message(self.Dragged(self._pane, x if self._axis == "width" else y, done))
