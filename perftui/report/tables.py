"""The tables of a report as plain text, cell by cell: Markdown and the page show the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from perftui.figures import size
from perftui.report.figures import MISSING, factor, interval, number, percent, share_within, within
from perftui.report.metrics import ByK, IntervalByK, Metrics
from perftui.report.report import LeftOut
from perftui.report.rows import ProblemRow
from perftui.text import one_line


class Table(NamedTuple):
    """A table of text; foreign text in it is on one line, and not escaped for any format.

    Attributes:
        header: a word for each column.
        rows: likewise long.
    """

    header: list[str]
    rows: list[list[str]]


def metric_table(figures: Metrics) -> Table:
    """Every figure at k, with its interval."""
    at = figures.intervals
    shares: list[tuple[str, ByK, IntervalByK]] = [
        ("Correct%@k", figures.correct, at.correct),
        ("%Opt@k", figures.opt, at.opt),
        ("%Opt@k beyond doubt", figures.opt_sure, at.opt_sure),
    ]
    ratios: list[tuple[str, ByK, IntervalByK]] = [
        ("Speedup@k", figures.speedup, at.speedup),
        ("Best@k, unbiased", figures.best_at_k, at.best_at_k),
        ("Best@k or the reference", figures.best_or_reference, at.best_or_reference),
    ]
    rows = [[name, *(share_within(by_k[k], bounds[k]) for k in by_k)] for name, by_k, bounds in shares]
    rows += [[name, *(within(by_k[k], bounds[k]) for k in by_k)] for name, by_k, bounds in ratios]
    rows.append(
        [
            "pass@k, unbiased",
            *(share_within(value, at.pass_at_k[k]) for k, value in figures.pass_at_k.items()),
        ]
    )
    rows.append(["%Opt@k, raw ratios", *map(percent, figures.raw.opt.values())])
    rows.append(["Speedup@k, raw ratios", *map(factor, figures.raw.speedup.values())])
    return Table(["metric", *(f"k = {k}" for k in figures.correct)], rows)


def problem_table(rows: Iterable[ProblemRow]) -> Table:
    """A row for every problem."""
    header = [
        "problem",
        "verdict",
        "tests",
        "vs reference",
        "in the search",
        "vs seed",
        "Pareto",
        "calls",
        "tokens",
        "attempts",
        "status",
    ]
    return Table(header, [_problem(row) for row in rows])


def pareto_table(rows: Iterable[ProblemRow]) -> Table:
    """The programs that no other one beats, of the problems that have several."""
    header = ["problem", "chain", "round", "vs reference", "peak memory", "code"]
    return Table(
        header,
        [
            [
                one_line(row.problem, 60),
                str(point.chain),
                str(point.round),
                factor(point.speedup),
                MISSING if point.peak_memory_bytes is None else size(point.peak_memory_bytes),
                f"{number(point.code_bytes)} B",
            ]
            for row in rows
            if len(row.pareto) > 1
            for point in row.pareto
        ],
    )


def left_out_table(left_out: Sequence[LeftOut]) -> Table:
    """Which problems are left out, and why."""
    return Table(["left out", "why"], [[one_line(one.problem, 60), one_line(one.reason)] for one in left_out])


def _problem(row: ProblemRow) -> list[str]:
    passed = MISSING if row.tests_passed is None else str(row.tests_passed)
    why = row.reason if row.candidate is None else ""
    return [
        one_line(f"{row.problem} {row.title}", 60),
        f"{row.verdict or MISSING}{', flagged' if row.flagged else ''}",
        f"{passed}/{row.tests_total}",
        _speed(row),
        interval(row.shown_speedup, row.shown_low, row.shown_high),
        interval(row.vs_seed, row.vs_seed_low, row.vs_seed_high),
        f"{len(row.pareto)} of {row.correct_candidates}" if row.correct_candidates else MISSING,
        number(row.calls),
        number(row.prompt_tokens + row.completion_tokens),
        str(row.attempts),
        f"{row.status}: {one_line(why, 80)}" if why else row.status,
    ]


def _speed(row: ProblemRow) -> str:
    if row.candidate is None:
        return MISSING
    if row.speedup is None:
        return "unmeasured"
    on = ", held out" if row.held_out else ""
    return f"{interval(row.speedup, row.speedup_low, row.speedup_high)} {row.speed_verdict}{on}"
