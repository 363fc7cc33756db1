"""A list with a cursor that draws its own lines: thousands of rows, and only those that changed cost."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, Protocol, TypeVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip


class Row(Protocol):
    """What a row must have: a key that stays the same while the row changes."""

    @property
    def key(self) -> str:
        """Unique in its list."""
        ...


RowT = TypeVar("RowT", bound=Row)


class LineList(ScrollView, Generic[RowT], can_focus=True):
    """Rows in order, one of them under the cursor, which stays on its row wherever that moves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False, id="list.up", tooltip="The row above"),
        Binding("down,j", "move(1)", "down", show=False, id="list.down", tooltip="The row below"),
        Binding("pageup", "page(-1)", "page up", show=False, id="list.page-up", tooltip="A page up"),
        Binding("pagedown", "page(1)", "page down", show=False, id="list.page-down", tooltip="A page down"),
        Binding("home,g", "jump(False)", "first", show=False, id="list.first", tooltip="The first row"),
        Binding("end,G", "jump(True)", "last", show=False, id="list.last", tooltip="The last row"),
        Binding("enter", "choose", "open", id="list.choose", tooltip="Open what is under the cursor"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"line-list--cursor", "line-list--cursor-blurred"}
    DEFAULT_CSS = """
    LineList {
        height: 1fr;
        background: $background;
        overflow-x: hidden;
        scrollbar-size: 1 1;
        & .line-list--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        & .line-list--cursor-blurred { background: $panel; }
    }
    """

    @dataclass
    class Moved(Message):
        """The cursor is on another row."""

        list: ScrollView
        key: str

        @property
        def control(self) -> ScrollView:
            """The list that it came from."""
            return self.list

    @dataclass
    class Chosen(Message):
        """A row is to be opened."""

        list: ScrollView
        key: str

        @property
        def control(self) -> ScrollView:
            """The list that it came from."""
            return self.list

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - textual's name
        super().__init__(id=id)
        self._rows: tuple[RowT, ...] = ()
        self._index: dict[str, int] = {}
        self._cursor = 0
        self._strips: dict[str, tuple[RowT, bool, bool, int, Strip]] = {}

    @abstractmethod
    def draw(self, row: RowT, width: int, *, selected: bool) -> Content:
        """A row in at most `width` cells."""

    def selectable(self, row: RowT) -> bool:  # noqa: ARG002 - for subclasses
        """Whether the cursor may rest on a row."""
        return True

    @property
    def selected(self) -> RowT | None:
        """The row under the cursor."""
        return self._rows[self._cursor] if self._rows else None

    @property
    def rows(self) -> Sequence[RowT]:
        """All rows."""
        return self._rows

    def show(self, rows: Sequence[RowT]) -> None:
        """Show rows; the cursor stays on its row, and that row stays where it is on the screen."""
        new = tuple(rows)
        old, key = self._rows, self.selected.key if self.selected else None
        if new == old:
            return
        self._rows = new
        same_order = len(new) == len(old) and all(a.key == b.key for a, b in zip(old, new, strict=True))
        if same_order:
            self._refresh_changed(old)
            return
        self._index = {row.key: index for index, row in enumerate(new)}
        self._strips = {k: v for k, v in self._strips.items() if k in self._index}
        before = self._cursor
        self._cursor = self._nearest(self._index.get(key, self._cursor) if key is not None else 0, 1)
        self.virtual_size = Size(0, len(new))
        if self._cursor != before and key in self._index:
            self.scroll_to(y=self.scroll_offset.y + self._cursor - before, animate=False)
        self.refresh()
        if self.selected is not None and self.selected.key != key:
            self._tell()

    def select(self, key: str) -> bool:
        """Put the cursor on a row; False where there is no such row."""
        if key not in self._index:
            return False
        self._go(self._index[key])
        return True

    def action_move(self, step: int) -> None:
        """Move the cursor by rows."""
        self._go(self._nearest(self._cursor + step, 1 if step > 0 else -1))

    def action_page(self, direction: int) -> None:
        """Move the cursor by a page."""
        height = max(1, self.scrollable_content_region.height - 1)
        self._go(self._nearest(self._cursor + direction * height, direction))

    def action_jump(self, last: bool) -> None:  # noqa: FBT001 - textual calls actions by position
        """Go to the first or the last row."""
        self._go(self._nearest(len(self._rows) - 1 if last else 0, -1 if last else 1))

    def action_choose(self) -> None:
        """Open the row under the cursor."""
        if self.selected is not None:
            self.post_message(self.Chosen(self, self.selected.key))

    def on_click(self, event: Click) -> None:
        """Select what is clicked; a second click opens it."""
        index = event.y + self.scroll_offset.y
        if index >= len(self._rows) or not self.selectable(self._rows[index]):
            return
        if index == self._cursor and event.chain > 1:
            self.action_choose()
        self._go(index)

    def on_focus(self) -> None:
        """The cursor looks another way when it can be moved."""
        self._refresh_row(self._cursor)

    def on_blur(self) -> None:
        """Likewise."""
        self._refresh_row(self._cursor)

    def on_resize(self, _event: Resize) -> None:
        """Keep the cursor in sight."""
        self._strips.clear()
        self._reveal()

    def notify_style_update(self) -> None:
        """Forget what was drawn in other colours."""
        super().notify_style_update()
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """Draw one row of the screen."""
        index = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        row, selected = self._rows[index], index == self._cursor
        cached = self._strips.get(row.key)
        if cached is not None and cached[0] is row and cached[1:4] == (selected, self.has_focus, width):
            return cached[4]
        strip = self._draw_strip(row, width, selected=selected)
        self._strips[row.key] = (row, selected, self.has_focus, width, strip)
        return strip

    def _draw_strip(self, row: RowT, width: int, *, selected: bool) -> Strip:
        style = self.visual_style
        if selected:
            style = self.get_visual_style(
                "line-list--cursor" if self.has_focus else "line-list--cursor-blurred"
            )
        content = self.draw(row, width, selected=selected)
        strip = Strip(content.render_segments(style), content.cell_length)
        return strip.adjust_cell_length(width, style.rich_style)

    def _refresh_changed(self, old: tuple[RowT, ...]) -> None:
        top = self.scroll_offset.y
        seen = range(top, min(len(self._rows), top + self.size.height))
        for index in seen:
            if old[index] != self._rows[index]:
                self._refresh_row(index)

    def _refresh_row(self, index: int) -> None:
        self.refresh(Region(0, index - self.scroll_offset.y, self.size.width, 1))

    def _nearest(self, index: int, direction: int) -> int:
        if not self._rows:
            return 0
        start = min(max(index, 0), len(self._rows) - 1)
        for way in (direction, -direction):
            found = start
            while 0 <= found < len(self._rows):
                if self.selectable(self._rows[found]):
                    return found
                found += way
        return start

    def _go(self, index: int) -> None:
        if not self._rows or index == self._cursor:
            self._reveal()
            return
        before, self._cursor = self._cursor, index
        self._refresh_row(before)
        self._refresh_row(index)
        self._reveal()
        self._tell()

    def _reveal(self) -> None:
        if self._rows:
            self.scroll_to_region(Region(0, self._cursor, 1, 1), animate=False, x_axis=False)

    def _tell(self) -> None:
        if self.selected is not None:
            self.post_message(self.Moved(self, self.selected.key))
