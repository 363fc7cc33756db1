"""Comparisons of runs as Markdown, JSON, CSV or a page."""

from __future__ import annotations

from collections.abc import Sequence

from perftui.report.blocks import histogram
from perftui.report.compare import Comparison, Comparisons, Side, most_different
from perftui.report.figures import MISSING, chance, factor, interval, number
from perftui.report.formats import cell, csv_text, fields, json_text
from perftui.report.lines import mean_line
from perftui.report.markdown import plot, shown
from perftui.report.pairs import PairedProblem
from perftui.report.render import PageFormat
from perftui.report.tables import Table
from perftui.text import one_line

_SHOWN = 10


def render_comparisons(compared: Comparisons, format_: PageFormat) -> str:
    """Comparisons as text that ends with a line feed; CSV has a row for every common problem of each."""
    if format_ == "json":
        return json_text(compared)
    if format_ == "csv":
        return csv_text(
            [
                {"first_run": compared.first.run, "other_run": one.other.run, **fields(pair)}
                for one in compared.against
                for pair in one.per_problem
            ]
        )
    if format_ == "html":
        # Slow to load, and needed by this format alone.
        from perftui.report.page import comparison_page  # noqa: PLC0415

        return comparison_page(compared)
    return _markdown(compared)


def sides_table(compared: Comparisons) -> Table:
    """A row for each run."""
    header = ["run", "model", "strategy", "K", "problems", "calls", "tokens"]
    return Table(header, [_side(side) for side in (compared.first, *(one.other for one in compared.against))])


def comparison_lines(first: str, compared: Comparison) -> list[str]:
    """What comes of a comparison, a sentence for each thing.

    Args:
        first: id of the first run.
        compared: the other run against it.
    """
    other, solved, speed = compared.other.run, compared.correctness, compared.speed
    alone = f"by {first} alone {solved.first_only}, by {other} alone {solved.other_only}"
    said = [
        f"Problems in both runs, text for text: {number(compared.common)}.",
        (
            f"Solved by both {solved.both}, {alone}, by neither {solved.neither} "
            f"(exact sign test, McNemar's: p {_p(solved.p)})."
        ),
    ]
    if not speed.problems:
        return [*said, "No problem is measured in both, so speed is not compared."]
    alike = f" (with the same program: {speed.same_program})" if speed.same_program else ""
    said += [
        (
            f"Of {number(speed.problems)} measured in both, {other} is faster beyond noise on {speed.wins}, "
            f"slower on {speed.losses}; ties: {speed.ties}{alike} (exact sign test: p {_p(speed.sign_p)})."
        ),
        mean_line(f"Geometric mean of how many times faster {other} is than {first}", speed.ratio),
    ]
    if speed.permutation_p is not None:
        said.append(f"Paired permutation test of that mean: p {_p(speed.permutation_p)}.")
    return said


def doubt_lines(compared: Comparison) -> list[str]:
    """What to bear in mind, a sentence for each."""
    return [f"{doubt.what}: {doubt.why}" for doubt in compared.doubts]


def speed_table(pairs: Sequence[PairedProblem]) -> Table:
    """Problems with both ratios and what is between them."""
    header = [
        "problem",
        "first vs reference",
        "other vs reference",
        "other vs first",
        "noise floor",
        "outcome",
    ]
    return Table(
        header,
        [
            [
                one_line(f"{pair.problem} {pair.title}", 60),
                factor(pair.first),
                factor(pair.other),
                interval(pair.ratio, pair.low, pair.high),
                factor(pair.noise_floor),
                "same program" if pair.same_program and pair.standing == "tie" else pair.standing,
            ]
            for pair in pairs
        ],
    )


def correctness_table(first: str, compared: Comparison) -> Table:
    """The problems that one of both alone solved."""
    rows = [
        [one_line(f"{pair.problem} {pair.title}", 60), first if pair.correct_first else compared.other.run]
        for pair in compared.per_problem
        if None not in {pair.correct_first, pair.correct_other} and pair.correct_first != pair.correct_other
    ]
    return Table(["problem", "solved by"], rows)


def ratios(compared: Comparison) -> list[float]:
    """How many times faster the other run is on each problem that both measured."""
    return [pair.ratio for pair in compared.per_problem if pair.ratio is not None]


def _markdown(compared: Comparisons) -> str:
    parts = ["# Runs compared\n", shown(sides_table(compared))]
    parts += [_section(compared.first.run, one) for one in compared.against]
    return "\n".join(part for part in parts if part)


def _section(first: str, compared: Comparison) -> str:
    different = most_different(compared.per_problem, _SHOWN)
    parts = [
        f"## {compared.other.run} against {first}\n",
        "".join(f"- **Mind:** {cell(line, 300)}\n" for line in doubt_lines(compared)),
        "".join(f"- {line}\n" for line in comparison_lines(first, compared)),
        plot(f"How many times faster {compared.other.run} is than {first}", histogram(ratios(compared))),
        f"The problems that differ most:\n\n{shown(speed_table(different))}" if different else "",
        shown(correctness_table(first, compared)),
    ]
    return "\n".join(part for part in parts if part)


def _side(side: Side) -> list[str]:
    return [
        side.run,
        one_line(side.model, 80),
        one_line(side.strategy, 80),
        str(side.chains),
        number(side.problems),
        number(side.calls),
        number(side.tokens),
    ]


def _p(p: float | None) -> str:
    if p is None:
        return MISSING
    said = chance(p)
    return said if said.startswith("<") else f"= {said}"
