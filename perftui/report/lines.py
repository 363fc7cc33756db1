"""What stands beside the tables of a report: one sentence for each thing that a reader should know."""

from __future__ import annotations

from perftui.report.coverage import coverage_line
from perftui.report.figures import MISSING, dollars, factor, interval, number, percent
from perftui.report.gain import Gain
from perftui.report.metrics import Metrics
from perftui.report.report import Report
from perftui.report.statistics import Mean
from perftui.text import one_line


def title_of(report: Report) -> str:
    """What a run is, in one line."""
    said = f"{report.benchmark} · {report.model} · {report.strategy} · K = {report.chains}"
    return f"{one_line(said, 200)} · {report.status}"


def lines(report: Report) -> list[str]:
    """The sentences, the weightiest first; none holds foreign text."""
    figures = report.metrics
    return [
        f"{report.problems} problems, {figures.with_reference} with a reference that passes its tests.",
        *_left_out(report),
        f"{figures.solved} solved: {figures.measured} measured, {figures.unmeasured} unmeasured.",
        *([coverage_line(report.timing)] if report.timing is not None else []),
        mean_line("Geometric mean speedup", figures.geometric_mean_speedup),
        *_common(report.common),
        *_by_hand(report),
        *_dependence(report),
        _final_line(figures),
        _slower_line(figures),
        f"{number(report.calls)} calls, {_tokens(report)} tokens{_paid(report.dollars)}{_reused(report)}.",
        *(_gain(report.gain) if report.gain is not None else []),
        *_unfinished(report),
    ]


def mean_line(name: str, mean: Mean | None) -> str:
    """A geometric mean with its interval, and what it rests on."""
    if mean is None:
        return f"{name}: nothing was measured."
    said = f"{name} {interval(mean.estimate, mean.low, mean.high)}"
    if mean.low is None:
        return f"{said}: one problem, so no interval."
    return f"{said}: {100 * mean.confidence:.0f} % bootstrap interval over {mean.problems} problems."


def _reused(report: Report) -> str:
    return f"; {number(report.reused)} replies of other runs used again" if report.reused else ""


def _left_out(report: Report) -> list[str]:
    count = len(report.left_out)
    if not count:
        return []
    said = "1 problem is" if count == 1 else f"{count} problems are"
    return [f"{said} left out: the reference fails its own tests here. No figure counts what is left out."]


def _by_hand(report: Report) -> list[str]:
    count = len(report.by_hand)
    if not count:
        return []
    said = "1 problem" if count == 1 else f"{count} problems"
    return [
        f"A person wrote programs for {said}: the figures leave those out, the table of problems does not."
    ]


def _common(common: Mean | None) -> list[str]:
    return [] if common is None else [mean_line("On the problems measured in all these runs", common)]


def _dependence(report: Report) -> list[str]:
    notes = []
    if not report.metrics.independent:
        notes.append(
            "Chains were shown other chains' programs, so they are not independent: pass@k and Best@k for k "
            "below K say what came of this run, and do not foretell one with fewer chains."
        )
    if report.settings is not None and report.settings.settings.stop_hopeless:
        notes.append("Chains that could not win any more were ended early: Best@k for k below K is too low.")
    return notes


def _final_line(figures: Metrics) -> str:
    final = figures.final_slower_than_seed
    said = "Problems that end with a program slower than its seed"
    if final.share is None:
        return f"{said}: none could be compared."
    return f"{said}: {final.slower} of {final.problems} ({percent(final.share)})."


def _slower_line(figures: Metrics) -> str:
    said = "Refinements slower than their seed"
    slower = figures.slower_than_seed
    if slower.share is None:
        return f"{said}: none was measured."
    return f"{said}: {slower.slower} of {slower.refinements} ({percent(slower.share)})."


def _tokens(report: Report) -> str:
    return f"{number(report.prompt_tokens)} prompt and {number(report.completion_tokens)} completion"


def _paid(amount: float | None) -> str:
    return "" if amount is None else f", {dollars(amount)}"


def _gain(gain: Gain) -> list[str]:
    last = gain.curve[-1]
    said = (
        f"Gain by the search's measurements: {interval(last.gain, last.low, last.high)} over "
        f"{number(gain.problems)} problems, {_per_call(gain.per_call)} a call"
    )
    per_dollar = gain.doublings_per_dollar
    return [f"{said}{'' if per_dollar is None else f'; a dollar doubles speed {per_dollar:.3g} times'}."]


def _per_call(ratio: float | None) -> str:
    return MISSING if ratio is None else factor(ratio)


def _unfinished(report: Report) -> list[str]:
    left = sum(row.status in {"waiting", "running"} for row in report.per_problem)
    return [f"The run is not finished: {number(left)} problems have not ended."] if left else []
