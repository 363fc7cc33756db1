"""`perftui watch`, and `perftui` alone: the screen on stored runs."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import anyio
import click

from perftui.cli.database import chosen_database
from perftui.cli.options import with_db, with_output
from perftui.cli.views import choose_view, print_stored, see_shown
from perftui.errors import ExitStatus
from perftui.store.writer import open_store

if TYPE_CHECKING:
    from perftui.tui.app import PerfApp


class WatchFlags(TypedDict):
    """The flags of `watch`."""

    run: str | None
    headless: bool
    as_json: bool
    db: Path | None


@click.command()
@click.argument("run", required=False)
@with_output
@with_db
def watch(**flags: Unpack[WatchFlags]) -> int:
    """Look at RUN: a stored run, or one that runs in another process. Without RUN, at all runs."""
    db = chosen_database(flags["db"])
    view = choose_view(headless=flags["headless"], as_json=flags["as_json"])
    if view == "screen":
        return anyio.run(_open, db, flags["run"])
    return anyio.run(print_stored, db, flags["run"] or "last", view)


async def _open(db: Path, name: str | None) -> int:
    from perftui.cli.shelf import shelf  # noqa: PLC0415 - the screen is slow to load
    from perftui.tui.app import PerfApp  # noqa: PLC0415

    async with open_store(db) as store, shelf(store, None) as runs:
        app = PerfApp(library=runs, opened=await store.find_run(name) if name else None)
        async with anyio.create_task_group() as group:
            group.start_soon(_leave_on_signals, app)
            await app.run_async()
            group.cancel_scope.cancel()
    see_shown(app)
    return ExitStatus.DONE


async def _leave_on_signals(app: PerfApp) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
        async for _ in signals:
            app.exit()
