"""What a measurement says, with all that it rests on."""

from __future__ import annotations

import math
from collections.abc import Sequence

from textual.content import Content

from perftui import figures
from perftui.events.state import Confirmation
from perftui.text import one_line
from perftui.timing.model import Measurement, Ratio, SpeedVerdict, TestTime
from perftui.tui import ratios, styles
from perftui.tui.glyphs import Glyphs
from perftui.tui.panes.round_view import RoundView
from perftui.tui.panes.trials import order_plot, trial_plot
from perftui.tui.panes.trust import trust_lines
from perftui.tui.panes.why import agreement
from perftui.tui.text import Line

_VERDICTS: dict[SpeedVerdict, str] = {
    "faster": styles.BEST,
    "slower": styles.WARN,
    "same": styles.DIM,
    "unmeasured": styles.DIM,
}
_BLANK = Line(Content(""))


def timing_lines(view: RoundView, width: int) -> list[Line]:
    """Ratios with their intervals, what each test costs, the raw trials, and what may be trusted of it."""
    measurement = view.round.measurement if view.round is not None else None
    if measurement is None:
        return [Line(Content.styled(_why_not(view), styles.DIM))]
    glyphs = view.picture.glyphs
    shown = [_verdict(measurement), _BLANK, *_ratios(measurement, width, glyphs), _BLANK]
    if view.confirmed is not None:
        shown += [*_confirmation(view.confirmed, width, glyphs), _BLANK]
    for again in view.round.again if view.round is not None else ():
        heading = _heading(f"measured again by hand{agreement(measurement, again)}")
        shown += [heading, *_ratios(again, width, glyphs), _BLANK]
    shown += _costs(measurement)
    if measurement.test_times:
        shown += [_BLANK, _heading("what each test costs this program")]
        shown += _tests(measurement.test_times, width, glyphs)
    if view.trials:
        shown += [_BLANK, _heading("raw trials: process CPU time of one pass, each mark one fresh process")]
        shown += trial_plot(view.trials, width, glyphs)
        in_order = order_plot(view.trials, width, glyphs)
        shown += [_BLANK, _heading("the same in the order they were run"), *in_order] if in_order else []
    return [*shown, _BLANK, *trust_lines(measurement, view.trials, glyphs)]


def _confirmation(confirmed: Confirmation, width: int, glyphs: Glyphs) -> list[Line]:
    inputs = "inputs held out of the search" if confirmed.held_out else "the same inputs"
    heading = _heading(f"the winner, measured again on {inputs}: what is claimed")
    return [heading, *_ratios(confirmed.measurement, width, glyphs)]


def _why_not(view: RoundView) -> str:
    round_ = view.round
    if view.chain.progress is not None and round_ is not None and round_.candidate == view.chain.measuring:
        done, planned = view.chain.progress
        return f"measuring: {done} of {planned} trials"
    if round_ is None or round_.verdict is None:
        return "not timed: there is no verdict yet"
    if not round_.verdict.correct:
        return "not timed: only correct programs are"
    return "not timed"


def _verdict(measurement: Measurement) -> Line:
    return Line(
        Content.assemble(
            (measurement.verdict, f"bold {_VERDICTS[measurement.verdict]}"),
            "  ",
            one_line(measurement.reason, 400),
        ),
        hang=2,
    )


def _ratios(measurement: Measurement, width: int, glyphs: Glyphs) -> list[Line]:
    named = (
        ("against the reference", measurement.vs_reference),
        ("against the seed", measurement.vs_seed),
        ("against the best so far", measurement.vs_best),
        ("the baseline against itself", measurement.control),
    )
    known = [(name, ratio) for name, ratio in named if ratio is not None]
    cells = min(40, width - 75)
    reach = max((abs(math.log(end)) for _, r in known for end in (r.low, r.high) if end > 0), default=0.0)
    reach = max(reach, abs(math.log(measurement.noise_floor)) * 2, 0.1)
    rows = [Line(_ratio(name, ratio, cells, reach, glyphs), hang=2) for name, ratio in known]
    floor = f"{'noise floor':<28}{figures.times(measurement.noise_floor)}   a gain must clear it"
    return [*rows, Line(Content.styled(floor, styles.DIM))]


def _ratio(name: str, ratio: Ratio, cells: int, reach: float, glyphs: Glyphs) -> Content:
    figure = f"{figures.times(ratio.estimate):<8}{ratios.range_of(ratio):<15}"
    scale = f" {_interval(ratio, cells, reach, glyphs)}" if cells >= 16 else ""
    return Content.assemble(
        (f"{name:<28}", styles.DIM),
        (figure, styles.HEAD),
        (f"{ratio.verdict:<11}", _VERDICTS[ratio.verdict]),
        (f"{ratio.pairs:>3} pairs", styles.DIM),
        (scale, _VERDICTS[ratio.verdict]),
    )


def _interval(ratio: Ratio, cells: int, reach: float, glyphs: Glyphs) -> str:
    """The interval on a line: the middle is 1x, slower at the left, faster at the right."""
    half = (cells - 1) // 2

    def place(value: float) -> int:
        return half + round(max(-1.0, min(1.0, math.log(value) / reach)) * half) if value > 0 else 0

    axis, bar, dot = ("-", "=", "o") if glyphs.plain else ("╌", "━", "●")
    line = [axis] * (2 * half + 1)
    line[half] = "|" if glyphs.plain else "┼"
    for cell in range(place(ratio.low), place(ratio.high) + 1):
        line[cell] = bar
    line[place(ratio.estimate)] = dot
    return "".join(line)


def _costs(measurement: Measurement) -> list[Line]:
    now, before = figures.nanoseconds(measurement.cpu_ns), figures.nanoseconds(measurement.baseline_cpu_ns)
    wall = figures.nanoseconds(measurement.wall_ns)
    text = f"one pass over the timing inputs: {now} CPU, baseline {before}, wall {wall}"
    memory = f", peak memory {figures.size(measurement.peak_bytes)}" if measurement.peak_bytes else ""
    return [Line(Content.styled(text + memory, styles.DIM), hang=2)]


def _tests(test_times: Sequence[TestTime], width: int, glyphs: Glyphs) -> list[Line]:
    slowest = max(test_times, key=lambda test: test.cpu_ns)
    cells = max(8, min(60, width - 30))
    rows = []
    for test in test_times:
        style = styles.WARN if test is slowest else styles.LIVE
        bar = glyphs.bar(test.share, cells)
        rows.append(
            Line(
                Content.assemble(
                    f"{one_line(test.name, 8):<8}",
                    (f"{figures.percent(test.share):>5}", styles.HEAD),
                    (f"{figures.nanoseconds(test.cpu_ns):>10}  ", styles.DIM),
                    (bar, style),
                )
            )
        )
    return rows


def _heading(text: str) -> Line:
    return Line(Content.styled(text, styles.TITLE))
