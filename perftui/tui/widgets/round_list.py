"""A problem's attempts, chains and rounds, as a tree in a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from textual.content import Content

from perftui.events.state import ChainState, ProblemState
from perftui.refine.chain import Round
from perftui.text import one_line
from perftui.tui import ratios, styles
from perftui.tui.chains import chain_glyphs, chain_marks, headline
from perftui.tui.glyphs import STAGES, Glyphs
from perftui.tui.text import fit
from perftui.tui.widgets.line_list import LineList

_Part = tuple[str, str]


@dataclass(frozen=True)
class RoundRow:
    """A line of the tree.

    Attributes:
        key: `attempt/chain/round`, or a heading's own.
        kind: of line.
        attempt: 1-based.
        chain: 0-based, -1 for the heading of an attempt.
        round: position in the chain's rounds, -1 for a heading.
        label: what was asked, or the heading.
        marks: of a round, or of a whole chain.
        figure: its ratio.
        last: whether it is the last of its chain.
    """

    key: str
    kind: Literal["attempt", "chain", "round"]
    attempt: int
    chain: int
    round: int
    label: str
    marks: tuple[_Part, ...] = ()
    figure: str = ""
    last: bool = False


class RoundList(LineList[RoundRow]):
    """Rounds under their chains; the cursor rests on rounds only."""

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:  # noqa: A002 - textual's name
        super().__init__(id=id)
        self._glyphs = glyphs

    def selectable(self, row: RoundRow) -> bool:
        """Headings are passed over."""
        return row.kind == "round"

    def draw(self, row: RoundRow, width: int, *, selected: bool) -> Content:
        """One line of the tree."""
        if row.kind == "attempt":
            return Content.styled(fit(f" {row.label}", width), styles.WARN)
        if row.kind == "chain":
            return Content.assemble((f" {row.label}  ", styles.HEAD), *row.marks)
        cursor = self._glyphs.line("cursor") if selected else " "
        branch = self._glyphs.line("last-branch" if row.last else "branch")
        room = max(4, width - 6 - len(row.marks) - 10)
        return Content.assemble(
            (cursor, styles.KEY),
            (f" {branch} ", styles.DIM),
            fit(row.label, room),
            " ",
            *row.marks,
            f" {row.figure}",
        )


def round_rows(problem: ProblemState, glyphs: Glyphs) -> list[RoundRow]:
    """The tree of a problem: the latest attempt first, then earlier ones."""
    rows: list[RoundRow] = []
    for attempt in (problem, *reversed(problem.earlier)):
        if problem.earlier:
            word = "now" if attempt is problem else attempt.status
            key = f"attempt {attempt.attempt}"
            rows.append(RoundRow(key, "attempt", attempt.attempt, -1, -1, f"{key} · {word}"))
        for chain in attempt.chains:
            rows += _chain_rows(attempt, chain, glyphs)
    return rows


def _chain_rows(problem: ProblemState, chain: ChainState, glyphs: Glyphs) -> list[RoundRow]:
    attempt, index = problem.attempt, chain.index
    prefix = f"{attempt}/{index}"
    marks = tuple(chain_marks(problem, chain, glyphs))
    rows = [RoundRow(prefix, "chain", attempt, index, -1, f"chain {index + 1}", marks)]
    for at, (round_, glyph) in enumerate(zip(chain.rounds, chain_glyphs(problem, chain), strict=True)):
        label = one_line(round_.ask.label, 40)
        last = at == len(chain.rounds) - 1
        held = last and chain.held is not None
        figure = "held" if held else _figure(round_)
        mark = (glyphs.part(STAGES["held"] if held else glyph),)
        rows.append(RoundRow(f"{prefix}/{at}", "round", attempt, index, at, label, mark, figure, last=last))
    return rows


def _figure(round_: Round) -> str:
    return ratios.short_ratio(headline(round_.measurement)) if round_.measurement is not None else ""
