"""Plots in characters and in SVG: every mark stands where its value is."""

from __future__ import annotations

import itertools
import math
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perftui.report import plots, svg
from perftui.report.bins import log_bins
from perftui.report.blocks import Bar, bars, gain_bars, histogram
from perftui.report.gain import GainPoint
from perftui.report.pareto import ParetoPoint

ratios = st.lists(st.floats(min_value=1e-4, max_value=1e6), min_size=1, max_size=40)
EVIL = '<script>alert("1")</script>\u202e\x1b[31m'


def parsed(drawn: str) -> ET.Element:
    """An SVG as a reader of XML has it: what is not well formed is an error."""
    return ET.fromstring(drawn)


def marks(drawn: str, tag: str, kind: str = "") -> list[ET.Element]:
    found = parsed(drawn).iter(f"{{http://www.w3.org/2000/svg}}{tag}")
    return [one for one in found if kind in one.get("class", "").split() or not kind]


def test_bins_by_hand() -> None:
    found = log_bins([1.0, 1.05, 0.95, 2.0, 2.1])
    # A quarter of a doubling wide, one of them around 1 and one around 2.
    assert [one.count for one in found] == [3, 0, 0, 0, 2]
    assert (found[0].low, found[0].high) == pytest.approx((2**-0.125, 2**0.125))
    assert log_bins([]) == []


@given(ratios)
def test_each_ratio_is_in_its_bin_and_bins_touch(some: list[float]) -> None:
    found = log_bins(some)
    assert sum(one.count for one in found) == len(some)
    assert len(found) <= 16
    assert found[0].count
    assert found[-1].count
    assert all(one.high == pytest.approx(other.low) for one, other in itertools.pairwise(found))
    for one in found[1:-1]:
        inside = [r for r in some if one.low * (1 + 1e-9) < r < one.high * (1 - 1e-9)]
        near = [r for r in some if one.low * (1 - 1e-9) <= r <= one.high * (1 + 1e-9)]
        assert len(inside) <= one.count <= len(near)
    widths = [math.log2(one.high / one.low) for one in found]
    assert widths == pytest.approx([widths[0]] * len(widths))


def test_bars_are_as_long_as_their_values() -> None:
    drawn = bars([Bar("a", 4, "4"), Bar("bcd", 1, "1"), Bar("e", 0, "0"), Bar("f", 1e-9, "~0")], width=8)
    assert drawn.splitlines() == ["  a ████████ 4", "bcd ██ 1", "  e  0", "  f ▏ ~0"]
    assert bars([]) == ""
    assert bars([Bar("a", 0, "0")]) == "a  0\n"


def test_a_histogram_and_a_curve_in_characters() -> None:
    assert histogram([1.0, 1.0, 1.4]).splitlines() == [
        "0.92x to 1.09x ████████████████████████████████████████ 2",
        "1.09x to 1.30x  0",
        "1.30x to 1.54x ████████████████████ 1",
    ]
    curve = [GainPoint(calls=calls, spent=0, gain=4.0**calls, low=None, high=None) for calls in range(3)]
    assert gain_bars(curve).splitlines() == [
        "0 calls  1.00x",
        " 1 call ████████████████████ 4.00x",
        "2 calls ████████████████████████████████████████ 16.0x",
    ]


def test_a_gain_of_nearly_nothing_has_a_short_bar() -> None:
    points = [
        GainPoint(calls=calls, spent=calls, gain=gain, low=None, high=None)
        for calls, gain in enumerate([1.0, 1.0001])
    ]
    assert gain_bars(points).splitlines() == ["0 calls  1.00x", " 1 call ▏ 1.00x"]


@given(ratios, st.booleans())
def test_an_axis_holds_its_values_in_their_order(some: list[float], up: bool) -> None:
    axis = svg.log_axis(some, 200, 0) if up else svg.log_axis(some, 10, 600)
    places = [axis.at(value) for value in sorted(some)]
    ordered = sorted(places, reverse=up)
    assert places == pytest.approx(ordered)
    begin, end = sorted((axis.begin, axis.end))
    assert all(begin <= place <= end for place in places)
    assert math.isfinite(sum(places))


