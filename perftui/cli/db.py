"""`perftui db check|stats|delete`: whether the database of runs is whole, and what takes its space."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypedDict, Unpack

import anyio
import click

from perftui.cli.database import chosen_database
from perftui.cli.options import with_db, with_format
from perftui.errors import ExitStatus
from perftui.figures import size
from perftui.store.checking import Checked, check
from perftui.store.deleting import delete_run
from perftui.store.space import Part, Space, space
from perftui.store.trouble import shown
from perftui.store.writer import open_store


class StatsFlags(TypedDict):
    """The flags of `db stats`."""

    format_: Literal["md", "json", "csv"]
    db: Path | None


@click.group()
def db() -> None:
    """Check the database of runs, see what takes its space, delete runs."""


@db.command("check")
@with_db
def check_(db: Path | None) -> int:
    """Look at all of the database, and say what is wrong with it, a fault a line.

    Its pages and references are looked at, every run is replayed, and what stands beside the log is
    compared with it. Nothing is changed. Exit status 1 where something is wrong.
    """
    path = chosen_database(db)

    async def work() -> Checked:
        async with open_store(path, create=False) as store:
            return await check(store)

    found = anyio.run(work)
    for fault in found.faults:
        click.echo(fault)
    looked = f"{shown(path)}: {found.runs:,} runs, {found.events:,} events"
    if found.faults:
        click.echo(f"perftui: {looked}; {len(found.faults)} faults", err=True)
        return ExitStatus.INFRASTRUCTURE_FAILED
    click.echo(f"{looked}: all is well")
    return ExitStatus.DONE


@db.command()
@click.argument("run")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_db
def delete(run: str, *, yes: bool, db: Path | None) -> int:
    """Delete RUN for good: its events, its trials, and the programs that no other run has."""
    path = chosen_database(db)

    async def work() -> str:
        async with open_store(path, create=False) as store:
            found = await store.find_run(run)
            if not yes and not click.confirm(f"delete run {found} for good?", err=True):
                raise click.Abort
            await delete_run(store, found)
            return found

    click.echo(f"run {anyio.run(work)} is deleted")
    return ExitStatus.DONE


@db.command()
@with_format
@with_db
def stats(**flags: Unpack[StatsFlags]) -> None:
    """Say how large the database is, what it holds, and what takes its space."""
    from perftui.report.render import csv_text, json_text  # noqa: PLC0415 - loads statistics

    path = chosen_database(flags["db"])

    async def work() -> Space:
        async with open_store(path, create=False) as store:
            return await space(store)

    found = anyio.run(work)
    if flags["format_"] == "json":
        click.echo(json_text(found), nl=False)
    elif flags["format_"] == "csv":
        parts = [("table", part) for part in found.tables] + [("event", part) for part in found.events]
        rows = [{"what": what, "name": p.name, "rows": p.rows, "bytes": p.bytes} for what, p in parts]
        click.echo(csv_text(rows), nl=False)
    else:
        click.echo(_text(path, found), nl=False)


def _text(path: Path, found: Space) -> str:
    from perftui.report.render import table  # noqa: PLC0415 - likewise

    held = (
        f"{found.rows('run'):,} runs, {found.rows('sweep'):,} sweeps, {found.rows('event'):,} events, "
        f"{found.rows('candidate'):,} programs, {found.rows('trial'):,} trials, {found.replies:,} replies"
    )
    free, wal = _size(found.free_bytes), _size(found.wal_bytes)
    where = f"{_size(found.file_bytes)}, {free} of it free, and {wal} to be merged into it"
    return (
        f"{shown(path)}: {where}\n{held}\n\n"
        f"{table(('table', 'rows', 'size'), map(_row, found.tables))}\n"
        f"{table(('event', 'rows', 'size'), map(_row, found.events))}"
    )


def _row(part: Part) -> tuple[str, str, str]:
    return part.name, f"{part.rows:,}", _size(part.bytes)


def _size(bytes_: int) -> str:
    return size(bytes_) if bytes_ >= 1 << 20 else f"{bytes_ / 1024:.1f} KiB"
