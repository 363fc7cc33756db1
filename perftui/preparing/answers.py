"""What a program gives on inputs: outputs and what they cost, where it gives something."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from anyio import to_thread

from perftui.preparing.bench import Bench
from perftui.preparing.cache import AnswerCache
from perftui.sandbox.protocol import CallEnd, CallFact, JudgeJob, Limits, Sandbox

LIMITS = Limits(test_seconds=10.0, total_seconds=300.0, memory_bytes=1 << 30, output_bytes=64 << 20)
"""Bounds on trusted authors' programs: generous, for their time is nobody's fault."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one input.

    Attributes:
        end: how the call ended; only what `returned` has an output.
        output: coded, or the text of stdout.
        cpu_ns: process CPU time of the call, coding included.
        detail: what went wrong, for people; hostile text.
    """

    end: CallEnd
    output: str = ""
    cpu_ns: int = 0
    detail: str = ""


@dataclass(frozen=True)
class Answering:
    """Runs a program on inputs, or remembers what it gave.

    Attributes:
        bench: where.
        cache: what is known from before; None remembers nothing.
        memory_bytes: what the program may use.
    """

    bench: Bench
    cache: AnswerCache | None
    memory_bytes: int = LIMITS.memory_bytes

    async def answers(
        self,
        program: str,
        entry_point: str | None,
        inputs: Sequence[str],
        *,
        zygote: int = 0,
        seconds: float = LIMITS.test_seconds,
        output_bytes: int = LIMITS.output_bytes,
    ) -> tuple[Answer, ...]:
        """What a program gives on each input, in order.

        Args:
            program: the whole text.
            entry_point: the function, or None for a program that reads stdin.
            inputs: as for judging.
            zygote: which hash seed.
            seconds: how long one call may take.
            output_bytes: how long one output may be.

        Raises:
            SandboxLostError: sandboxes fail, whatever runs in them.
        """
        if not inputs:
            return ()
        key = self._key(program, entry_point, inputs, zygote)
        known = None if self.cache is None else await self.cache.get(key)
        if known is not None:
            remembered = await to_thread.run_sync(_remembered, known)
            if len(remembered) == len(inputs):
                return remembered
        limits = msgspec.structs.replace(
            LIMITS, memory_bytes=self.memory_bytes, output_bytes=output_bytes, test_seconds=seconds
        )
        job = JudgeJob(
            program=program,
            entry_point=entry_point,
            inputs=tuple(inputs),
            limits=limits,
            go_on=True,
            zygote=zygote,
        )
        answers = await self.bench.run(lambda sandbox, core: _run(sandbox, job, core))
        # What a busy machine did not let end in time is no fact to remember.
        if self.cache is not None and all(answer.end in _LASTING for answer in answers):
            await self.cache.put(key, msgspec.msgpack.encode(answers))
        return answers

    def _key(self, program: str, entry_point: str | None, inputs: Sequence[str], zygote: int) -> str:
        digest = hashlib.sha256()
        for part in (
            self.bench.info.python,
            *self.bench.info.packages,
            program,
            entry_point or "",
            str(zygote),
            *inputs,
        ):
            coded = part.encode("utf-8", "surrogatepass")
            digest.update(b"%d:" % len(coded))
            digest.update(coded)
        return digest.hexdigest()


_LASTING = frozenset({"returned", "raised", "invalid-program"})
_ANSWERS = msgspec.msgpack.Decoder(tuple[Answer, ...])


def _remembered(content: bytes) -> tuple[Answer, ...]:
    """What was kept; nothing where another version of perftui kept it in another form."""
    try:
        return _ANSWERS.decode(content)
    except msgspec.MsgspecError:
        return ()


async def _run(sandbox: Sandbox, job: JudgeJob, core: int) -> tuple[Answer, ...]:
    answers: list[Answer] = []

    def keep(fact: CallFact) -> bool:
        answers.append(_answer(fact))
        return True

    await sandbox.judge(msgspec.structs.replace(job, cpu=core), keep)
    missing = len(job.inputs) - len(answers)
    return (*answers, *(Answer(end="timeout", detail="not run: time was up") for _ in range(missing)))


def _answer(fact: CallFact) -> Answer:
    said = ": ".join(part for part in (fact.error_type, fact.error_message) if part) or fact.detail
    return Answer(end=fact.end, output=fact.output, cpu_ns=fact.cpu_ns, detail=said[:300])
