"""A program of a chain run under a line profiler, for the next prompt."""

from __future__ import annotations

from perftui.preparing.bench import Bench
from perftui.problems.model import Problem, TestCase
from perftui.refine.chain import Profiled
from perftui.sandbox.protocol import Limits, NoSandboxError, SandboxLostError
from perftui.text import one_line
from perftui.timing.profiling import profile


async def profiled(
    bench: Bench, problem: Problem, program: str, test: TestCase | None, limits: Limits, *, name: str
) -> Profiled:
    """Profile a program on one input; that it cannot be had is a fact as well: advice is not worth a chain.

    Args:
        bench: where it runs.
        problem: what the program is for.
        program: its text.
        test: the input; None where the problem has none of that name.
        limits: of timed executions.
        name: of the input.

    Raises:
        NoSandboxError: no sandbox can be started.
    """
    if test is None:
        return Profiled(input=name, trouble="the problem has no input of that name")
    try:
        found = await bench.run(
            lambda sandbox, core: profile(
                sandbox, program, entry_point=problem.entry_point, input_=test.input, limits=limits, core=core
            )
        )
    except NoSandboxError:
        raise
    except SandboxLostError as error:
        return Profiled(input=name, trouble=one_line(str(error)))
    return Profiled(input=name, profile=found)
