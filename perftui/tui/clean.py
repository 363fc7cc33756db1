"""The last line of defence: nothing that is drawn commands the terminal, whatever a pane forgot to clean."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from perftui.text import is_seen


class CleanFilter(LineFilter):
    """Takes characters that cannot be seen out of each line; they have no width, so that nothing moves."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - textual's
        """The line without them."""
        return [
            segment
            if segment.text.isprintable() or segment.control
            else Segment(cleaned(segment.text), segment.style, segment.control)
            for segment in segments
        ]


@lru_cache(1024)
def cleaned(text: str) -> str:
    """Text without control, format, surrogate and unassigned characters."""
    return "".join(character for character in text if is_seen(character))
