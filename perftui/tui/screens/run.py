"""A run: its totals, the live list of its problems, and what the selected one does now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from perftui.events.state import ProblemState
from perftui.text import one_line
from perftui.tui import styles
from perftui.tui.feed import Feed, Picture
from perftui.tui.filtering import read_filter
from perftui.tui.kept import keeper_of
from perftui.tui.panes.live import activity_lines, live_lines, live_title
from perftui.tui.rows import SORT_WORDS, SORTS, RowMaker, SortKey, sort_rows
from perftui.tui.screens.commanding import CommandScreen
from perftui.tui.screens.pictured import TooSmall
from perftui.tui.screens.resizing import Pane, ResizableScreen
from perftui.tui.text import spread
from perftui.tui.totals import header, header_height
from perftui.tui.widgets.divider import Divider
from perftui.tui.widgets.key_bar import KeyBar
from perftui.tui.widgets.line_list import LineList
from perftui.tui.widgets.line_view import LineView
from perftui.tui.widgets.problem_list import ProblemList
from perftui.tui.widgets.replay_bar import ReplayBar

_WORTH_SEEING = frozenset("★▲▽!⚠✗↻")
"""Wins, losses and trouble, by the marks of the activity."""


class _Filter(Input):
    """Where the words of a filter are typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "submit", "keep", id="filter.keep", tooltip="Keep the filter, and go back to the list"
        ),
    ]


