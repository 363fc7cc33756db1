"""Where programs run: what a sandbox is asked and what it answers.

A sandbox gives facts and never judges: expected outputs do not enter it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Literal, Protocol

import msgspec

from perftui.errors import EnvironmentLacksError

CallEnd = Literal[
    "returned",
    "raised",
    "timeout",
    "memory",
    "output-limit",
    "killed",
    "exited",
    "invalid-program",
    "protocol-violation",
    "forbidden-call",
]
"""How one call of a program ended.

`returned`: with an output. `raised`: an exception left the program. `timeout`, `memory`,
`output-limit`: a limit was met. `killed`: by a signal of its own making. `exited`: the process
ended without an answer. `invalid-program`: it does not compile, or has no entry point.
`protocol-violation`: it wrote to the result channel what it should not. `forbidden-call`: it made a
system call that no solution needs.
"""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on a program.

    Attributes:
        test_seconds: wall time of one test.
        total_seconds: wall time of all tests of one execution request.
        memory_bytes: address space of the program.
        output_bytes: printed text, and the coded output of one test.
    """

    test_seconds: float = 10.0
    total_seconds: float = 60.0
    memory_bytes: int = 1 << 30
    output_bytes: int = 4 << 20


class JudgeJob(msgspec.Struct, frozen=True, kw_only=True):
    """Run a program on inputs, in order, and say how each ended.

    A function program's inputs share one fresh child; each stdin input has its own.

    Attributes:
        program: the whole source text.
        entry_point: the function to call, or None for a program that reads stdin.
        inputs: coded argument tuples, or texts of stdin.
        check: code with `check(candidate)`, run in a checker child of another uid that calls
            the program by proxy; given instead of inputs.
        limits: bounds that hold for each call and for all.
        cpu: the core to run on.
        go_on: after an input on which the program's process ended, run the rest in a fresh one.
        zygote: which of the sandbox's zygotes (each with its own hash seed) forks the child.
        digest_over: a coded output of more bytes than this is told by its digest alone; 0 for never.
    """

    program: str
    entry_point: str | None
    inputs: tuple[str, ...] = ()
    check: str | None = None
    limits: Limits = Limits()
    cpu: int = 0
    go_on: bool = False
    zygote: int = 0
    digest_over: int = 0


class CallFact(msgspec.Struct, frozen=True, kw_only=True):
    """How the program did on one input.

    Attributes:
        index: position in the job's inputs (0 for a check).
        end: how it ended.
        output: the coded value, or the text of stdout; empty unless `end` is `returned`.
        digest: SHA-256 of the coded value (in hexadecimal) in place of an output that the job wanted told so.
        error_type: the exception's type name; for a check, the type that the check raised.
        error_message: its message, cut; hostile text.
        error_line: the line in the program, or None.
        detail: more about `end`, such as the signal's name.
        printed: the head of what a function program printed; hostile text.
        cpu_ns: process CPU time of the call, read from outside.
        wall_ns: wall time of the call. Quick calls in company are metered together, and share it evenly.
        peak_bytes: peak memory of the process so far, calls in its company included, beyond what it
            held before it saw the program; 0 where unknown.
    """

    index: int
    end: CallEnd
    output: str = ""
    digest: str = ""
    error_type: str = ""
    error_message: str = ""
    error_line: int | None = None
    detail: str = ""
    printed: str = ""
    cpu_ns: int = 0
    wall_ns: int = 0
    peak_bytes: int = 0


class TrialJob(msgspec.Struct, frozen=True, kw_only=True):
    """One timed execution: a fresh process, pinned, every phase metered from outside.

    Attributes:
        program: the whole source text.
        entry_point: the function to call, or None for a program that reads stdin (then each
            input has a process of its own, timed from its start to its end).
        inputs: the timing inputs of one pass, coded as for judging.
        repeats: how many passes fill the window, each in a fresh namespace on fresh copies of
            the inputs.
        per_test: meter each input of the first pass by itself.
        null: replace the program by one that does nothing, to meter the harness's own cost.
        zygote: which of the sandbox's zygotes (each with its own hash seed) forks the child;
            taken modulo their number, so that paired trials name the same one.
        limits: bounds, as for judging.
        cpu: the core to run on.
        packages: what its process has loaded from the start, beside what the program itself imports: the
            programs of a comparison must not differ in that.
    """

    program: str
    entry_point: str | None
    inputs: tuple[str, ...]
    repeats: int = 1
    per_test: bool = False
    null: bool = False
    zygote: int = 0
    limits: Limits = Limits()
    cpu: int = 0
    packages: tuple[str, ...] = ()


