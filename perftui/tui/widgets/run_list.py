"""The list of runs."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from perftui import figures
from perftui.text import one_line
from perftui.tui import styles
from perftui.tui.glyphs import Glyphs
from perftui.tui.library import RunEntry, is_recorded, model_label
from perftui.tui.text import fit, right
from perftui.tui.widgets.line_list import LineList

_STATUS_STYLES = {
    "running": styles.LIVE,
    "paused": styles.WARN,
    "failed": styles.BAD,
    "interrupted": styles.WARN,
}


@dataclass(frozen=True)
class RunRow:
    """A run; its id is its key. A marked one is to be compared."""

    key: str
    entry: RunEntry
    marked: bool = False


@dataclass(frozen=True)
class _Cell:
    """A column's cell; `narrow` and `wide` are its widths in cells, 0 where it is left out."""

    title: str
    text: str
    style: str
    narrow: int
    wide: int
    align_right: bool = False


class RunList(LineList[RunRow]):
    """Runs, one a row."""

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:  # noqa: A002 - textual's name
        super().__init__(id=id)
        self._glyphs = glyphs

    def heading(self) -> Content:
        """The line that stands over the columns."""
        width = self.scrollable_content_region.width or self.app.size.width
        return Content.styled(
            "  " + " ".join(_fit(c, c.title, width) for c in _shown(_NOTHING, width)), styles.DIM
        )

    def draw(self, row: RunRow, width: int, *, selected: bool) -> Content:
        """One row."""
        cursor = self._glyphs.line("cursor") if selected else " "
        mark = "+" if row.marked else " "
        parts = [(f"{cursor}{mark}", styles.KEY)]
        for cell in _shown(row.entry, width):
            parts += [(_fit(cell, cell.text, width), cell.style), (" ", "")]
        return Content.assemble(*parts)


def _shown(entry: RunEntry, width: int) -> list[_Cell]:
    return [cell for cell in _cells(entry) if (cell.wide if width >= 100 else cell.narrow)]


def _fit(cell: _Cell, text: str, width: int) -> str:
    cells = cell.narrow
    if width >= 100:
        spare = max(0, width - 119)
        cells = cell.wide + (spare // 3 if cell.title in {"benchmark", "model", "strategy"} else 0)
    return right(text, cells) if cell.align_right else fit(text, cells)


def _cells(e: RunEntry) -> list[_Cell]:
    benchmark = one_line(e.benchmark.rstrip("/").rsplit("/", 1)[-1], 60)
    speedup = figures.times(e.speedup) if e.speedup is not None else "–"
    optimised = str(e.optimised) if e.optimised is not None else "–"
    status = f"{e.status}, live" if e.live else str(e.status)
    model_style = styles.WARN if is_recorded(e.model) else ""
    return [
        _Cell("run", e.run, styles.HEAD, 10, 8),
        _Cell("when", figures.moment(e.started_at), styles.DIM, 0, 16),
        _Cell("benchmark", benchmark, "", 11, 12),
        _Cell("model", one_line(model_label(e.model), 60), model_style, 14, 18),
        _Cell("strategy", one_line(e.strategy, 60), styles.DIM, 0, 11),
        _Cell("K", str(e.chains), styles.DIM, 0, 2, align_right=True),
        _Cell("done", f"{e.ended}/{e.problems}", "", 8, 8, align_right=True),
        _Cell("correct", str(e.correct), styles.GOOD, 7, 7, align_right=True),
        _Cell("opt", optimised, "", 0, 4, align_right=True),
        _Cell("speedup", speedup, styles.GOOD if (e.speedup or 0) > 1 else "", 7, 7, align_right=True),
        _Cell("status", status, _STATUS_STYLES.get(e.status, styles.DIM), 14, 13),
    ]


_NOTHING = RunEntry(
    run="", started_at=0.0, benchmark="", model="", strategy="", chains=1, problems=0, status="empty"
)
