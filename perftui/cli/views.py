"""Who watches a run: the screen, a person reading lines, or a program reading JSON."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import anyio

from perftui.cli.keys import chosen_keymap
from perftui.cli.outside import chosen_way
from perftui.engine.control import RunSession
from perftui.errors import BadInputError, EnvironmentLacksError, ExitStatus, PerftuiError
from perftui.events.summary import resumable
from perftui.headless.ending import ending
from perftui.headless.follow import Reader, follow
from perftui.headless.jsonl import JsonLines
from perftui.headless.output import Output
from perftui.headless.plain import Plain
from perftui.paths import kept_file, log_file
from perftui.store.lease import beside
from perftui.store.library import StoredSession
from perftui.store.replaying import ReplaySession
from perftui.store.writer import open_store
from perftui.text import one_line

if TYPE_CHECKING:
    from perftui.cli.launch import Live, Watch
    from perftui.tui.app import PerfApp
    from perftui.tui.outside import Way

View = Literal["screen", "plain", "json"]


class ScreenFailedError(PerftuiError):
    """The screen ended by a fault of its own."""

    exit_status = ExitStatus.INFRASTRUCTURE_FAILED


_NO_CURSOR = frozenset({"dumb", "unknown"})
"""Terminals, by `$TERM`, on which nothing can be drawn: those of editors and of logs."""


def choose_view(*, headless: bool, as_json: bool) -> View:
    """The screen on a terminal, unless something else was asked for."""
    if as_json:
        return "json"
    # The screen is drawn on stderr, and read from stdin.
    is_terminal = all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
    is_dumb = os.environ.get("TERM", "") in _NO_CURSOR
    return "plain" if headless or is_dumb or not is_terminal else "screen"


def need_terminal() -> None:
    """See that a screen can be shown.

    Raises:
        BadInputError: there is no terminal.
    """
    if choose_view(headless=False, as_json=False) != "screen":
        raise BadInputError("the screen needs a terminal: see perftui --help for what works without one")


def refuse_blind_step(view: View, *, step: bool) -> None:
    """See that actions are held only where somebody can let them go.

    Raises:
        BadInputError: there is no screen.
    """
    if step and view != "screen":
        raise BadInputError("--step needs the screen: leave out --headless and --json, and use a terminal")


def watcher(view: View) -> Watch:
    """Who looks at a live run."""
    if view != "screen":
        return _reading(view)
    # Before the run begins: a key that is not there is told first of all.
    keymap, way = chosen_keymap(), chosen_way()

    async def watch(live: Live) -> None:
        await _on_screen(live, keymap, way)

    return watch


def quiet_watcher() -> Watch:
    """Progress on stderr, and no summary: for a command that prints its own result."""

    async def watch(live: Live) -> None:
        unread = Output(io.StringIO())
        plain = Plain(unread, Output(sys.stderr))
        await follow(live.engine.watch(from_start=True), plain, until=live.ended.is_set)

    return watch


async def print_stored(db: Path, name: str, view: Literal["plain", "json"]) -> int:
    """Print a stored run, and what another process adds to it while it is live."""
    async with open_store(db, create=False) as store:
        run = await store.find_run(name)
        session = await StoredSession.load(store, run)
        over = False

        async def see_whether_over() -> None:
            nonlocal over
            while not over:
                ended = not any(summary.live for summary in await store.runs() if summary.run == run)
                if ended:
                    # What was added since the last look is to be seen before the end is.
                    await session.refresh()
                over = ended
                await anyio.sleep(1)

        async with anyio.create_task_group() as group:
            group.start_soon(session.follow)
            group.start_soon(see_whether_over)
            await _read(session, view, lambda: over)
            group.cancel_scope.cancel()
    return ExitStatus.DONE


async def print_replayed(db: Path, name: str, speed: float, view: Literal["plain", "json"]) -> int:
    """Print a stored run as it was, so many times as fast."""
    async with open_store(db, create=False) as store:
        session = await ReplaySession.load(store, await store.find_run(name), speed)
        async with beside(session.follow):
            await _read(session, view, lambda: session.at_end)
    return ExitStatus.DONE


def _reading(view: Literal["plain", "json"]) -> Watch:
    async def watch(live: Live) -> None:
        await _read(live.engine.watch(from_start=True), view, live.ended.is_set)

    return watch


async def _read(session: RunSession, view: Literal["plain", "json"], until: Callable[[], bool]) -> None:
    out, err = Output(sys.stdout), Output(sys.stderr)
    reader: Reader = Plain(out, err) if view == "plain" else JsonLines(out, err)
    await follow(session, reader, until=until)
    see_written(out)


def see_written(out: Output) -> None:
    """See that what was asked for was written, unless its reader did not want it.

    Raises:
        EnvironmentLacksError: there was no room for it.
    """
    if out.trouble:
        raise EnvironmentLacksError(f"the output cannot be written: {out.trouble}")


async def _on_screen(live: Live, keymap: Mapping[str, str], way: Way) -> None:
    # Imported here: the screen is slow to load, and not every run has one.
    from perftui.cli.launcher import launching  # noqa: PLC0415
    from perftui.cli.shelf import shelf  # noqa: PLC0415
    from perftui.tui.app import PerfApp  # noqa: PLC0415
    from perftui.tui.collecting import calm_collector  # noqa: PLC0415
    from perftui.tui.kept import Keeper  # noqa: PLC0415

    calm_collector()
    session = live.engine.watch()
    async with launching(live.store) as launcher, shelf(live.store, session, launcher) as library:
        app = PerfApp(
            library=library,
            session=session,
            launcher=launcher,
            keymap=keymap,
            outside=way,
            keeper=Keeper(kept_file()),
        )
        async with anyio.create_task_group() as group:
            group.start_soon(_leave_when_stopped, live, app)
            await app.run_async()
            group.cancel_scope.cancel()
    live.engine.steering.stop()
    await live.ended.wait()
    state = live.engine.state
    left = any(problem.ended_at is None for problem in state.problems.values())
    see_shown(app, f"the run can be resumed with: perftui resume {resumable(state)}" if left else "")
    # What the screen showed is gone with it: this stays, with the command that goes on.
    Output(sys.stdout).write(ending(state, time.time() - state.started_at))


def see_shown(app: PerfApp, cure: str = "") -> None:
    """See that the screen ended because it was left.

    Args:
        app: the screen, after its end.
        cure: how to go on.

    Raises:
        ScreenFailedError: it ended by a fault of its own.
    """
    if app.failure is None:
        return
    try:
        details = f" (details in {log_file()})"
    except OSError:
        # The log has no place to be.
        details = ""
    fault = one_line(f"{type(app.failure).__name__}: {app.failure}", 200)
    raise ScreenFailedError("; ".join(filter(None, (f"the screen failed: {fault}{details}", cure))))


async def _leave_when_stopped(live: Live, app: PerfApp) -> None:
    """Leave once the engine has gone: beside a screen it lingers until it is stopped, or fails."""
    await live.ended.wait()
    app.exit()
