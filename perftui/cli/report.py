"""`perftui report` and `perftui export`: the figures of runs, and their events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import anyio
import click

from perftui.cli.database import chosen_database
from perftui.cli.options import with_db, with_page_format
from perftui.cli.streams import tell
from perftui.cli.sweep import sweep_text
from perftui.errors import BadInputError
from perftui.events.reduce import replay
from perftui.events.state import RunState
from perftui.store.export import export_lines
from perftui.store.writer import open_store
from perftui.text import one_line

if TYPE_CHECKING:
    from perftui.report.render import PageFormat


class ReportFlags(TypedDict):
    """The flags of `report`."""

    runs: tuple[str, ...]
    format_: PageFormat
    db: Path | None


@click.command()
@click.argument("runs", metavar="RUN...", nargs=-1, required=True)
@with_page_format
@with_db
def report(**flags: Unpack[ReportFlags]) -> None:
    """Print the figures of one run or of several: Correct%, %Opt and Speedup at k, and better ones.

    RUN may be a sweep, which stands for all its runs: of a sweep alone, the table that compares them.
    """
    from perftui.report.render import render_reports  # noqa: PLC0415 - loads statistics
    from perftui.report.report import build_report  # noqa: PLC0415

    states, swept = anyio.run(_runs_or_sweeps, chosen_database(flags["db"]), flags["runs"])
    reports = [build_report(state) for state in states]
    if swept and flags["format_"] == "md":
        tell(sweep_text(reports))
    else:
        text = render_reports(reports, flags["format_"])
        # JSON and CSV are for programs, and are the same whatever a terminal can show.
        tell(text) if flags["format_"] == "md" else click.echo(text, nl=False)


async def stored_runs(db: Path, names: tuple[str, ...]) -> list[RunState]:
    """The pictures of stored runs.

    Args:
        db: the database.
        names: ids, their beginnings, or `last`; a sweep stands for its runs.

    Raises:
        PerftuiError: the database cannot be read, or a name means no run.
    """
    states, _ = await _runs_or_sweeps(db, names)
    return states


async def _runs_or_sweeps(db: Path, names: tuple[str, ...]) -> tuple[list[RunState], bool]:
    """The pictures of the runs that are meant, and whether each name means a sweep."""
    runs: list[str] = []
    swept = True
    async with open_store(db, create=False) as store:
        for name in names:
            sweep = await store.find_sweep(name)
            if sweep is None:
                runs.append(await store.find_run(name))
                swept = False
            else:
                runs.extend(cell.run for cell in sweep.cells if cell.run is not None)
        if not runs:
            raise BadInputError(f"none of the runs of {one_line(names[0], 40)} has begun")
        return [replay(await store.events(run)) for run in runs], swept


class ExportFlags(TypedDict):
    """The flags of `export`."""

    run: str
    db: Path | None


@click.command()
@click.argument("run")
@with_db
def export(**flags: Unpack[ExportFlags]) -> None:
    """Print RUN's events, one JSON object a line, with the raw trials of its measurements."""

    async def work() -> None:
        async with open_store(chosen_database(flags["db"]), create=False) as store:
            async for line in export_lines(store, await store.find_run(flags["run"])):
                click.echo(line)

    anyio.run(work)
