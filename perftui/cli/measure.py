"""`perftui measure`: two programs against each other on one problem, and the evidence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal, TypedDict, Unpack

import click

from perftui.cli.options import with_idle_db, with_sandbox
from perftui.cli.stopping import run_to_end
from perftui.cli.views import see_written
from perftui.engine.duel import Duel
from perftui.engine.preparers import Preparers
from perftui.errors import BadInputError, ExitStatus, InfrastructureFailedError
from perftui.events.duel import DuelResult
from perftui.events.plan import LimitRules
from perftui.headless.output import Output
from perftui.paths import answers_dir, core_locks_dir
from perftui.preparing.cache import AnswerCache
from perftui.problems.benchmarks import load_benchmark, select
from perftui.problems.model import Problem
from perftui.problems.source import read_text
from perftui.sandbox.choose import open_pool
from perftui.sandbox.cores import Cores, settle_host, usable_cores
from perftui.sandbox.imports import needs_of
from perftui.sandbox.protocol import NoSandboxError, SandboxLostError
from perftui.text import one_line


class MeasureFlags(TypedDict):
    """The flags of `measure`."""

    a: Path
    b: Path
    problem: str
    benchmark: str | None
    data: Path | None
    timing_data: Path | None
    seconds: float
    memory_mib: int
    profile: bool
    format_: Literal["md", "json"]
    sandbox: Literal["docker", "process"] | None


@click.command()
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option(
    "--problem", required=True, metavar="P", help="A problem's file or folder, or an id of --benchmark."
)
@click.option("--benchmark", help="Whose problem it is: a name, or the path of a folder of problems.")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="The file of a named benchmark, as its publisher wrote it.",
)
@click.option(
    "--timing-data",
    type=click.Path(path_type=Path),
    help="Inputs to time on, beside the tests: COFFE's stressful tests, or EvalPlus's file.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.3),
    default=3.0,
    show_default=True,
    help="Budget of the measurement.",
)
@click.option(
    "--memory",
    "memory_mib",
    type=click.IntRange(min=64),
    default=1024,
    show_default=True,
    help="MiB that a program may use.",
)
@click.option("--profile", is_flag=True, help="Also profile both, line by line, on the slowest input.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["md", "json"]),
    default="md",
    show_default=True,
    help="How the evidence is printed.",
)
@with_sandbox
@with_idle_db
def measure(**flags: Unpack[MeasureFlags]) -> int:
    """Say how many times faster program B is than program A, and print the evidence.

    Both are judged by the problem's tests first; only correct programs are timed.
    """
    problem = _problem(flags)
    programs = read_text(flags["a"]), read_text(flags["b"])
    result = run_to_end(lambda: _duel(flags, problem, programs))
    from perftui.report.duel import DuelReport, render_duel  # noqa: PLC0415 - loads statistics

    out = Output(sys.stdout)
    report = DuelReport(a=str(flags["a"]), b=str(flags["b"]), result=result)
    out.write(render_duel(report, programs, flags["format_"]))
    see_written(out)
    return ExitStatus.DONE


def _problem(flags: MeasureFlags) -> Problem:
    name = flags["problem"]
    loaded = load_benchmark(flags["benchmark"] or name, flags["data"], flags["timing_data"])
    if flags["benchmark"] is not None:
        loaded = select(loaded, [name], None)
    if len(loaded.problems) != 1:
        raise BadInputError(
            f"--problem {one_line(name, 60)}: {len(loaded.problems)} problems are there, one is wanted"
        )
    return loaded.problems[0]


async def _duel(flags: MeasureFlags, problem: Problem, programs: tuple[str, str]) -> DuelResult:
    memory = flags["memory_mib"] << 20
    async with open_pool(
        flags["sandbox"] or "docker",
        slots=len(usable_cores()),
        memory_bytes=memory,
        on_progress=lambda line: click.echo(line, err=True),
        needs=needs_of([problem], programs),
    ) as pool:
        cores = Cores(pool.cores, core_locks_dir())
        undo = settle_host(usable_cores())
        try:
            preparers = Preparers(
                pool=pool, cores=cores, order={}, cache=AnswerCache(answers_dir()), memory_bytes=memory
            )
            rules = LimitRules(memory_bytes=memory)
            duel = Duel(
                preparers=preparers,
                problem=problem,
                rules=rules,
                seconds=flags["seconds"],
                profiles=flags["profile"],
            )
            return await duel.run(*programs)
        except NoSandboxError:
            raise
        except SandboxLostError as error:
            raise InfrastructureFailedError(
                f"a sandbox was lost: {one_line(str(error))}; try again"
            ) from error
        finally:
            undo()
