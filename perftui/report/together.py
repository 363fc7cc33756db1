"""Several runs side by side: what they have in common, and the table that the paper prints."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from perftui.report.figures import share_within, within
from perftui.report.formats import cell, table
from perftui.report.report import Report
from perftui.report.statistics import Interval, geometric_means


class PaperRow(msgspec.Struct, frozen=True, kw_only=True):
    """A run at one k, as the paper's table has it.

    Attributes:
        run: its id.
        benchmark: name or path.
        model: as the plan names it.
        strategy: name of the strategy.
        chains: of the run (K).
        k: how many of them the figures are about.
        problems: with a reference that passes its tests.
        correct: Correct%@k, a share.
        correct_interval: 95 % bootstrap interval over problems.
        opt: %Opt@k, a share.
        opt_interval: likewise.
        speedup: Speedup@k.
        speedup_interval: likewise.
    """

    run: str
    benchmark: str
    model: str
    strategy: str
    chains: int
    k: int
    problems: int
    correct: float | None
    correct_interval: Interval | None
    opt: float | None
    opt_interval: Interval | None
    speedup: float | None
    speedup_interval: Interval | None


def with_common(reports: Sequence[Report]) -> list[Report]:
    """The reports, each with its geometric mean over the problems that are measured in all of them."""
    if len(reports) < 2:
        return list(reports)
    ratios = [_ratios(report) for report in reports]
    common = set(ratios[0]).intersection(*ratios[1:])
    means = geometric_means([[of_run[problem] for problem in sorted(common)] for of_run in ratios])
    return [msgspec.structs.replace(report, common=mean) for report, mean in zip(reports, means, strict=True)]


def paper_rows(reports: Sequence[Report]) -> list[PaperRow]:
    """A row for each run and k, in the order of the runs."""
    return [_row(report, k) for report in reports for k in report.metrics.correct]


def paper_table(reports: Sequence[Report]) -> str:
    """The paper's table in Markdown: a row for each run, Correct%, %Opt and Speedup at each k."""
    header, rows = paper_cells(reports)
    return table(header, ([cell(text, 100) for text in row] for row in rows))


def paper_cells(reports: Sequence[Report]) -> tuple[list[str], list[list[str]]]:
    """The head and the rows of the paper's table; what tells the runs apart stands first."""
    ks = sorted({int(k) for report in reports for k in report.metrics.correct})
    several = len({report.benchmark for report in reports}) > 1
    header = ["model", "strategy", *(["benchmark"] if several else [])]
    header += [f"{name} k = {k}" for name in ("Correct%", "%Opt", "Speedup") for k in ks]
    rows = []
    for report in reports:
        at = {row.k: row for row in (_row(report, k) for k in report.metrics.correct)}
        found = [at.get(k) for k in ks]
        names = [report.model, report.strategy, *([report.benchmark] if several else [])]
        rows.append(
            [
                *names,
                *(share_within(row.correct, row.correct_interval) if row else "" for row in found),
                *(share_within(row.opt, row.opt_interval) if row else "" for row in found),
                *(within(row.speedup, row.speedup_interval) if row else "" for row in found),
                report.run,
            ]
        )
    return [*header, "run"], rows


def _row(report: Report, k: str) -> PaperRow:
    figures = report.metrics
    return PaperRow(
        run=report.run,
        benchmark=report.benchmark,
        model=report.model,
        strategy=report.strategy,
        chains=report.chains,
        k=int(k),
        problems=figures.with_reference,
        correct=figures.correct[k],
        correct_interval=figures.intervals.correct[k],
        opt=figures.opt[k],
        opt_interval=figures.intervals.opt[k],
        speedup=figures.speedup[k],
        speedup_interval=figures.intervals.speedup[k],
    )


def _ratios(report: Report) -> dict[tuple[str, str], float]:
    """By id and digest: problems of the same name are not always the same."""
    return {(row.problem, row.digest): row.speedup for row in report.per_problem if row.speedup is not None}
