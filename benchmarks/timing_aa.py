"""What the timing says of a program against itself: one line, with the paper's protocol beside it.

    python benchmarks/timing_aa.py --data-folder COFFE [--load] [--sandbox docker|process] [--every N]
                                   [--budget SECONDS] [--paper N] [-v]

Each reference of HumanEval and of 200 problems of MBPP is given other names and held against itself under
yet other ones, on COFFE's stressful inputs, chosen as a run chooses them. `--load` keeps every core busy
meanwhile. The paper's protocol (12 fresh processes a test, wall clock, least and most dropped, summed over
tests) is run on every N-th of the same problems, with the two dearest inputs of each.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

import anyio
from anyio import to_thread
from timing_load import busy_cores
from timing_material import Material, open_lab, read_problems, rename
from timing_paper import DIFFERS, papers_ratio

from perftui.sandbox.protocol import SandboxLostError
from perftui.timing.model import Measurement

LONG_NS = 1_000_000
PAPER_SECONDS = 1.0
"""Programs whose pass takes longer are too slow for the paper's protocol to be tried on here."""


@dataclass
class Found:
    """What was found so far."""

    lost: int = 0
    measured: list[Measurement] = field(default_factory=list)
    papers: list[float] = field(default_factory=list)


async def run(options: argparse.Namespace) -> None:
    """Measure all and print the line."""
    found = Found()
    problems = read_problems(options.data_folder)[options.first :: options.every]
    async with open_lab(options.sandbox) as lab:
        for place, problem in enumerate(problems):
            try:
                material = await lab.prepare(problem)
                if material is None:
                    continue
                one, other = twins(material)
                measured = await lab.measure(material, one, other, seed=place, seconds=options.budget)
            except SandboxLostError as error:
                found.lost += 1
                print(f"{problem.id}: {error}", file=sys.stderr, flush=True)
                continue
            found.measured.append(measured)
            told = ""
            if options.paper and place % options.paper == 0 and material.pass_ns < PAPER_SECONDS * 1e9:
                found.papers.append(await to_thread.run_sync(partial(papers_ratio, material, one, other)))
                told = f"  paper {found.papers[-1]:.3f}x"
            if options.verbose:
                print(describe(material, measured) + told, file=sys.stderr, flush=True)
            if options.verbose and place % 20 == 19:
                print(line(found, options), file=sys.stderr, flush=True)
    print(line(found, options))


def twins(material: Material) -> tuple[str, str]:
    """A reference under two sets of names."""
    return tuple(rename(material.program, material.entry_point, suffix) for suffix in ("_one", "_other"))  # type: ignore[return-value]


def describe(material: Material, one: Measurement) -> str:
    """One measurement in a line."""
    cost = (
        f"{one.cpu_ns / 1e6:8.3f} ms x{one.repeats:<4} {len(material.inputs):2} inputs {one.seconds:5.2f} s"
    )
    return f"{material.name:14} {cost} {one.verdict:10} {one.reason} {' '.join(one.flags)}"


def line(found: Found, options: argparse.Namespace) -> str:
    """The figures in one line."""
    verdicts = Counter(one.verdict for one in found.measured)
    count = max(1, len(found.measured))
    reasons = Counter(
        one.reason.split(":")[0] for one in found.measured if one.verdict == "unmeasured"
    ).most_common()
    why = ", ".join(f"{number} {reason}" for reason, number in reasons)
    long = [one for one in found.measured if one.cpu_ns >= LONG_NS]
    ratios = [one.vs_reference for one in found.measured if one.vs_reference is not None]
    covered = sum(ratio.low <= 1 <= ratio.high for ratio in ratios)
    differ = sum(not 1 / DIFFERS <= ratio <= DIFFERS for ratio in found.papers)
    load = "every core kept busy" if options.load else "no load of its own"
    false = verdicts["faster"] + verdicts["slower"]
    return (
        f"A/A in {options.sandbox}, {load}, load average {os.getloadavg()[0]:.1f}: "
        f"{count} problems ({found.lost} lost), faster or slower {false} "
        f"({false / count:.1%}), same {verdicts['same'] / count:.1%} "
        f"(of {len(long)} with 1 ms or more {share(long):.1%}), unmeasured {verdicts['unmeasured']} ({why}); "
        f"1 in the interval {covered}/{len(ratios)}; "
        f"median {median(one.seconds for one in found.measured):.2f} s; "
        f"the paper's protocol calls {differ} of {len(found.papers)} more than 10 % faster or slower"
    )


def share(measured: list[Measurement]) -> float:
    """The share that is said to be the same."""
    return sum(one.verdict == "same" for one in measured) / max(1, len(measured))


def parse() -> argparse.Namespace:
    """Read the flags."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data-folder", type=Path, required=True, help="COFFE's folder")
    parser.add_argument("--sandbox", choices=["docker", "process"], default="docker")
    parser.add_argument("--load", action="store_true", help="keep every core busy meanwhile")
    parser.add_argument("--every", type=int, default=1, help="only every N-th problem (1)")
    parser.add_argument("--first", type=int, default=0, help="how many problems to skip before (0)")
    parser.add_argument("--budget", type=float, default=3.0, help="seconds for a measurement (3)")
    parser.add_argument(
        "--paper", type=int, default=4, help="the paper's protocol on every N-th; 0: none (4)"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each measurement, on stderr")
    return parser.parse_args()


def main() -> None:
    """Keep the cores busy where that is asked for, and run."""
    options = parse()
    with busy_cores(wanted=options.load):
        anyio.run(partial(run, options))


if __name__ == "__main__":
    main()