@given(st.floats(1e-3, 1e5), st.floats(1.01, 1e6), st.booleans())
def test_ticks_are_on_the_axis_and_apart(low: float, times: float, log: bool) -> None:
    axis = svg.Axis(low, low * times, 0, 600, log=log)
    ticks = axis.ticks(46)
    places = [axis.at(tick) for tick in ticks]
    assert all(low * (1 - 1e-6) <= tick <= low * times * (1 + 1e-6) for tick in ticks)
    assert all(other - one >= 46 for one, other in itertools.pairwise(places))
    if log and times > 4:
        assert ticks


def test_counts_have_whole_ticks() -> None:
    assert svg.Axis(0, 3, 200, 0, whole=True).ticks(22) == [0, 1, 2, 3]
    assert svg.Axis(5, 5, 0, 100).at(5) == 50


@settings(deadline=None, max_examples=30)
@given(ratios)
def test_a_distribution_has_a_bar_for_each_bin(some: list[float]) -> None:
    drawn = plots.distribution(some, "speed")
    heights = [float(one.get("height", "")) for one in marks(drawn, "rect")]
    counts = [one.count for one in log_bins(some)]
    assert heights == pytest.approx([max(heights) * count / max(counts) for count in counts], abs=0.2)
    assert plots.distribution([], "speed") == ""


def test_a_distribution_shows_where_the_reference_is() -> None:
    for ratios in ([6.0], [0.1, 0.2]):
        assert len(marks(plots.distribution(ratios, "speed"), "line", "even")) == 1


def test_dots_stand_in_the_order_of_their_gain() -> None:
    drawn = plots.dot_plot(
        [plots.Dot("slow", 0.5, 0.4, 0.6, "slower"), plots.Dot(EVIL, 4.0, 3.0, 5.0, "faster")], "gain"
    )
    fast, slow = marks(drawn, "circle")
    assert (fast.get("class"), slow.get("class")) == ("faster", "slower")
    assert float(fast.get("cx", "")) > float(slow.get("cx", ""))
    assert float(fast.get("cy", "")) < float(slow.get("cy", ""))
    whisker = marks(drawn, "line", "whisker")[0]
    assert float(whisker.get("x1", "")) < float(fast.get("cx", "")) < float(whisker.get("x2", ""))
    name = next(one.text for one in marks(drawn, "text", "name"))
    assert name == '<script>alert("1")</script>\\u202e…'
    assert plots.dot_plot([], "gain") == ""


def test_many_problems_have_dots_without_names() -> None:
    drawn = plots.dot_plot([plots.Dot(str(one), 1 + one, 1, 2 + one, "faster") for one in range(300)], "gain")
    assert len(marks(drawn, "circle")) == 300
    assert marks(drawn, "text", "name") == []


def test_curves_have_a_line_a_band_and_a_name_each() -> None:
    curve = [GainPoint(calls=n, spent=n, gain=1.0 + n, low=1.0, high=2.0 + n) for n in range(3)]
    bare = [GainPoint(calls=n, spent=n, gain=1.0, low=None, high=None) for n in range(2)]
    drawn = plots.gain_curves([(EVIL, curve), ("b", bare), ("too short", curve[:1])])
    lines = [one.get("class", "") for one in marks(drawn, "path", "curve")]
    assert lines == ["curve s0", "curve s1"]
    assert [one.get("class") for one in marks(drawn, "path", "band")] == ["band s0"]
    places = [float(one.get("cy", "")) for one in marks(drawn, "circle", "s0")]
    assert places == sorted(places, reverse=True), "more gain is higher"
    assert plots.gain_curves([]) == ""


def test_a_pareto_set_is_drawn_where_two_have_both_figures() -> None:
    def point(speedup: float, peak: int | None, code: int) -> ParetoPoint:
        return ParetoPoint(
            chain=0, round=1, candidate="c", speedup=speedup, peak_memory_bytes=peak, code_bytes=code
        )

    drawn = plots.pareto_plot(EVIL, [point(4.0, 3 << 20, 400), point(1.0, 1 << 20, 100), point(9.0, None, 1)])
    fast, lean = marks(drawn, "circle")
    assert float(fast.get("cx", "")) > float(lean.get("cx", ""))
    assert float(fast.get("cy", "")) < float(lean.get("cy", ""))
    assert float(fast.get("r", "")) > float(lean.get("r", ""))
    assert plots.pareto_plot("p", [point(4.0, 3, 1)]) == ""
    assert not re.search("<script|\u202e|\x1b", drawn)
