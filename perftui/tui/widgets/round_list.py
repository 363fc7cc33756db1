"""A problem's attempts, chains and rounds, as a tree in a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from textual.content import Content

from perftui.events.state import ChainState, ProblemState
from perftui.refine.chain import Round
from perftui.text import one_line
from perftui.tui import ratios, styles
from perftui.tui.chains import chain_glyphs, chain_marks, headline
from perftui.tui.glyphs import STAGES, Glyphs
from perftui.tui.library import ForkEntry, model_label
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
        interval: the same with its interval, where there is room.
        last: whether it is the last of its chain.
    """

    key: str
    kind: Literal["attempt", "chain", "round", "fork"]
    attempt: int
    chain: int
    round: int
    label: str
    marks: tuple[_Part, ...] = ()
    figure: str = ""
    interval: str = ""
    last: bool = False


_WIDE = 44
"""Cells from which on a ratio is shown with its interval."""


class RoundList(LineList[RoundRow]):
    """Rounds under their chains; the cursor rests on rounds only."""

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:  # noqa: A002 - textual's name
        super().__init__(id=id)
        self._glyphs = glyphs

    def selectable(self, row: RoundRow) -> bool:
        """Headings are passed over."""
        return row.kind in {"round", "fork"}

    def draw(self, row: RoundRow, width: int, *, selected: bool) -> Content:
        """One line of the tree."""
        if row.kind == "attempt":
            return Content.styled(fit(f" {row.label}", width), styles.WARN)
        if row.kind == "chain":
            return Content.assemble((f" {row.label}  ", styles.HEAD), *row.marks)
        cursor = self._glyphs.line("cursor") if selected else " "
        if row.kind == "fork":
            return Content.assemble((cursor, styles.KEY), (fit(f"    {row.label}", width - 1), styles.LIVE))
        branch = self._glyphs.line("last-branch" if row.last else "branch")
        figure = row.interval if width >= _WIDE else row.figure
        room = max(4, width - 6 - len(row.marks) - max(10, len(figure)))
        return Content.assemble(
            (cursor, styles.KEY),
            (f" {branch} ", styles.DIM),
            fit(row.label, room),
            " ",
            *row.marks,
            f" {figure}",
        )


def round_rows(
    problem: ProblemState, glyphs: Glyphs, forks: Sequence[ForkEntry] = (), marked: Sequence[str] = ()
) -> list[RoundRow]:
    """The tree of a problem: the latest attempt first, then earlier ones; forks under their rounds.

    Args:
        problem: with its earlier attempts.
        glyphs: as the terminal can show them.
        forks: from its rounds.
        marked: programs that are marked to be compared, by their hashes; their rounds have their numbers.
    """
    rows: list[RoundRow] = []
    for attempt in (problem, *reversed(problem.earlier)):
        if problem.earlier:
            word = "now" if attempt is problem else attempt.status
            key = f"attempt {attempt.attempt}"
            rows.append(RoundRow(key, "attempt", attempt.attempt, -1, -1, f"{key} · {word}"))
        for chain in attempt.chains:
            rows += _chain_rows(attempt, chain, glyphs, marked)
    return _with_forks(rows, forks, glyphs)


def _with_forks(rows: list[RoundRow], forks: Sequence[ForkEntry], glyphs: Glyphs) -> list[RoundRow]:
    under: dict[tuple[int, int, int], list[ForkEntry]] = {}
    for fork in forks:
        under.setdefault((fork.origin.attempt, fork.origin.chain, fork.origin.round), []).append(fork)
    placed: list[RoundRow] = []
    for row in rows:
        placed.append(row)
        for fork in under.get((row.attempt, row.chain, row.round), ()) if row.kind == "round" else ():
            arrow = "+->" if glyphs.plain else "⑂"
            what = f"{one_line(fork.strategy, 24)} · {model_label(fork.model)}"
            label = f"{arrow} fork {one_line(fork.run, 12)} {ratios.short_ratio(fork.speedup)} · {what}"
            key = f"fork/{fork.run}"
            placed.append(RoundRow(key, "fork", row.attempt, row.chain, row.round, label))
    return placed


def _chain_rows(
    problem: ProblemState, chain: ChainState, glyphs: Glyphs, marked: Sequence[str]
) -> list[RoundRow]:
    attempt, index = problem.attempt, chain.index
    prefix = f"{attempt}/{index}"
    marks = tuple(chain_marks(problem, chain, glyphs))
    rows = [RoundRow(prefix, "chain", attempt, index, -1, f"chain {index + 1}", marks)]
    for at, (round_, glyph) in enumerate(zip(chain.rounds, chain_glyphs(problem, chain), strict=True)):
        edited = bool(round_.ask.hand) and round_.ask.phase != "given"
        label = one_line(round_.ask.label, 40) + (" (by hand)" if edited else "")
        if round_.candidate in marked:
            label = f"[{marked.index(round_.candidate) + 1}] {label}"
        last = at == len(chain.rounds) - 1
        held = last and chain.held is not None
        figure = "held" if held else _figure(round_)
        interval = figure if held else _interval(round_)
        mark = (glyphs.part(STAGES["held"] if held else glyph),)
        row = RoundRow(f"{prefix}/{at}", "round", attempt, index, at, label, mark, figure, interval, last)
        rows.append(row)
    return rows


def _interval(round_: Round) -> str:
    return ratios.ratio(headline(round_.measurement)) if round_.measurement is not None else ""


def _figure(round_: Round) -> str:
    return ratios.short_ratio(headline(round_.measurement)) if round_.measurement is not None else ""
