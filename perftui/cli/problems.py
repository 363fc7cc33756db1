"""`perftui problems list|show|check|fetch|new`."""

from __future__ import annotations

from typing import Literal, TypedDict, Unpack

import click

from perftui.cli.checking import check_references
from perftui.cli.fetching import fetch_all, list_published
from perftui.cli.new_problem import new
from perftui.cli.options import with_benchmark, with_idle_db, with_problems, with_sandbox
from perftui.cli.selection import ProblemFlags, SelectionFlags, some_of
from perftui.cli.stopping import run_to_end
from perftui.errors import BadInputError, ExitStatus
from perftui.judging.show import show_value
from perftui.problems.benchmarks import load_benchmark
from perftui.problems.model import Benchmark, Problem, TimingData, Unanswered
from perftui.text import one_line, printable


class ListFlags(ProblemFlags):
    """The flags of `problems list`."""

    benchmark: str | None


class FetchFlags(TypedDict):
    """The flags of `problems fetch`."""

    names: tuple[str, ...]
    mirror: str | None


class CheckFlags(SelectionFlags):
    """The flags of `problems check`."""

    sandbox: Literal["docker", "process"] | None


@click.group()
def problems() -> None:
    """List, show, check and fetch benchmarks; make a problem of your own."""


problems.add_command(new)


@problems.command("list")
@click.argument("benchmark", required=False)
@with_problems
@with_idle_db
def list_(**flags: Unpack[ListFlags]) -> None:
    """List problems, one a line: id, name, kind, tests, references.

    Without BENCHMARK, list the benchmarks that have a name, and whether they are here.
    """
    benchmark = flags["benchmark"]
    if benchmark is None:
        if any(flags.values()):
            raise BadInputError("name the benchmark whose problems are to be listed")
        list_published()
        return
    loaded = _selected({**flags, "benchmark": benchmark})
    for problem in loaded.problems:
        tests = f"{len(problem.test_names)} tests" + (" (by code)" if problem.checks else "")
        references = f"{len(problem.references)} references"
        click.echo(f"{problem.id:<16} {problem.title:<32} {problem.kind:<9} {tests:<18} {references}")
    for note in loaded.notes:
        click.echo(note, err=True)


@problems.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@click.option(
    "--from", "mirror", metavar="URL", help="Take it from there: the file, or with / at the end its folder."
)
@with_idle_db
def fetch(**flags: Unpack[FetchFlags]) -> None:
    """Download benchmarks from their publishers, check them, and keep them.

    NAME is as `perftui problems list` tells, or all. What was cut off is gone on with; what is here and as it
    was published is left alone. Then no command needs --data for it.
    """
    fetch_all(flags["names"], flags["mirror"])


@problems.command()
@with_benchmark
@with_idle_db
def show(**flags: Unpack[SelectionFlags]) -> None:
    """Show problems whole: statement, tests with inputs and expected outputs, reference."""
    for problem in _selected(flags).problems:
        click.echo(f"# {problem.id} {problem.title} ({problem.kind})\n\n{printable(problem.statement)}\n")
        for test in problem.tests:
            stdin = problem.kind == "stdin"
            given = one_line(test.input, 120) if stdin else show_value(test.input, 120)
            wanted = one_line(test.expected, 120) if stdin else show_value(test.expected, 120)
            click.echo(f"  {test.name}: {given} -> {wanted} ({test.comparison.kind})")
        for name, asked in zip(problem.test_names[len(problem.tests) :], problem.unanswered, strict=False):
            click.echo(
                f"  {name}: {_asked(problem, asked)} -> as the reference gives ({asked.comparison.kind})"
            )
        for check in problem.checks:
            click.echo(f"  {check.name}: checked by code")
        if problem.timing != TimingData():
            click.echo(f"  {_timing(problem.timing)}")
        for reference in problem.references:
            click.echo(f"\n## reference\n\n{printable(reference)}")


@problems.command()
@with_benchmark
@with_sandbox
@with_idle_db
def check(**flags: Unpack[CheckFlags]) -> int:
    """Run every reference against its tests, and list those that fail."""
    loaded = _selected(flags)
    kind = flags["sandbox"] or "docker"
    checked = run_to_end(lambda: check_references(loaded, kind))
    for place, verdict in checked.failures:
        click.echo(f"{loaded.problems[place].id}: {verdict.kind}: {verdict.reason}")
    for _, answered in checked.left_out:
        count = "1 input is" if answered.lost == 1 else f"{answered.lost:,} inputs are"
        click.echo(
            f"{answered.problem.id}: {count} left out, as the reference gives nothing: {answered.reason}"
        )
    total = sum(len(problem.references) for problem in loaded.problems)
    click.echo(f"{total - len(checked.failures)} of {total} references pass their tests")
    for note in loaded.notes:
        click.echo(note)
    return ExitStatus.BAD_INPUT if checked.failures else ExitStatus.DONE


def _timing(data: TimingData) -> str:
    parts = [f"{len(data.inputs):,} inputs"] if data.inputs else []
    parts += [f"{len(data.expressions):,} expressions"] if data.expressions else []
    parts += ["a generator"] if data.generator is not None else []
    return f"to time on: {', '.join(parts)} ({data.source})"


def _selected(flags: SelectionFlags) -> Benchmark:
    loaded = load_benchmark(flags["benchmark"], flags["data"], flags["timing_data"])
    chosen = some_of(loaded, flags)
    if not chosen.problems:
        raise BadInputError(f"{loaded.name}: no problem is left of this selection")
    return chosen


def _asked(problem: Problem, asked: Unanswered) -> str:
    if asked.expression:
        return "an expression"
    return one_line(asked.input, 120) if problem.kind == "stdin" else show_value(asked.input, 120)
