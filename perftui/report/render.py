"""Reports as Markdown, JSON or CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from perftui.judging.results import as_plain
from perftui.report.coverage import coverage_line
from perftui.report.figures import MISSING, factor, interval, number, percent
from perftui.report.metrics import ByK, Metrics
from perftui.report.report import ProblemRow, Report
from perftui.text import one_line

Format = Literal["md", "json", "csv"]

_OBEYED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What JSON lets through as it is: late control codes, and characters that turn the direction of text."""

_FORMULA_STARTS = ("=", "+", "-", "@")


def render_reports(reports: Sequence[Report], format_: Format) -> str:
    """One report or several as text that ends with a line feed.

    JSON of one report is its object, of several a list of them. CSV has a row for every problem,
    with its run. Markdown has a section for each run.
    """
    if format_ == "json":
        return json_text(reports[0] if len(reports) == 1 else list(reports))
    if format_ == "csv":
        return csv_text(
            [{"run": report.run, **fields(row)} for report in reports for row in report.per_problem]
        )
    return "\n".join(_markdown(report) for report in reports)


def json_text(value: object) -> str:
    """Indented JSON; numbers that are not finite become null, and what a terminal may obey is escaped."""
    text = msgspec.json.format(msgspec.json.encode(value, enc_hook=as_plain), indent=2).decode()
    return _OBEYED.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def csv_text(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows as CSV with a header; what is None is empty. No text is taken for a formula.

    Args:
        rows: all with the same keys.
    """
    if not rows:
        return ""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return out.getvalue()


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are set right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def cell(text: str, limit: int = 80) -> str:
    """Foreign text fit for a cell of a Markdown table."""
    return one_line(text, limit).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def fields(struct: msgspec.Struct) -> dict[str, object]:
    """A struct's fields by name, in their order."""
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return _cell(" ".join(map(str, value)))
    if not isinstance(value, str):
        return value
    text = one_line(value, 1000)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _markdown(report: Report) -> str:
    title = f"{report.benchmark} · {report.model} · {report.strategy} · K = {report.chains}"
    return (
        f"# Run {report.run}\n\n"
        f"{cell(title, 200)} · {report.status}\n\n"
        f"{_by_k(report.metrics)}\n"
        f"{_beside(report)}\n"
        f"{_problems(report.per_problem)}"
    )


def _by_k(figures: Metrics) -> str:
    rows: list[tuple[str, ByK, bool]] = [
        ("Correct%@k", figures.correct, True),
        ("%Opt@k", figures.opt, True),
        ("Speedup@k", figures.speedup, False),
        ("pass@k", figures.pass_at_k, True),
    ]
    return table(
        ["metric", *(f"k = {k}" for k in figures.correct)],
        [
            [name, *(percent(value) if is_share else factor(value) for value in by_k.values())]
            for name, by_k, is_share in rows
        ],
    )


def _beside(report: Report) -> str:
    figures = report.metrics
    lines = [
        f"{report.problems} problems, {figures.with_reference} with a reference that passes its tests.",
        f"{figures.solved} solved: {figures.measured} measured, {figures.unmeasured} unmeasured.",
        *([coverage_line(report.timing)] if report.timing is not None else []),
        _mean_line(figures),
        _slower_line(figures),
        f"{number(report.calls)} calls, {_tokens(report)} tokens.",
    ]
    return "".join(f"- {line}\n" for line in lines)


def _mean_line(figures: Metrics) -> str:
    mean = figures.geometric_mean_speedup
    if mean is None:
        return "Geometric mean speedup: nothing was measured."
    said = f"Geometric mean speedup {interval(mean.estimate, mean.low, mean.high)}"
    if mean.low is None:
        return f"{said}: one problem, so no interval."
    return f"{said}: {100 * mean.confidence:.0f} % bootstrap interval over {mean.problems} problems."


def _slower_line(figures: Metrics) -> str:
    said = "Refinements slower than their seed"
    slower = figures.slower_than_seed
    if slower.share is None:
        return f"{said}: none was measured."
    return f"{said}: {slower.slower} of {slower.refinements} ({percent(slower.share)})."


def _tokens(report: Report) -> str:
    return f"{number(report.prompt_tokens)} prompt and {number(report.completion_tokens)} completion"


def _problems(rows: Sequence[ProblemRow]) -> str:
    header = [
        "problem",
        "verdict",
        "tests",
        "vs reference",
        "in the search",
        "vs seed",
        "calls",
        "tokens",
        "attempts",
        "status",
    ]
    return table(header, [_problem(row) for row in rows])


def _problem(row: ProblemRow) -> list[str]:
    passed = MISSING if row.tests_passed is None else str(row.tests_passed)
    why = row.reason if row.candidate is None else ""
    return [
        cell(f"{row.problem} {row.title}", 60),
        f"{row.verdict or MISSING}{', flagged' if row.flagged else ''}",
        f"{passed}/{row.tests_total}",
        _speed(row),
        interval(row.shown_speedup, row.shown_low, row.shown_high),
        interval(row.vs_seed, row.vs_seed_low, row.vs_seed_high),
        number(row.calls),
        number(row.prompt_tokens + row.completion_tokens),
        str(row.attempts),
        f"{row.status}: {cell(why)}" if why else row.status,
    ]


def _speed(row: ProblemRow) -> str:
    if row.candidate is None:
        return MISSING
    if row.speedup is None:
        return "unmeasured"
    on = ", held out" if row.held_out else ""
    return f"{interval(row.speedup, row.speedup_low, row.speedup_high)} {row.speed_verdict}{on}"
