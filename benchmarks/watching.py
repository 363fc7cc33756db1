"""What it costs a run's process to be watched from others: its CPU time with 0, 1 and 8 viewers.

    python benchmarks/watching.py [--seconds 10] [--chains 256]

A made-up run of 1,000 problems streams on so many chains and stores facts, as fast as a busy model would;
viewers are processes of their own that follow it as a screen does. A line for each number of viewers: facts a
second, the owner's CPU share of one core, and its ratio to the run that nobody watches.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from multiprocessing.synchronize import Event as Flag
from pathlib import Path

import anyio
import msgspec

from perftui.engine.hub import Hub
from perftui.events.model import ProblemStarted, ReplyText, SandboxLost, StageChanged
from perftui.store.attached import Attached
from perftui.store.lease import beside
from perftui.store.library import StoredSession
from perftui.store.pulse import Watched, serve
from perftui.store.writer import Store, open_store
from tests.support.story import ENVIRONMENT, head_of, plan, problem

PROBLEMS = 1_000
CHAINS = 8
TURN_SECONDS = 0.05
FACTS_A_TURN = 10


def main() -> None:
    """Measure, and print a line for each number of viewers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--chains", type=int, default=256)
    asked = parser.parse_args()
    alone = 0.0
    for viewers in (0, 1, 8):
        facts, share = anyio.run(_measure, viewers, asked.seconds, asked.chains)
        alone = alone or share
        print(f"{viewers} viewers: {facts:.0f} facts/s, owner {share:.1%} of a core, {share / alone:.2f}x")


async def _measure(viewers: int, seconds: float, busy: int) -> tuple[float, float]:
    problems = [problem(f"P/{n}") for n in range(PROBLEMS)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "runs.db"
        async with open_store(path) as store:
            run = await store.create_run(
                plan(problems, CHAINS), ENVIRONMENT, problems, [head_of(one) for one in problems]
            )
            async with store.lease(run):
                hub = Hub(store, run, await store.events(run))
                for place in range(0, busy, CHAINS):
                    await hub.record(ProblemStarted(problem=problems[place // CHAINS].id))
                watched = Watched(
                    run,
                    state=lambda: hub.state,
                    drain=hub.watch(None).drain,
                    send=lambda _: None,
                    tell=lambda _: None,
                )
                context = multiprocessing.get_context("spawn")
                over = context.Event()
                others = [context.Process(target=_look, args=(path, run, over)) for _ in range(viewers)]
                for one in others:
                    one.start()
                async with beside(lambda: serve(store, watched)):
                    while viewers and not await _all_here(store, run, viewers):
                        await anyio.sleep(0.1)
                    result = await _work(hub, seconds, busy)
                over.set()
                for one in others:
                    await anyio.to_thread.run_sync(one.join)
    return result


async def _all_here(store: Store, run: str, viewers: int) -> bool:
    ((count,),) = await store.rows("SELECT count(*) FROM viewer WHERE run = ?", run)
    return bool(count == viewers)


async def _work(hub: Hub, seconds: float, busy: int) -> tuple[float, float]:
    begin, cpu, facts = time.monotonic(), time.process_time(), 0
    while time.monotonic() - begin < seconds:
        for place in range(busy):
            where = {"problem": f"P/{place // CHAINS}", "chain": place % CHAINS, "round": 0}
            hub.tell(msgspec.structs.replace(StageChanged(stage="model"), **where))
            hub.tell(msgspec.structs.replace(ReplyText(text="x = 1  # some words\n"), **where))
        for place in range(FACTS_A_TURN):
            await hub.record(SandboxLost(problem=f"P/{place}", chain=0, reason="made up", retry=1))
        facts += FACTS_A_TURN
        await anyio.sleep(TURN_SECONDS)
    passed = time.monotonic() - begin
    return facts / passed, (time.process_time() - cpu) / passed


def _look(path: Path, run: str, over: Flag) -> None:
    anyio.run(_follow, path, run, over)


async def _follow(path: Path, run: str, over: Flag) -> None:
    async with open_store(path) as store:
        session = await StoredSession.load(store, run, Attached(store, run))
        async with beside(session.follow):
            while not over.is_set():
                session.drain()
                await anyio.sleep(0.05)


if __name__ == "__main__":
    main()
