"""What the timing says of programs whose true ratio is known: one line of figures.

    python benchmarks/timing_aa.py [--programs N] [--budget SECONDS] [--core N] [-v]

Three questions, each over N small programs of its own with passes from some 20 us to 5 ms:

* A/A: a program against itself under other names. How often is it said to be faster or slower
  (false), and how often the same?
* Power: the program against one that does 20 % more of the same work. How often is it found?
* Cheats: a program that adds a cache, or moves its work to import time. How often does it gain?

Needs a CPU clock that reads other processes (Linux).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from statistics import median

import anyio

from perftui import values
from perftui.sandbox.process import process_sandbox
from perftui.sandbox.protocol import CallFact, JudgeJob, Limits, Sandbox
from perftui.timing.measuring import Work, measure
from perftui.timing.model import Arm, ArmName, Measurement

TRUE_GAIN = 1.2

KERNELS = {
    "squares": """
def kernel(n):
    total = 0
    for i in range(n):
        total += i * i
    return total
""",
    "words": """
def kernel(n):
    return len(' '.join(str(i) for i in range(n)).split())
""",
    "counts": """
def kernel(n):
    counts = {}
    for i in range(n):
        counts[i % 97] = counts.get(i % 97, 0) + 1
    return counts[0]
""",
    "pairs": """
def kernel(n):
    found = [(i * 7919 % 1009, i) for i in range(n)]
    return max(found)[0]
""",
    "letters": """
def kernel(n):
    text, out = 'the quick brown fox ', []
    for i in range(n):
        c = text[i % 20]
        out.append(c.upper() if c.isalpha() else '_')
    return ''.join(out)[:9]
""",
    "collatz": """
def kernel(n):
    odd, x = 0, 27
    for _ in range(n):
        x = 27 if x == 1 else (3 * x + 1 if x % 2 else x // 2)
        odd += x & 1
    return odd
""",
}
"""Programs whose time is proportional to `n`."""

SIZES = (100, 500, 3_000, 15_000)


@dataclass(frozen=True)
class Case:
    """One program and its inputs."""

    name: str
    kernel: str
    inputs: tuple[str, ...]

    def program(self, *, extra: int = 0, names: str = "kernel", decorator: str = "") -> str:
        """The program, doing `extra` % more of its work."""
        more = f"    {names}(n * {extra} // 100)\n" if extra else ""
        body = self.kernel.replace("kernel", names)
        return f"{body}\n\n{decorator}def f(n):\n{more}    return {names}(n)\n"

    def with_cache(self) -> str:
        """The program with a cache added and nothing else."""
        return "import functools\n\n\n" + self.program(decorator="@functools.cache\n")

    def with_work_at_import(self) -> str:
        """The program with its answers worked out while the module loads."""
        arguments = [values.decode_arguments(text)[0] for text in self.inputs]
        answers = f"ANSWERS = {{n: kernel(n) for n in {arguments!r}}}"
        return f"{self.kernel}\n\n{answers}\n\n\ndef f(n):\n    return ANSWERS[n]\n"


def cases(count: int) -> list[Case]:
    """So many cases: kernels by turns, each time with another size."""
    kernels = list(KERNELS.items())
    made = []
    for i in range(count):
        name, kernel = kernels[i % len(kernels)]
        size = SIZES[(i + i // len(kernels)) % len(SIZES)] + i
        inputs = tuple(values.encode((n,)) for n in (size, size + 1, size - 7))
        made.append(Case(f"{name}-{size}", kernel, inputs))
    return made


async def outputs_of(sandbox: Sandbox, case: Case) -> tuple[str, ...]:
    """What the program returns for its inputs."""
    facts: list[CallFact] = []

    def keep(fact: CallFact) -> bool:
        facts.append(fact)
        return True

    await sandbox.judge(JudgeJob(program=case.program(), entry_point="f", inputs=case.inputs), keep)
    return tuple(fact.output for fact in facts)


async def compare(
    sandbox: Sandbox, case: Case, candidate: str, reference: str, *, seed: int, core: int, budget: float
) -> Measurement:
    """Measure one program against another."""
    expected = await outputs_of(sandbox, case)
    names = tuple(f"t{i + 1}" for i in range(len(case.inputs)))
    return await measure(
        sandbox,
        Work(inputs=case.inputs, test_names=names, entry_point="f"),
        [_arm(candidate, "candidate"), _arm(reference, "reference")],
        core=core,
        limits=Limits(),
        budget_seconds=budget,
        seed=seed,
        check=lambda outputs: None if tuple(outputs) == expected else "outputs differ",
        on_progress=lambda _done, _until: None,
    )


def _arm(program: str, name: ArmName) -> Arm:
    return Arm(names=(name,), candidate=f"{hash(program)}", program=program)


@asynccontextmanager
async def open_sandbox() -> AsyncIterator[Sandbox]:
    """The process sandbox, which needs nothing but Linux."""
    async with process_sandbox() as started:
        if started.info.clock == "none":
            raise SystemExit("this system has no clock for other processes: nothing can be measured")
        yield started.sandbox


async def run(options: argparse.Namespace) -> None:
    """Measure all and print the line."""
    found: dict[str, list[Measurement]] = {"A/A": [], "20 %": [], "cache": [], "import": []}
    async with open_sandbox() as sandbox:
        for seed, case in enumerate(cases(options.programs)):
            plain = case.program()
            duels = {
                "A/A": (case.program(names="other"), plain),
                "20 %": (plain, case.program(extra=20)),
                "cache": (case.with_cache(), plain),
                "import": (case.with_work_at_import(), plain),
            }
            for kind, (candidate, reference) in duels.items():
                one = await compare(
                    sandbox, case, candidate, reference, seed=seed, core=options.core, budget=options.budget
                )
                found[kind].append(one)
                if options.verbose:
                    print(f"{kind:7} {case.name:15} {describe(one)}", file=sys.stderr, flush=True)
    print(line(found))


def describe(one: Measurement) -> str:
    """One measurement in a line."""
    figures = f"{one.cpu_ns / 1e3:9.1f} us x{one.repeats:<5} {one.seconds:5.2f} s"
    return f"{figures} {one.verdict:10} {one.reason} {' '.join(one.flags)}"


def line(found: dict[str, list[Measurement]]) -> str:
    """The figures in one line."""
    share = {kind: Counter(one.verdict for one in ones) for kind, ones in found.items()}
    count = len(found["A/A"])
    false = share["A/A"]["faster"] + share["A/A"]["slower"]
    cheats = share["cache"]["faster"] + share["import"]["faster"]
    everything = [one for ones in found.values() for one in ones]
    ratios = [one.vs_reference.estimate for one in found["20 %"] if one.vs_reference]
    return (
        f"A/A over {count} programs: false {false / count:.1%}, same {share['A/A']['same'] / count:.1%}; "
        f"a true 20 % found {share['20 %']['faster'] / count:.1%} (median {median(ratios):.3f}x); "
        f"cheats that gained {cheats}/{2 * count}; "
        f"{median(one.seconds for one in everything):.2f} s a measurement (median)"
    )


def main() -> None:
    """Read the flags and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--programs", type=int, default=24, help="how many programs (24)")
    parser.add_argument("--budget", type=float, default=3.0, help="seconds for a measurement (3)")
    parser.add_argument("--core", type=int, default=1, help="the core to time on (1)")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each measurement, on stderr")
    anyio.run(partial(run, parser.parse_args()))


if __name__ == "__main__":
    main()
