"""kill -9 loses nothing that `append` returned from."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

from perftui.store.writer import open_store

WRITER = """
import sys, anyio
from pathlib import Path
from perftui.events.model import SandboxLost
from perftui.store.writer import open_store

async def main(path, run):
    async with open_store(path) as store, store.lease(run), anyio.create_task_group() as group:
        async def write(lane):
            for number in range(10**6):
                event = await store.append(SandboxLost(run=run, reason=f"{lane}/{number}", retry=1))
                print(event.seq, event.reason, flush=True)
        for lane in range(4):
            group.start_soon(write, lane)

anyio.run(main, Path(sys.argv[1]), sys.argv[2])
"""


async def test_kill_9_loses_nothing_that_was_reported_as_stored(path: Path, run: str) -> None:
    command = [sys.executable, "-c", textwrap.dedent(WRITER), str(path), run]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:  # noqa: ASYNC220 - short
        assert writer.stdout is not None
        told = [writer.stdout.readline() for _ in range(150)]
        writer.send_signal(signal.SIGKILL)
        # The last line may be cut where the writer died.
        told += [line for line in writer.stdout if line.endswith("\n")]
    assert all(told)
    async with open_store(path) as store:
        stored = {event.seq: event for event in await store.events(run)}
        for line in told:
            seq, reason = line.split()
            assert stored[int(seq)].reason == reason  # type: ignore[union-attr]
        assert [summary.live for summary in await store.runs()] == [False]
        async with store.lease(run):
            pass
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
