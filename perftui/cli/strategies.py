"""`perftui strategies`: the ways of refining."""

from __future__ import annotations

from typing import Literal

import click
import msgspec

from perftui.cli.options import with_format, with_idle_db
from perftui.refine.strategy import strategies as all_strategies


@click.command()
@with_format
@with_idle_db
def strategies(format_: Literal["md", "json", "csv"]) -> None:
    """List the ways of refining, with their cost in model calls."""
    rows = [
        {"name": s.name, "phase": s.phase, "calls": s.calls, "description": s.description}
        for s in all_strategies().values()
    ]
    if format_ == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2))
    elif format_ == "csv":
        from perftui.report.render import csv_text  # noqa: PLC0415 - only this format needs it

        click.echo(csv_text(rows), nl=False)
    else:
        for row in rows:
            click.echo(f"{row['name']:<14} {row['phase']:<14} calls {row['calls']:<10} {row['description']}")
