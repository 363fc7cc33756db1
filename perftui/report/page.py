"""Reports and comparisons as one HTML page that needs no other file and no network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

import msgspec
from jinja2 import DictLoader, Environment, StrictUndefined

from perftui.events.plan import Environment as Machine
from perftui.events.plan import RunPlan
from perftui.figures import moment
from perftui.report import plots
from perftui.report.compare import Comparison, Comparisons
from perftui.report.compare_text import (
    comparison_lines,
    correctness_table,
    doubt_lines,
    ratios,
    sides_table,
    speed_table,
)
from perftui.report.gain import GainPoint
from perftui.report.lines import lines, title_of
from perftui.report.pairs import PairedProblem
from perftui.report.report import Report
from perftui.report.rows import ProblemRow
from perftui.report.tables import (
    Table,
    left_out_table,
    metric_table,
    pareto_table,
    problem_table,
)
from perftui.report.together import paper_cells
from perftui.text import one_line, printable

_PARETO_PLOTS = 12
_NO_BREAK = "\N{NO-BREAK SPACE}"
_KINDS = {"win": "faster", "loss": "slower", "tie": "same"}

Drawing = Mapping[str, object]
"""What a template shows of a plot: its title, its SVG and a note."""


def report_page(reports: Sequence[Report]) -> str:
    """The page of one report or of several."""
    names = ", ".join(report.run for report in reports)
    header, rows = paper_cells(reports)
    # Wide as the table is, an interval stands under its figure.
    stacked = [[_stacked(text) for text in row] for row in rows]
    together = {
        "table": _table(header, stacked),
        "plots": [_plot("Gain after so many calls of each chain", plots.gain_curves(_curves(reports)))],
    }
    return _render(
        "report.html.j2",
        title=f"perftui: {names}",
        together=together if len(reports) > 1 else None,
        sections=[_section(report) for report in reports],
    )


def comparison_page(compared: Comparisons) -> str:
    """The page of a comparison."""
    first = compared.first
    sides = (first, *(one.other for one in compared.against))
    return _render(
        "compare.html.j2",
        title=f"perftui: {', '.join(side.run for side in sides)} compared",
        sides=_table(*sides_table(compared)),
        sections=[_compared(first.run, one) for one in compared.against],
        runs=[{"run": side.run, "settings": _settings(side.settings, side.environment)} for side in sides],
    )


def _section(report: Report) -> Mapping[str, object]:
    fronts = sorted(report.per_problem, key=lambda row: -len(row.pareto))
    pareto_plots = [drawn for row in fronts if (drawn := plots.pareto_plot(row.problem, row.pareto))]
    return {
        "run": report.run,
        "title": title_of(report),
        "when": _when(report),
        "metrics": _table(*metric_table(report.metrics)),
        "lines": lines(report),
        "plots": [
            _plot("Speedup against the reference", plots.distribution(_ratios(report), "Speedup"), _LINES),
            _plot("Gain after so many calls of each chain", plots.gain_curves(_curves([report])), _BAND),
            _plot("Problems by gain", plots.dot_plot(_dots(report.per_problem), "Problems by gain"), _DOTS),
        ],
        "pareto_plots": pareto_plots[:_PARETO_PLOTS],
        "pareto": _table(*pareto_table(report.per_problem)),
        "problems": _table(*problem_table(report.per_problem)),
        "left_out": _table(*left_out_table(report.left_out)),
        "settings": _settings(report.settings, report.environment),
    }


_LINES = "The upright line stands for the reference, the dashed one for 10 % less time than it takes."
_FIRST_LINES = "The upright line stands for the first run, the dashed one for 10 % less time than it takes."
_BAND = "Geometric mean over problems by the search's measurements, with its 95 % bootstrap interval."
_DOTS = "Each with the interval of its measurement; grey is no difference. Hover for figures."


def _compared(first: str, compared: Comparison) -> Mapping[str, object]:
    other = compared.other.run
    title = f"How many times faster {other} is than {first}"
    return {
        "title": f"{other} against {first}",
        "doubts": doubt_lines(compared),
        "lines": comparison_lines(first, compared),
        "plots": [
            _plot(title, plots.distribution(ratios(compared), title), _FIRST_LINES),
            _plot("Problems by that ratio", plots.dot_plot(_paired_dots(compared.per_problem), title), _DOTS),
        ],
        "correctness": _table(*correctness_table(first, compared)),
        "problems": _table(*speed_table(compared.per_problem)),
    }


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Table | None:
    return Table(list(header), [list(row) for row in rows]) if rows else None


def _stacked(text: str) -> str:
    figure, bracket, interval = text.partition(" [")
    return f"{figure}\n[{interval.replace(' ', _NO_BREAK)}" if bracket else text


def _plot(title: str, drawn: str, note: str = "") -> Drawing | None:
    return {"title": title, "svg": drawn, "note": note} if drawn else None


def _curves(reports: Sequence[Report]) -> list[tuple[str, Sequence[GainPoint]]]:
    return [
        (f"{report.run} · {report.model} · {report.strategy}", report.gain.curve)
        for report in reports
        if report.gain is not None
    ]


def _ratios(report: Report) -> list[float]:
    return [row.speedup for row in report.per_problem if row.speedup is not None]


def _dots(rows: Sequence[ProblemRow]) -> list[plots.Dot]:
    return [
        plots.Dot(row.problem, row.speedup, row.speedup_low, row.speedup_high, row.speed_verdict)
        for row in rows
        if row.speedup is not None and row.speedup_low is not None and row.speedup_high is not None
    ]


def _paired_dots(pairs: Sequence[PairedProblem]) -> list[plots.Dot]:
    return [
        plots.Dot(pair.problem, pair.ratio, pair.low, pair.high, _KINDS.get(pair.standing, "same"))
        for pair in pairs
        if pair.ratio is not None and pair.low is not None and pair.high is not None
    ]


def _when(report: Report) -> str:
    begun = moment(report.started_at) if report.started_at else "not begun"
    return f"{begun} to {moment(report.ended_at)}" if report.ended_at else begun


def _settings(plan: RunPlan | None, machine: Machine | None) -> list[tuple[str, str]]:
    """All settings and the environment, by dotted names; which problems they are, the tables say."""
    found: list[tuple[str, str]] = []
    for prefix, struct in (("", plan), ("environment.", machine)):
        if struct is not None:
            found += _flat(prefix, msgspec.to_builtins(struct))
    return [(name, one_line(value, 400)) for name, value in found if name != "problems"]


def _flat(prefix: str, values: Mapping[str, object]) -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat += _flat(f"{prefix}{name}.", value)
        elif isinstance(value, list | tuple):
            flat.append((prefix + name, " ".join(map(str, value)) or "none"))
        else:
            flat.append((prefix + name, "none" if value is None or value == "" else str(value)))
    return flat


def _render(name: str, **facts: object) -> str:
    style = _sources()["style.css"]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = (
        _environment()
        .get_template(name)
        .render(
            **facts,
            style=style,
            style_digest=digest,
        )
    )
    # Whatever encoding a terminal or a file has, the page is the same.
    return page.encode("ascii", "xmlcharrefreplace").decode().rstrip() + "\n"


@cache
def _sources() -> dict[str, str]:
    folder = resources.files("perftui.report") / "page_files"
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir() if file.is_file()}


@cache
def _environment() -> Environment:
    return Environment(
        loader=DictLoader(_sources()),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )


def _visible(value: object) -> object:
    """Text in which nothing hides; what is markup already is ours."""
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
