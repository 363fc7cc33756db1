"""Foreign text made ready to be drawn: printable, in lines of bounded length, never markup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from perftui.text import printable

TEXT_LIMIT = 200_000
"""Characters of one text that a pane draws; what lies between head and tail is told, not shown."""

LINE_LIMIT = 4_000

_MARKS_A_CELL = 8

Tone = Literal["", "added", "removed", "skipped", "changed"]


@dataclass(frozen=True)
class Line:
    """One logical line.

    Attributes:
        content: what it says.
        tone: tints the whole width.
        hang: cells by which the continuation of a wrapped line is indented.
    """

    content: Content
    tone: Tone = ""
    hang: int = 0


def text_lines(text: str, style: str = "") -> list[Line]:
    """Hostile text as lines to draw, whose continuations keep their indentation."""
    return [
        Line(Content.styled(line, style), hang=len(line) - len(line.lstrip(" ")))
        for line in plain_lines(text)
    ]


def lines(text: str, style: str = "") -> list[Content]:
    """Hostile text as lines to draw."""
    return [Content.styled(line, style) if line else Content("") for line in plain_lines(text)]


def plain_lines(text: str) -> list[str]:
    """Hostile text as printable lines; what is too much is cut, and that is told."""
    if len(text) > TEXT_LIMIT:
        tail = TEXT_LIMIT // 4
        cut = len(text) - TEXT_LIMIT
        text = f"{text[: TEXT_LIMIT - tail]}\n… {cut:,} characters are not shown …\n{text[-tail:]}"
    return [_bounded(line) for line in printable(text).expandtabs(4).split("\n")]


def tail_lines(text: str, count: int) -> list[str]:
    """The last lines of a hostile text that may still grow; looks at its end only."""
    return plain_lines(text[-count * 400 :])[-count:]


def fit(text: str, width: int) -> str:
    """Text in exactly `width` cells; what is cut is told by an ellipsis."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…" if width > 1 else set_cell_size(text, max(width, 0))


def right(text: str, width: int) -> str:
    """Text at the right end of `width` cells."""
    return " " * max(0, width - cell_len(text)) + fit(text, min(width, cell_len(text)))


def spread(left: Content, right_side: Content, width: int) -> Content:
    """Two texts at the ends of a line; the left one is cut where they would meet."""
    if not right_side:
        return left.truncate(max(width, 0), ellipsis=True)
    room = width - right_side.cell_length - 1
    if room < 1:
        return left.truncate(max(width, 0), ellipsis=True)
    left = left.truncate(room, ellipsis=True)
    return Content.assemble(left, " " * (width - left.cell_length - right_side.cell_length), right_side)


def join(parts: list[Content], separator: str = "   ", width: int | None = None) -> Content:
    """Texts side by side; those that do not fit in `width` are left out whole, the last ones first."""
    joined = Content("")
    for part in parts:
        longer = Content.assemble(joined, separator if joined else "", part)
        if width is not None and longer.cell_length > width and joined:
            break
        joined = longer
    return joined


def wrapped(content: Content, width: int, hang: int = 0) -> list[Content]:
    """A line broken between words into rows of at most `width` cells; later rows are indented by `hang`."""
    rows: list[Content] = []
    while content.cell_length > width - (hang if rows else 0) > 0:
        room = width - (hang if rows else 0)
        end = _break(content.plain, room)
        rows.append(_indented(content[:end], hang if rows else 0))
        content = content[end:]
        if content.plain.startswith(" "):
            content = content[1:]
    return [*rows, _indented(content, hang if rows else 0)]


def _indented(content: Content, hang: int) -> Content:
    return Content(" " * hang) + content if hang else content


def _break(text: str, room: int) -> int:
    """Where to break a text so that its head fits in `room` cells: after a word if it can be."""
    # Marks without width may be piled up: what is looked at is bounded all the same.
    text = text[: room * _MARKS_A_CELL]
    end = len(set_cell_size(text, room).rstrip("\x00")) if not text.isascii() else room
    while cell_len(text[:end]) > room:
        end -= 1
    space = text.rfind(" ", room // 2, end + 1)
    return space if space > 0 else max(end, 1)


def _bounded(line: str) -> str:
    return line if len(line) <= LINE_LIMIT else f"{line[:LINE_LIMIT]} … {len(line) - LINE_LIMIT:,} more"
