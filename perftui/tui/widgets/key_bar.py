"""The keys that fit the moment, in one line or two: what does not fit is left to help and the palette."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content
from textual.events import Click
from textual.screen import Screen
from textual.widget import Widget

from perftui.tui import styles

MOST_LINES = 2


@dataclass(frozen=True)
class Key:
    """A key as it is shown, and what it stands for."""

    key: str
    shown: str
    words: str

    @property
    def width(self) -> int:
        """Cells, with the space after it."""
        return cell_len(self.shown) + cell_len(self.words) + 3


def arrange(keys: Sequence[Key], last: Sequence[Key], width: int, lines: int) -> list[list[Key]]:
    """Keys in lines, in their order; those that have no room are left out. `last` ends the last line.

    Args:
        keys: in the order of their worth.
        last: keys that are there whatever else has to give way.
        width: cells of a line.
        lines: at most so many.
    """
    rows: list[list[Key]] = [[]]
    room = [width] * (lines - 1) + [width - sum(key.width for key in last)]
    left = room[0]
    for key in keys:
        if key.width > left and len(rows) < lines:
            left = room[len(rows)]
            rows.append([])
        if key.width <= left:
            rows[-1].append(key)
            left -= key.width
    return rows


class KeyBar(Widget):
    """The footer. Clicking a key presses it."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; background: $panel; color: $foreground; padding: 0 1; }
    """
    _LAST = ("escape", "question_mark", "ctrl+p")

    def __init__(self) -> None:
        super().__init__()
        self._spots: list[tuple[int, range, str]] = []
        self._lines = 1
        self._width = 0

    def on_mount(self) -> None:
        """Follow the keys of the screen."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)
        self.call_after_refresh(self._grow)

    def on_resize(self) -> None:
        """Another width has room for other keys."""
        if self.size.width != self._width:
            self._width, self._lines = self.size.width, 1
            self.styles.height = 1
            self.call_after_refresh(self._grow)

    def render(self) -> Content:
        """The keys, from the left; the way to all others at the right of the last line."""
        keys, last = self._keys()
        width = self.size.width
        rows = arrange(keys, last, width, self._lines)
        rows += [[] for _ in range(self._lines - len(rows))]
        self._spots = []
        lines = [self._line(row, number) for number, row in enumerate(rows)]
        room = width - sum(key.width for key in last)
        gap = Content(" " * max(0, room - lines[-1].cell_length))
        lines[-1] = Content.assemble(lines[-1], gap, self._line(last, len(rows) - 1, at=max(room, 0)))
        return Content("\n").join(lines)

    def on_click(self, event: Click) -> None:
        """Press the key under the pointer."""
        for line, cells, key in self._spots:
            if event.y == line and event.x - 1 in cells:
                self.app.simulate_key(key)

    def _line(self, keys: Sequence[Key], line: int, at: int = 0) -> Content:
        parts: list[tuple[str, str]] = []
        for key in keys:
            parts += [(key.shown, styles.KEY), (f" {key.words}  ", "")]
            self._spots.append((line, range(at, at + key.width - 2), key.key))
            at += key.width
        return Content.assemble(*parts)

    def _keys(self) -> tuple[list[Key], list[Key]]:
        """Keys in the order of the bindings, and those that end the last line."""
        found: dict[str, Key] = {}
        for key, (_, binding, enabled, _tooltip) in self.screen.active_bindings.items():
            if binding.show and enabled and binding.action not in found and binding.description:
                found[binding.action] = Key(key, self.app.get_key_display(binding), binding.description)
        last = [key for name in self._LAST for key in found.values() if key.key == name]
        return [key for key in found.values() if key.key not in self._LAST], last

    def _changed(self, _screen: Screen[object]) -> None:
        self._grow()
        self.refresh()

    def _grow(self) -> None:
        """Take another line where keys have no room; it stays, so that nothing jumps as keys come and go."""
        if not self.is_attached or not self.size.width:
            return
        keys, last = self._keys()
        while self._lines < MOST_LINES:
            shown = arrange(keys, last, self.size.width, self._lines)
            if sum(map(len, shown)) == len(keys):
                return
            self._lines += 1
            self.styles.height = self._lines
