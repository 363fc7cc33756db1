"""Why a round came out as it did: the outcome, and the figures that it rests on."""

from __future__ import annotations

from textual.content import Content

from perftui import figures
from perftui.refine.chain import OutcomeKind
from perftui.text import one_line
from perftui.timing.model import Measurement
from perftui.tui import ratios, styles
from perftui.tui.chains import headline, round_glyph
from perftui.tui.glyphs import STAGES
from perftui.tui.panes.round_view import RoundView
from perftui.tui.text import Line

_SAID_BY_REASON: frozenset[OutcomeKind] = frozenset({"seed", "same", "slower"})
"""Outcomes whose reasons begin with what the word of their mark says."""


def why_line(view: RoundView) -> Content:
    """The outcome in one line: its mark, its word, its reason."""
    round_ = view.round
    if round_ is None:
        return Content.styled("no round yet", styles.DIM)
    if view.is_held:
        mark, style = view.picture.glyphs.part(STAGES["held"])
        return Content.assemble((f"{mark} held for you", f"bold {style}"), "; s shows it and answers")
    glyph = round_glyph(round_)
    reason = round_.outcome.reason if round_.outcome is not None else ""
    mark, style = view.picture.glyphs.part(glyph)
    if not reason and view.chain.stage is not None and round_ is view.chain.rounds[-1]:
        reason = STAGES[view.chain.stage].word
    if not reason:
        return Content.styled(f"{mark} {glyph.word} …", f"bold {style}")
    if round_.outcome is not None and round_.outcome.kind in _SAID_BY_REASON:
        return Content.assemble((f"{mark} ", f"bold {style}"), one_line(reason, 600))
    return Content.assemble((f"{mark} {glyph.word}", f"bold {style}"), f": {one_line(reason, 600)}")


def why_lines(view: RoundView) -> list[Line]:
    """The outcome with the verdict and the measurement behind it."""
    shown = [Line(why_line(view), hang=2)]
    round_, stage = view.round, view.chain.stage
    if round_ is None:
        return shown
    if stage is not None and round_ is view.chain.rounds[-1]:
        detail = f": {one_line(view.chain.stage_detail)}" if view.chain.stage_detail else ""
        since = figures.age(view.picture.now - view.chain.stage_since)
        shown.append(_fact("now", f"{STAGES[stage].word}{detail}, {since}"))
    if round_.no_program:
        shown.append(_fact("program", f"none in the reply: {one_line(round_.no_program, 400)}"))
    verdict = round_.verdict
    if verdict is not None:
        kind = verdict.kind.replace("-", " ")
        count = f"{verdict.tests_passed}/{verdict.tests_total} tests"
        shown.append(_fact("verdict", f"{kind}, {count}: {one_line(verdict.reason, 400)}"))
    measurement = round_.measurement
    if measurement is not None:
        ratio = ratios.ratio(headline(measurement))
        told = round_.outcome is not None and measurement.reason in round_.outcome.reason
        reason = "" if told else f": {one_line(measurement.reason, 400)}"
        shown.append(_fact("speed", f"{measurement.verdict}{reason}"))
        against = "the reference" if measurement.vs_reference is not None else "the seed"
        shown.append(_fact("", f"{ratio} against {against}{_slowest(measurement)}"))
        control = f"control {ratios.ratio(measurement.control)} · " if measurement.control is not None else ""
        trust = f"{control}core {measurement.core} · load {measurement.load_average:.1f}"
        flags = f" · {', '.join(measurement.flags)}" if measurement.flags else ""
        shown.append(_fact("trust", one_line(trust + flags)))
    shown += [_fact("again", _measured_again(measurement, again)) for again in round_.again]
    if view.confirmed is not None:
        claimed = headline(view.confirmed.measurement)
        inputs = "held-out inputs" if view.confirmed.held_out else "the same inputs"
        shown.append(_fact("claimed", f"{ratios.ratio(claimed)}, measured again on {inputs}"))
    if view.chain.ended is not None:
        shown.append(_fact("chain", f"ended: {one_line(view.chain.ended, 400)}"))
    return shown


def _measured_again(first: Measurement | None, again: Measurement) -> str:
    return f"{ratios.ratio(headline(again))}, measured again by hand{agreement(first, again)}"


def agreement(first: Measurement | None, again: Measurement) -> str:
    """Whether two measurements of one program can both be true."""
    one, other = headline(first), headline(again)
    if one is None or other is None or "unmeasured" in (one.verdict, other.verdict):
        return ""
    apart = one.high < other.low or other.high < one.low
    return (
        "; its interval lies apart from the first: do not trust either"
        if apart
        else "; the intervals overlap"
    )


def _slowest(measurement: Measurement) -> str:
    slowest = measurement.slowest
    if slowest is None:
        return ""
    share = figures.percent(slowest.share)
    return f"; slowest test {one_line(slowest.name, 40)}, {share}{_rivals(measurement)}"


def _rivals(measurement: Measurement) -> str:
    names = [test.name for test in measurement.test_times if test.level]
    return f" (level with {one_line(', '.join(names), 40)})" if names else ""


def _fact(name: str, text: str) -> Line:
    return Line(Content.assemble((f"{name:<9}", styles.DIM), text), hang=9)
