"""Speed against peak memory of a problem's correct programs, and which of them no other one beats. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from string import ascii_lowercase

from textual.content import Content

from perftui import figures
from perftui.report.pareto import ParetoPoint, correct_programs, pareto
from perftui.tui import styles
from perftui.tui.glyphs import Glyphs
from perftui.tui.panes.round_view import RoundView
from perftui.tui.text import Line, fit

ROWS = 7
MOST = len(ascii_lowercase)
"""Programs that are drawn: as many as there are letters."""

_LABEL = 8


def tradeoff_lines(view: RoundView, width: int) -> list[Line]:
    """A letter a program: the faster the higher, the more memory the further to the right.

    Programs whose speed or memory is not known are left out; of fewer than two there is nothing to see.
    """
    points = correct_programs(view.problem)
    front = pareto(points)
    best_first = sorted(points, key=lambda point: (point not in front, -(point.speedup or 0)))
    known = [one for one in best_first if one.speedup and one.peak_memory_bytes][:MOST]
    if len(known) < 2:  # a plot of one point says nothing
        return []
    chosen = view.round.candidate if view.round is not None else None
    title = fit("speed against peak memory, of all correct programs", width)
    lines = [Line(Content("")), Line(Content.styled(title, styles.TITLE))]
    lines += _plot(known, front, width, view.picture.glyphs)
    for letter, point in zip(ascii_lowercase, known, strict=False):
        lines.append(_told(letter, point, is_front=point in front, is_chosen=point.candidate == chosen))
    left_out = len(points) - len(known)
    told = "front: no other program is as good in speed, memory and size of code, and better in one"
    return [*lines, _dim(told + (f"; {left_out} more are not drawn" if left_out else ""))]


def _plot(
    points: Sequence[ParetoPoint], front: Sequence[ParetoPoint], width: int, glyphs: Glyphs
) -> list[Line]:
    cells = max(10, min(60, width - _LABEL - 2))
    speeds = [math.log(point.speedup or 1) for point in points]
    peaks = [point.peak_memory_bytes or 0 for point in points]
    grid: list[list[tuple[str, str]]] = [[(" ", "")] * cells for _ in range(ROWS)]
    placed = list(zip(ascii_lowercase, points, speeds, peaks, strict=False))
    # The best are drawn last: where two share a cell, theirs is the letter that is seen.
    for letter, point, speed, peak in reversed(placed):
        row = ROWS - 1 - _place(speed, speeds, ROWS)
        grid[row][_place(peak, peaks, cells)] = (letter, styles.BEST if point in front else styles.DIM)
    ends = {0: figures.times(math.exp(max(speeds))), ROWS - 1: figures.times(math.exp(min(speeds)))}
    axis = "|" if glyphs.plain else "┤"
    rows = [
        Line(Content.assemble((f"{ends.get(at, ''):>{_LABEL - 1}}{axis}", styles.DIM), *row))
        for at, row in enumerate(grid)
    ]
    low, high = figures.size(min(peaks)), figures.size(max(peaks))
    return [*rows, _dim(f"{'':{_LABEL}}{low}{high:>{max(cells - len(low), len(high) + 1)}}")]


def _place(value: float, among: Sequence[float], cells: int) -> int:
    low, high = min(among), max(among)
    return round((value - low) / (high - low) * (cells - 1)) if high > low else 0


def _told(letter: str, point: ParetoPoint, *, is_front: bool, is_chosen: bool) -> Line:
    where = f"chain {point.chain + 1} round {point.round + 1}"
    known = (
        f"{figures.times(point.speedup or 0):>7}  {figures.size(point.peak_memory_bytes or 0):>9}"
        f"  {point.code_bytes:,} bytes of code"
    )
    style = styles.GOOD if is_front else styles.DIM
    head = (f"{'>' if is_chosen else ' '}{letter} ", styles.KEY if is_chosen else style)
    return Line(Content.assemble(head, f"{where:<20}{known}", (" front" if is_front else "", style)), hang=3)


def _dim(text: str) -> Line:
    return Line(Content.styled(text, styles.DIM), hang=2)
