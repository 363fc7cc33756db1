"""What the sandbox adds to a program: one line.

    python benchmarks/judging.py [--sandbox docker|process] [--executions N]

A small program is judged N times, one fresh child each, and timed N times, in all phases, five trials one
after another as a measurement does, in one warm sandbox; what is told is the wall time that the host waits,
less the CPU time that the program used itself. Beside it, in turn, the same program in a Python process of
its own, which is what harnesses without a zygote pay.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

import anyio

from perftui.sandbox.choose import open_pool
from perftui.sandbox.protocol import CallFact, JudgeJob, Sandbox, TrialJob
from perftui.values import encode

PROGRAM = "def solve(x):\n    return x\n"
INPUTS = (encode((1,)),)
WARM_UP = 10
TRIALS = 5


async def one_execution(sandbox: Sandbox) -> float:
    """Seconds that judging one test adds."""
    facts: list[CallFact] = []

    def keep(fact: CallFact) -> bool:
        facts.append(fact)
        return True

    job = JudgeJob(program=PROGRAM, entry_point="solve", inputs=INPUTS)
    began = time.perf_counter()
    await sandbox.judge(job, keep)
    passed = time.perf_counter() - began
    if [(fact.end, fact.output) for fact in facts] != [("returned", "1")]:
        raise SystemExit(f"the program was not judged: {facts}")
    return passed - facts[0].cpu_ns / 1e9


async def one_trial(sandbox: Sandbox) -> float:
    """Seconds that a timed execution adds, as one of several in a row."""
    job = TrialJob(program=PROGRAM, entry_point="solve", inputs=INPUTS, repeats=2)
    began = time.perf_counter()
    facts = [await sandbox.trial(job) for _ in range(TRIALS)]
    passed = time.perf_counter() - began
    for fact in facts:
        if (fact.end, fact.outputs) != ("returned", ("1",)):
            raise SystemExit(f"the program was not timed: {fact}")
        passed -= (fact.load_ns + fact.decode_ns + sum(fact.first_ns) + fact.rest_ns + fact.encode_ns) / 1e9
    return passed / TRIALS


def one_process() -> float:
    """Seconds that a Python process with the same program takes."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-I", "-c", PROGRAM + "print(solve(1))"], check=True, capture_output=True)
    return time.perf_counter() - began


async def main() -> None:
    """Measure all in turn, so that a drift of the machine touches each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sandbox", choices=["docker", "process"], default="process")
    parser.add_argument("--executions", type=int, default=200)
    arguments = parser.parse_args()
    judged: list[float] = []
    timed: list[float] = []
    theirs: list[float] = []
    async with open_pool(arguments.sandbox, slots=1) as pool, pool.lease() as sandbox:
        for _ in range(WARM_UP):
            await one_execution(sandbox)
            await one_trial(sandbox)
        for _ in range(arguments.executions):
            judged.append(await one_execution(sandbox))
            timed.append(await one_trial(sandbox))
            theirs.append(await anyio.to_thread.run_sync(one_process))
    print(
        f"{arguments.sandbox} sandbox, over the program's own time (median of {len(judged)}): "
        f"{_ms(judged)} ms an execution, {_ms(timed)} ms a timed trial (five in a row); "
        f"a Python process of its own {_ms(theirs)} ms"
    )


def _ms(seconds: list[float]) -> str:
    return f"{statistics.median(seconds) * 1e3:.2f}"


if __name__ == "__main__":
    anyio.run(main)
