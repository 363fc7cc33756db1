"""The host's side of the channel to a supervisor: jobs go out, facts come back.

A message is a control frame (JSON with the number of its blobs) and its blobs; programs, inputs and
outputs are blobs, so that they are not coded again. What the supervisor says is parsed by type, bounded in
size and in time; whatever is not in order means that the sandbox is lost.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final, TypeVar

import anyio
import msgspec
from anyio.abc import ByteStream

from perftui.sandbox.frames import FrameStream, pack
from perftui.sandbox.hung_up import has_hung_up
from perftui.sandbox.imports import imported_packages
from perftui.sandbox.messages import (
    About,
    Done,
    FactFrame,
    Hello,
    JudgeRequest,
    Lost,
    ProfileFrame,
    Request,
    Stop,
    TrialFrame,
    TrialRequest,
)
from perftui.sandbox.protocol import (
    CallFact,
    JudgeJob,
    NoClockError,
    ProfileFact,
    ProfileJob,
    SandboxLostError,
    TrialFact,
    TrialJob,
)
from perftui.text import one_line

PROTOCOL_VERSION: Final = 3
_CONTROL_BYTES: Final = 1 << 20
_HELLO_SECONDS: Final = 30.0
_SLACK_SECONDS: Final = 15.0
_STOP_SECONDS: Final = 3.0

_T = TypeVar("_T")


class _Patience:
    """How long a job's messages may be waited for in all; the time between them does not count."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds

    async def wait_for(self, receive: Callable[[], Awaitable[_T]]) -> _T:
        """Wait for one; raises TimeoutError where patience is at its end."""
        started = anyio.current_time()
        try:
            with anyio.fail_after(max(0.0, self._left)):
                return await receive()
        finally:
            self._left -= anyio.current_time() - started


