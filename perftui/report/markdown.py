"""Reports in Markdown, for a terminal and for a page."""

from __future__ import annotations

from collections.abc import Sequence

from perftui.report.blocks import gain_bars, histogram
from perftui.report.formats import cell, table
from perftui.report.lines import lines, title_of
from perftui.report.report import Report
from perftui.report.tables import Table, left_out_table, metric_table, problem_table
from perftui.report.together import paper_table


def markdown(reports: Sequence[Report]) -> str:
    """A section for each run; the paper's table above several."""
    sections = [_section(report) for report in reports]
    if len(reports) > 1:
        sections.insert(0, f"# {len(reports)} runs\n\n{paper_table(reports)}")
    return "\n".join(sections)


def shown(one: Table) -> str:
    """A table in Markdown; nothing for one without rows."""
    return table(one.header, ([cell(text, 200) for text in row] for row in one.rows)) if one.rows else ""


def _section(report: Report) -> str:
    parts = [
        f"# Run {report.run}\n\n{cell(title_of(report), 250)}\n",
        shown(metric_table(report.metrics)),
        "".join(f"- {line}\n" for line in lines(report)),
        plot("Speedup against the reference", histogram(_ratios(report))),
        plot(
            "Gain after so many calls of each chain",
            gain_bars(report.gain.curve if report.gain is not None else ()),
        ),
        shown(problem_table(report.per_problem)),
        shown(left_out_table(report.left_out)),
    ]
    return "\n".join(part for part in parts if part)


def plot(title: str, drawn: str) -> str:
    """A plot of characters under its title; nothing for an empty one."""
    return f"{title}:\n\n```\n{drawn}```\n" if drawn else ""


def _ratios(report: Report) -> list[float]:
    return [row.speedup for row in report.per_problem if row.speedup is not None]