class TrialFact(msgspec.Struct, frozen=True, kw_only=True):
    """What one timed execution cost, in ns of process CPU time read from outside.

    Attributes:
        end: `returned` where all passes came to their end.
        load_ns: running the module's code, all namespaces together.
        decode_ns: decoding the inputs of all passes.
        first_ns: the work of the first pass: one figure, or one an input where `per_test`.
        rest_ns: the work of all later passes together.
        encode_ns: encoding the outputs of one pass, chosen after the work was done.
        wall_ns: wall time of the metered phases together.
        peak_bytes: peak memory of the process beyond what it held before it saw the program; the
            inputs and outputs of all passes are in it.
        outputs: the coded outputs of that pass, to be checked like any other.
        detail: what went wrong where `end` is not `returned`.
    """

    end: CallEnd
    load_ns: int = 0
    decode_ns: int = 0
    first_ns: tuple[int, ...] = ()
    rest_ns: int = 0
    encode_ns: int = 0
    wall_ns: int = 0
    peak_bytes: int = 0
    outputs: tuple[str, ...] = ()
    detail: str = ""


class ProfileJob(msgspec.Struct, frozen=True, kw_only=True):
    """One execution whose lines are metered from within; never one that is timed.

    The program is loaded and run once. It may take some times `limits.test_seconds`, at most
    `limits.total_seconds`; where it takes longer, its profile is partial.

    Attributes:
        program: the whole source text.
        entry_point: the function to call, or None for a program that reads stdin.
        input: the coded argument tuple, or the text of stdin.
        limits: bounds, as for judging.
        cpu: the core to run on.
    """

    program: str
    entry_point: str | None
    input: str
    limits: Limits = Limits()
    cpu: int = 0


class ProfileFact(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines took how long, by the word of the program's own process: advice, never evidence.

    Attributes:
        end: how the execution ended; there are lines also where an exception ended it.
        lines: line, how often it was begun, and ns of CPU time of its thread: its own and what it
            called outside the program, the meter's own cost left out as far as it can be.
        partial: its time was up before its end.
        wall_ns: wall time of the execution, under the meter.
        detail: what went wrong where `end` is not `returned`.
    """

    end: CallEnd
    lines: tuple[tuple[int, int, int], ...] = ()
    partial: bool = False
    wall_ns: int = 0
    detail: str = ""


class SandboxInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a sandbox is and what can be believed of it.

    Attributes:
        kind: `docker` or `process`.
        confinement: what holds a program, in words, such as `network none, read-only, seccomp`.
        clock: `process-cpu` where CPU time is read from outside; `none` where it cannot be, and
            speed is then unmeasured.
        python: the version of the interpreter that runs programs.
        image: the image's id; empty for the process sandbox.
        packages: what it has beside the standard library, each with its version: `numpy 2.4.6`.
    """

    kind: Literal["docker", "process"]
    confinement: str
    clock: Literal["process-cpu", "none"]
    python: str
    image: str = ""
    packages: tuple[str, ...] = ()


class SandboxLostError(Exception):
    """The sandbox itself failed: never the program's fault. The work may be tried again."""


class NoSandboxError(SandboxLostError, EnvironmentLacksError):
    """No sandbox can be started any more, whatever is to run in it: the work must not be tried again."""


class NoClockError(Exception):
    """The sandbox cannot read a program's CPU clock from outside: its speed is unmeasured."""


class Sandbox(Protocol):
    """One warm place that runs one job at a time."""

    async def judge(self, job: JudgeJob, on_call: Callable[[CallFact], bool]) -> None:
        """Run a job; each fact is handed over as it comes, in order.

        Args:
            job: what to run.
            on_call: returns False to stop the job after this fact.

        Raises:
            SandboxLostError: the sandbox failed; facts already given hold.
        """
        ...

    async def trial(self, job: TrialJob) -> TrialFact:
        """Run one timed execution.

        Raises:
            NoClockError: this sandbox has no clock that can be believed.
            SandboxLostError: the sandbox failed.
        """
        ...

    async def profile(self, job: ProfileJob) -> ProfileFact:
        """Run one execution with a meter on its lines.

        Raises:
            SandboxLostError: the sandbox failed.
        """
        ...


class SandboxPool(Protocol):
    """Warm sandboxes, leased one at a time and given back."""

    @property
    def info(self) -> SandboxInfo:
        """What these sandboxes are."""
        ...

    def lease(self) -> AbstractAsyncContextManager[Sandbox]:
        """Wait for a free sandbox; one that failed while leased is replaced on its return.

        Raises:
            NoSandboxError: none can be started, after several attempts.
        """
        ...
