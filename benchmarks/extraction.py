"""From which recorded replies the program that passes is the one picked.

    python benchmarks/extraction.py --data FOLDER [--sandbox docker|process] [--misses] [--only TEXT]

Every reply in FOLDER/recorded is cut, by rules of this file's own, into all that may be its program: the text
as it stands, each fenced block, several blocks joined in order, each stretch of code among prose, and each of
these as a continuation of the stub. All are judged on the tests of their problem, and so is the program that
perftui picks. Told is the share of the replies whose picked program passes, of those of which some part does.
Replies to stdin problems are judged on what COFFE's generators give and its best solutions answer.
"""

from __future__ import annotations

import argparse
import re
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio
from extraction_replies import Recorded, function_replies, stdin_material, stdin_replies, with_tests

from perftui.judging.judge import judge
from perftui.preparing.bench import Bench
from perftui.problems.model import Problem
from perftui.refine.extraction import Extracted, NoProgram, extract
from perftui.sandbox.choose import SandboxKind, open_pool
from perftui.sandbox.cores import Cores, usable_cores
from perftui.sandbox.protocol import Limits

LIMITS = Limits(test_seconds=4.0, total_seconds=12.0)
SLOTS = 2
MOST_STRETCHES = 40
_FENCED = re.compile(r"```[^\n]*\n(.*?)(?:```|\Z)", re.DOTALL)
_HEADER = re.compile(r"<\|start_header_id\|>assistant<\|end_header_id\|>\s*")
_CODE_LINE = re.compile(r"\s*(?:def|class|import|from|@|if|for|while|return|[\w.\[\], ]+=|print|#|$)|\s")


@dataclass(frozen=True)
class Outcome:
    """What became of one reply.

    Attributes:
        reply: the reply.
        parts: how many of its parts pass.
        picked: whether the picked program passes.
        why: what is wrong with the picked program; empty where it passes.
    """

    reply: Recorded
    parts: int
    picked: bool
    why: str


