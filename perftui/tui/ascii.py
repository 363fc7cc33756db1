"""For terminals that have ASCII only: whatever is left of other characters is replaced, cell for cell."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from perftui.tui.glyphs import plain_marks

_OTHERS = {
    "–": "-", "—": "-", "…": "~", "·": "-", "•": "o", "×": "x", "±": "~", "←": "<", "→": ">", "↑": "^",
    "↓": "v", "⏎": ">", "▶": ">", "○": "o", "◼": "#", "‹": "<", "›": ">", "“": '"', "”": '"',
    "‘": "'", "’": "'", "█": "#", "┼": "+", "│": "|", "┃": "|", "▏": "|", "▌": "|", "▐": "|", "▕": "|",
    "─": "-", "━": "=", "╌": "-", "▁": "_", "▂": "_", "▃": "_", "▅": "#", "▆": "#", "▇": "#", "▉": "#",
    "▊": "#", "▋": "#", "▍": "|", "▎": "|", "⑂": "Y", "◂": "<", "▔": "-", "▄": "_", "▀": "-",
}  # fmt: skip
_BOX = range(0x2500, 0x2580)


class AsciiFilter(LineFilter):
    """Replaces characters after everything is drawn; widths stay as they are."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - textual's
        """A line in ASCII."""
        return [
            segment
            if segment.text.isascii()
            else Segment(to_ascii(segment.text), segment.style, segment.control)
            for segment in segments
        ]


@lru_cache(4096)
def to_ascii(text: str) -> str:
    """Text in ASCII that takes as many cells; what has no likeness becomes question marks."""
    return "".join(character if character.isascii() else _replacement(character) for character in text)


def _replacement(character: str) -> str:
    known = _OTHERS.get(character) or plain_marks().get(character)
    if known is not None:
        return known
    return "+" if ord(character) in _BOX else "?" * cell_len(character)