class RunScreen(CommandScreen, ResizableScreen):
    """The screen that is left open."""

    CSS_PATH = "run.tcss"
    HELP = "All problems of a run, live. One key leads from a problem to the reason for its verdict."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash",
            "filter",
            "filter",
            key_display="/",
            id="run.filter",
            tooltip="Show only rows with a text",
        ),
        Binding("o", "sort", "sort", id="run.sort", tooltip="Sort by something else"),
        Binding("O", "reverse", "reverse", show=False, id="run.reverse", tooltip="Turn the order round"),
        Binding("F", "follow", "follow", id="run.follow", tooltip="Let the cursor follow what happens"),
        Binding("n", "event(1)", "next event", id="run.next", tooltip="Go to the next event worth seeing"),
        Binding("N", "event(-1)", "event before", show=False, id="run.before", tooltip="The one before"),
        Binding(
            "escape", "back", "back", id="run.back", tooltip="Drop the filter, or go back to the list of runs"
        ),
    ]

    PANES: ClassVar = (
        Pane("run.bottom", "#bottom", "height"),
        Pane("run.live", "#live-side", "width", is_first=True),
    )

    header_lines = getters.query_one("#header", Static)
    filter_input = getters.query_one("#filter", Input)
    heading = getters.query_one("#heading", Static)
    problems = getters.query_one("#problems", ProblemList)
    live_title = getters.query_one("#live-title", Static)
    live = getters.query_one("#live", LineView)
    activity = getters.query_one("#activity", LineView)

    @dataclass
    class ProblemOpened(Message):
        """A problem is to be shown."""

        feed: Feed
        problem: str

    def __init__(self, feed: Feed) -> None:
        super().__init__(feed)
        self._maker = RowMaker()
        self._sort: SortKey = "order"
        self._reversed = False
        self._follows = False
        self._live_of = ""
        self._event_at = 0.0

    def compose(self) -> ComposeResult:
        """Head, list, what goes on, keys."""
        yield TooSmall()
        yield Static(id="header")
        yield _Filter(
            id="filter",
            placeholder="words, status:wrong gain:>2 is:held sorted …; enter keeps, esc drops",
            compact=True,
        )
        yield Static(id="heading")
        yield ProblemList(self.feed.glyphs, id="problems")
        yield Divider("height", "run.bottom", id="bottom-line")
        with Horizontal(id="bottom"):
            with Vertical(id="live-side"):
                yield Static(id="live-title")
                yield LineView(id="live")
            yield Divider("width", "run.live", id="live-line")
            yield LineView(id="activity")
        yield KeyBar()
        yield ReplayBar(self.feed)

    def on_mount(self) -> None:
        """The list has the keys; the panes below are for looking."""
        kept = keeper_of(self.app).kept
        self._sort = next((one for one in SORTS if one == kept.sort), "order")
        self._reversed, self._follows = kept.is_reversed, kept.follows
        self.live.can_focus = self.activity.can_focus = False
        self.problems.focus()

    def on_resize(self) -> None:
        """A terminal that was too small may have left the keys with what is hidden."""
        self.call_after_refresh(self._return_keys)

    def target(self) -> ProblemState | None:
        """The problem under the cursor."""
        row = self.problems.selected
        return self.feed.state.problems.get(row.key) if row is not None else None

    def show(self, picture: Picture) -> None:
        """Draw all that can be seen."""
        width = self.size.width
        self.header_lines.styles.height = header_height(width)
        self.header_lines.update(Content("\n").join(header(picture, width)), layout=False)
        wanted = read_filter(self.filter_input.value)
        rows = wanted.rows(self._maker.rows(picture))
        sort = wanted.sort or self._sort
        ordered = sort_rows(rows, sort)
        self.problems.show(ordered[::-1] if self._reversed else ordered)
        if self._follows and picture.state.activity:
            self._follow(picture.state.activity[-1].problem)
        heading = self._heading(len(rows), len(picture.state.problems), sort, wanted.mistakes)
        self.heading.update(heading, layout=False)
        if self.has_class("-tall"):
            self._show_bottom(picture)
        self.offer_commands(picture)

    def action_filter(self) -> None:
        """Type words that a row must have."""
        self.filter_input.display = True
        self.filter_input.focus()

    def action_sort(self) -> None:
        """Sort by the next thing."""
        self._order(SORTS[(SORTS.index(self._sort) + 1) % len(SORTS)], is_reversed=self._reversed)

    def action_reverse(self) -> None:
        """Turn the order round."""
        self._order(self._sort, is_reversed=not self._reversed)

    def action_follow(self) -> None:
        """Follow the activity, or stay."""
        self._follows = not self._follows
        keeper_of(self.app).keep(follows=self._follows)
        self.redraw()

    def _order(self, sort: SortKey, *, is_reversed: bool) -> None:
        self._sort, self._reversed = sort, is_reversed
        keeper_of(self.app).keep(sort=sort, is_reversed=is_reversed)
        self.redraw()

    def action_event(self, step: int) -> None:
        """Go to the problem of another event worth seeing."""
        events = [item for item in self.feed.state.activity if item.problem and item.glyph in _WORTH_SEEING]
        if not events:
            self.notify("nothing worth seeing has happened yet")
            return
        later = [
            item for item in events if (item.at > self._event_at if step > 0 else item.at < self._event_at)
        ]
        item = (later[0] if step > 0 else later[-1]) if later else events[0 if step > 0 else -1]
        self._event_at = item.at
        self._follows = False
        self._follow(item.problem)
        told = f"{item.glyph} {one_line(item.problem, 60)}: {item.text}"
        self.notify(told, timeout=3)

    def on_click(self, event: events.Click) -> None:
        """Sort by the column whose heading it is."""
        column = self.problems.column_at(event.screen_x) if event.screen_y == self.heading.region.y else None
        if column is not None:
            self._order(column, is_reversed=column == self._sort and not self._reversed)

    def _follow(self, problem: str) -> None:
        if self.problems.select(problem):
            self.offer_commands(self.feed.picture())

    def action_back(self) -> None:
        """Drop the filter where there is one, else leave."""
        if self.filter_input.display:
            self.filter_input.value = ""
            self.filter_input.display = False
            self.problems.focus()
            self.redraw()
        else:
            self.app.pop_screen()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There may be nothing to go back to."""
        if action in {"filter", "sort", "reverse", "follow", "event"} and self.filter_input.has_focus:
            return False
        if action == "back":
            return self.filter_input.display or len(self.app.screen_stack) > 2
        return super().check_action(action, parameters)

    @on(Input.Changed, "#filter")
    def _filter_changed(self) -> None:
        self.redraw()

    @on(Input.Submitted, "#filter")
    def _filter_kept(self) -> None:
        self.filter_input.display = bool(self.filter_input.value)
        self.problems.focus()

    @on(LineList.Chosen, "#problems")
    def _chosen(self, event: LineList.Chosen) -> None:
        self.post_message(self.ProblemOpened(self.feed, event.key))

    @on(LineList.Moved, "#problems")
    def _moved(self) -> None:
        picture = self.feed.picture()
        if self.has_class("-tall"):
            self._show_bottom(picture)
        self.offer_commands(picture)

    def _return_keys(self) -> None:
        if not (self.filter_input.display and self.filter_input.has_focus):
            self.problems.focus()

    def _show_bottom(self, picture: Picture) -> None:
        problem = self.target()
        streams = problem is not None and any(chain.streaming for chain in problem.chains)
        self.live_title.update(live_title(picture, problem), layout=False)
        changed = problem is not None and problem.head.id != self._live_of
        self._live_of = problem.head.id if problem is not None else ""
        self.live.show(live_lines(picture, problem), follow=streams, home=changed)
        self.activity.show(activity_lines(picture), follow=True)

    def _heading(self, shown: int, total: int, sort: SortKey, mistakes: Sequence[str]) -> Content:
        if mistakes:
            return Content.styled(f" {mistakes[0]}", styles.WARN)
        words = "" if sort == "order" else f"sorted: {SORT_WORDS[sort]}"
        if self._reversed:
            words = f"{words or 'sorted'}, reversed"
        if self._follows:
            words = f"follows the activity  {words}"
        if shown != total:
            words = f"{shown} of {total} shown  {words}"
        return spread(self.problems.heading(sort), Content.styled(words, styles.DIM), self.size.width - 1)
