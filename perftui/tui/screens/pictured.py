"""What all screens of a run share: they are handed pictures, and say when the terminal is too small."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from perftui.tui.feed import Feed, Picture

LEAST_WIDTH = 60
LEAST_HEIGHT = 16
TALL = 30
SEEK_PARTS = 20
"""A seek goes over one part in so many of the run."""
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
    """A screen of one run; one that is played again has keys for that."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "play", "play/stop", priority=True, id="replay.play", tooltip="Go, or stop"),
        Binding("less_than_sign", "seek(-1)", "back", key_display="<", id="replay.back",
                tooltip="A twentieth of the run back"),
        Binding("greater_than_sign", "seek(1)", "ahead", key_display=">", id="replay.ahead",
                tooltip="A twentieth of the run ahead"),
        Binding("plus,equals_sign", "speed(2.0)", "faster", key_display="+", id="replay.faster",
                tooltip="Twice as fast"),
        Binding("minus", "speed(0.5)", "slower", key_display="-", id="replay.slower", tooltip="Half as fast"),
    ]  # fmt: skip

    def __init__(self, feed: Feed) -> None:
        super().__init__()
        self.feed = feed

    @abstractmethod
    def show(self, picture: Picture) -> None:
        """Draw a picture; called only while the screen can be seen."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what is played again has a player."""
        if action in {"play", "seek", "speed"}:
            return self.feed.player is not None
        return super().check_action(action, parameters)

    def action_play(self) -> None:
        """Let time pass, or stop."""
        if self.feed.player is not None:
            self.feed.player.play(on=not self.feed.player.playing)

    def action_seek(self, direction: int) -> None:
        """Go back or ahead."""
        player = self.feed.player
        if player is not None:
            player.seek(self.feed.picture().now + direction * (player.end - player.begin) / SEEK_PARTS)

    def action_speed(self, factor: float) -> None:
        """Change the speed."""
        if self.feed.player is not None:
            self.feed.player.set_speed(self.feed.player.speed * factor)

    def on_mount(self) -> None:
        """Draw at once; the bar of a player lies under the keys."""
        self.set_class(self.feed.player is not None, "-played")
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
