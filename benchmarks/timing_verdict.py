"""How long one candidate of a 1 ms program takes to a clear verdict, with one core for everything: one line.

    python benchmarks/timing_verdict.py [--load] [--sandbox docker|process] [--times N] [-v]

Half of the candidates do half as much again as the reference, half do the same under other names.
"""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from statistics import median

import anyio
from timing_load import busy_cores
from timing_material import Material, open_lab

from perftui.problems.model import Comparison, TestCase
from perftui.timing.inputs import Known
from perftui.values import encode

MOST_SECONDS = 3.0

_PROGRAM = """
def {name}(n):
    total = 0
    for i in range(n * {tenths} // 10):
        total += i * i
    return n


f = {name}
"""

_INPUTS = (9_000, 10_000, 11_000)
"""Together some 1 ms."""


async def run(options: argparse.Namespace) -> None:
    """Measure and print the line."""
    inputs = tuple(
        Known(
            test=TestCase(name=f"t{n}", input=encode((n,)), expected=encode(n), comparison=Comparison()),
            origin="test",
            work_ns=n * 50,
        )
        for n in _INPUTS
    )
    material = Material("1 ms", _PROGRAM.format(name="g", tenths=10), "f", inputs)
    seconds: list[float] = []
    work: list[int] = []
    right = 0
    async with open_lab(options.sandbox) as lab:
        for place in range(options.times):
            tenths, expected = ((10, "same"), (15, "slower"))[place % 2]
            candidate = _PROGRAM.format(name="h", tenths=tenths)
            one = await lab.measure(material, candidate, material.program, seed=place, seconds=MOST_SECONDS)
            seconds.append(one.seconds)
            work.append(one.baseline_cpu_ns)
            right += one.verdict == expected
            if options.verbose:
                print(f"{one.seconds:.2f} s {one.verdict:10} {one.reason}", file=sys.stderr, flush=True)
    load = "the core kept busy" if options.load else "no load of its own"
    print(
        f"a candidate of a {median(work) / 1e6:.2f} ms program in {options.sandbox} on one core, {load}, "
        f"load {os.getloadavg()[0]:.1f}: {median(seconds):.2f} s (median), {max(seconds):.2f} s (most), "
        f"the right verdict in {right} of {options.times}"
    )


def main() -> None:
    """Read the flags, leave one core, and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sandbox", choices=["docker", "process"], default="docker")
    parser.add_argument("--load", action="store_true", help="keep the core busy meanwhile")
    parser.add_argument("--times", type=int, default=10, help="how many measurements (10)")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each measurement, on stderr")
    options = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with busy_cores(wanted=options.load):
        anyio.run(partial(run, options))


if __name__ == "__main__":
    main()
