"""All runs that are known, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from perftui.errors import PerftuiError
from perftui.tui import styles
from perftui.tui.glyphs import Glyphs
from perftui.tui.library import Library
from perftui.tui.screens.pictured import SizedScreen, TooSmall
from perftui.tui.text import spread
from perftui.tui.widgets.key_bar import KeyBar
from perftui.tui.widgets.line_list import LineList
from perftui.tui.widgets.run_list import RunList, RunRow

_EMPTY = (
    "No run yet.\n\nperftui demo    refines bundled problems with a recorded model: no key, no network\n"
    "perftui run     refines a benchmark with a model of yours"
)


class RunsScreen(SizedScreen):
    """The list of runs; read anew every few seconds while it is seen."""

    CSS_PATH = "runs.tcss"
    HELP = "All runs in the database, newest first. Open one to look at it; a live one can be commanded."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "reload", "reload", id="runs.reload", tooltip="Read the list of runs anew"),
    ]
    RELOAD_SECONDS = 3.0

    runs = getters.query_one("#runs", RunList)
    title_line = getters.query_one("#title", Static)
    heading = getters.query_one("#heading", Static)
    empty = getters.query_one("#empty", Static)

    @dataclass
    class RunOpened(Message):
        """A run is to be shown."""

        run: str

    def __init__(self, library: Library, glyphs: Glyphs) -> None:
        super().__init__()
        self._library = library
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """Title, list, keys."""
        yield TooSmall()
        yield Static(id="title")
        yield Static(id="heading")
        yield RunList(self._glyphs, id="runs")
        yield Static(_EMPTY, id="empty", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the runs, and go on reading."""
        self.runs.focus()
        self.set_interval(self.RELOAD_SECONDS, self.reload_if_seen)

    def on_screen_resume(self) -> None:
        """Runs may have gone on meanwhile."""
        self.load()

    def on_resize(self) -> None:
        """The heading is made for a width."""
        self.call_after_refresh(self._head)

    def reload_if_seen(self) -> None:
        """A list that nobody sees is not read."""
        if self.is_active:
            self.load()

    def action_reload(self) -> None:
        """Read the runs now."""
        self.load()

    @work(exclusive=True, group="runs", exit_on_error=False)
    async def load(self) -> None:
        """Read all runs."""
        try:
            entries = await self._library.runs()
        except PerftuiError as error:
            self.title_line.update(Content.styled(f" {error}", styles.BAD), layout=False)
            return
        self.runs.show([RunRow(entry.run, entry) for entry in entries])
        self.empty.display = not entries
        self.runs.display = bool(entries)
        self._head()

    @on(LineList.Chosen, "#runs")
    def _chosen(self, event: LineList.Chosen) -> None:
        self.post_message(self.RunOpened(event.key))

    def _head(self) -> None:
        count = len(self.runs.rows)
        live = sum(row.entry.live for row in self.runs.rows)
        counted = f"{count} run{'s' * (count != 1)} · {live} live" if count else ""
        right = Content.styled(counted, styles.DIM)
        left = Content.assemble((" perftui", styles.TITLE), ("  runs", styles.HEAD))
        self.title_line.update(spread(left, right, self.size.width - 1), layout=False)
        self.heading.update(self.runs.heading(), layout=False)
