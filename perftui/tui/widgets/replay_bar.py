"""Where a run that is played again stands: a bar to click, with what was worth seeing marked on it."""

from __future__ import annotations

from textual.content import Content
from textual.events import Click
from textual.widget import Widget

from perftui import figures
from perftui.tui import styles
from perftui.tui.feed import Feed


class ReplayBar(Widget):
    """One line; not there where nothing is played. A click goes to that moment."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "ReplayBar { dock: bottom; height: 1; background: $surface; padding: 0 1; }"
    _LEFT = 34

    def __init__(self, feed: Feed) -> None:
        super().__init__()
        self._feed = feed
        self.display = feed.player is not None

    def on_mount(self) -> None:
        """Time passes."""
        if self._feed.player is not None:
            self.set_interval(0.25, self.refresh)

    def render(self) -> Content:
        """The time, the speed, and the bar."""
        player = self._feed.player
        if player is None:
            return Content("")
        plain = self._feed.glyphs.plain
        word = "playing" if player.playing else "stopped"
        now, length = self._feed.session.clock() - player.begin, player.end - player.begin
        speed = f"{player.speed:g}x"
        left = f"replay {word} {figures.clock(now)} of {figures.clock(length)} {speed}"
        cells = self._cells
        done = round(cells * min(1.0, now / length)) if length > 0 else cells
        marks = ["=" if plain else "━"] * done + ["-" if plain else "─"] * (cells - done)
        for item in self._feed.state.activity:
            if item.glyph in "★⚠!" and length > 0:
                at = min(cells - 1, max(0, round((item.at - player.begin) / length * cells)))
                marks[at] = "*" if plain else item.glyph
        return Content.assemble((f"{left:<{self._LEFT}}  ", styles.WARN), ("".join(marks), styles.LIVE))

    def on_click(self, event: Click) -> None:
        """Go to the moment under the pointer."""
        player = self._feed.player
        place = event.x - 1 - self._LEFT - 2
        if player is not None and 0 <= place <= self._cells:
            player.seek(player.begin + place / self._cells * (player.end - player.begin))

    @property
    def _cells(self) -> int:
        return max(1, self.size.width - self._LEFT - 2)
