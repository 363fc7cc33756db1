"""A problem: its rounds, and for the round under the cursor all that is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, get_args

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from perftui.errors import PerftuiError
from perftui.events.state import ProblemState
from perftui.events.summary import problem_best
from perftui.problems.model import Problem
from perftui.timing.model import Trial
from perftui.tui import styles
from perftui.tui.feed import Feed, Picture
from perftui.tui.library import Library
from perftui.tui.messages import ForkOpened
from perftui.tui.panes.course import ROUND, course_lines
from perftui.tui.panes.exchange import prompt_lines, reply_lines
from perftui.tui.panes.problem_head import head_lines
from perftui.tui.panes.results import TEST
from perftui.tui.panes.round_view import RoundView
from perftui.tui.panes.timings import timing_lines
from perftui.tui.panes.tradeoff import tradeoff_lines
from perftui.tui.panes.why import why_lines
from perftui.tui.screens.comparing import ComparingScreen
from perftui.tui.screens.forks import ForksScreen
from perftui.tui.screens.pictured import WIDE, TooSmall
from perftui.tui.screens.resizing import Pane as SizedPane
from perftui.tui.screens.resizing import ResizableScreen
from perftui.tui.screens.testing import TestingScreen
from perftui.tui.text import Line, spread
from perftui.tui.widgets.code_view import CodeView
from perftui.tui.widgets.divider import Divider
from perftui.tui.widgets.key_bar import KeyBar
from perftui.tui.widgets.line_list import LineList
from perftui.tui.widgets.line_view import LineView
from perftui.tui.widgets.replay_bar import ReplayBar
from perftui.tui.widgets.round_list import RoundList, round_rows

TAB = "perftui_tab"
"""Under which a tab tells, to who clicks on it, which pane it opens."""

Pane = Literal["code", "prompt", "reply", "tests", "timings", "course"]
PANES: tuple[Pane, ...] = get_args(Pane)


class ProblemScreen(ComparingScreen, TestingScreen, ForksScreen, ResizableScreen):
    """Where a verdict is understood."""

    CSS_PATH = "problem.tcss"
    HELP = "One problem: the rounds of its chains; for a round the program, the talk, the tests, the timings."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "round(-1)", "round", key_display="←→", priority=True, id="problem.previous",
                tooltip="The round before"),
        Binding("right", "round(1)", "next round", show=False, priority=True, id="problem.next",
                tooltip="The round after"),
        Binding("tab", "pane(1)", "pane", priority=True, id="problem.pane", tooltip="The next pane"),
        Binding("shift+tab", "pane(-1)", "pane before", show=False, priority=True, id="problem.pane-before",
                tooltip="The pane before"),
        Binding("0", "rounds", "rounds", show=False, id="problem.rounds", tooltip="Walk through the rounds"),
        *(Binding(str(at), f"open('{pane}')", pane, show=False, id=f"problem.{pane}", tooltip=f"The {pane}")
          for at, pane in enumerate(PANES, 1)),
        Binding("y", "copy", "copy", id="problem.copy", tooltip="Copy what the pane shows to the clipboard"),
        Binding("escape", "back", "back", id="problem.back", tooltip="Back to the list of problems"),
    ]  # fmt: skip

    PANES: ClassVar = (
        SizedPane("problem.tree", "#tree", "width", is_first=True, most=0.6),
        SizedPane("problem.why", "#why", "height", most=0.6),
        SizedPane("problem.course", "#course", "height", most=0.7),
    )

    header_lines = getters.query_one("#problem-header", Static)
    tabs = getters.query_one("#tabs", Static)
    rounds = getters.query_one("#rounds", RoundList)
    text = getters.query_one("#text", LineView)
    why = getters.query_one("#why", LineView)
    course = getters.query_one("#course", LineView)

    def __init__(self, feed: Feed, problem: str, library: Library) -> None:
        super().__init__(feed, problem, library)
        self._source: Problem | None = None
        self._trials: dict[str, Sequence[Trial]] = {}
        self._pane: Pane = "code"
        self._made_from: tuple[object, ...] = ()
        self._placed = False
        self._detailed_at = 0

    def compose(self) -> ComposeResult:
        """Head; rounds at the left, the round at the right; keys."""
        yield TooSmall()
        yield Static(id="problem-header")
        with Horizontal(id="body"):
            with Vertical(id="tree"):
                yield RoundList(self.feed.glyphs, id="rounds")
                yield Divider("height", "problem.course", id="course-line")
                yield LineView(wrap=False, id="course")
            yield Divider("width", "problem.tree", id="tree-line")
            with Vertical(id="detail"):
                yield Static(id="tabs")
                yield CodeView(id="code")
                yield LineView(id="text")
                yield Divider("height", "problem.why", id="why-line")
                yield LineView(id="why")
        yield KeyBar()
        yield ReplayBar(self.feed)

    def on_mount(self) -> None:
        """The pane scrolls with the keys; the rounds move with left and right."""
        self.why.can_focus = self.course.can_focus = False
        self.code.focus()
        self.feed.hold_whole(self._problem, on=True)
        self._load_source()

    def on_unmount(self) -> None:
        """What is not looked at need not be held."""
        self.feed.hold_whole(self._problem, on=False)

    def target(self) -> ProblemState | None:
        """The problem."""
        return self.feed.state.problems.get(self._problem)

    def show(self, picture: Picture) -> None:
        """Draw the rounds, and the pane that is open."""
        problem = picture.state.problems.get(self._problem)
        if problem is None:
            return
        if problem.outline is not None and self._detailed_at != problem.seq:
            self._detailed_at = problem.seq
            self._load_detail(problem.seq)
        self.rounds.show(
            round_rows(problem, picture.glyphs, self.forks, [one.candidate for one in self.marks])
        )
        self._place_cursor(problem)
        view = self._view(picture, problem)
        if view is not None:
            self._show_header(view)
            if view.problem.outline is not None:
                self._say_reading()
            else:
                self._show_pane(view)
            if self.has_class("-tall") and view.problem.outline is None:
                self.why.show(why_lines(view))
                self.course.show(course_lines(view, self.course.scrollable_content_region.width))
        self.offer_commands(picture)

    def _say_reading(self) -> None:
        """An outline has no texts, and few of the figures: nothing is said for as long as they are read."""
        reading = [Line(Content.styled("reading …", styles.DIM))]
        self.code.say(reading)
        for pane in (self.text, self.why, self.course):
            pane.show(reading)
        self._made_from = ()

    def action_round(self, step: int) -> None:
        """Go to another round."""
        self.rounds.action_move(step)

    def action_pane(self, step: int) -> None:
        """Go to another pane."""
        self._open(PANES[(PANES.index(self._pane) + step) % len(PANES)])

    def action_open(self, pane: Pane) -> None:
        """Open a pane."""
        self._open(pane)

    def open_code(self) -> None:
        """Show the program."""
        self._open("code")

    def action_rounds(self) -> None:
        """Walk through the rounds with the list's own keys; where it is narrow, show them."""
        self.add_class("-rounds")
        self.rounds.focus()

    def action_copy(self) -> None:
        """Copy the program, or the text of another pane."""
        view = self.view_now()
        code = view.round.code if view is not None and view.round is not None else None
        copied = (code or "") if self._pane == "code" else self.text.text
        self.app.copy_to_clipboard(copied)
        self.notify(f"{self._pane} copied, {len(copied):,} characters")

    def action_back(self) -> None:
        """Back to the list."""
        self.app.pop_screen()

    def fork_in_view(self) -> str | None:
        """The run of the fork under the cursor."""
        row = self.rounds.selected
        return row.key.removeprefix("fork/") if row is not None and row.kind == "fork" else None

    def on_click(self, event: events.Click) -> None:
        """Open a tab, or go to the round of a point or a row."""
        pane, index, row = event.style.meta.get(TAB), event.style.meta.get(ROUND), self.rounds.selected
        if pane == "rounds":
            self.action_rounds()
        elif pane in PANES:
            self._open(pane)
        elif index is not None and row is not None:
            self.rounds.select(f"{row.attempt}/{row.chain}/{index}")
        elif TEST in event.style.meta:
            self.select_test(event.style.meta[TEST])

    @on(LineList.Moved, "#rounds")
    def _moved(self) -> None:
        self.redraw()

    @on(LineList.Chosen, "#rounds")
    def _chosen(self) -> None:
        fork = self.fork_in_view()
        if fork is not None:
            self.post_message(ForkOpened(fork, self._problem))
        else:
            self._open(self._pane)

    @on(CodeView.Compared)
    def _compared(self) -> None:
        self.redraw()

    def _open(self, pane: Pane) -> None:
        self._pane = pane
        self.remove_class("-rounds")
        self.code.display = pane == "code"
        self.text.display = pane != "code"
        (self.code if pane == "code" else self.text).focus()
        self.refresh_bindings()
        self.call_after_refresh(self.redraw)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What a diff is made to is of interest beside the code only."""
        if action in {"against", "split", "hunk"}:
            return self._pane == "code"
        if action.startswith("tests_"):
            return self._pane == "tests"
        if action in {"mark", "measure", "fork", "beside"}:
            return self.offers_of_round(action)
        return super().check_action(action, parameters)

    @work(exclusive=True, group="source", exit_on_error=False)
    async def _load_source(self) -> None:
        try:
            self._source = await self._library.problem(self.feed.session.run, self._problem)
        except PerftuiError as error:
            self.notify(str(error), severity="warning")
        self.redraw()

    @work(exclusive=True, group="detail", exit_on_error=False)
    async def _load_detail(self, seq: int) -> None:
        """What has ended is an outline in the picture of the run; its texts are in the library."""
        try:
            detail = await self._library.detail(self.feed.session.run, self._problem, seq)
        except PerftuiError as error:
            self.notify(str(error), severity="warning")
            return
        if detail is not None:
            self.feed.fill(detail)
            self.redraw()

    @work(exclusive=True, group="trials", exit_on_error=False)
    async def _load_trials(self, candidate: str) -> None:
        try:
            self._trials[candidate] = await self._library.trials(self.feed.session.run, candidate)
        except PerftuiError as error:
            self.notify(str(error), severity="warning")
        self.redraw()

    def _place_cursor(self, problem: ProblemState) -> None:
        """Begin at what is going on, in the pane where something can be seen; else at the best program."""
        if self._placed or not self.rounds.rows:
            return
        self._placed = True
        best = problem_best(problem)
        busy = [chain for chain in problem.chains if chain.stage is not None and chain.rounds]
        if busy:
            self.rounds.select(f"{problem.attempt}/{busy[0].index}/{len(busy[0].rounds) - 1}")
            if busy[0].rounds[-1].code is None:
                self._open("reply")
        elif best is not None:
            self.rounds.select(f"{problem.attempt}/{best.chain}/{best.round}")

    def view_now(self) -> RoundView | None:
        """The round under the cursor."""
        problem = self.target()
        return self._view(self.feed.picture(), problem) if problem is not None else None

    def _view(self, picture: Picture, problem: ProblemState) -> RoundView | None:
        row = self.rounds.selected
        attempts = {attempt.attempt: attempt for attempt in (problem, *problem.earlier)}
        if row is None or row.attempt not in attempts or row.chain < 0:
            return None
        attempt = attempts[row.attempt]
        chain = attempt.chains[row.chain]
        round_ = chain.rounds[row.round] if 0 <= row.round < len(chain.rounds) else None
        trials = self._trials.get(round_.candidate or "", ()) if round_ is not None else ()
        return RoundView(picture, attempt, chain, round_, self._source, trials)

    def _show_header(self, view: RoundView) -> None:
        lines = head_lines(view, self.size.width - 1, with_why=not self.has_class("-tall"))
        self.header_lines.update(Content("\n").join(lines), layout=False)
        self.tabs.update(self._tab_line(view), layout=False)

    def _tab_line(self, view: RoundView) -> Content:
        narrow = self.size.width < WIDE
        parts: list[tuple[str, str | Style]] = [(" ", "")]
        listed = self.has_class("-rounds")
        if narrow:
            parts += [("0 rounds", _tab("rounds", is_open=listed)), ("  ", "")]
        for at, pane in enumerate(PANES, 1):
            is_open = pane == self._pane and not (narrow and listed)
            parts += [(f"{at} {pane}", _tab(pane, is_open=is_open)), ("  ", "")]
        note = self.code_note(view) if self._pane == "code" else ""
        room = self.tabs.size.width or self.size.width
        return spread(Content.assemble(*parts), Content.styled(note, styles.DIM), room - 1)

    def _show_pane(self, view: RoundView) -> None:
        if self._pane == "code":
            self.show_code(view)
            return
        row = self.rounds.selected
        place = (self._pane, row.key if row is not None else "")
        width = self.text.scrollable_content_region.width
        made_from = (*place, width, view.round, view.source, view.trials, self._moving_part(view))
        if made_from != self._made_from:
            follows = self._pane == "reply" and bool(view.streaming)
            lines = self._text_lines(view, width)
            self.text.show(lines, follow=follows, home=place != self._made_from[:2])
            self._made_from = made_from
        if self._pane == "timings" and view.round is not None and view.round.measurement is not None:
            candidate = view.round.candidate or ""
            if candidate not in self._trials:
                self._trials[candidate] = ()
                self._load_trials(candidate)

    def _moving_part(self, view: RoundView) -> object:
        """What of the chain the open pane shows; no other change of it is worth making lines anew."""
        match self._pane:
            case "course":
                return tuple(chain.rounds for chain in view.problem.chains)
            case "reply":
                return view.streaming
            case "timings":
                return view.chain.progress
            case "tests":
                return self.choice
        return None

    def _text_lines(self, view: RoundView, width: int) -> list[Line]:
        match self._pane:
            case "prompt":
                return prompt_lines(view)
            case "reply":
                return reply_lines(view)
            case "tests":
                return self.test_lines(view)
            case "course":
                return [*course_lines(view, width), *tradeoff_lines(view, width)]
        return timing_lines(view, width)


def _tab(pane: str, *, is_open: bool) -> Style:
    return Style.parse(styles.KEY if is_open else styles.DIM) + Style.from_meta({TAB: pane})
