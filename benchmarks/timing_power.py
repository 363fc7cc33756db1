"""What the timing says of programs whose true ratio is known: one line.

    python benchmarks/timing_power.py --data-folder COFFE [--load] [--sandbox docker|process] [--every N]
                                      [--budget SECONDS] [-v]

References of HumanEval and MBPP that take 1 ms or more on COFFE's stressful inputs are held against

* themselves with extra honest work: a pass has one input 20 + K times, and while the slower program works on
  every one, the other works on 20 and gives its last answer for the rest. So K = 1, 2, 4, 10 is slower by
  5, 10, 20, 50 %, by construction.
* cheats: a cache, answers worked out while the module loads, lazy answers, and a thread that works ahead.
  None does less of the work, so none may be called faster.

Printed are the share that is found of each, how often the interval holds the truth, and the seconds that a
verdict took. `--load` keeps every core busy meanwhile.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median

import anyio
from timing_load import busy_cores
from timing_material import Lab, Material, open_lab, read_problems, rename

from perftui import values
from perftui.sandbox.protocol import SandboxLostError
from perftui.timing.inputs import Known
from perftui.timing.model import Measurement

CALLS = 20
MORE = {5: 1, 10: 2, 20: 4, 50: 10}
"""How many calls more the slower program works on, by the percentage that they make."""

LEAST_NS = 1_000_000
SURE_NS = 3_000_000
"""What a pass should be thought to take: what a short call takes is known but roughly before."""

MOST_NS = 15_000_000
MOST_TEXT = 60_000

_WORKS_ON = """
_works = {name}
_calls = 0
_last = None


def {name}(*arguments):
    global _calls, _last
    _calls += 1
    if _calls <= {most}:
        _last = _works(*arguments)
    return _last
"""

CHEATS = {
    "cache": """
import functools

_works = {name}
_known = {{}}


def {name}(*arguments):
    key = repr(arguments)
    if key not in _known:
        _known[key] = _works(*arguments)
    return _known[key]
""",
    "cache kept beside the module": """
import sys

_works = {name}
_known = sys.__dict__.setdefault("_known", {{}})


def {name}(*arguments):
    key = repr(arguments)
    if key not in _known:
        _known[key] = _works(*arguments)
    return _known[key]
""",
    "import": """
_works = {name}
_answers = {{repr(given): _works(*given) for given in {inputs}}}


def {name}(*arguments):
    return _answers[repr(arguments)]
""",
    "thread": """
import threading

_works = {name}
_answers = {{}}


def _ahead():
    for given in {inputs}:
        _answers[repr(given)] = _works(*given)


_worker = threading.Thread(target=_ahead)
_worker.start()


def {name}(*arguments):
    _worker.join()
    return _answers[repr(arguments)]
""",
    "lazy": """
import threading

_works = {name}


def {name}(*arguments):
    answer = []
    threading.Thread(target=lambda: answer.extend(_works(*arguments))).start()
    return answer
