"""`perftui compare`: runs against the first of them, problem by problem."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import anyio
import click

from perftui.cli.database import chosen_database
from perftui.cli.options import with_db, with_page_format
from perftui.cli.report import stored_runs
from perftui.cli.streams import tell
from perftui.errors import BadInputError
from perftui.text import one_line

if TYPE_CHECKING:
    from perftui.report.compare import Comparisons
    from perftui.report.render import PageFormat


class CompareFlags(TypedDict):
    """The flags of `compare`."""

    runs: tuple[str, ...]
    anyway: bool
    format_: PageFormat
    db: Path | None


@click.command()
@click.argument("runs", metavar="RUN...", nargs=-1, required=True)
@click.option("--anyway", is_flag=True, help="Compare runs that are not comparable, with a warning.")
@with_page_format
@with_db
def compare(**flags: Unpack[CompareFlags]) -> None:
    """Compare runs with the first of them: paired by problem, with wins, losses, ties and intervals.

    A sweep stands for all its runs.
    """
    from perftui.report.compare import compare_all  # noqa: PLC0415 - loads statistics
    from perftui.report.compare_text import render_comparisons  # noqa: PLC0415

    states = anyio.run(stored_runs, chosen_database(flags["db"]), flags["runs"])
    if len(states) < 2:
        raise BadInputError("compare needs two runs or more")
    if len({state.run for state in states}) < len(states):
        raise BadInputError("a run cannot be compared with itself")
    compared = compare_all(states)
    refuse_incomparable(compared, anyway=flags["anyway"])
    _warn(compared)
    text = render_comparisons(compared, flags["format_"])
    tell(text) if flags["format_"] == "md" else click.echo(text, nl=False)


def refuse_incomparable(compared: Comparisons, *, anyway: bool) -> None:
    """Refuse what would mislead.

    Raises:
        BadInputError: runs are not comparable.
    """
    for one in compared.against:
        names = f"{compared.first.run} and {one.other.run}"
        if not one.common:
            other = next((f" ({doubt.why})" for doubt in one.doubts if doubt.what == "other tests"), "")
            raise BadInputError(
                f"{names} have no problem in common, text for text{other}: nothing can be compared"
            )
        forbidding = [f"{doubt.what} ({doubt.why})" for doubt in one.doubts if doubt.forbids]
        if forbidding and not anyway:
            why = one_line("; ".join(forbidding), 600)
            raise BadInputError(f"{names} are not comparable: {why}; --anyway compares them all the same")


def _warn(compared: Comparisons) -> None:
    for one in compared.against:
        names = f"{compared.first.run} and {one.other.run}"
        for doubt in one.doubts:
            said = one_line(f"warning: {names}: {doubt.what}: {doubt.why}", 400)
            click.echo(f"perftui: {said}", err=True)
