"""The raw trials of a measurement: how they spread, and how they went in the order they were run. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import groupby
from statistics import median

from textual.content import Content

from perftui import figures
from perftui.timing.model import ArmName, Trial
from perftui.tui import styles
from perftui.tui.glyphs import Glyphs
from perftui.tui.text import Line, fit

FAR = 4.0
"""A trial is far from the others of its program from so many times their median deviation on."""

_NOISE = 0.02
"""The smallest deviation, in shares of the time, that is taken for one: clocks are not finer."""

_DENSITY = ("·", "•", "●")
_DENSITY_PLAIN = (".", "o", "O")
_RIVALS: tuple[ArmName, ...] = ("reference", "best", "seed", "control")
_ROWS = 5


def trial_plot(trials: Sequence[Trial], width: int, glyphs: Glyphs) -> list[Line]:
    """A strip a program, on one logarithmic axis; a denser mark stands for more trials."""
    by_arm = costs_by_arm(trials)
    costs = [cost for of_arm in by_arm.values() for cost in of_arm]
    if not costs:
        return []
    low, high = math.log(min(costs)), math.log(max(costs))
    cells = max(10, width - 24)
    rows: list[tuple[float, Line]] = []
    for arm, of_arm in by_arm.items():
        middle = median(of_arm)
        strip = _strip([math.log(cost) for cost in of_arm], low, high, cells, plain=glyphs.plain)
        style = styles.GOOD if arm == "candidate" else ""
        text = Content.assemble(
            (f"{arm:<10}", styles.DIM), (strip, style), f" {figures.nanoseconds(middle):>9}"
        )
        rows.append((middle, Line(text)))
    ends = f"{figures.nanoseconds(min(costs))} … {figures.nanoseconds(max(costs))}, logarithmic"
    return [
        *(line for _, line in sorted(rows, key=lambda row: row[0])),
        Line(Content.styled(" " * 10 + ends, styles.DIM)),
    ]


def order_plot(trials: Sequence[Trial], width: int, glyphs: Glyphs) -> list[Line]:
    """The trials of the candidate and of one rival from left to right as they were run.

    Each program has its own axis, around its median: what is looked for is drift, steps and single trials
    that lie far off, not the distance between the two.
    """
    by_arm = costs_by_arm(trials)
    rival = next((arm for arm in _RIVALS if arm in by_arm), None)
    if "candidate" not in by_arm or rival is None:
        return []
    shown: list[Line] = []
    for arm in ("candidate", rival):
        shown += _in_order(arm, by_arm[arm], width, glyphs)
    return [*shown, _told_far(by_arm, rival, glyphs)]


def costs_by_arm(trials: Sequence[Trial]) -> dict[ArmName, list[int]]:
    """The costs of each program's trials, in the order given; those that were not read are left out."""
    by_arm = sorted((trial for trial in trials if trial.cost_ns > 0), key=lambda trial: trial.arm)
    groups = groupby(by_arm, key=lambda trial: trial.arm)
    return {arm: [trial.cost_ns for trial in group] for arm, group in groups}


def far_off(costs: Sequence[int]) -> list[bool]:
    """Of each trial whether it lies far from the median of all, in terms of their median deviation."""
    if not costs:
        return []
    middle = median(costs)
    deviation = max(median(abs(cost - middle) for cost in costs), middle * _NOISE)
    return [abs(cost - middle) > FAR * deviation for cost in costs]


def spread_of(costs: Sequence[int]) -> float:
    """The middle half of the trials as a share of their median: 0.1 where it is 10 % wide."""
    if len(costs) < 4:
        return 0.0
    ordered = sorted(costs)
    quarter = len(ordered) // 4
    return (ordered[-1 - quarter] - ordered[quarter]) / median(ordered)


def _in_order(arm: str, costs: Sequence[int], width: int, glyphs: Glyphs) -> list[Line]:
    room = max(10, width - 24)
    shown = list(costs[-room:])
    far = far_off(costs)[-room:]
    low, high = float(min(shown)), float(max(shown))
    # A spread of a few per cent fills no plot: noise would look like a landscape.
    least = median(shown) * 0.1
    if high - low < least:
        low, high = median(shown) - least / 2, median(shown) + least / 2
    dot, cross = (".", "x") if glyphs.plain else ("•", "×")
    style = styles.GOOD if arm == "candidate" else ""
    grid: list[list[tuple[str, str]]] = [[(" ", "")] * len(shown) for _ in range(_ROWS)]
    for at, (cost, is_far) in enumerate(zip(shown, far, strict=True)):
        row = _ROWS - 1 - round((cost - low) / (high - low) * (_ROWS - 1))
        grid[row][at] = (cross, styles.WARN) if is_far else (dot, style)
    ends = {0: figures.nanoseconds(high), _ROWS - 1: figures.nanoseconds(low)}
    axis = "|" if glyphs.plain else "┤"
    name = {_ROWS // 2: arm}
    return [
        Line(
            Content.assemble((f"{fit(name.get(at, ''), 10)}{ends.get(at, ''):>9}{axis}", styles.DIM), *cells)
        )
        for at, cells in enumerate(grid)
    ]


def _told_far(by_arm: Mapping[ArmName, Sequence[int]], rival: ArmName, glyphs: Glyphs) -> Line:
    arms: tuple[ArmName, ...] = ("candidate", rival)
    counts = {arm: sum(far_off(by_arm[arm])) for arm in arms}
    mark = "x" if glyphs.plain else "×"
    if not any(counts.values()):
        return Line(Content.styled("no trial lies far from the others of its program", styles.DIM), hang=2)
    told = ", ".join(f"{count} of {len(by_arm[arm])} of the {arm}" for arm, count in counts.items() if count)
    words = f"{mark} far from the others: {told}; a ratio is a median, which a few do not move"
    return Line(Content.styled(words, styles.WARN), hang=2)


def _strip(logs: Sequence[float], low: float, high: float, cells: int, *, plain: bool) -> str:
    span = high - low
    counts = [0] * cells
    for value in logs:
        counts[round((value - low) / span * (cells - 1)) if span > 0 else 0] += 1
    marks = _DENSITY_PLAIN if plain else _DENSITY
    return "".join(" " if count == 0 else marks[min(count - 1, 2)] for count in counts)