class Judges:
    """Whether programs pass, each asked for once."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._known: dict[tuple[str, str], str] = {}

    async def why_not(self, problem: Problem, program: str) -> str:
        """What is wrong with a program; empty where it passes all tests."""
        key = (problem.id, program)
        if key not in self._known:
            verdict = await self._bench.run(
                lambda sandbox, core: judge(sandbox, problem, program, limits=LIMITS, cpu=core)
            )
            self._known[key] = "" if verdict.kind == "correct" else f"{verdict.kind}: {verdict.reason}"
        return self._known[key]

    async def outcome(self, reply: Recorded) -> Outcome:
        """Judge all parts of a reply, and what is picked."""
        passing = [part for part in parts(reply) if not await self.why_not(reply.problem, part)]
        found = extract(reply.text, reply.problem)
        if isinstance(found, NoProgram):
            return Outcome(reply, len(passing), picked=False, why=found.reason)
        why = await self.why_not(reply.problem, found.code)
        return Outcome(reply, len(passing), picked=not why, why=why)


def parts(reply: Recorded) -> list[str]:
    """All that may be the program of a reply, without a word on which is."""
    text = _HEADER.sub("", reply.text.replace("\r\n", "\n"), count=1)
    blocks = [textwrap.dedent(block) for block in _FENCED.findall(text)]
    outside = _FENCED.sub("\n\n", text) if blocks else text
    # A reply to a prompt that ends with an open fence begins with code and may close it.
    texts = [text, text.split("```")[0], *blocks]
    texts += ["\n\n".join(blocks[first:last]) for first, last in _runs(len(blocks))]
    texts += list(_stretches(outside))
    stub = reply.problem.stub
    programs = [*texts]
    if stub:
        head = stub.partition("def ")[0]
        programs += [f"{stub.rstrip()}\n{part}" for part in texts]
        programs += [f"{stub.rstrip()}\n{textwrap.indent(part, '    ')}" for part in texts]
        programs += [f"{head}\n{part}" for part in texts]
    programs += [
        f"{part}\n\n{reply.problem.entry_point} = Solution().{reply.problem.entry_point}\n"
        for part in texts
        if "class Solution" in part and reply.problem.entry_point
    ]
    return [part for part in dict.fromkeys(programs) if part.strip() and _compiles(part)]


def _runs(count: int) -> list[tuple[int, int]]:
    return [(first, last) for first in range(count) for last in range(first + 2, count + 1)]


def _stretches(text: str) -> Iterator[str]:
    """Lines that may be code, from each that begins some to each that ends it, longest first."""
    lines = text.split("\n")
    starts = [i for i, line in enumerate(lines) if re.match(r"(?:def|class|import|from|@)\b", line)][:8]
    count = 0
    for start in starts:
        ends = [e for e in range(len(lines), start, -1) if e == len(lines) or lines[e][:1].strip()]
        for end in ends:
            part = "\n".join(lines[start:end])
            if count < MOST_STRETCHES and _compiles(part):
                count += 1
                yield part


def _compiles(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "part", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


async def all_outcomes(kind: SandboxKind, data: Path, only: str) -> list[Outcome]:
    """Judge every reply."""
    outcomes: list[Outcome] = []
    async with open_pool(kind, slots=SLOTS) as pool:
        bench = Bench(pool, Cores(usable_cores()))
        replies = [reply for reply in function_replies(data) if only in reply.source]
        if only in "llama-3.1-405b, stdin":
            replies += stdin_replies(data, await _stdin_problems(bench, data))
        judges = Judges(bench)
        waiting = iter(replies)

        async def work() -> None:
            for reply in waiting:
                outcome = await judges.outcome(reply)
                outcomes.append(outcome)

        async with anyio.create_task_group() as tasks:
            for _ in range(SLOTS):
                tasks.start_soon(work)
    return outcomes


async def _stdin_problems(bench: Bench, data: Path) -> dict[str, Problem]:
    found: dict[str, Problem] = {}
    waiting = iter(stdin_material(data).items())

    async def work() -> None:
        for prompt, material in waiting:
            problem = await bench.run(lambda sandbox, core, made=material: with_tests(sandbox, core, made))
            if problem.tests:
                found[prompt] = problem

    async with anyio.create_task_group() as tasks:
        for _ in range(SLOTS):
            tasks.start_soon(work)
    return found


def told(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """A line a source, and one for all."""
    for source in [*sorted({outcome.reply.source for outcome in outcomes}), ""]:
        rows = [outcome for outcome in outcomes if source in ("", outcome.reply.source)]
        may = [outcome for outcome in rows if outcome.parts]
        picked = sum(outcome.picked for outcome in may)
        beyond = sum(outcome.picked for outcome in rows if not outcome.parts)
        share = f"{100 * picked / len(may):.2f} %" if may else "none"
        yield (
            f"{source or 'all':30} {len(rows):5} replies, a part of {len(may):5} passes, "
            f"and of these the picked program of {picked:5}: {share}; beyond these {beyond}"
        )


def misses(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """What was not picked though it passes."""
    for outcome in outcomes:
        if outcome.parts and not outcome.picked:
            reply = outcome.reply
            found = extract(reply.text, reply.problem)
            code = found.code if isinstance(found, Extracted) else ""
            yield f"== {reply.source}: {reply.problem.id}: {outcome.why}\n{reply.text}\n-- picked:\n{code}"


def main() -> None:
    """Judge and tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--sandbox", choices=["docker", "process"], default="docker")
    parser.add_argument("--misses", action="store_true", help="show each reply whose program was missed")
    parser.add_argument("--only", default="", metavar="TEXT", help="only sources with this in their name")
    arguments = parser.parse_args()
    if arguments.data is None:
        print("extraction: not measured without recorded replies (--data)")
        return
    outcomes = anyio.run(all_outcomes, arguments.sandbox, arguments.data, arguments.only)
    if arguments.misses:
        print("\n".join(misses(outcomes)))
    print("\n".join(told(outcomes)))


if __name__ == "__main__":
    main()
