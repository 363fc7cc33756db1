"""What the sandbox adds to a program: one line.

    python benchmarks/judging.py [--sandbox docker|process] [--executions N]

A program that does nothing is judged N times, one fresh child each, in one warm sandbox; beside it, in turn,
the same program in a Python process of its own, which is what harnesses without a zygote pay.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

import anyio

from perftui.sandbox.choose import open_pool
from perftui.sandbox.protocol import JudgeJob, Sandbox
from perftui.values import encode

PROGRAM = "def solve(x):\n    return x\n"


async def one_execution(sandbox: Sandbox) -> float:
    """Seconds that one execution of one test takes."""
    job = JudgeJob(program=PROGRAM, entry_point="solve", inputs=(encode((1,)),))
    began = time.perf_counter()
    await sandbox.judge(job, lambda _fact: True)
    return time.perf_counter() - began


def one_process() -> float:
    """Seconds that a Python process with the same program takes."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-I", "-c", PROGRAM + "print(solve(1))"], check=True, capture_output=True)
    return time.perf_counter() - began


async def main() -> None:
    """Measure both in turn, so that a drift of the machine touches both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sandbox", choices=["docker", "process"], default="process")
    parser.add_argument("--executions", type=int, default=200)
    arguments = parser.parse_args()
    ours: list[float] = []
    theirs: list[float] = []
    async with open_pool(arguments.sandbox, slots=1) as pool, pool.lease() as sandbox:
        for _ in range(arguments.executions):
            ours.append(await one_execution(sandbox))
            theirs.append(await anyio.to_thread.run_sync(one_process))
    ratios = statistics.median(their / our for our, their in zip(ours, theirs, strict=True))
    print(
        f"judging in the {arguments.sandbox} sandbox: {statistics.median(ours) * 1e3:.1f} ms an execution "
        f"(median of {len(ours)}); a Python process of its own takes {ratios:.1f} times as long"
    )


if __name__ == "__main__":
    anyio.run(main)
