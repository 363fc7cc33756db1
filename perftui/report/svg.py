"""Small pictures as SVG text: marks on two axes. Colours and fonts are left to the page's style sheet."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import NamedTuple

_NICE = (
    (1, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4, 1.5, 1.75, 2, 2.5, 3, 4, 5, 6, 7, 8, 9),
    (1, 1.1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8),
    (1, 1.2, 1.5, 2, 3, 4, 5, 7),
    (1, 1.5, 2, 3, 5, 7),
    (1, 2, 5),
    (1, 3),
    (1,),
)
"""What may stand in each power of ten, the densest first."""

_APART_X, _APART_Y = 46, 22
"""Pixels between the values at the ticks."""


class Axis(NamedTuple):
    """Where values stand along one side of a picture.

    Attributes:
        low: the value at `begin`.
        high: the value at `end`.
        begin: in pixels.
        end: likewise; under `begin` for an axis that points up.
        log: whether equal steps are equal ratios; both values are then above 0.
        whole: whether only whole numbers have a tick.
    """

    low: float
    high: float
    begin: float
    end: float
    log: bool = False
    whole: bool = False

    def at(self, value: float) -> float:
        """The place of a value in pixels; what lies beyond the ends is put on them."""
        low, high, value = (math.log(v) if self.log else v for v in (self.low, self.high, self._held(value)))
        share = (value - low) / (high - low) if high > low else 0.5
        return self.begin + share * (self.end - self.begin)

    def ticks(self, apart: float) -> list[float]:
        """Round values on the axis, as many as stand at least some pixels apart."""
        sets = log_ticks(self.low, self.high) if self.log else even_ticks(self.low, self.high)
        if self.whole:
            sets = [[tick for tick in ticks if tick == round(tick)] for ticks in sets]
        return next((ticks for ticks in sets if self._fit(ticks, apart)), sets[-1][:1])

    def _fit(self, ticks: Sequence[float], apart: float) -> bool:
        places = [self.at(tick) for tick in ticks]
        return bool(ticks) and all(abs(b - a) >= apart for a, b in itertools.pairwise(places))

    def _held(self, value: float) -> float:
        return min(max(value, self.low), self.high)


def log_axis(values: Iterable[float], begin: float, end: float, *, least: float = 1.2) -> Axis:
    """An axis of ratios with a little room beyond the outermost.

    Args:
        values: above 0.
        begin: in pixels.
        end: likewise.
        least: ratio of both ends at least.
    """
    known = [value for value in values if 0 < value < math.inf]
    low, high = (min(known), max(known)) if known else (1.0, 1.0)
    if high / low < least:
        middle = math.sqrt(low) * math.sqrt(high)
        low, high = middle / math.sqrt(least), middle * math.sqrt(least)
    room = (high / low) ** 0.04
    return Axis(low / room, high * room, begin, end, log=True)


def log_ticks(low: float, high: float) -> list[list[float]]:
    """Sets of round values between two ends on a scale of logarithms, the densest first."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    sets = [[_rounded(nice * 10.0**decade) for decade in decades for nice in chosen] for chosen in _NICE]
    sets += [[_rounded(10.0**decade) for decade in decades if decade % step == 0] for step in (2, 5, 10, 50)]
    return [[tick for tick in ticks if low <= tick <= high] for ticks in sets]


def even_ticks(low: float, high: float) -> list[list[float]]:
    """Sets of round values at even steps between two ends, the densest first."""
    if high <= low:
        return [[low]]
    size = 10.0 ** math.floor(math.log10(high - low))
    return [_multiples(size * part, low, high) for part in (0.1, 0.2, 0.5, 1, 2, 5, 10)]


def picture(width: float, height: float, title: str, marks: Iterable[str]) -> str:
    """A whole SVG that a page may hold; the title is read to those who cannot see it."""
    body = "".join(marks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_px(width)} {_px(height)}" '
        f'width="{_px(width)}" height="{_px(height)}" role="img"><title>{escape(title)}</title>{body}</svg>'
    )


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """A line; its kind is a class of the style sheet, as for every mark."""
    return f'<line class="{kind}" x1="{_px(x1)}" y1="{_px(y1)}" x2="{_px(x2)}" y2="{_px(y2)}"/>'


def bar(x: float, y: float, width: float, height: float, kind: str, hint: str = "") -> str:
    """A rectangle; the hint is shown where a pointer rests on it."""
    return (
        f'<rect class="{kind}" x="{_px(x)}" y="{_px(y)}" width="{_px(max(width, 0))}" '
        f'height="{_px(max(height, 0))}">{_hint(hint)}</rect>'
    )


def dot(x: float, y: float, kind: str, hint: str = "", radius: float = 3.5) -> str:
    """A filled circle."""
    return f'<circle class="{kind}" cx="{_px(x)}" cy="{_px(y)}" r="{_px(radius)}">{_hint(hint)}</circle>'


def path(points: Sequence[tuple[float, float]], kind: str, *, closed: bool = False) -> str:
    """A line through points, or the area that it holds."""
    steps = " L".join(f"{_px(x)} {_px(y)}" for x, y in points)
    return f'<path class="{kind}" d="M{steps}{" Z" if closed else ""}"/>' if points else ""


def label(x: float, y: float, text: str, kind: str = "label", anchor: str = "start") -> str:
    """A text; foreign text is escaped."""
    return f'<text class="{kind}" x="{_px(x)}" y="{_px(y)}" text-anchor="{anchor}">{escape(text)}</text>'


def frame(x: Axis, y: Axis, *, x_text: Callable[[float], str], y_text: Callable[[float], str]) -> list[str]:
    """The grid of a picture with the values of its ticks."""
    marks = []
    for value in y.ticks(_APART_Y):
        marks.append(line(x.begin, y.at(value), x.end, y.at(value), "grid"))
        marks.append(label(x.begin - 6, y.at(value) + 4, y_text(value), anchor="end"))
    return marks + upright(x, y.end, y.begin, x_text)


def upright(x: Axis, top: float, bottom: float, text: Callable[[float], str]) -> list[str]:
    """The upright lines of a grid, with their values under them."""
    marks = []
    for value in x.ticks(_APART_X):
        marks.append(line(x.at(value), top, x.at(value), bottom, "grid"))
        marks.append(label(x.at(value), bottom + 15, text(value), anchor="middle"))
    return marks


def _multiples(step: float, low: float, high: float) -> list[float]:
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [_rounded(step * count) for count in range(first, last + 1)]


def _hint(text: str) -> str:
    return f"<title>{escape(text)}</title>" if text else ""


def _px(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