""",
}
"""What does the same work at another time, or once instead of often."""


@dataclass
class Found:
    """What was found so far."""

    slower: dict[int, list[Measurement]]
    cheats: dict[str, list[Measurement]]
    lost: int = 0


async def run(options: argparse.Namespace) -> None:
    """Measure all and print the line."""
    found = Found({size: [] for size in MORE}, {name: [] for name in CHEATS})
    problems = read_problems(options.data_folder)[options.first :: options.every]
    async with open_lab(options.sandbox) as lab:
        for place, problem in enumerate(problems):
            try:
                material = await lab.prepare(problem)
                if material is not None and LEAST_NS <= material.pass_ns <= MOST_NS:
                    await _try(lab, material, place, found, options)
            except SandboxLostError as error:
                found.lost += 1
                print(f"{problem.id}: {error}", file=sys.stderr, flush=True)
            if options.verbose and place % 10 == 9:
                print(line(found, options), file=sys.stderr, flush=True)
    print(line(found, options))


async def _try(lab: Lab, material: Material, place: int, found: Found, options: argparse.Namespace) -> None:
    """All programs of one problem; each held against the reference."""
    for size, more in MORE.items():
        made = even(material, CALLS + more)
        if made is None:
            break
        slower = _with(_WORKS_ON, made, "_one", most=CALLS + more)
        plain = _with(_WORKS_ON, made, "_other", most=CALLS)
        one = await lab.measure(made, slower, plain, seed=place, seconds=options.budget)
        _tell(options, f"{size} %", made, one)
        if one.vs_reference is not None and one.baseline_cpu_ns >= LEAST_NS:
            found.slower[size].append(one)
    if place % options.cheats or sum(len(known.test.input) for known in material.inputs) > MOST_TEXT:
        return
    honest = rename(material.program, material.entry_point, "_other")
    inputs = repr([values.decode_arguments(known.test.input) for known in material.inputs])
    for name, text in CHEATS.items():
        cheat = _with(text, material, "_one", inputs=inputs)
        one = await lab.measure(material, cheat, honest, seed=place, seconds=options.budget)
        found.cheats[name].append(one)
        _tell(options, name, material, one)


def even(material: Material, copies: int) -> Material | None:
    """A pass of so many times one input, the longest that is not too long; None where there is none."""
    fitting = [
        known
        for known in material.inputs
        if SURE_NS <= CALLS * known.work_ns <= MOST_NS and copies * size(known) <= MOST_TEXT
    ]
    if not fitting:
        return None
    best = max(fitting, key=lambda known: known.work_ns)
    return replace(material, inputs=(best,) * copies)


def size(known: Known) -> int:
    """How much coded text comes with an input."""
    return len(known.test.input) + len(known.test.expected)


def _with(text: str, material: Material, suffix: str, **parts: object) -> str:
    """The reference under other names, with more text behind it."""
    renamed = rename(material.program, material.entry_point, suffix)
    return renamed + text.format(name=material.entry_point, **parts)


def _tell(options: argparse.Namespace, kind: str, material: Material, one: Measurement) -> None:
    if options.verbose:
        told = (
            f"{one.cpu_ns / 1e6:8.3f} ms x{one.repeats:<3} {one.seconds:5.2f} s {one.verdict:10} {one.reason}"
        )
        print(f"{material.name:14} {kind:8} {told} {' '.join(one.flags)}", file=sys.stderr, flush=True)


def line(found: Found, options: argparse.Namespace) -> str:
    """The figures in one line."""
    parts = [figures(size, measured) for size, measured in found.slower.items() if measured]
    cheats = Counter(
        name for name, measured in found.cheats.items() for one in measured if one.verdict == "faster"
    )
    tried = sum(map(len, found.cheats.values()))
    everything = [one for measured in found.slower.values() for one in measured]
    seconds = median(one.seconds for one in everything) if everything else 0.0
    clear = [one.seconds for one in everything if one.verdict != "unmeasured"]
    told = (
        f"; a clear verdict within {median(clear):.2f} s (median), {max(clear):.2f} s (most)" if clear else ""
    )
    load = (
        f"{'every core kept busy' if options.load else 'no load of its own'}, load {os.getloadavg()[0]:.1f}"
    )
    gained = ", ".join(f"{name} {count}" for name, count in cheats.items()) or "none"
    return (
        f"power in {options.sandbox}, {load}, {options.budget:g} s each: {'; '.join(parts)}; "
        f"{seconds:.2f} s a measurement (median){told}; "
        f"cheats called faster: {gained} of {tried}; {found.lost} lost"
    )


def figures(size: int, measured: list[Measurement]) -> str:
    """The figures of one size of extra work."""
    truth = 1 / (1 + size / 100)
    ratios = [one.vs_reference for one in measured if one.vs_reference is not None]
    slower = sum(one.verdict == "slower" for one in measured)
    wrong = sum(one.verdict == "faster" for one in measured)
    covered = sum(ratio.low <= truth <= ratio.high for ratio in ratios)
    middle = median(ratio.estimate for ratio in ratios)
    return (
        f"{size} % found {slower}/{len(measured)} ({slower / len(measured):.0%}), called faster {wrong}, "
        f"truth {truth:.3f} in the interval {covered}/{len(ratios)} (median estimate {middle:.3f})"
    )


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
    parser.add_argument("--cheats", type=int, default=4, help="cheats on every N-th of these (4)")
    parser.add_argument("--budget", type=float, default=3.0, help="seconds for a measurement (3)")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each measurement, on stderr")
    return parser.parse_args()


def main() -> None:
    """Keep the cores busy where that is asked for, and run."""
    options = parse()
    with busy_cores(wanted=options.load):
        anyio.run(partial(run, options))


if __name__ == "__main__":
    main()