class SupervisorClient:
    """A Sandbox over any byte stream to a supervisor. One job at a time.

    Args:
        stream: the supervisor's stdin and stdout.
    """

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._frames = FrameStream(stream)
        self._hello: Hello | None = None
        self._jobs = 0
        self._output_bytes = 0
        self._broken = False
        self._breached = False

    @property
    def broken(self) -> bool:
        """Whether it can run no further job, as far as can be told without asking it."""
        return self._broken or has_hung_up(self._stream)

    @property
    def breached(self) -> bool:
        """Whether a program in it did what makes it unfit for another problem."""
        return self._breached

    async def hello(self) -> Hello:
        """What the supervisor says of itself; waits until it is ready.

        Raises:
            SandboxLostError: it does not come up, or speaks another version.
        """
        if self._hello is None:
            kind, payload = await self._next_frame(_Patience(_HELLO_SECONDS), _CONTROL_BYTES)
            hello = self._parse(payload, Hello) if kind == "h" else None
            if hello is None or hello.version != PROTOCOL_VERSION:
                raise self._lost("the sandbox speaks another protocol: build its image anew")
            self._hello = hello
        return self._hello

    async def judge(self, job: JudgeJob, on_call: Callable[[CallFact], bool]) -> None:
        """Run a job; see `Sandbox.judge`. When cancelled, the job is stopped before this returns."""
        await self._begin(job.limits.output_bytes)
        inputs = job.inputs if job.check is None else (job.check,)
        request = JudgeRequest(
            job=self._jobs,
            blobs=1 + len(inputs),
            entry_point=job.entry_point,
            limits=job.limits,
            core=job.cpu,
            zygote=job.zygote,
            packages=imported_packages(job.program, job.check or ""),
            go_on=job.go_on,
            digest_over=job.digest_over,
        )
        try:
            await self._request("j" if job.check is None else "c", request, (job.program, *inputs))
            await self._follow(job, on_call)
        except BaseException:
            await self._settle()
            raise

    async def trial(self, job: TrialJob) -> TrialFact:
        """Run one timed execution; see `Sandbox.trial`."""
        await self._begin(job.limits.output_bytes)
        if (await self.hello()).clock == "none":
            raise NoClockError("this system has no CPU clock of another process: speed is unmeasured")
        request = TrialRequest(
            job=self._jobs,
            blobs=1 + len(job.inputs),
            entry_point=job.entry_point,
            limits=job.limits,
            core=job.cpu,
            zygote=job.zygote,
            packages=tuple({*job.packages, *imported_packages(job.program)}),
            repeats=job.repeats,
            per_test=job.per_test,
            null=job.null,
        )
        try:
            await self._request("t", request, (job.program, *job.inputs))
            return await self._trial_fact(job)
        except BaseException:
            await self._settle()
            raise

    async def profile(self, job: ProfileJob) -> ProfileFact:
        """Run one execution with a meter on its lines; see `Sandbox.profile`."""
        await self._begin(job.limits.output_bytes)
        request = Request(
            job=self._jobs,
            blobs=2,
            entry_point=job.entry_point,
            limits=job.limits,
            core=job.cpu,
            zygote=0,
            packages=imported_packages(job.program),
        )
        try:
            await self._request("l", request, (job.program, job.input))
            return await self._profile_fact(job)
        except BaseException:
            await self._settle()
            raise

    async def _begin(self, output_bytes: int) -> None:
        if self._broken:
            raise SandboxLostError("the sandbox was lost before")
        await self.hello()
        self._jobs += 1
        self._output_bytes = output_bytes

    async def _request(self, kind: str, request: Request, texts: Sequence[str]) -> None:
        # A lone surrogate must reach the compiler, which tells it as the program's fault.
        blobs = [text.encode("utf-8", "surrogatepass") for text in texts]
        head = pack(kind, msgspec.json.encode(request))
        with anyio.move_on_after(request.limits.total_seconds + _SLACK_SECONDS) as scope:
            await self._frames.send((head, *(pack("b", blob) for blob in blobs)))
        if scope.cancelled_caught:
            raise self._lost("the sandbox does not read")

    async def _follow(self, job: JudgeJob, on_call: Callable[[CallFact], bool]) -> None:
        patience = _Patience(job.limits.total_seconds + _SLACK_SECONDS)
        last = len(job.inputs) - 1 if job.check is None else 0
        expected, stopping = 0, False
        while True:
            kind, payload = await self._next_message(patience)
            if kind == "d":
                self._note_end(payload)
                return
            if kind != "f":
                raise self._lost(f"the sandbox sent an unexpected message {kind!r}")
            frame = self._parse(payload, FactFrame)
            (output,) = await self._blobs(frame, 1, patience)
            if frame.fact.index != expected or expected > last:
                raise self._lost("the sandbox sent a fact out of turn")
            expected += 1
            # What was under way when the job was stopped may still come in.
            if not stopping and not on_call(_with_output(frame.fact, output)):
                stopping = True
                if expected <= last:
                    await self._stop_in_time()

    async def _trial_fact(self, job: TrialJob) -> TrialFact:
        patience = _Patience(job.limits.total_seconds + _SLACK_SECONDS)
        frame = self._parse(await self._expect("t", patience), TrialFrame)
        count = len(job.inputs) if frame.fact.end == "returned" else 0
        outputs = await self._blobs(frame, count, patience)
        self._note_end(await self._expect("d", patience))
        texts = tuple(output.decode("utf-8", "replace") for output in outputs)
        return msgspec.structs.replace(frame.fact, outputs=texts)

    async def _profile_fact(self, job: ProfileJob) -> ProfileFact:
        patience = _Patience(job.limits.total_seconds + _SLACK_SECONDS)
        frame = self._parse(await self._expect("p", patience), ProfileFrame)
        await self._blobs(frame, 0, patience)
        self._note_end(await self._expect("d", patience))
        return frame.fact

    async def _expect(self, wanted: str, patience: _Patience) -> bytes:
        kind, payload = await self._next_message(patience)
        if kind != wanted:
            raise self._lost(f"the sandbox sent an unexpected message {kind!r}")
        return payload

    async def _next_message(self, patience: _Patience) -> tuple[str, bytes]:
        """A control frame of the present job."""
        kind, payload = await self._next_frame(patience, _CONTROL_BYTES)
        if kind == "x":
            raise self._lost(one_line(self._parse(payload, Lost).reason))
        if self._parse(payload, About).job != self._jobs:
            raise self._lost("the sandbox answered another job")
        return kind, payload

    async def _blobs(self, about: About, expected: int, patience: _Patience) -> tuple[bytes, ...]:
        if about.blobs != expected:
            raise self._lost(f"the sandbox sent {about.blobs} outputs for {expected}")
        blobs = []
        for _ in range(expected):
            kind, payload = await self._next_frame(patience, self._output_bytes)
            if kind != "b":
                raise self._lost(f"the sandbox sent {kind!r} for an output")
            blobs.append(payload)
        return tuple(blobs)

    async def _next_frame(self, patience: _Patience, limit: int) -> tuple[str, bytes]:
        try:
            # Facts come many at once: those that are here need no waiting.
            if (frame := self._frames.take(limit)) is not None:
                return frame
            return await patience.wait_for(lambda: self._frames.receive(limit))
        except TimeoutError as error:
            raise self._lost("the sandbox does not answer") from error
        except SandboxLostError:
            self._broken = True
            raise

    async def _stop_in_time(self) -> None:
        with anyio.move_on_after(_STOP_SECONDS) as scope:
            await self._stop()
        if scope.cancelled_caught:
            raise self._lost("the sandbox does not read")

    async def _stop(self) -> None:
        await self._frames.send([pack("s", msgspec.json.encode(Stop(self._jobs)))])

    async def _settle(self) -> None:
        """After a job was cut short: stop it and read to its end, or give the sandbox up."""
        if self._broken or self._frames.torn:
            self._broken = True
            return
        limit = max(_CONTROL_BYTES, self._output_bytes)
        ended = False
        with anyio.move_on_after(_STOP_SECONDS, shield=True), suppress(SandboxLostError):
            await self._stop()
            while not ended:
                kind, payload = await self._frames.receive(limit)
                if kind == "d":
                    self._note_end(payload)
                    ended = True
        self._broken = not ended

    def _note_end(self, payload: bytes) -> None:
        self._breached = self._parse(payload, Done).breached

    def _parse(self, payload: bytes, kind: type[_T]) -> _T:
        try:
            return msgspec.json.decode(payload, type=kind)
        except msgspec.MsgspecError as error:
            raise self._lost("the sandbox sent a message that cannot be read") from error

    def _lost(self, reason: str) -> SandboxLostError:
        self._broken = True
        return SandboxLostError(reason)


def _with_output(fact: CallFact, output: bytes) -> CallFact:
    # A coded value is ASCII; what a stdin program prints may be any bytes.
    return msgspec.structs.replace(fact, output=output.decode("utf-8", "replace"))
