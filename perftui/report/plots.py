"""The plots of a report's page, as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from perftui.figures import size, times, times_within
from perftui.report import svg
from perftui.report.bins import log_bins
from perftui.report.gain import GainPoint
from perftui.report.pareto import ParetoPoint
from perftui.text import one_line

_WIDTH = 880.0
_MARGIN = 52.0
_OPTIMISED = 1 / 0.9
_MIB = 1 << 20
_SERIES = 6
"""How many lines have a colour of their own in the style sheet."""


class Dot(NamedTuple):
    """A problem on a dot plot.

    Attributes:
        name: foreign text.
        ratio: how many times faster.
        low: lower end of its interval.
        high: upper end.
        kind: a class of the style sheet: `faster`, `slower`, `same` or `unmeasured`.
    """

    name: str
    ratio: float
    low: float
    high: float
    kind: str


def distribution(ratios: Sequence[float], title: str) -> str:
    """How ratios are distributed: bars on a scale of logarithms; empty for none."""
    bins = log_bins(ratios)
    if not bins:
        return ""
    height = 240.0
    # The reference is on it even where no ratio is near: a distance from nothing says nothing.
    x = svg.log_axis([1.0, *(one for b in bins for one in (b.low, b.high))], _MARGIN, _WIDTH - 16)
    y = svg.Axis(0, max(b.count for b in bins), height - 40, 14, whole=True)
    marks = svg.frame(x, y, x_text=times, y_text=lambda count: f"{count:.0f}")
    for one in bins:
        left, right, top = x.at(one.low), x.at(one.high), y.at(one.count)
        hint = f"{times(one.low)} to {times(one.high)}: {one.count}"
        kind = "same" if one.low < 1 < one.high else "slower" if one.high <= 1 else "faster"
        marks.append(svg.bar(left + 1, top, right - left - 2, y.begin - top, kind, hint))
    marks += _reference_line(x, y.end, y.begin)
    marks += [svg.label(_WIDTH / 2, height - 6, "times faster", "axis", "middle")]
    return svg.picture(_WIDTH, height, title, marks)


def gain_curves(curves: Sequence[tuple[str, Sequence[GainPoint]]]) -> str:
    """The gain after so many calls of each chain, a line for each run with its interval; empty for none."""
    curves = [(name, curve) for name, curve in curves if len(curve) > 1]
    if not curves:
        return ""
    legend = 18.0 * len(curves) if len(curves) > 1 else 0.0
    height = 250.0 + legend
    x = svg.Axis(0, max(len(curve) - 1 for _, curve in curves), _MARGIN, _WIDTH - 16, whole=True)
    bounds = [one for _, curve in curves for p in curve for one in (p.gain, p.low or 1, p.high or 1)]
    y = svg.log_axis([1.0, *bounds], 210, 14)
    marks = svg.frame(x, y, x_text=lambda calls: f"{calls:g}", y_text=times)
    for place, (name, curve) in enumerate(curves):
        colour = f"s{place % _SERIES}"
        marks.append(_band(curve, x, y, colour))
        marks.append(svg.path([(x.at(p.calls), y.at(p.gain)) for p in curve], f"curve {colour}"))
        marks += [svg.dot(x.at(p.calls), y.at(p.gain), f"dot {colour}", _said(name, p)) for p in curve]
        if legend:
            level = 250.0 + 18 * place + 8
            marks.append(svg.line(_MARGIN, level - 4, _MARGIN + 24, level - 4, f"curve {colour}"))
            marks.append(svg.label(_MARGIN + 32, level, one_line(name, 90)))
    marks.append(svg.label(_WIDTH / 2, 240, "calls of each chain", "axis", "middle"))
    return svg.picture(_WIDTH, height, "Gain after so many calls", marks)


def dot_plot(dots: Sequence[Dot], title: str) -> str:
    """Problems by gain, the largest first, each with its interval; empty for none."""
    if not dots:
        return ""
    named = len(dots) <= 200
    step = 15.0 if named else 4.0
    margin = 16.0 + (6.6 * max(len(one_line(dot.name, 34)) for dot in dots) if named else 20.0)
    height = 12 + step * len(dots) + 40
    x = svg.log_axis(
        [one for dot in dots for one in (dot.ratio, dot.low, dot.high, 1.0)], margin, _WIDTH - 16
    )
    bottom = height - 40
    marks = svg.upright(x, 6, bottom, times) + _reference_line(x, 6, bottom)
    for place, dot in enumerate(sorted(dots, key=lambda dot: (-dot.ratio, dot.name))):
        level = 12 + step * (place + 0.5)
        said = f"{one_line(dot.name, 80)}: {times_within(dot.ratio, dot.low, dot.high)} {dot.kind}"
        if named:
            marks.append(svg.label(margin - 8, level + 4, one_line(dot.name, 34), "name", "end"))
        marks.append(svg.line(x.at(dot.low), level, x.at(dot.high), level, f"whisker {dot.kind}"))
        marks.append(svg.dot(x.at(dot.ratio), level, dot.kind, said, 3.5 if named else 1.8))
    marks.append(svg.label((margin + _WIDTH) / 2, height - 6, "times faster", "axis", "middle"))
    return svg.picture(_WIDTH, height, title, marks)


def pareto_plot(name: str, points: Sequence[ParetoPoint]) -> str:
    """The programs of one problem that no other one beats: speed against memory, larger for more code.

    Empty where fewer than two of them have both figures.
    """
    known = [(p, p.speedup, p.peak_memory_bytes) for p in points if p.speedup and p.peak_memory_bytes]
    if len(known) < 2:
        return ""
    width, height = 300.0, 220.0
    x = svg.log_axis([speedup for _, speedup, _ in known], 66, width - 14)
    low, *_, high = sorted(peak / _MIB for _, _, peak in known)
    room = max(high - low, 0.1) * 0.08
    y = svg.Axis(low - room, high + room, height - 40, 26)
    marks = [svg.label(66, 14, one_line(name, 40), "head")]
    marks += svg.frame(x, y, x_text=times, y_text=lambda mib: f"{mib:g} MiB")
    largest = max(p.code_bytes for p, _, _ in known)
    for point, speedup, peak in known:
        radius = 3 + 5 * math.sqrt(point.code_bytes / largest) if largest else 3
        said = (
            f"chain {point.chain} round {point.round}: {times(speedup)}, {size(peak)}, {point.code_bytes} B"
        )
        marks.append(svg.dot(x.at(speedup), y.at(peak / _MIB), "point", said, radius))
    marks.append(svg.label((66 + width) / 2, height - 6, "times faster", "axis", "middle"))
    return svg.picture(width, height, f"{one_line(name, 60)}: speed against peak memory", marks)


def _reference_line(x: svg.Axis, top: float, bottom: float) -> list[str]:
    """As fast as the reference, and over 10 % less time than it takes."""
    lines = ((1.0, "even"), (_OPTIMISED, "optimised"))
    return [svg.line(x.at(at), top, x.at(at), bottom, kind) for at, kind in lines if x.low < at < x.high]


def _band(curve: Sequence[GainPoint], x: svg.Axis, y: svg.Axis, colour: str) -> str:
    known = [(p.calls, p.low, p.high) for p in curve if p.low is not None and p.high is not None]
    upper = [(x.at(calls), y.at(high)) for calls, _, high in known]
    lower = [(x.at(calls), y.at(low)) for calls, low, _ in known]
    return svg.path([*upper, *reversed(lower)], f"band {colour}", closed=True)


def _said(name: str, point: GainPoint) -> str:
    return (
        f"{one_line(name, 60)}: {times(point.gain)} after {point.calls} calls a chain, {point.spent:,} in all"
    )
