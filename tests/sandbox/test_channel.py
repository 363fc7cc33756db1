"""The host's side of the channel, against a supervisor that says whatever a test has it say."""

from __future__ import annotations

import json
import struct
from collections.abc import Awaitable
from typing import Any

import anyio
import pytest
from anyio.abc import ByteStream

from perftui.sandbox import channel
from perftui.sandbox.channel import SupervisorClient
from perftui.sandbox.frames import pack
from perftui.sandbox.protocol import (
    CallFact,
    JudgeJob,
    Limits,
    NoClockError,
    ProfileJob,
    SandboxLostError,
    TrialJob,
)

HELLO = {
    "version": 3, "python": "3.9.1", "clock": "process-cpu", "confinement": ["rlimits"], "seccomp": False,
    "own_users": False, "zygotes": 3, "blobs": 0, "packages": {}, "machine": "x86_64", "libc": "glibc 2.36",
}  # fmt: skip
JOB = JudgeJob(
    program="p", entry_point="f", inputs=("a", "b"), limits=Limits(total_seconds=5, output_bytes=100)
)
TRIAL = TrialJob(program="p", entry_point="f", inputs=("a", "b"), limits=Limits(total_seconds=5))


def say(kind: str, control: Any, *blobs: bytes) -> bytes:
    """A supervisor's message."""
    if isinstance(control, dict):
        control = {"job": 1, "blobs": len(blobs), **control}
    return pack(kind, json.dumps(control).encode()) + b"".join(pack("b", blob) for blob in blobs)


def fact(index: int, output: bytes = b"1", **changes: Any) -> bytes:
    return say("f", {"fact": {"index": index, "end": "returned", **changes}}, output)


def trial_fact(*outputs: bytes, **changes: Any) -> bytes:
    return say("t", {"fact": {"end": "returned", "first_ns": [5], **changes}}, *outputs)


def profile_fact(*blobs: bytes, **changes: Any) -> bytes:
    return say("p", {"fact": {"end": "returned", "lines": [[2, 5, 900]], **changes}}, *blobs)


DONE = say("d", {})


class Supervisor(ByteStream):
    """Says hello, then answers each message that it is sent by its kind.

    Attributes:
        heard: the kinds and control frames that the host sent.
        piece: how many bytes are received at once.
    """

    def __init__(self, hello: bytes = say("h", HELLO), piece: int = 7, **answers: bytes) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.blobs: list[bytes] = []
        self.piece = piece
        self._answers = answers
        self._pending = bytearray(hello)
        self._more = anyio.Event()
        self._closed = False

    async def send(self, item: bytes) -> None:
        while item:
            length, kind = struct.unpack_from("!IB", item)
            payload, item = item[5 : 5 + length], item[5 + length :]
            if chr(kind) == "b":
                self.blobs.append(payload)
            else:
                self.heard.append((chr(kind), json.loads(payload)))
                self._pending += self._answers.get(chr(kind), b"")
        self._more.set()
        await anyio.lowlevel.checkpoint()

    async def receive(self, max_bytes: int = 65536) -> bytes:
        while not self._pending:
            if self._closed or b"" in self._answers.values():
                raise anyio.EndOfStream
            self._more = anyio.Event()
            await self._more.wait()
        data = bytes(self._pending[: min(self.piece, max_bytes)])
        del self._pending[: len(data)]
        return data

    async def send_eof(self) -> None:
        self._closed = True

    async def aclose(self) -> None:
        self._closed = True


async def facts_of(client: SupervisorClient, job: JudgeJob = JOB) -> list[CallFact]:
    facts: list[CallFact] = []

    def keep(found: CallFact) -> bool:
        facts.append(found)
        return True

    await client.judge(job, keep)
    return facts


