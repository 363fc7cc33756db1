"""One line with the keys that fit the moment: what does not fit in it is left to help and the palette."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content
from textual.events import Click
from textual.screen import Screen
from textual.widget import Widget

from perftui.tui import styles


@dataclass(frozen=True)
class _Key:
    """A key as it is shown, and what it stands for."""

    key: str
    shown: str
    words: str

    @property
    def width(self) -> int:
        """Cells, with the space after it."""
        return cell_len(self.shown) + cell_len(self.words) + 3


class KeyBar(Widget):
    """The footer. Clicking a key presses it."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; background: $panel; color: $foreground; padding: 0 1; }
    """
    _LAST = ("escape", "question_mark", "ctrl+p")
    """Keys that are shown whatever else has to give way."""

    def __init__(self) -> None:
        super().__init__()
        self._spots: list[tuple[range, str]] = []

    def on_mount(self) -> None:
        """Follow the keys of the screen."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def render(self) -> Content:
        """The keys, from the left; the way to all others at the right."""
        keys = self._keys()
        last = [key for name in self._LAST for key in keys if key.key == name]
        rest = [key for key in keys if key.key not in self._LAST]
        room = self.size.width - sum(key.width for key in last)
        parts: list[tuple[str, str]] = []
        self._spots = []
        at = 0
        for key in rest:
            if at + key.width <= room:
                at = self._put(parts, key, at)
        parts.append((" " * (room - at), ""))
        at = max(at, room)
        for key in last:
            at = self._put(parts, key, at)
        return Content.assemble(*parts)

    def on_click(self, event: Click) -> None:
        """Press the key under the pointer."""
        x = event.x - 1
        for cells, key in self._spots:
            if x in cells:
                self.app.simulate_key(key)

    def _put(self, parts: list[tuple[str, str]], key: _Key, at: int) -> int:
        parts += [(key.shown, styles.KEY), (f" {key.words}  ", "")]
        self._spots.append((range(at, at + key.width - 2), key.key))
        return at + key.width

    def _keys(self) -> list[_Key]:
        found: dict[str, _Key] = {}
        for key, (_, binding, enabled, _tooltip) in self.screen.active_bindings.items():
            if binding.show and enabled and binding.action not in found and binding.description:
                found[binding.action] = _Key(key, self.app.get_key_display(binding), binding.description)
        return list(found.values())

    def _changed(self, _screen: Screen[object]) -> None:
        self.refresh()
