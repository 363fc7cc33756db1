"""What a measurement may be trusted for: each sign in words, with what to do where it is bad. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from textual.content import Content

from perftui import figures
from perftui.text import one_line
from perftui.timing.model import Measurement, Trial
from perftui.timing.quality import control_off
from perftui.tui import ratios, styles
from perftui.tui.glyphs import FLAGGED, STATUSES, Glyphs
from perftui.tui.panes.trials import costs_by_arm, spread_of
from perftui.tui.text import Line

WIDE = 0.15
"""How wide the middle half of a program's trials may be, as a share of their median."""

_CURES = {
    "busy": "others used the machine; end what else runs, then m measures again",
    "too-short": "the work is too short for the clock; larger inputs would tell more",
    "control-off": "the baseline differs from itself; m measures again, believe neither alone",
    "stolen": "the hypervisor took the core away; measure on a machine of your own, or m again",
    "meter-lost": "the clock of some trials could not be read; those were measured again",
    "fewer-inputs": "too slow for all inputs: it was timed on fewer",
    "repeats-cheaper": "later passes cost much less than the first; see whether it keeps its answers",
    "repeats-unproven": "a gain that only later passes have is not counted; see whether it keeps its answers",
}
"""What to do, by the flag of a measurement."""


class Sign(NamedTuple):
    """A sign of how far a measurement can be trusted.

    Attributes:
        name: in a word.
        figure: what was seen.
        cure: what to do; empty where it is good.
    """

    name: str
    figure: str
    cure: str = ""


def signs(measurement: Measurement, trials: Sequence[Trial]) -> Iterator[Sign]:
    """The core, the load, the control, the spread; then whatever else was flagged."""
    flags = set(measurement.flags)
    yield Sign("pinned", f"to core {measurement.core}, alone on it")
    yield Sign("load", f"{measurement.load_average:.1f} when it began", _CURES["busy"] * ("busy" in flags))
    control = measurement.control
    if control is not None:
        figure = f"{ratios.ratio(control)}: the baseline against itself"
        yield Sign("control", figure, _CURES["control-off"] * control_off(control))
    own = costs_by_arm(trials).get("candidate", [])
    if own:
        spread = spread_of(own)
        cure = "trials differ much; m measures again" if spread > WIDE else ""
        yield Sign("spread", f"the middle half of its trials lies within {figures.percent(spread)}", cure)
    for flag in measurement.flags:
        if flag not in {"busy", "control-off"}:
            yield Sign("flag", one_line(flag, 40), _CURES.get(flag, "read the reason above"))


def trust_lines(measurement: Measurement, trials: Sequence[Trial], glyphs: Glyphs) -> list[Line]:
    """A line a sign, with `good` or `bad` in words; then what the measurement took."""
    lines = [Line(Content.styled("what it may be trusted for", styles.TITLE))]
    for sign in signs(measurement, trials):
        good = not sign.cure
        mark, style = glyphs.part(STATUSES["solved"] if good else FLAGGED)
        word = "good" if good else "bad"
        cure = f"; {sign.cure}" if sign.cure else ""
        parts = ((f"{mark} {sign.name:<8}{word:<5}", style), sign.figure, (cure, styles.WARN))
        lines.append(Line(Content.assemble(*parts), hang=15))
    told = [
        f"{measurement.repeats} passes a trial",
        f"took {measurement.seconds:.1f} s",
        *(["a short screen was enough"] if measurement.screened else []),
    ]
    return [*lines, Line(Content.styled(" · ".join(told), styles.DIM), hang=2)]
