"""`perftui report` and `perftui export`: the figures of runs, and their events."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypedDict, Unpack

import anyio
import click

from perftui.cli.database import chosen_database
from perftui.cli.options import with_db, with_format
from perftui.events.reduce import replay
from perftui.events.state import RunState
from perftui.store.export import export_lines
from perftui.store.writer import open_store


class ReportFlags(TypedDict):
    """The flags of `report`."""

    runs: tuple[str, ...]
    format_: Literal["md", "json", "csv"]
    db: Path | None


@click.command()
@click.argument("runs", metavar="RUN...", nargs=-1, required=True)
@with_format
@with_db
def report(**flags: Unpack[ReportFlags]) -> None:
    """Print the figures of one run or of several: Correct%, %Opt and Speedup at k, and better ones."""
    from perftui.report.render import render_reports  # noqa: PLC0415 - loads statistics
    from perftui.report.report import build_report  # noqa: PLC0415

    states = anyio.run(_states, chosen_database(flags["db"]), flags["runs"])
    click.echo(render_reports([build_report(state) for state in states], flags["format_"]), nl=False)


async def _states(db: Path, names: tuple[str, ...]) -> list[RunState]:
    async with open_store(db, create=False) as store:
        return [replay(await store.events(await store.find_run(name))) for name in names]


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