async def test_a_job_goes_out_and_facts_come_back() -> None:
    supervisor = Supervisor(j=fact(0, b"10") + fact(1, b"20", cpu_ns=7, printed="x") + DONE)
    client = SupervisorClient(supervisor)
    found = await facts_of(client)
    assert found == [
        CallFact(index=0, end="returned", output="10"),
        CallFact(index=1, end="returned", output="20", cpu_ns=7, printed="x"),
    ]
    assert supervisor.blobs == [b"p", b"a", b"b"]
    ((kind, control),) = supervisor.heard
    assert (kind, control["blobs"], control["entry_point"], control["go_on"]) == ("j", 3, "f", False)
    assert control["limits"]["output_bytes"] == 100
    assert not client.broken


async def test_a_breach_is_kept_in_mind() -> None:
    supervisor = Supervisor(j=fact(0) + fact(1) + say("d", {"breached": True}))
    client = SupervisorClient(supervisor)
    await client.judge(JOB, lambda _: True)
    assert client.breached
    assert not client.broken
    client = SupervisorClient(Supervisor(j=fact(0) + fact(1), s=say("d", {"breached": True})))
    with pytest.raises(LookupError):
        await client.judge(JOB, lambda _: {}["no such key"])
    assert client.breached


async def test_hello_tells_what_the_sandbox_is() -> None:
    hello = await SupervisorClient(Supervisor()).hello()
    info = hello.info("docker", "no network", "read-only", image="sha256:1")
    assert (info.python, info.clock, info.image) == ("3.9.1", "process-cpu", "sha256:1")
    assert info.confinement == "no network, read-only, rlimits"


async def test_a_check_goes_out_as_one() -> None:
    supervisor = Supervisor(c=fact(0, b"null") + DONE)
    found = await facts_of(SupervisorClient(supervisor), JudgeJob(program="p", entry_point="f", check="c"))
    assert [one.output for one in found] == ["null"]
    assert supervisor.blobs == [b"p", b"c"]


async def test_text_that_is_no_utf_8_goes_out_and_comes_back() -> None:
    supervisor = Supervisor(j=fact(0, b"\xff") + DONE)
    job = JudgeJob(program="'\ud800'", entry_point=None, inputs=("\udc80",))
    (found,) = await facts_of(SupervisorClient(supervisor), job)
    assert supervisor.blobs == [b"'\xed\xa0\x80'", b"\xed\xb2\x80"]
    assert found.output == "\ufffd"


@pytest.mark.parametrize(
    "hello",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        say("h", {**HELLO, "version": 4}),
        say("h", {"version": 3}),
        say("d", HELLO),
        pack("h", b"\xff"),
        struct.pack("!IB", 1 << 30, ord("h")),
    ],
)
async def test_who_does_not_say_hello_is_no_sandbox(hello: bytes) -> None:
    client = SupervisorClient(Supervisor(hello, j=b""))
    with pytest.raises(SandboxLostError):
        await client.judge(JOB, lambda _: True)
    assert client.broken


BAD_ANSWERS: dict[str, bytes] = {
    "the end of the stream": b"",
    "a fact out of turn": fact(1),
    "a fact twice": fact(0) + fact(0),
    "a fact too many": fact(0) + fact(1) + fact(2),
    "another job's fact": say("f", {"job": 9, "fact": {"index": 0, "end": "returned"}}, b"1"),
    "another job's end": say("d", {"job": 9}),
    "an end that is none": fact(0, end="correct"),
    "a time that is none": fact(0, cpu_ns="7"),
    "no output": say("f", {"fact": {"index": 0, "end": "returned"}}),
    "two outputs": say("f", {"fact": {"index": 0, "end": "returned"}}, b"1", b"2"),
    "a longer output than allowed": fact(0, bytes(101)),
    "an endless control frame": struct.pack("!IB", 1 << 31, ord("f")),
    "something else for an output": say("f", {"blobs": 1, "fact": {"index": 0, "end": "returned"}}) + DONE,
    "no JSON": pack("f", b"{"),
    "deep JSON": pack("f", b"[" * 100_000),
    "a list": say("f", [1]),
    "an unknown kind": say("?", {}),
    "a trial's fact": trial_fact(b"1", b"2"),
}


@pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS.keys())
async def test_whatever_is_not_in_order_means_that_the_sandbox_is_lost(answer: bytes) -> None:
    client = SupervisorClient(Supervisor(j=answer))
    with pytest.raises(SandboxLostError):
        await facts_of(client)
    assert client.broken
    with pytest.raises(SandboxLostError, match="lost before"):
        await facts_of(client)


async def test_the_reason_of_a_loss_is_made_printable() -> None:
    client = SupervisorClient(Supervisor(j=fact(0) + say("x", {"reason": "sur\x1b[2Jvivors\n" * 100})))
    with pytest.raises(SandboxLostError) as caught:
        await facts_of(client)
    assert str(caught.value).startswith(r"sur\x1b[2Jvivors sur")
    assert len(str(caught.value)) <= 200


@pytest.mark.parametrize("kind", ["j", "t"])
async def test_silence_has_an_end(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "_SLACK_SECONDS", 0.02)
    client = SupervisorClient(Supervisor())
    limits = Limits(total_seconds=0.03)
    if kind == "j":
        job = JudgeJob(program="", entry_point=None, inputs=("",), limits=limits)
        asking: Awaitable[object] = client.judge(job, lambda _: True)
    else:
        asking = client.trial(TrialJob(program="", entry_point=None, inputs=("",), limits=limits))
    with anyio.fail_after(10), pytest.raises(SandboxLostError, match="does not answer"):
        await asking
    assert client.broken


async def test_a_stop_is_sent_and_later_facts_are_not_told() -> None:
    supervisor = Supervisor(j=fact(0) + fact(1), s=DONE)
    facts: list[CallFact] = []

    def stop(found: CallFact) -> bool:
        facts.append(found)
        return False

    client = SupervisorClient(supervisor)
    with anyio.fail_after(10):
        await client.judge(JOB, stop)
    assert [found.index for found in facts] == [0]
    assert [kind for kind, _ in supervisor.heard] == ["j", "s"]
    assert supervisor.heard[1][1]["job"] == 1
    assert not client.broken


async def test_the_last_fact_needs_no_stop() -> None:
    supervisor = Supervisor(j=fact(0) + fact(1) + DONE)
    await SupervisorClient(supervisor).judge(JOB, lambda found: found.index < 1)
    assert [kind for kind, _ in supervisor.heard] == ["j"]


async def cut_short(client: SupervisorClient, begun: anyio.Event) -> None:
    """Cancel a job once it has begun: at its first fact, or when the event is set before."""

    def first(_: CallFact) -> bool:
        begun.set()
        return True

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.judge, JOB, first)
            await begun.wait()
            tasks.cancel_scope.cancel()


async def test_a_cancelled_job_is_stopped_and_the_sandbox_serves_on() -> None:
    # Cancelled in the midst of an output.
    supervisor = Supervisor(j=fact(0) + fact(1)[:-1], s=fact(1)[-1:] + DONE)
    client = SupervisorClient(supervisor)
    await cut_short(client, anyio.Event())
    assert not client.broken
    assert [kind for kind, _ in supervisor.heard] == ["j", "s"]


async def test_a_cancelled_job_that_does_not_stop_breaks_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "_STOP_SECONDS", 0.05)
    client = SupervisorClient(Supervisor(j=fact(0)))
    await cut_short(client, anyio.Event())
    assert client.broken


async def test_a_job_that_was_sent_by_half_breaks_the_sandbox() -> None:
    sending = anyio.Event()

    class Stuck(Supervisor):
        async def send(self, item: bytes) -> None:
            sending.set()
            await anyio.sleep_forever()

    client = SupervisorClient(Stuck())
    await cut_short(client, sending)
    assert client.broken


