"""A program, whole or against another one; compared and highlighted in a thread, and remembered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from hashlib import blake2b

from anyio import to_thread
from textual import work
from textual.cache import LRUCache
from textual.message import Message

from perftui.tui.panes.diff import change_count, diff_lines, hunks, program_lines, split_lines
from perftui.tui.text import Line
from perftui.tui.widgets.line_view import LineView

_QUICK = 10_000
"""Characters up to which highlighting is not felt."""

_Key = tuple[bytes | None, bytes, int]


class CodeView(LineView):
    """Shows one program at a time."""

    @dataclass
    class Compared(Message):
        """A diff is on the screen."""

        added: int
        removed: int

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - textual's name
        super().__init__(wrap=False, id=id)
        self._known: LRUCache[_Key, list[Line]] = LRUCache(64)
        self._wanted: _Key | None = None
        self._placed: list[Line] = []

    def compare(self, old: str | None, new: str, *, split: bool = False) -> None:
        """Show what changed from `old` to `new`; without an old one, the whole new one.

        Args:
            old: the program to compare with.
            new: the program.
            split: side by side, in the width that there is.
        """
        width = self.scrollable_content_region.width if split and old is not None else 0
        key = (_digest(old) if old is not None else None, _digest(new), width)
        if key == self._wanted:
            return
        self._wanted = key
        known = self._known.get(key)
        if known is not None:
            self._place(known)
        else:
            self._work_out(key, old, new)

    def go_to_hunk(self, step: int) -> None:
        """Scroll to the next change, or to the one before."""
        starts = hunks(self._placed)
        here = self.scroll_offset.y
        after = [at for at in starts if at > here] if step > 0 else [at for at in starts if at < here][::-1]
        if after:
            self.scroll_to_line(after[0])

    def say(self, lines: list[Line]) -> None:
        """Show something in place of a program."""
        self._wanted = None
        self.show(lines, home=True)

    @work(exclusive=True, group="diff", exit_on_error=False)
    async def _work_out(self, key: _Key, old: str | None, new: str) -> None:
        if len(new) + len(old or "") > _QUICK:
            # Colours take several times as long as all the rest: they follow when they are there.
            plain = await to_thread.run_sync(partial(_lines, old, new, key[2], colours=False))
            if key == self._wanted:
                self._place(plain)
        lines = await to_thread.run_sync(partial(_lines, old, new, key[2], colours=True))
        self._known[key] = lines
        if key == self._wanted:
            self._place(lines)

    def _place(self, lines: list[Line]) -> None:
        self._placed = lines
        self.show(lines, home=True)
        self.post_message(self.Compared(*change_count(lines)))


def _lines(old: str | None, new: str, width: int, *, colours: bool) -> list[Line]:
    if old is None:
        return program_lines(new, colours=colours)
    if width:
        return split_lines(old, new, width, colours=colours)
    return diff_lines(old, new, colours=colours)


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
