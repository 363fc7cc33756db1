"""Reports as Markdown, JSON, CSV or a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from perftui.report.formats import cell, csv_text, fields, json_text, table
from perftui.report.markdown import markdown
from perftui.report.report import Report
from perftui.report.rows import ProblemRow
from perftui.report.together import with_common

__all__ = ["Format", "PageFormat", "cell", "csv_text", "fields", "json_text", "render_reports", "table"]

Format = Literal["md", "json", "csv"]
PageFormat = Literal["md", "json", "csv", "html"]


def render_reports(reports: Sequence[Report], format_: PageFormat) -> str:
    """One report or several as text that ends with a line feed.

    JSON of one report is its object, of several a list of them. CSV has a row for every problem,
    with its run. Markdown has a section for each run. `html` is a page that needs no other file.
    """
    reports = with_common(reports)
    if format_ == "json":
        return json_text(reports[0] if len(reports) == 1 else reports)
    if format_ == "csv":
        return csv_text([_flat(report.run, row) for report in reports for row in report.per_problem])
    if format_ == "html":
        # Slow to load, and needed by this format alone.
        from perftui.report.page import report_page  # noqa: PLC0415

        return report_page(reports)
    return markdown(reports)


def _flat(run: str, row: ProblemRow) -> dict[str, object]:
    """A row without structure: of the Pareto set, how many programs it has."""
    return {"run": run, **fields(row), "pareto": len(row.pareto)}