async def test_a_trial_comes_back_with_its_outputs() -> None:
    answer = trial_fact(b"1", b"2", load_ns=3, wall_ns=9, first_ns=[4, 5]) + DONE
    supervisor = Supervisor(t=answer)
    found = await SupervisorClient(supervisor).trial(TRIAL)
    assert (found.outputs, found.first_ns, found.load_ns) == (("1", "2"), (4, 5), 3)
    assert supervisor.blobs == [b"p", b"a", b"b"]


async def test_a_trial_that_failed_has_no_outputs() -> None:
    answer = trial_fact(end="timeout", detail="slow") + DONE
    found = await SupervisorClient(Supervisor(t=answer)).trial(TRIAL)
    assert (found.end, found.outputs, found.detail) == ("timeout", (), "slow")


@pytest.mark.parametrize(
    "answer",
    [
        trial_fact(b"1") + DONE,
        trial_fact(b"1", b"2", b"3") + DONE,
        trial_fact(b"1", b"2", first_ns=5) + DONE,
        trial_fact(b"1", b"2", end="raised") + DONE,
        trial_fact(b"1", b"2") + fact(0),
        fact(0) + DONE,
        DONE,
        b"",
    ],
)
async def test_a_trial_that_is_not_in_order_means_that_the_sandbox_is_lost(answer: bytes) -> None:
    client = SupervisorClient(Supervisor(t=answer))
    with anyio.fail_after(10), pytest.raises(SandboxLostError):
        await client.trial(TRIAL)
    assert client.broken


async def test_without_a_clock_nothing_is_timed_and_all_is_judged() -> None:
    client = SupervisorClient(Supervisor(say("h", {**HELLO, "clock": "none"}), j=fact(0) + fact(1) + DONE))
    with pytest.raises(NoClockError, match="unmeasured"):
        await client.trial(TRIAL)
    assert not client.broken


async def test_a_large_output_comes_whole() -> None:
    output = bytes(range(32, 127)) * 20_000
    job = JudgeJob(program="", entry_point=None, inputs=("",))
    client = SupervisorClient(Supervisor(j=fact(0, output) + DONE, piece=60_001))
    (found,) = await facts_of(client, job)
    assert found.output == output.decode()


class Deaf(Supervisor):
    """Reads a job and nothing after it, as one whose pipe is full."""

    async def send(self, item: bytes) -> None:
        if self.heard:
            await anyio.sleep_forever()
        await super().send(item)


async def test_a_supervisor_that_does_not_read_the_stop_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "_STOP_SECONDS", 0.05)
    client = SupervisorClient(Deaf(j=fact(0)))
    with anyio.fail_after(5), pytest.raises(SandboxLostError, match="does not read"):
        await client.judge(JOB, lambda _: False)
    assert client.broken


PROFILE = ProfileJob(program="p", entry_point="f", input="a", limits=Limits(total_seconds=5))


async def test_a_profile_comes_back_with_its_lines() -> None:
    supervisor = Supervisor(l=profile_fact(partial=True) + DONE)
    found = await SupervisorClient(supervisor).profile(PROFILE)
    assert (found.lines, found.partial) == (((2, 5, 900),), True)
    assert supervisor.blobs == [b"p", b"a"]


@pytest.mark.parametrize(
    "answer",
    [
        profile_fact(b"1") + DONE,
        profile_fact(lines=[[1, 2]]) + DONE,
        profile_fact(lines=[[1, 2, "3"]]) + DONE,
        profile_fact(lines=[[1, 2, 3.5]]) + DONE,
        profile_fact() + fact(0),
        fact(0),
        DONE,
    ],
)
async def test_a_profile_that_is_not_in_order_means_that_the_sandbox_is_lost(answer: bytes) -> None:
    client = SupervisorClient(Supervisor(l=answer))
    with pytest.raises(SandboxLostError):
        await client.profile(PROFILE)
    assert client.broken
