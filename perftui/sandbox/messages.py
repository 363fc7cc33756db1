"""The control frames between the host and a supervisor, typed."""

from __future__ import annotations

from typing import Literal

import msgspec

from perftui.sandbox.protocol import CallFact, Limits, ProfileFact, SandboxInfo, TrialFact
from perftui.text import one_line


class Hello(msgspec.Struct, frozen=True, kw_only=True):
    """What a supervisor says of itself when it is ready.

    Attributes:
        version: of the protocol.
        python: the version of the interpreter that runs programs.
        clock: whether it can read a program's CPU clock from outside.
        confinement: what holds a program, one word or two each.
        seccomp: whether system calls are filtered.
        own_users: whether programs run as users of their own.
        zygotes: how many there are, each with its own hash seed.
        packages: what can be loaded beside the standard library, with versions.
        machine: the kind of processor, as the kernel names it.
        libc: such as `glibc 2.36`; empty where it is another.
    """

    version: int
    python: str
    clock: Literal["process-cpu", "none"]
    confinement: tuple[str, ...]
    seccomp: bool
    own_users: bool
    zygotes: int
    packages: dict[str, str]
    machine: str
    libc: str

    def info(self, kind: Literal["docker", "process"], *around: str, image: str = "") -> SandboxInfo:
        """This as the user is told, with what the sandbox's surroundings add to its confinement."""
        words = ", ".join((*around, *self.confinement))
        return SandboxInfo(
            kind=kind,
            confinement=words,
            clock=self.clock,
            python=self.python,
            image=image,
            packages=tuple(f"{name} {one_line(version, 20)}" for name, version in self.packages.items()),
        )


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """The head of any job."""

    job: int
    blobs: int
    entry_point: str | None
    limits: Limits
    core: int
    zygote: int
    packages: tuple[str, ...]


class JudgeRequest(Request, frozen=True, kw_only=True):
    """A judging job, or one with a check."""

    go_on: bool
    digest_over: int


class TrialRequest(Request, frozen=True, kw_only=True):
    """A timed execution."""

    repeats: int
    per_test: bool
    null: bool


class Stop(msgspec.Struct, frozen=True):
    """No more of this job is wanted."""

    job: int
    blobs: int = 0


class About(msgspec.Struct, frozen=True):
    """What any message of a supervisor about a job holds."""

    job: int
    blobs: int


class FactFrame(About, frozen=True):
    """How one call ended; its output is the one blob."""

    fact: CallFact


class TrialFrame(About, frozen=True):
    """What a timed execution cost; its outputs are the blobs."""

    fact: TrialFact


class ProfileFrame(About, frozen=True):
    """Which lines took how long."""

    fact: ProfileFact


class Done(About, frozen=True):
    """A job is over.

    Attributes:
        breached: whether a program, of this job or an earlier one, did what makes the sandbox unfit for
            another problem: forged an answer, made a forbidden call, had the kernel run out of memory.
    """

    breached: bool = False


class Lost(About, frozen=True):
    """The sandbox cannot be relied on any more."""

    reason: str
