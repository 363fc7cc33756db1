"""The screen under load: a run of 1,000 problems x 8 chains, played at 2,000 events a second.

    python benchmarks/screen.py [--seconds 60] [--rate 2000] [--problems 1000] [--chains 8] [--rounds 7]

The application runs as it does, but draws to no terminal. The run is made up as it is read: two thirds of its
events are what a player makes up between facts (stages, and replies that stream in), as in a live run.
Keys are pressed twice a second; what is told is the time from a key to the end of the frame that shows it,
how late the event loop was, the share of a core that the process took, and its memory after each sixth.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from perftui.events import model as ev
from perftui.events.plan import Environment, ProblemHead, RunPlan
from perftui.judging.model import TestResult, Verdict
from perftui.llm.model import Message, Reply, Usage
from perftui.refine.actions import Ask, Measure
from perftui.refine.chain import Outcome
from perftui.sandbox.protocol import SandboxInfo
from perftui.store.replaying import ReplaySession
from perftui.timing.model import Measurement, Ratio, TestTime
from perftui.tui.app import PerfApp
from perftui.tui.collecting import calm_collector
from perftui.tui.screens.run import RunScreen

CODE = "def solve(numbers):\n    return sorted(numbers)\n" * 10
SIZE = (140, 45)
BEGIN = 1.7e9
FACTS_A_ROUND, EVENTS_A_ROUND = 7, 21
"""With what a player makes up: a stage and twelve pieces of each reply, and a stage of each measurement."""


def made_up(problems: int, chains: int, rounds: int = 2, rate: float = 100.0) -> Iterator[ev.StoredEvent]:
    """A run in which problems go on eight by eight, with so many facts a second."""
    for number, event in enumerate(_events(problems, chains, rounds), 1):
        yield msgspec.structs.replace(event, seq=number, at=BEGIN + number / rate, run="bench")


def _events(problems: int, chains: int, rounds: int) -> Iterator[ev.StoredEvent]:
    yield _started(problems, chains)
    names = [f"P/{index}" for index in range(problems)]
    for first in range(0, problems, 8):
        group = names[first : first + 8]
        yield from (ev.ProblemStarted(problem=name) for name in group)
        going = [_chain(name, chain, rounds) for name in group for chain in range(chains)]
        for together in itertools.zip_longest(*going):
            yield from (event for event in together if event is not None)
        yield from (ev.ProblemEnded(problem=name, how="solved") for name in group)


def _started(problems: int, chains: int) -> ev.RunStarted:
    heads = tuple(
        ProblemHead(id=f"P/{n}", title=f"no {n}", kind="function", tests=7, has_reference=True, digest="")
        for n in range(problems)
    )
    info = SandboxInfo(kind="docker", confinement="none", clock="process-cpu", python="3.13")
    where = Environment(perftui="0", python="3", platform="x", cores=2, timing_core=1, sandbox=info)
    plan = RunPlan(
        purpose="refine", benchmark="made up", model="recorded:x", strategy="perfcodegen", chains=chains
    )
    return ev.RunStarted(plan=plan, environment=where, heads=heads)


def _chain(problem: str, chain: int, rounds: int) -> Iterator[ev.StoredEvent]:
    messages = (Message(role="user", content="Make it faster. " * 40),)
    results = tuple(TestResult(name=f"t{n}", passed=True, verdict="correct") for n in range(7))
    verdict = Verdict(kind="correct", reason="all passed", results=results, tests_total=7)
    for round_ in range(rounds):
        where = {"problem": problem, "chain": chain, "round": round_}
        candidate = f"{problem}/{chain}/{round_}"
        usage = Usage(prompt_tokens=400, completion_tokens=100)
        for event in (
            ev.ActionTaken(
                ask=Ask(phase="performance" if round_ else "base", label="base", messages=messages)
            ),
            ev.ReplyReceived(reply=Reply(text=CODE, model="x", usage=usage, seconds=0.5)),
            ev.CandidateFound(candidate=candidate, code=CODE),
            ev.CandidateJudged(candidate=candidate, verdict=verdict),
            ev.MeasureTaken(measure=Measure(candidate=candidate, best=None, seed=candidate)),
            ev.CandidateMeasured(candidate=candidate, measurement=_measurement(1 + round_ + chain / 10)),
            ev.RoundEnded(outcome=Outcome(kind="kept" if round_ else "seed", reason="faster")),
        ):
            yield msgspec.structs.replace(event, **where)
    yield ev.ChainEnded(problem=problem, chain=chain, reason="done", best=candidate)


def _measurement(ratio: float) -> Measurement:
    said = Ratio(estimate=ratio, low=ratio * 0.95, high=ratio * 1.05, pairs=12, verdict="faster")
    tests = tuple(TestTime(name=f"t{n}", cpu_ns=1000 * n, share=n / 21) for n in range(7))
    return Measurement(
        verdict="faster", reason="", vs_reference=said, vs_seed=said, test_times=tests, seconds=0.2
    )


class _Nothing:
    """A library without runs."""

    async def runs(self) -> list[object]:
        return []

    async def forks(self, _run: str, _problem: str) -> list[object]:
        return []


class Probe:
    """Notes when frames end, and how late the loop is."""

    def __init__(self) -> None:
        self.lags: list[float] = []
        self.paints: list[float] = []

    async def lag(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.01)
            self.lags.append(time.perf_counter() - before - 0.01)

    async def keys(self, app: PerfApp) -> None:
        screen = app.screen
        assert isinstance(screen, RunScreen)
        for key in itertools.cycle("jjjjkkkk"):
            await asyncio.sleep(0.5)
            before, row = time.perf_counter(), screen.problems.selected
            app.simulate_key(key)
            while screen.problems.selected is row and time.perf_counter() - before < 2:
                await asyncio.sleep(0)
            painted = asyncio.Event()
            screen.problems.call_after_refresh(painted.set)
            await painted.wait()
            self.paints.append(time.perf_counter() - before)


class Counted(ReplaySession):
    """Counts what it gave."""

    played = 0

    def drain(self) -> Sequence[ev.Event]:
        drained = super().drain()
        self.played += len(drained)
        return drained


async def measure(seconds: float, rate: float, problems: int, chains: int, rounds: int) -> None:
    coming = made_up(problems, chains, rounds, rate * FACTS_A_ROUND / EVENTS_A_ROUND)

    async def pages(_after: int, limit: int) -> Sequence[ev.StoredEvent]:
        return list(itertools.islice(coming, limit))

    session = Counted("bench", pages, begin=BEGIN, end=BEGIN + 1e6)
    app = PerfApp(library=_Nothing(), session=session)  # type: ignore[arg-type]
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        calm_collector()
        probe = Probe()
        tasks = [asyncio.create_task(work) for work in (session.follow(), probe.lag(), probe.keys(app))]
        began, cpu = time.perf_counter(), time.process_time()
        memory = [_rss()]
        for _ in range(6):
            await asyncio.sleep(seconds / 6)
            memory.append(_rss())
        wall, used = time.perf_counter() - began, time.process_time() - cpu
        for task in tasks:
            task.cancel()
        ended = app.own.picture().figures if app.own is not None else None
    pace = session.played / wall
    print(
        f"screen: {problems} x {chains} x {rounds} rounds for {wall:.0f} s, {pace:,.0f} events/s, "
        f"{ended.ended if ended else 0} problems ended: "
        f"key to paint p50 {milliseconds(probe.paints, 50)} p99 {milliseconds(probe.paints, 99)} ms, "
        f"loop lag p50 {milliseconds(probe.lags, 50)} p99 {milliseconds(probe.lags, 99)} ms, "
        f"{used / wall:.0%} of a core, memory {' '.join(f'{size:.0f}' for size in memory)} MiB"
    )


def _rss() -> float:
    """MiB that the process has now."""
    (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def milliseconds(values: list[float], percent: int) -> str:
    if len(values) < 2:
        return "-"
    return f"{1000 * statistics.quantiles(values, n=100)[percent - 1]:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=2000)
    parser.add_argument("--problems", type=int, default=1000)
    parser.add_argument("--chains", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    asyncio.run(measure(given.seconds, given.rate, given.problems, given.chains, given.rounds))


if __name__ == "__main__":
    main()
