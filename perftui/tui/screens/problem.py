"""A problem: its rounds, and for the round under the cursor all that is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from textual import getters, on, work
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
from perftui.tui.library import ForkEntry, Library
from perftui.tui.messages import ForkOpened
from perftui.tui.panes.course import course_lines
from perftui.tui.panes.exchange import prompt_lines, reply_lines
from perftui.tui.panes.problem_head import head_lines
from perftui.tui.panes.results import result_lines
from perftui.tui.panes.round_view import RoundView
from perftui.tui.panes.timings import timing_lines
from perftui.tui.panes.why import why_lines
from perftui.tui.screens.pictured import WIDE, TooSmall
from perftui.tui.screens.round_actions import RoundScreen
from perftui.tui.text import Line, spread
from perftui.tui.widgets.code_view import CodeView
from perftui.tui.widgets.key_bar import KeyBar
from perftui.tui.widgets.line_list import LineList
from perftui.tui.widgets.line_view import LineView
from perftui.tui.widgets.replay_bar import ReplayBar
from perftui.tui.widgets.round_list import RoundList, round_rows

Pane = Literal["code", "prompt", "reply", "tests", "timings", "course"]
Against = Literal["parent", "seed", "reference", "marked", "whole"]
PANES: tuple[Pane, ...] = get_args(Pane)
AGAINST: tuple[Against, ...] = get_args(Against)


SPLIT_WIDTH = 150
"""Cells from which on a diff is shown side by side unasked."""


@dataclass(frozen=True)
class Marked:
    """A program that was marked to be compared.

    Attributes:
        candidate: its hash.
        code: its text.
        name: where it stands.
    """

    candidate: str
    code: str
    name: str


class ProblemScreen(RoundScreen):
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
        Binding("t,d", "against", "diff to", id="problem.against",
                tooltip="Compare with the parent, the seed, the reference, or show the whole program"),
        Binding("v", "mark", "mark", id="problem.mark", tooltip="Mark this program, to compare two with t"),
        Binding("vertical_line", "split", "side by side", show=False, key_display="|", id="problem.split",
                tooltip="Show a diff side by side, or in one column"),
        Binding("right_square_bracket", "hunk(1)", "next change", show=False, key_display="]",
                id="problem.next-hunk", tooltip="The next change of the diff"),
        Binding("left_square_bracket", "hunk(-1)", "change before", show=False, key_display="[",
                id="problem.hunk-before", tooltip="The change before"),
        Binding("z", "maximise", "maximise", show=False, id="problem.maximise", tooltip="The pane alone"),
        Binding("y", "copy", "copy", id="problem.copy", tooltip="Copy what the pane shows to the clipboard"),
        Binding("escape", "back", "back", id="problem.back", tooltip="Back to the list of problems"),
    ]  # fmt: skip

    header_lines = getters.query_one("#problem-header", Static)
    tabs = getters.query_one("#tabs", Static)
    rounds = getters.query_one("#rounds", RoundList)
    code = getters.query_one("#code", CodeView)
    text = getters.query_one("#text", LineView)
    why = getters.query_one("#why", LineView)
    course = getters.query_one("#course", LineView)

    def __init__(self, feed: Feed, problem: str, library: Library) -> None:
        super().__init__(feed)
        self._problem = problem
        self._library = library
        self._source: Problem | None = None
        self._trials: dict[str, Sequence[Trial]] = {}
        self._pane: Pane = "code"
        self._against: Against = "parent"
        self._made_from: tuple[object, ...] = ()
        self._placed = False
        self._forks: Sequence[ForkEntry] = ()
        self._marks: list[Marked] = []
        self._split: bool | None = None
        self._detailed_at = 0

    def compose(self) -> ComposeResult:
        """Head; rounds at the left, the round at the right; keys."""
        yield TooSmall()
        yield Static(id="problem-header")
        with Horizontal(id="body"):
            with Vertical(id="tree"):
                yield RoundList(self.feed.glyphs, id="rounds")
                yield LineView(wrap=False, id="course")
            with Vertical(id="detail"):
                yield Static(id="tabs")
                yield CodeView(id="code")
                yield LineView(id="text")
                yield LineView(id="why")
        yield KeyBar()
        yield ReplayBar(self.feed)

    def on_mount(self) -> None:
        """The pane scrolls with the keys; the rounds move with left and right."""
        self.why.can_focus = self.course.can_focus = False
        self.code.focus()
        self.feed.hold_whole(self._problem, on=True)
        self._load_source()
        self._load_forks()

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
        self.rounds.show(round_rows(problem, picture.glyphs, self._forks))
        self._place_cursor(problem)
        view = self._view(picture, problem)
        if view is not None:
            self._show_header(view)
            self._show_pane(view)
            if self.has_class("-tall"):
                self.why.show(why_lines(view))
                self.course.show(course_lines(view, self.course.scrollable_content_region.width))
        self.offer_commands(picture)

    def action_round(self, step: int) -> None:
        """Go to another round."""
        self.rounds.action_move(step)

    def action_pane(self, step: int) -> None:
        """Go to another pane."""
        self._open(PANES[(PANES.index(self._pane) + step) % len(PANES)])

    def action_open(self, pane: Pane) -> None:
        """Open a pane."""
        self._open(pane)

    def action_rounds(self) -> None:
        """Walk through the rounds with the list's own keys; where it is narrow, show them."""
        self.add_class("-rounds")
        self.rounds.focus()

    def action_against(self) -> None:
        """Compare with something else."""
        self._against = AGAINST[(AGAINST.index(self._against) + 1) % len(AGAINST)]
        self._open("code")

    def action_mark(self) -> None:
        """Mark the program, or take its mark away; of three, the oldest mark goes."""
        view = self.view_now()
        round_ = view.round if view is not None else None
        if view is None or round_ is None or round_.code is None or round_.candidate is None:
            return
        mark = Marked(round_.candidate, round_.code, f"chain {view.chain.index + 1} round {round_.index + 1}")
        others = [one for one in self._marks if one.candidate != mark.candidate]
        self._marks = others if len(others) < len(self._marks) else [*others, mark][-2:]
        said = " and ".join(one.name for one in self._marks) or "none"
        self.notify(f"marked: {said}; t compares", markup=False)
        if len(self._marks) == 2:
            self._against = "marked"
            self._open("code")

    def action_split(self) -> None:
        """Side by side, or one column."""
        self._split = not self._is_split
        self.redraw()

    def action_hunk(self, step: int) -> None:
        """Go to another change."""
        self.code.go_to_hunk(step)

    def action_maximise(self) -> None:
        """Give the pane all room, or take it back."""
        self.toggle_class("-maximised")
        self.call_after_refresh(self.redraw)

    def action_copy(self) -> None:
        """Copy the program, or the text of another pane."""
        view = self.view_now()
        code = view.round.code if view is not None and view.round is not None else None
        copied = (code or "") if self._pane == "code" else self.text.text
        self.app.copy_to_clipboard(copied)
        self.notify(f"{self._pane} copied, {len(copied):,} characters", markup=False)

    def action_back(self) -> None:
        """Back to the list."""
        self.app.pop_screen()

    @on(LineList.Moved, "#rounds")
    def _moved(self) -> None:
        self.redraw()

    @on(LineList.Chosen, "#rounds")
    def _chosen(self) -> None:
        row = self.rounds.selected
        if row is not None and row.kind == "fork":
            self.post_message(ForkOpened(row.key.removeprefix("fork/"), self._problem))
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
        if action in {"mark", "measure", "fork"}:
            return self.offers_of_round(action)
        return super().check_action(action, parameters)

    @work(exclusive=True, group="source", exit_on_error=False)
    async def _load_source(self) -> None:
        try:
            self._source = await self._library.problem(self.feed.session.run, self._problem)
        except PerftuiError as error:
            self.notify(str(error), severity="warning", markup=False)
        self.redraw()

    @work(exclusive=True, group="detail", exit_on_error=False)
    async def _load_detail(self, seq: int) -> None:
        """What has ended is an outline in the picture of the run; its texts are in the library."""
        try:
            detail = await self._library.detail(self.feed.session.run, self._problem, seq)
        except PerftuiError as error:
            self.notify(str(error), severity="warning", markup=False)
            return
        if detail is not None:
            self.feed.fill(detail)
            self.redraw()

    @work(exclusive=True, group="forks", exit_on_error=False)
    async def _load_forks(self) -> None:
        try:
            self._forks = await self._library.forks(self.feed.session.run, self._problem)
        except PerftuiError as error:
            self.notify(str(error), severity="warning", markup=False)
        self.redraw()

    @work(exclusive=True, group="trials", exit_on_error=False)
    async def _load_trials(self, candidate: str) -> None:
        try:
            self._trials[candidate] = await self._library.trials(self.feed.session.run, candidate)
        except PerftuiError as error:
            self.notify(str(error), severity="warning", markup=False)
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

    @property
    def _is_split(self) -> bool:
        """Side by side, where nobody said otherwise and there is room."""
        return self.code.size.width >= SPLIT_WIDTH if self._split is None else self._split

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
            parts += [("0 rounds", styles.KEY if listed else styles.DIM), ("  ", "")]
        for at, pane in enumerate(PANES, 1):
            is_open = pane == self._pane and not (narrow and listed)
            parts += [(f"{at} {pane}", styles.KEY if is_open else styles.DIM), ("  ", "")]
        note = self._code_note(view) if self._pane == "code" else ""
        room = self.tabs.size.width or self.size.width
        return spread(Content.assemble(*parts), Content.styled(note, styles.DIM), room - 1)

    def _code_note(self, view: RoundView) -> str:
        old = self._old_code(view)
        if self._against == "marked" and len(self._marks) == 2:
            return f"{self._marks[0].name} → {self._marks[1].name} (t)"
        if self._against == "whole" or old is None:
            return "whole program (t)"
        if view.round is not None and old == view.round.code:
            return f"the same as the {self._against} (t)"
        return f"diff to {self._against} (t)"

    def _old_code(self, view: RoundView) -> str | None:
        match self._against:
            case "parent":
                return view.parent_code
            case "seed":
                return view.seed_code
            case "reference":
                return view.reference_code
            case "marked":
                return self._marks[0].code if self._marks else None
        return None

    def _show_pane(self, view: RoundView) -> None:
        if self._pane == "code":
            self._show_code(view)
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
                return view.chain.rounds
            case "reply":
                return view.streaming
            case "timings":
                return view.chain.progress
        return None

    def _text_lines(self, view: RoundView, width: int) -> list[Line]:
        match self._pane:
            case "prompt":
                return prompt_lines(view)
            case "reply":
                return reply_lines(view)
            case "tests":
                return result_lines(view)
            case "course":
                return course_lines(view, width)
        return timing_lines(view, width)

    def _show_code(self, view: RoundView) -> None:
        code = view.round.code if view.round is not None else None
        if code is None:
            said = "no program yet" if view.round is None or view.round.outcome is None else "no program"
            self.code.say([Line(Content.styled(said, styles.DIM))])
        else:
            if self._against == "marked" and len(self._marks) == 2:
                code = self._marks[1].code
            self.code.compare(self._old_code(view), code, split=self._is_split)
