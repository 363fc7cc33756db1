"""Where attacks are tried: each is judged as any program is, and then it is looked at what it did.

After an attack the sandbox must be well or must have been replaced, the next program's verdict and
outputs must be what they were before, and nothing may be left.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from perftui.judging.judge import judge
from perftui.judging.model import Verdict
from perftui.problems.model import Problem
from perftui.sandbox.pool import WarmPool
from perftui.sandbox.protocol import CallFact, JudgeJob, Sandbox, SandboxLostError
from tests.attacks.catalogue import DOUBLE, LIMITS, Attack
from tests.attacks.outside import HOUSEHOLD, Engine, descendants, out_of_place, until
from tests.attacks.themes.mailbox import Mailbox

HONEST = "def f(x):\n    return x + x\n"
WITNESS = """
import gc, json, os, random, resource, signal, sys, threading

def f():
    started = []
    threads = [threading.Thread(target=started.append, args=(n,)) for n in range(3)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    return {
        'threads': sorted(started),
        'core': len(os.sched_getaffinity(0)),
        'nice': os.getpriority(os.PRIO_PROCESS, 0),
        'limits': [resource.getrlimit(n) for n in range(10)],
        'folders': {d: sorted(os.listdir(d)) if os.path.isdir(d) else None
                    for d in ('/tmp', '/var/tmp', '/dev/shm')} if os.path.exists('/opt/perfbox') else None,
        'here': [os.getcwd(), os.umask(0o22), dict(os.environ), sys.argv],
        'descriptors': sorted(os.listdir('/proc/self/fd')),
        'modules': len(sys.modules),
        'patched': [json.dumps.__module__, print.__module__, gc.isenabled(), sys.getrecursionlimit()],
        'signals': [str(signal.getsignal(n)) for n in (1, 2, 10, 14, 15)],
        'hash': hash('perftui'),
    }
"""
"""What an honest program sees of its surroundings: coded, it must be the same before and after."""


@dataclass(frozen=True)
class Before:
    """What an honest program and the witness gave when nothing had happened yet."""

    verdict: Verdict
    seen: str


@dataclass(frozen=True)
class After:
    """What came of an attack.

    Attributes:
        verdict: its verdict; None where the sandbox was lost with it.
        problems: what was not as it should be, one line each.
    """

    verdict: Verdict | None
    problems: tuple[str, ...]


@dataclass
class Field:
    """One pool of one sandbox, and an eye on it.

    Attributes:
        pool: whose one sandbox is attacked.
        engine: the engine that runs it, None for the process sandbox.
        before: how honest programs do.
        household: how many processes belong to a sandbox.
    """

    pool: WarmPool
    engine: Engine | None
    before: Before | None = None
    household: set[int] = field(default_factory=set)

    async def prepare(self) -> None:
        """See how honest programs do."""
        async with self.pool.lease() as sandbox:
            self.before = await _before(sandbox)

    async def judge(self, problem: Problem, program: str) -> Verdict:
        """Judge a program in a lease of its own."""
        async with self.pool.lease() as sandbox:
            return await judge(sandbox, problem, program, limits=LIMITS, cpu=self.core)

    @property
    def core(self) -> int:
        """The core that programs run on."""
        return self.pool.cores[0]

    async def try_out(self, attack: Attack) -> After:
        """Judge an attack, and see what is left of the sandbox, of the next program and of the attack."""
        started = self.pool.started
        verdict = None
        problems: list[str] = []
        try:
            async with self.pool.lease() as sandbox:
                verdict = await judge(
                    sandbox, attack.problem, attack.program, limits=attack.limits, cpu=self.core
                )
                problems += self._left_in_lease(verdict, attack)
        except SandboxLostError as error:
            if not attack.loses or self.engine is not None:
                problems.append(f"the sandbox was lost: {error}")
        problems += _of_verdict(attack, verdict)
        problems += await self.look_around()
        if verdict is not None:
            problems += self._of_place(attack, verdict, started)
        return After(verdict, tuple(problems))

    async def deliver(self, mailbox: Mailbox) -> list[str]:
        """Have one program leave something and others look for it; what is not as it should be."""
        before = await self.judge(DOUBLE, mailbox.reader)
        await self.judge(DOUBLE, mailbox.writer)
        # Each of the two users that programs run as, and each of the zygotes that they come from.
        after = [await self.judge(DOUBLE, mailbox.reader) for _ in range(3)]
        problems = [
            f"{verdict.kind}: {verdict.reason}" for verdict in (before, *after) if not verdict.correct
        ]
        return [*problems, *await self.look_around()]

    async def look_around(self) -> list[str]:
        """What is not as it was before anything happened."""
        if self.before is None:
            raise RuntimeError("prepare the field first")
        problems = []
        async with self.pool.lease() as sandbox:
            now = await _before(sandbox)
            if _bare(now.verdict) != _bare(self.before.verdict):
                problems.append(f"an honest program is {now.verdict.kind}: {now.verdict.reason}")
            if now.seen != self.before.seen:
                problems.append(f"an honest program sees {now.seen}, and saw {self.before.seen}")
            problems += await self._left_behind()
        return problems

    def _of_place(self, attack: Attack, verdict: Verdict, started: int) -> list[str]:
        replaced = self.pool.started > started
        if attack.is_breach(verdict.kind) and not replaced:
            return ["the sandbox was not replaced"]
        if replaced and not attack.is_breach(verdict.kind) and not attack.loses:
            return ["the sandbox was replaced"]
        return []

    def _left_in_lease(self, verdict: Verdict, attack: Attack) -> list[str]:
        """What still runs the moment the verdict is there."""
        if self.engine is None:
            (supervisor,) = _supervisors()
            left = len(descendants(supervisor))
            return [] if left in {HOUSEHOLD - 1, HOUSEHOLD} else [f"{verdict.kind}, and {left} processes"]
        (container,) = self.engine.containers()
        left_over = out_of_place(self.engine.processes(container))
        return [f"after {verdict.kind} of {attack.name} there still is {seen}" for seen in left_over]

    async def _left_behind(self) -> list[str]:
        if self.engine is None:
            await until(lambda: len(descendants(os.getpid())) in {HOUSEHOLD, HOUSEHOLD + 1})
            return []
        engine = self.engine
        await until(lambda: len(engine.containers()) == 1)
        (container,) = engine.containers()
        return [f"there is {seen}" for seen in out_of_place(engine.processes(container))]


def _of_verdict(attack: Attack, verdict: Verdict | None) -> list[str]:
    if verdict is None:
        return []
    problems = []
    if not attack.fits(verdict.kind, verdict.reason):
        problems.append(f"the verdict is {verdict.kind}: {verdict.reason}")
    shown = [verdict.reason, *(result.reason for result in verdict.results)]
    if not all(text.isprintable() for text in shown):
        problems.append(f"a reason is not printable: {shown!r}")
    if sum(len(text) for text in shown) > 10_000:
        problems.append("a reason is too long")
    return problems


async def _before(sandbox: Sandbox) -> Before:
    verdict = await judge(sandbox, DOUBLE, HONEST, limits=LIMITS, cpu=0)
    facts: list[CallFact] = []
    keep: Callable[[CallFact], bool] = lambda fact: facts.append(fact) is None  # noqa: E731
    job = JudgeJob(program=WITNESS, entry_point="f", inputs=('{"t":[]}',), limits=LIMITS)
    await sandbox.judge(job, keep)
    (fact,) = facts
    return Before(verdict, f"{fact.end} {fact.output} {fact.error_type} {fact.error_message}")


def _bare(verdict: Verdict) -> Verdict:
    """A verdict without what differs from run to run."""
    results = tuple(msgspec.structs.replace(result, cpu_ns=0, wall_ns=0) for result in verdict.results)
    return msgspec.structs.replace(verdict, results=results, peak_bytes=0)


def _supervisors() -> list[int]:
    text = "perfbox"
    found = []
    for pid in descendants(os.getpid()):
        with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            command = file.read()
        if text in command and "--process" in command:
            found.append(pid)
    return found
