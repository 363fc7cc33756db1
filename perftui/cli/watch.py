"""`perftui watch`, and `perftui` alone: the screen on stored runs."""

from __future__ import annotations

import signal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import anyio
import click

from perftui.cli.database import chosen_database
from perftui.cli.keys import chosen_keymap
from perftui.cli.options import with_db, with_output
from perftui.cli.outside import chosen_way
from perftui.cli.views import choose_view, print_replayed, print_stored, see_shown
from perftui.errors import BadInputError, ExitStatus
from perftui.paths import kept_file
from perftui.store.replaying import LEAST_SPEED, MOST_SPEED
from perftui.store.writer import open_store
from perftui.text import one_line

if TYPE_CHECKING:
    from perftui.tui.app import PerfApp


class WatchFlags(TypedDict):
    """The flags of `watch`."""

    run: str | None
    replay: float | None
    read_only: bool
    headless: bool
    as_json: bool
    db: Path | None


class Speed(click.ParamType[float]):
    """A speed: `60x`, or `60`."""

    name = "speed"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The speed that a text tells."""
        if isinstance(value, float):
            return value
        try:
            speed = float(str(value).removesuffix("x"))
        except ValueError:
            speed = 0.0
        if not LEAST_SPEED <= speed <= MOST_SPEED:
            said = one_line(str(value), 40)
            self.fail(
                f"{said!r} is no speed: write 60x, between {LEAST_SPEED:g}x and {MOST_SPEED:,.0f}x",
                param,
                ctx,
            )
        return speed


@click.command()
@click.argument("run", required=False)
@click.option(
    "--replay",
    type=Speed(),
    is_flag=False,
    flag_value="1x",
    metavar="SPEED",
    help="Play RUN again as it was, so many times as fast: 60x, say.  [default of the flag alone: 1x]",
)
@click.option("--read-only", is_flag=True, help="Only look: offer no key that commands the run.")
@with_output
@with_db
def watch(**flags: Unpack[WatchFlags]) -> int:
    """Look at RUN: a stored run, or one that runs in another process. Without RUN, at all runs."""
    db = chosen_database(flags["db"])
    view = choose_view(headless=flags["headless"], as_json=flags["as_json"])
    if flags["replay"] is not None and flags["run"] is None:
        raise BadInputError("--replay needs to know which run: perftui watch RUN --replay")
    if view == "screen":
        return anyio.run(partial(_open, read_only=flags["read_only"]), db, flags["run"], flags["replay"])
    if flags["replay"] is not None:
        return anyio.run(print_replayed, db, flags["run"] or "last", flags["replay"], view)
    return anyio.run(print_stored, db, flags["run"] or "last", view)


async def _open(db: Path, name: str | None, replay: float | None, *, read_only: bool) -> int:
    from perftui.cli.launcher import launching  # noqa: PLC0415 - as below
    from perftui.cli.shelf import shelf  # noqa: PLC0415 - the screen is slow to load
    from perftui.tui.app import PerfApp  # noqa: PLC0415
    from perftui.tui.collecting import calm_collector  # noqa: PLC0415
    from perftui.tui.kept import Keeper  # noqa: PLC0415

    calm_collector()

    async with (
        open_store(db) as store,
        launching(store) as launcher,
        shelf(store, None, launcher, read_only=read_only) as runs,
    ):
        opened = await store.find_run(name) if name else None
        app = PerfApp(
            library=runs,
            opened=opened,
            replay=replay,
            launcher=None if read_only else launcher,
            keymap=chosen_keymap(),
            outside=chosen_way(),
            keeper=Keeper(kept_file()),
        )
        async with anyio.create_task_group() as group:
            group.start_soon(_leave_on_signals, app)
            await app.run_async()
            group.cancel_scope.cancel()
    see_shown(app)
    return ExitStatus.DONE


async def _leave_on_signals(app: PerfApp) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
        async for _ in signals:
            app.request_stop()
