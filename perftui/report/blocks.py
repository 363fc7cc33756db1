"""Plots made of block characters, for a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from perftui.figures import times
from perftui.report.bins import log_bins
from perftui.report.gain import GainPoint

_WIDTH = 40
_EIGHTHS = " ▏▎▍▌▋▊▉"
_FULL = "█"
_LEAST_GAIN = math.log(1.2)
"""A smaller gain has a shorter bar, even where there is no larger one."""


class Bar(NamedTuple):
    """A line of a bar chart.

    Attributes:
        label: what stands before the bar.
        length: how long it is beside the others; not negative.
        text: what stands behind it.
    """

    label: str
    length: float
    text: str


def bars(lines: Sequence[Bar], width: int = _WIDTH, *, least: float = 0.0) -> str:
    """A chart of horizontal bars, the longest over the whole width, each ending with a line feed.

    Whatever is longer than nothing can be seen.

    Args:
        lines: from above.
        width: in characters.
        least: the length that fills the width where no bar is longer.
    """
    longest = max([least, *(line.length for line in lines)])
    margin = max((len(line.label) for line in lines), default=0)
    return "".join(_line(line, longest, margin, width) + "\n" for line in lines)


def histogram(ratios: Sequence[float]) -> str:
    """How ratios are distributed, a line for each bin; empty for none."""
    return bars(
        [Bar(f"{times(one.low)} to {times(one.high)}", one.count, str(one.count)) for one in log_bins(ratios)]
    )


def gain_bars(curve: Sequence[GainPoint]) -> str:
    """The gain after each call, a line for each."""
    return bars(
        [
            Bar(
                f"{point.calls} call{'' if point.calls == 1 else 's'}",
                math.log(point.gain),
                times(point.gain),
            )
            for point in curve
        ],
        least=_LEAST_GAIN,
    )


def _line(line: Bar, longest: float, margin: int, width: int) -> str:
    share = line.length / longest if longest else 0.0
    return f"{line.label:>{margin}} {_bar(share, width)} {line.text}"


def _bar(share: float, width: int) -> str:
    eighths = max(round(share * width * 8), 1 if share > 0 else 0)
    whole, rest = divmod(eighths, 8)
    return _FULL * whole + (_EIGHTHS[rest] if rest else "")
