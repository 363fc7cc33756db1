"""A chain's course: how fast its programs are, round by round, and where their time goes. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from textual.content import Content
from textual.style import Style

from perftui import figures
from perftui.events.state import ProblemState
from perftui.refine.chain import Round
from perftui.text import one_line
from perftui.timing.model import Measurement, Ratio
from perftui.tui import styles
from perftui.tui.chains import chain_glyphs, headline
from perftui.tui.glyphs import Glyph, Glyphs
from perftui.tui.panes.round_view import RoundView
from perftui.tui.text import Line, fit, join

CURVE_ROWS = 8
ROUND = "perftui_round"
"""Under which a text tells, to who clicks on it, the index of its round."""
_LABEL = 8
_SHADES = " ░▒▓█"
_SHADES_PLAIN = " .:+#"
_STEPS = (0.02, 0.1, 0.25, 0.5)
"""Shares of the time from which on a shade is one step darker."""

_Cell = tuple[str, str]


def course_lines(view: RoundView, width: int) -> list[Line]:
    """The speed curve over the heat strip, of the chain in view."""
    glyphs = view.picture.glyphs
    chosen = view.round.index if view.round is not None else -1
    marks = chain_glyphs(view.problem, view.chain)
    curve = curve_lines(view.chain.rounds, marks, width, glyphs, chosen=chosen)
    heat = heat_lines(view.chain.rounds, width, glyphs, chosen=chosen)
    if not curve and not heat:
        return [Line(Content.styled("no program of this chain is timed yet", styles.DIM))]
    memory = _memory_lines(view.problem, view.chain.rounds, width, glyphs)
    gap = [Line(Content(""))]
    return [*curve, *gap, *heat, *([*gap, *memory] if memory else [])]


def curve_lines(
    rounds: Sequence[Round],
    marks: Sequence[Glyph],
    width: int,
    glyphs: Glyphs,
    *,
    rows: int = CURVE_ROWS,
    chosen: int = -1,
) -> list[Line]:
    """How many times faster than the reference (else than its seed) each program is, on a logarithmic axis.

    The interval of each stands around its mark; the noise floor is shaded around 1x: what lies in it is
    no difference.

    Args:
        rounds: of the chain.
        marks: of its rounds.
        width: cells.
        glyphs: as the terminal can show them.
        rows: of the plot, without its axis.
        chosen: index of the round under the cursor.
    """
    points = [(place, r, ratio) for place, r in enumerate(rounds) if (ratio := _ratio_of(r)) is not None]
    if not points:
        return []
    floor = max((r.measurement.noise_floor for _, r, _ in points if r.measurement), default=1.0)
    ends = [end for _, _, ratio in points for end in (ratio.low, ratio.high) if 0 < end < math.inf]
    low = math.log(min([1 / floor, *ends]) / 1.05)
    high = math.log(max([floor, *ends]) * 1.05)

    def row_of(value: float) -> int:
        clipped = min(max(math.log(value) if value > 0 else low, low), high)
        return rows - 1 - round((clipped - low) / (high - low) * (rows - 1))

    room = max(2, min(6, (width - _LABEL - 1) // max(1, len(rounds))))
    shown = max(1, (width - _LABEL - 1) // room)
    first = max(0, len(rounds) - shown)
    noise = range(row_of(floor), row_of(1 / floor) + 1)
    grid = _background(rows, (len(rounds) - first) * room, noise, glyphs)
    for place, round_, ratio in points:
        if place >= first:
            column = (place - first) * room + room // 2
            _draw_point(grid, column, row_of, ratio, marks[place], glyphs, chosen=round_.index == chosen)
    against = "reference" if points[-1][1].measurement and _has_reference(points[-1][1]) else "seed"
    title = f"speed vs the {against}, by round"
    labels = {row_of(math.exp(high)): math.exp(high), row_of(math.exp(low)): math.exp(low), row_of(1.0): 1.0}
    drawn: list[Content] = []
    for at, cells in enumerate(grid):
        label = figures.times(labels[at]) if at in labels else ""
        axis = "|" if glyphs.plain else "┤"
        head = (f"{label:>{_LABEL - 1}}{axis}", styles.DIM)
        drawn.append(Content.assemble(head, *cells))
    numbers = "".join(f"{place + 1:^{room}}" for place in range(first, len(rounds)))
    drawn.append(Content.styled(" " * _LABEL + numbers, styles.DIM))
    heading = Line(Content.styled(fit(title, width), styles.TITLE))
    plot = [Line(_clickable(line, rounds[first:], room)) for line in drawn]
    return [heading, *plot, Line(_legend(floor, width, glyphs))]


def _legend(floor: float, width: int, glyphs: Glyphs) -> Content:
    """What the plot is drawn with, in words; the last ones give way where it is narrow."""
    noise, interval, here = (":", "|", "<") if glyphs.plain else ("░", "│", "◂")
    parts = [f"{noise} noise, to {floor:.2f}x", f"{interval} interval", f"{here} here"]
    return join([Content.styled(part, styles.DIM) for part in parts], "  ", width)


def _clickable(line: Content, rounds: Sequence[Round], room: int) -> Content:
    """A row of the plot whose columns lead to their rounds."""
    for at, round_ in enumerate(rounds):
        start = _LABEL + at * room
        line = line.stylize(to_round(round_), start, start + room)
    return line


def to_round(round_: Round) -> Style:
    """What a click on a text leads to: its round."""
    return Style.from_meta({ROUND: round_.index})


def heat_lines(rounds: Sequence[Round], width: int, glyphs: Glyphs, *, chosen: int = -1) -> list[Line]:
    """What share of the time each test takes, a row a program; and when the slowest one moved."""
    timed = [(r, r.measurement) for r in rounds if r.measurement is not None and r.measurement.test_times]
    if not timed:
        return []
    names = _columns([measurement for _, measurement in timed], max(1, (width - _LABEL - 17) // 2))
    lines = [Line(Content.styled("where the time goes, by test", styles.TITLE))]
    lines.append(Line(Content.styled(" " * _LABEL + _heads(names), styles.DIM)))
    shades = _SHADES_PLAIN if glyphs.plain else _SHADES
    for round_, measurement in timed:
        shares = {test.name: test.share for test in measurement.test_times}
        slowest = measurement.slowest
        cells: list[_Cell] = []
        for name in names:
            shade = shades[sum(shares.get(name, 0.0) >= step for step in _STEPS)]
            is_slowest = slowest is not None and slowest.name == name
            cells.append((shade * 2, styles.WARN if is_slowest else styles.LIVE))
        word = f" {one_line(slowest.name, 8)} {figures.percent(slowest.share)}" if slowest is not None else ""
        head = f"{'>' if round_.index == chosen else ' '}round {round_.index + 1}"
        row = Content.assemble((fit(head, _LABEL + 1), styles.DIM), *cells, (word, ""))
        lines.append(Line(row.stylize(to_round(round_))))
    return [*lines, Line(Content.styled(_moved(timed), styles.DIM), hang=2)]


def _ratio_of(round_: Round) -> Ratio | None:
    ratio = headline(round_.measurement)
    if ratio is None and round_.measurement is not None and round_.measurement.vs_reference is None:
        return None
    return None if ratio is None or ratio.verdict == "unmeasured" else ratio


def _has_reference(round_: Round) -> bool:
    return round_.measurement is not None and round_.measurement.vs_reference is not None


def _background(rows: int, columns: int, noise: range, glyphs: Glyphs) -> list[list[_Cell]]:
    shade = ":" if glyphs.plain else "░"
    return [[(shade, styles.DIM) if at in noise else (" ", "") for _ in range(columns)] for at in range(rows)]


def _draw_point(
    grid: list[list[_Cell]],
    column: int,
    row_of: object,
    ratio: Ratio,
    glyph: Glyph,
    glyphs: Glyphs,
    *,
    chosen: bool,
) -> None:
    assert callable(row_of)  # noqa: S101 - a function of the curve's own
    for at in range(row_of(ratio.high), row_of(ratio.low) + 1):
        grid[at][column] = ("|" if glyphs.plain else "│", glyph.style)
    mark = glyphs.mark(glyph)
    at = row_of(ratio.estimate)
    grid[at][column] = (mark, f"bold {glyph.style}")
    if chosen and column + 1 < len(grid[at]):
        grid[at][column + 1] = ("<" if glyphs.plain else "◂", styles.KEY)


def _columns(measurements: Sequence[Measurement], most: int) -> list[str]:
    """The tests to show: all in their order, or those that ever took most of the time."""
    worst: dict[str, float] = {}
    for measurement in measurements:
        for test in measurement.test_times:
            worst[test.name] = max(worst.get(test.name, 0.0), test.share)
    kept = set(sorted(worst, key=lambda name: -worst[name])[:most])
    return [name for name in worst if name in kept]


def _heads(names: Sequence[str]) -> str:
    return "".join(f"{one_line(name, 8).lstrip('t')[-2:]:<2}" for name in names)


def _moved(timed: Sequence[tuple[Round, Measurement]]) -> str:
    """The slowest test of each round, where it is another than before."""
    told: list[str] = []
    last = ""
    for round_, measurement in timed:
        slowest = measurement.slowest
        if slowest is not None and slowest.name != last:
            moved = f"moved to {one_line(slowest.name, 12)} in round {round_.index + 1}"
            told.append(moved if last else f"slowest: {one_line(slowest.name, 12)}")
            last = slowest.name
    return "; ".join(told) + ("" if len(told) > 1 else ", in every round")


def _memory_lines(problem: ProblemState, rounds: Sequence[Round], width: int, glyphs: Glyphs) -> list[Line]:
    """Peak memory by round, where the problem's best is chosen by it."""
    known = [(r, r.measurement.peak_bytes) for r in rounds if r.measurement and r.measurement.peak_bytes]
    if problem.objective == "time" or not known:
        return []
    most = max(peak for _, peak in known)
    lines = [Line(Content.styled("peak memory, by round", styles.TITLE))]
    for round_, peak in known:
        bar = glyphs.bar(peak / most, max(8, min(40, width - 24)))
        head = fit(f" round {round_.index + 1}", _LABEL + 1)
        row = Content.assemble((head, styles.DIM), (bar, styles.LIVE), f" {figures.size(peak)}")
        lines.append(Line(row.stylize(to_round(round_))))
    return lines
