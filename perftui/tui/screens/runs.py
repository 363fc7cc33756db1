"""All runs that are known, newest first: to open, compare, write out, delete, resume, play again, begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, cast

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from perftui.errors import PerftuiError
from perftui.tui import styles
from perftui.tui.glyphs import Glyphs
from perftui.tui.library import ExportForm, Library, RunEntry
from perftui.tui.messages import GoOnWith, ReplayWanted, launcher_of
from perftui.tui.screens.asking import AskScreen, ChooseScreen
from perftui.tui.screens.comparison import ComparisonScreen
from perftui.tui.screens.confirm import ConfirmScreen
from perftui.tui.screens.new_run import NewRunScreen
from perftui.tui.screens.pictured import SizedScreen, TooSmall
from perftui.tui.text import spread
from perftui.tui.widgets.form import Field
from perftui.tui.widgets.key_bar import KeyBar
from perftui.tui.widgets.line_list import LineList
from perftui.tui.widgets.run_list import RunList, RunRow

_EMPTY = (
    "No run yet.\n\nn               a new run, from a form\n"
    "perftui demo    refines bundled problems with a recorded model: no key, no network\n"
    "perftui run     refines a benchmark with a model of yours"
)
_FORMS = (
    ("md", "report as Markdown"),
    ("html", "report as a page with plots"),
    ("csv", "report as CSV, a row a problem"),
    ("json", "report as JSON"),
    ("jsonl", "every event, as JSON lines"),
)
_OF_RUN = frozenset({"mark", "export", "delete", "resume", "replay"})


class RunsScreen(SizedScreen):
    """The list of runs; read anew every few seconds while it is seen."""

    CSS_PATH = "runs.tcss"
    HELP = "All runs in the database, newest first. Open one to look at it; a live one can be commanded."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "new run", id="runs.new", tooltip="Begin a run from a form"),
        Binding("space", "mark", "mark", id="runs.mark", tooltip="Mark a run to compare it"),
        Binding("d", "compare", "compare", id="runs.compare", tooltip="Compare the two marked runs"),
        Binding("p", "resume", "resume", id="runs.resume", tooltip="Take an interrupted run up, here"),
        Binding("P", "replay", "replay", id="runs.replay", tooltip="Play a run again, sixty times as fast"),
        Binding("e", "export", "export", id="runs.export", tooltip="Write a run to a file"),
        Binding("delete,X", "delete", "delete", id="runs.delete", tooltip="Delete a run; asked twice"),
        Binding("slash", "filter", "filter", key_display="/", id="runs.filter", tooltip="Show some runs"),
        Binding("escape", "unfilter", "all", id="runs.unfilter", tooltip="Show all runs again"),
        Binding("f5", "reload", "reload", show=False, id="runs.reload", tooltip="Read the list of runs anew"),
    ]
    RELOAD_SECONDS = 3.0
    REPLAY_SPEED = 60.0

    runs = getters.query_one("#runs", RunList)
    title_line = getters.query_one("#title", Static)
    heading = getters.query_one("#heading", Static)
    empty = getters.query_one("#empty", Static)
    filter_input = getters.query_one("#runs-filter", Input)

    @dataclass
    class RunOpened(Message):
        """A run is to be shown."""

        run: str

    def __init__(self, library: Library, glyphs: Glyphs) -> None:
        super().__init__()
        self._library = library
        self._glyphs = glyphs
        self._entries: Sequence[RunEntry] = ()
        self._marked: list[str] = []

    def compose(self) -> ComposeResult:
        """Title, list, keys."""
        yield TooSmall()
        yield Static(id="title")
        yield Input(id="runs-filter", placeholder="words that a run must have; esc drops", compact=True)
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

    @property
    def selected(self) -> RunEntry | None:
        """The run under the cursor."""
        row = self.runs.selected
        return row.entry if row is not None else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what fits the run under the cursor."""
        entry = self.selected
        typing = self.filter_input.has_focus
        offers = {
            "new": launcher_of(self.app) is not None,
            "compare": len(self._marked) == 2,
            "resume": entry is not None and not entry.live and entry.ended < entry.problems,
            "delete": entry is not None and not entry.live,
            "unfilter": self.filter_input.display,
        }
        if typing and action in {*_OF_RUN, "new", "compare", "filter"}:
            return False
        if action == "resume" and launcher_of(self.app) is None:
            return False
        if action in _OF_RUN and entry is None:
            return False
        return offers.get(action, super().check_action(action, parameters))

    def action_reload(self) -> None:
        """Read the runs now."""
        self.load()

    def action_new(self) -> None:
        """Begin a run from a form."""
        launcher = launcher_of(self.app)
        if launcher is not None:
            self.app.push_screen(NewRunScreen(launcher))

    def action_mark(self) -> None:
        """Mark the run, or take its mark away; of three, the oldest mark goes."""
        if self.selected is not None:
            run = self.selected.run
            self._marked = [one for one in self._marked if one != run] + [run] * (run not in self._marked)
            self._marked = self._marked[-2:]
            self._place()

    def action_resume(self) -> None:
        """Take the run up."""
        if self.selected is not None:
            self.post_message(GoOnWith(self.selected.run))

    def action_replay(self) -> None:
        """Play the run again."""
        if self.selected is not None:
            self.post_message(ReplayWanted(self.selected.run, self.REPLAY_SPEED))

    def action_filter(self) -> None:
        """Type words that a run must have."""
        self.filter_input.display = True
        self.filter_input.focus()

    def action_unfilter(self) -> None:
        """Show all runs again."""
        self.filter_input.value = ""
        self.filter_input.display = False
        self.runs.focus()
        self._place()

    def action_export(self) -> None:
        """Choose a form, and write the run in it."""
        entry = self.selected
        if entry is None:
            return

        def chosen(form: str | None) -> None:
            if form is not None:
                self._export(entry.run, cast("ExportForm", form))

        self.app.push_screen(ChooseScreen(f"write run {entry.run} to a file, as", _FORMS), chosen)

    def action_delete(self) -> None:
        """Ask whether, then ask for the run's id, then delete it."""
        entry = self.selected
        if entry is None:
            return
        run = entry.run

        def wrong(typed: Mapping[str, str]) -> dict[str, str]:
            return {} if typed["run"] == run else {"run": f"type {run} to delete it"}

        def named(typed: dict[str, str] | None) -> None:
            if typed is not None:
                self._delete(run)

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - textual's callback
            if yes:
                field = Field("run", "its id", "", run)
                asked = AskScreen(f"delete run {run}", "It cannot be had back.", [field], wrong)
                self.app.push_screen(asked, named)

        detail = f"{entry.problems} problems, {entry.correct} correct. Its events and programs are gone."
        self.app.push_screen(ConfirmScreen(f"Delete run {run} for good?", detail), answered)

    def action_compare(self) -> None:
        """Compare the marked runs, the older one as the base."""
        if len(self._marked) == 2:
            at = {entry.run: entry.started_at for entry in self._entries}
            base, other = sorted(self._marked, key=lambda run: at.get(run, 0.0))
            self._compare(base, other)

    @work(exclusive=True, group="runs", exit_on_error=False)
    async def load(self) -> None:
        """Read all runs."""
        try:
            self._entries = await self._library.runs()
        except PerftuiError as error:
            self.title_line.update(Content.styled(f" {error}", styles.BAD), layout=False)
            return
        self._place()

    @work(group="compare", exclusive=True, exit_on_error=False)
    async def _compare(self, base: str, other: str) -> None:
        try:
            text = await self._library.compare(base, other)
        except PerftuiError as error:
            self.notify(str(error), title="cannot compare", severity="error")
            return
        await self.app.push_screen(ComparisonScreen(text))

    @work(group="files", exit_on_error=False)
    async def _export(self, run: str, form: ExportForm) -> None:
        try:
            path = await self._library.export(run, form)
        except PerftuiError as error:
            self.notify(str(error), title="cannot write", severity="error")
            return
        self.notify(f"written to {path}")

    @work(group="files", exit_on_error=False)
    async def _delete(self, run: str) -> None:
        try:
            await self._library.delete(run)
        except PerftuiError as error:
            self.notify(str(error), title="cannot delete", severity="error")
            return
        self._marked = [one for one in self._marked if one != run]
        self.notify(f"run {run} is deleted")
        self.load()

    @on(LineList.Chosen, "#runs")
    def _chosen(self, event: LineList.Chosen) -> None:
        self.post_message(self.RunOpened(event.key))

    @on(LineList.Moved, "#runs")
    def _moved(self) -> None:
        self.refresh_bindings()

    @on(Input.Changed, "#runs-filter")
    def _filtered(self) -> None:
        self._place()

    @on(Input.Submitted, "#runs-filter")
    def _kept(self) -> None:
        self.runs.focus()

    def _place(self) -> None:
        words = self.filter_input.value.casefold().split()
        shown = [e for e in self._entries if all(word in _haystack(e) for word in words)]
        self.runs.show([RunRow(e.run, e, e.run in self._marked) for e in shown])
        self.empty.display = not self._entries
        self.runs.display = bool(self._entries)
        self._head()
        self.refresh_bindings()

    def _head(self) -> None:
        count, shown = len(self._entries), len(self.runs.rows)
        live = sum(entry.live for entry in self._entries)
        counted = f"{count} run{'s' * (count != 1)} · {live} live" if count else ""
        if shown != count:
            counted = f"{shown} of {counted}"
        right = Content.styled(counted, styles.DIM)
        left = Content.assemble((" perftui", styles.TITLE), ("  runs", styles.HEAD))
        self.title_line.update(spread(left, right, self.size.width - 1), layout=False)
        self.heading.update(self.runs.heading(), layout=False)


def _haystack(entry: RunEntry) -> str:
    words = (entry.run, entry.benchmark, entry.model, entry.strategy, entry.status, "live" * entry.live)
    return " ".join(words).casefold()
