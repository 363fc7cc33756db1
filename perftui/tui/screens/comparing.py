"""A screen with a program in view: what it is compared with, and how the difference is shown."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from textual import getters
from textual.binding import Binding, BindingType
from textual.content import Content

from perftui.tui import styles
from perftui.tui.kept import keeper_of
from perftui.tui.panes.round_view import RoundView
from perftui.tui.screens.round_actions import RoundScreen
from perftui.tui.text import Line
from perftui.tui.widgets.code_view import CodeView

Against = Literal["parent", "seed", "reference", "marked", "whole"]
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


class ComparingScreen(RoundScreen):
    """Shows a program against its parent, its chain's seed, the reference, or another that was marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t,d", "against", "diff to", id="problem.against",
                tooltip="Compare with the parent, the seed, the reference, or show the whole program"),
        Binding("v", "mark", "mark", id="problem.mark", tooltip="Mark this program, to compare two with t"),
        Binding("vertical_line", "split", "side by side", show=False, key_display="|", id="problem.split",
                tooltip="Show a diff side by side, or in one column"),
        Binding("right_square_bracket", "hunk(1)", "next change", show=False, key_display="]",
                id="problem.next-hunk", tooltip="The next change of the diff"),
        Binding("left_square_bracket", "hunk(-1)", "change before", show=False, key_display="[",
                id="problem.hunk-before", tooltip="The change before"),
    ]  # fmt: skip

    code = getters.query_one("#code", CodeView)

    _against: Against = "parent"
    _split: bool | None = None
    _marks: tuple[Marked, ...] = ()

    def on_mount(self) -> None:
        """As it was last."""
        kept = keeper_of(self.app).kept
        self._split = kept.is_split
        self._against = next((one for one in AGAINST if one == kept.against and one != "marked"), "parent")

    @abstractmethod
    def open_code(self) -> None:
        """Show the program."""

    @property
    def marks(self) -> tuple[Marked, ...]:
        """The programs that are marked, at most two, in the order in which they were."""
        return self._marks

    def action_against(self) -> None:
        """Compare with something else."""
        self._against = AGAINST[(AGAINST.index(self._against) + 1) % len(AGAINST)]
        if self._against != "marked":
            keeper_of(self.app).keep(against=self._against)
        self.open_code()

    def action_mark(self) -> None:
        """Mark the program, or take its mark away; of three, the oldest mark goes."""
        view = self.view_now()
        round_ = view.round if view is not None else None
        if view is None or round_ is None or round_.code is None or round_.candidate is None:
            return
        mark = Marked(round_.candidate, round_.code, f"chain {view.chain.index + 1} round {round_.index + 1}")
        others = tuple(one for one in self._marks if one.candidate != mark.candidate)
        self._marks = others if len(others) < len(self._marks) else (*others, mark)[-2:]
        said = " and ".join(one.name for one in self._marks) or "none"
        self.notify(f"marked: {said}" + ("; t compares" if len(self._marks) == 2 else "; mark another one"))
        if len(self._marks) == 2:
            self._against = "marked"
            self.open_code()
        self.redraw()

    def action_split(self) -> None:
        """Side by side, or one column."""
        self._split = not self._is_split
        keeper_of(self.app).keep(is_split=self._split)
        self.redraw()

    def action_hunk(self, step: int) -> None:
        """Go to another change."""
        self.code.go_to_hunk(step)

    def code_note(self, view: RoundView) -> str:
        """What the program is compared with, and the key for another."""
        old = self._old_code(view)
        if self._against == "marked" and len(self._marks) == 2:
            return f"{self._marks[0].name} → {self._marks[1].name} (t)"
        if self._against == "whole" or old is None:
            return "whole program (t)"
        if view.round is not None and old == view.round.code:
            return f"the same as the {self._against} (t)"
        return f"diff to {self._against} (t)"

    def show_code(self, view: RoundView) -> None:
        """Draw the program, or its difference."""
        code = view.round.code if view.round is not None else None
        if code is None:
            self.code.say([Line(Content.styled(_missing(view), styles.DIM))])
            return
        if self._against == "marked" and len(self._marks) == 2:
            code = self._marks[1].code
        self.code.compare(self._old_code(view), code, split=self._is_split)

    @property
    def _is_split(self) -> bool:
        """Side by side, where nobody said otherwise and there is room."""
        return self.code.size.width >= SPLIT_WIDTH if self._split is None else self._split

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


def _missing(view: RoundView) -> str:
    return "no program yet" if view.round is None or view.round.outcome is None else "no program"
