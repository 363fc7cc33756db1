"""Opening a stored run: how long until something is seen, and until all of it can be browsed.

    python benchmarks/opening.py [--problems 1000] [--chains 20]

The run is made up, written to a database of its own, and opened in the application, which draws to no
terminal. Told are the first frame with the list of problems, the last event taken in, and how late the event
loop was meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from perftui.cli.shelf import shelf
from perftui.events.model import RunStarted
from perftui.store.transaction import write_batch
from perftui.store.writer import open_store
from perftui.tui.app import PerfApp
from perftui.tui.collecting import calm_collector
from perftui.tui.screens.run import RunScreen
from perftui.tui.widgets.problem_list import ProblemList

sys.path.insert(0, str(Path(__file__).parent))
from screen import SIZE, Probe, made_up, milliseconds

BATCH = 500


async def write(path: Path, problems: int, chains: int) -> tuple[str, int]:
    """A database with one run; its id, and how many events it has."""
    started, *others = made_up(problems, chains)
    assert isinstance(started, RunStarted)
    async with open_store(path) as store:
        run = await store.create_run(started.plan, started.environment, (), started.heads)
        for first in range(0, len(others), BATCH):
            batch = [msgspec.structs.replace(e, seq=0, run=run) for e in others[first : first + BATCH]]
            async with store.transaction() as connection:
                await write_batch(connection, batch, store.token)
    return run, len(others) + 1


async def measure(problems: int, chains: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "runs.db"
        run, events = await write(path, problems, chains)
        async with open_store(path) as store, shelf(store, None) as library:
            app = PerfApp(library=library)
            async with app.run_test(size=SIZE) as pilot:
                await pilot.pause()
                calm_collector()
                probe = Probe()
                lag = asyncio.create_task(probe.lag())
                began = time.perf_counter()
                app._open_other(run)
                while not any(shown.rows for shown in app.screen.query(ProblemList)):
                    await asyncio.sleep(0.005)
                first = time.perf_counter() - began
                assert isinstance(app.screen, RunScreen)
                feed = app.screen.feed
                while feed.loading:
                    await asyncio.sleep(0.02)
                whole = time.perf_counter() - began
                lag.cancel()
    print(
        f"opening {problems} x {chains}, {events:,} events: first paint {first:.2f} s, whole {whole:.1f} s, "
        f"loop lag p50 {milliseconds(probe.lags, 50)} p99 {milliseconds(probe.lags, 99)} ms meanwhile"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problems", type=int, default=1000)
    parser.add_argument("--chains", type=int, default=20)
    given = parser.parse_args()
    asyncio.run(measure(given.problems, given.chains))


if __name__ == "__main__":
    main()
