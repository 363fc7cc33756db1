"""Lines that scroll, wrapped or not, at any length: only what is seen is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.events import Resize
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from perftui.tui.text import Line, wrapped


class LineView(ScrollView, can_focus=True):
    """Shows lines; follows their end where asked to, until someone scrolls away from it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "down", show=False, id="view.down", tooltip="Scroll down"),
        Binding("k", "scroll_up", "up", show=False, id="view.up", tooltip="Scroll up"),
        Binding("g", "scroll_home", "top", show=False, id="view.top", tooltip="Go to the top"),
        Binding("G", "scroll_end", "end", show=False, id="view.end", tooltip="Go to the end"),
        Binding("space", "page_down", "page", show=False, id="view.page", tooltip="Scroll a page"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line-view--added",
        "line-view--removed",
        "line-view--skipped",
        "line-view--changed",
    }
    DEFAULT_CSS = """
    LineView {
        height: 1fr;
        background: $background;
        scrollbar-size: 1 1;
        & .line-view--added { background: $success 16%; }
        & .line-view--removed { background: $error 16%; }
        & .line-view--skipped { background: $panel; }
        & .line-view--changed { background: $warning 10%; }
    }
    """

    def __init__(self, *, wrap: bool = True, id: str | None = None) -> None:  # noqa: A002 - textual's name
        super().__init__(id=id)
        self._wrap = wrap
        self._lines: tuple[Line, ...] = ()
        self._rows: list[Line] = []
        self._width = 0
        self._wanted_top: int | None = None
        self._strips: LRUCache[tuple[int, int], Strip] = LRUCache(1024)

    @property
    def text(self) -> str:
        """Everything it shows, as plain text."""
        return "\n".join(line.content.plain for line in self._lines)

    def show(self, lines: Sequence[Line], *, follow: bool = False, home: bool = False) -> None:
        """Show lines.

        Args:
            lines: all of them.
            follow: stay at the end where it is at the end now.
            home: go to the top, as for another text.
        """
        lines = tuple(lines)
        if lines == self._lines and not home:
            return
        at_end = self.is_vertical_scroll_end
        self._lines = lines
        self._lay_out()
        if follow and at_end:
            self.call_after_refresh(self.scroll_end, animate=False)
        elif home:
            self.scroll_to(0, 0, animate=False)

    def scroll_to_line(self, index: int) -> None:
        """Bring a logical line to the top, as soon as it is known where it lies."""
        self._wanted_top = index
        self.call_after_refresh(self._reach_wanted_top)

    def action_page_down(self) -> None:
        """Scroll a page."""
        self.scroll_page_down(animate=False)

    def on_resize(self, _event: Resize) -> None:
        """Wrap anew."""
        self._lay_out()

    def on_key(self) -> None:
        """Whoever scrolls decides what is seen."""
        self._wanted_top = None

    def on_mouse_scroll_down(self) -> None:
        """Likewise."""
        self._wanted_top = None

    def on_mouse_scroll_up(self) -> None:
        """Likewise."""
        self._wanted_top = None

    def notify_style_update(self) -> None:
        """Forget what was drawn in other colours."""
        super().notify_style_update()
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """Draw one row of the screen."""
        scroll_x, scroll_y = self.scroll_offset
        index = y + scroll_y
        width = self.scrollable_content_region.width
        if width != self._width:
            # A scrollbar that comes or goes changes the width, and no resize tells of it.
            self.call_later(self._lay_out)
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        strip = self._strips.get((index, width))
        if strip is None:
            strip = self._draw(self._rows[index], max(width, self.virtual_size.width))
            self._strips[index, width] = strip
        return strip.crop_extend(scroll_x, scroll_x + width, self.rich_style)

    def _draw(self, line: Line, width: int) -> Strip:
        style = self.get_visual_style(f"line-view--{line.tone}") if line.tone else self.visual_style
        strip = Strip(line.content.render_segments(style), line.content.cell_length)
        return strip.extend_cell_length(width, style.rich_style)

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        self._width = width
        self._rows = [row for line in self._lines for row in self._wrapped(line, width)]
        widest = max((row.content.cell_length for row in self._rows), default=0)
        self.virtual_size = Size(0 if self._wrap else widest, len(self._rows))
        self._strips.clear()
        self.refresh()
        if self._wanted_top is not None:
            self.call_after_refresh(self._reach_wanted_top)

    def _reach_wanted_top(self) -> None:
        if self._wanted_top is None or self._width < 10:
            return
        rows = sum(len(self._wrapped(line, self._width)) for line in self._lines[: self._wanted_top])
        self.scroll_to(y=rows, animate=False)

    def _wrapped(self, line: Line, width: int) -> list[Line]:
        if not self._wrap or width < 10 or line.content.cell_length <= width:
            return [line]
        rows = wrapped(line.content, width, min(line.hang, width // 2))
        return [Line(row, line.tone) for row in rows]
