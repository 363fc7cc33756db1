"""The line profile of one test, taken on demand in an execution of its own."""

from __future__ import annotations

from perftui.sandbox.protocol import Limits, ProfileJob, Sandbox
from perftui.timing.profile import LineProfile, profile_from


async def profile(
    sandbox: Sandbox, program: str, *, entry_point: str | None, input_: str, limits: Limits, core: int
) -> LineProfile:
    """Profile a program on one input.

    Args:
        sandbox: leased by the caller.
        program: the whole source text.
        entry_point: the function to call, or None for a program that reads stdin.
        input_: coded as for judging, best of the slowest test.
        limits: of the problem; a profile may take some times a test's.
        core: to run on; nothing may be timed on it meanwhile.

    Raises:
        SandboxLostError: the sandbox failed.
    """
    job = ProfileJob(program=program, entry_point=entry_point, input=input_, limits=limits, cpu=core)
    return profile_from(await sandbox.profile(job), program)
