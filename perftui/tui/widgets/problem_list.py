"""The live list of a run's problems: columns that give way as the terminal gets narrow."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content

from perftui.tui import styles
from perftui.tui.glyphs import Glyphs
from perftui.tui.rows import ProblemRow, SortKey
from perftui.tui.text import fit, right
from perftui.tui.widgets.line_list import LineList

_Part = tuple[str, str]


_HEADS: dict[SortKey, str] = {
    "order": "problem", "rounds": "rounds", "tests": "tests", "gain": "vs ref", "seed": "vs seed",
    "slowest": "slowest", "state": "state",
}  # fmt: skip
"""What sorts by a column, and the word that stands over it."""


@dataclass(frozen=True)
class Columns:
    """Widths in cells; 0 leaves a column out."""

    id: int
    title: int
    rounds: int
    tests: int
    reference: int
    seed: int
    slowest: int
    state: int
    wide_ratio: bool


def columns_for(width: int, id_width: int, rounds_width: int) -> Columns:
    """How a row's width is shared out: the state and the title take what is left.

    Args:
        width: of a row.
        id_width: of the longest id.
        rounds_width: of the longest strip.
    """
    if width < 100:
        identity = min(id_width, 20)
        rounds = min(max(rounds_width, 6), 18)
        state = max(8, width - 4 - identity - rounds - 11 - 4)
        return Columns(identity, 0, rounds, 0, 10, 0, 0, state, wide_ratio=False)
    identity = min(id_width, 28)
    rounds = min(max(rounds_width, 6), 20 if width < 160 else 40)
    seed = 22 if width >= 160 else 8
    fixed = 3 + identity + rounds + 7 + 22 + seed + 9 + 10
    rest = max(20, width - fixed)
    title = min(28, rest // 2) if width < 160 else min(40, rest // 2)
    return Columns(identity, title, rounds, 7, 22, seed, 9, rest - title, wide_ratio=True)


class ProblemList(LineList[ProblemRow]):
    """Problems, one a row."""

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:  # noqa: A002 - textual's name
        super().__init__(id=id)
        self._glyphs = glyphs
        self._id_width = 8
        self._rounds_width = 6

    def show(self, rows: list[ProblemRow]) -> None:  # type: ignore[override] # rows are measured once
        """Show rows; columns grow with what they hold and never shrink, so that nothing jumps."""
        id_width = max((cell_len(row.name) for row in rows), default=8)
        rounds = max((row.strips_width for row in rows), default=6)
        if id_width > self._id_width or rounds > self._rounds_width:
            self._id_width = max(id_width, self._id_width)
            self._rounds_width = max(rounds, self._rounds_width)
            self._strips.clear()
            self.refresh()
        super().show(rows)

    @property
    def columns(self) -> Columns:
        """The columns at the list's width."""
        return columns_for(self.scrollable_content_region.width, self._id_width, self._rounds_width)

    def heading(self, sort: SortKey = "order") -> Content:
        """The line that stands over the columns; that which it is sorted by is marked."""
        text = self._heading()
        mark = "v" if self._glyphs.plain else "▾"
        for key, word in _HEADS.items():
            if key == sort and word in text:
                text = text.replace(f"{word} ", f"{word}{mark}", 1)
        return Content.styled(text, styles.DIM)

    def column_at(self, x: int) -> SortKey | None:
        """What a click on the heading sorts by."""
        text = self._heading()
        at = {key: text.find(word) for key, word in _HEADS.items()}
        before = [(place, key) for key, place in at.items() if 0 <= place <= x]
        return max(before)[1] if before else None

    def _heading(self) -> str:
        c = self.columns
        ratio = right("vs ref", c.reference) if not c.wide_ratio else fit("vs reference", c.reference)
        cells = [fit("problem", c.id), fit("", c.title), fit("rounds", c.rounds)]
        if c.tests:
            cells.append(right("tests", c.tests) + " ")
        cells.append(ratio)
        if c.seed:
            cells += [(fit if c.seed > 8 else right)("vs seed", c.seed) + " ", fit("slowest", c.slowest)]
        cells.append(fit("state", c.state))
        return "   " + " ".join(cell for cell in cells if cell).rstrip() + " "

    def draw(self, row: ProblemRow, width: int, *, selected: bool) -> Content:  # noqa: ARG002
        """One row."""
        c = self.columns
        cursor = self._glyphs.line("cursor") if selected else " "
        cells: list[list[_Part]] = [[(fit(row.name, c.id), styles.HEAD if row.working else "")]]
        if c.title:
            cells.append([(fit(row.title, c.title), styles.DIM)])
        cells.append(_strips(row, c.rounds))
        if c.tests:
            cells.append([(right(row.tests, c.tests), "" if row.passed else styles.DIM), (" ", "")])
        style = styles.WARN if row.flagged and not row.faster else styles.GOOD if row.faster else styles.DIM
        ratio = fit(row.vs_reference, c.reference) if c.wide_ratio else right(row.short, c.reference)
        cells.append([(ratio, style)])
        if c.seed:
            seed = fit(row.seed_wide, c.seed) if c.seed > 8 else right(row.vs_seed, c.seed)
            cells.append([(seed, styles.DIM), (" ", "")])
            cells.append([(fit(row.slowest, c.slowest), styles.DIM)])
        cells.append([(fit(row.state, c.state), row.state_style)])
        parts: list[_Part] = [(cursor, styles.KEY), self._glyphs.part(row.glyph), (" ", "")]
        for cell in cells:
            parts += [*cell, (" ", "")]
        return Content.assemble(*parts)


def _strips(row: ProblemRow, width: int) -> list[_Part]:
    """The strips of all chains in exactly `width` cells; the newest marks are those that stay."""
    parts: list[_Part] = []
    for strip in row.strips:
        parts += [(" ", ""), *strip] if parts else list(strip)
    if len(parts) > width:
        parts = [("‹", styles.DIM), *parts[len(parts) - width + 1 :]]
    return [*parts, (" " * (width - len(parts)), "")]
