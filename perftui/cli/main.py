"""The command group, and how any error becomes one line and an exit status."""

from __future__ import annotations

import errno
import importlib
import logging
import os
from collections.abc import Sequence
from typing import NamedTuple

import click

from perftui import __version__
from perftui.cli.settings import defaults_of, long_names
from perftui.cli.streams import complain, fall_silent, settle_streams
from perftui.config import ENVIRONMENT_PREFIX
from perftui.errors import ExitStatus, PerftuiError, cause_of
from perftui.paths import log_file


class _Entry(NamedTuple):
    """Where a command lives, and what is said of it in the list of commands."""

    module: str
    help: str


# The list is here, and not in the commands' modules, so that `--help` loads none of them.
COMMANDS = {
    "demo": _Entry("demo", "Refine the bundled problems with a recorded model: no key, no network."),
    "run": _Entry("run", "Refine a benchmark's problems for speed with a model."),
    "evaluate": _Entry("evaluate", "Judge and time given programs; no model is asked."),
    "measure": _Entry("measure", "Compare the speed of two programs on a problem."),
    "resume": _Entry("resume", "Go on with a run where it stopped."),
    "rerun": _Entry("resume", "Solve one problem of a run anew, beside what was there."),
    "fork": _Entry("fork", "Go on from a round of a run in another way, beside it."),
    "watch": _Entry("watch", "Look at a stored run, or at one that runs elsewhere."),
    "report": _Entry("report", "Print the figures of one run or of several."),
    "compare": _Entry("compare", "Compare runs with the first of them, problem by problem."),
    "export": _Entry("report", "Print a run's events, one JSON object a line."),
    "strategies": _Entry("strategies", "List the ways of refining."),
    "prompts": _Entry("prompts", "List prompt templates; show what is sent for a problem."),
    "problems": _Entry("problems", "List, show, check and fetch benchmarks; make a problem of your own."),
    "sandbox": _Entry("sandbox", "Build, look at and clean the Docker sandbox."),
    "db": _Entry("db", "Check the database of runs, and see what takes its space."),
    "keys": _Entry("keys", "Print the keys of the screen, to be changed in the settings file."),
    "doctor": _Entry("doctor", "Say what is there, what is missing, and its cure."),
}


class _LazyGroup(click.Group):
    """Loads a command's module when the command is used, and no earlier."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = _load(cmd_name)
        ctx.default_map = _defaults(cmd_name, command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])


def _load(name: str) -> click.Command:
    module = importlib.import_module(f"perftui.cli.{COMMANDS[name].module}")
    command: click.Command = getattr(module, name)
    return command


def _defaults(name: str, command: click.Command) -> dict[str, object]:
    return {name: defaults_of(name, command, commands=COMMANDS, flags_of_others=_all_flags)}


def _all_flags() -> set[str]:
    return {flag for name in COMMANDS for flag in long_names(_load(name))}


@click.group(
    cls=_LazyGroup,
    invoke_without_command=True,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
    },
)
@click.version_option(__version__, prog_name="perftui")
@click.pass_context
def perftui(ctx: click.Context) -> object:
    """Refine programs for speed with a language model, and see what happened.

    Without a command, opens the screen on the list of runs.
    """
    if ctx.invoked_subcommand is not None:
        return None
    from perftui.cli.views import need_terminal  # noqa: PLC0415
    from perftui.cli.watch import watch  # noqa: PLC0415 - slow to load

    need_terminal()
    ctx.default_map = _defaults("watch", watch)
    with watch.make_context("watch", [], parent=ctx) as inner:
        return watch.invoke(inner)


def run_command_line(arguments: Sequence[str]) -> int:
    """Run the command line.

    Returns:
        The exit status (`perftui.errors.ExitStatus`).
    """
    settle_streams()
    _log_to_file()
    try:
        result: object = perftui.main(args=list(arguments), prog_name="perftui", standalone_mode=False)
    except SystemExit:
        # What click does where whoever read our output has gone.
        fall_silent()
        return ExitStatus.DONE
    except (Exception, KeyboardInterrupt, BaseExceptionGroup) as error:  # noqa: BLE001 - each is told
        return _ended_by(cause_of(error))
    return result if isinstance(result, int) else ExitStatus.DONE


def _ended_by(error: BaseException) -> int:
    """The one line that an error is worth, and the exit status that it means."""
    match error:
        case click.exceptions.NoArgsIsHelpError():
            click.echo(error.format_message(), err=True)
            return ExitStatus.BAD_INPUT
        case click.UsageError(ctx=click.Context(command_path=command)):
            return complain(f"{error.format_message()} See {command} --help", ExitStatus.BAD_INPUT)
        case click.ClickException():
            return complain(error.format_message(), ExitStatus.BAD_INPUT)
        case click.Abort() | KeyboardInterrupt():
            return complain("interrupted", ExitStatus.INTERRUPTED)
        case PerftuiError():
            return complain(str(error), error.exit_status)
        case BrokenPipeError():
            fall_silent()
            return ExitStatus.DONE
        case OSError(errno=errno.ENOSPC | errno.EIO | errno.EFBIG, filename=None):
            fall_silent()
            return complain(f"the output cannot be written: {error.strerror}", ExitStatus.ENVIRONMENT_LACKS)
        case _ if f"{ENVIRONMENT_PREFIX}_DEBUG" in os.environ:
            raise error
        case _:
            logging.getLogger(__name__).error("the command failed", exc_info=error)
            what = f"{type(error).__name__}: {error}"
            return complain(
                f"internal error: {what} ({_whereabouts()}please report it)",
                ExitStatus.INFRASTRUCTURE_FAILED,
            )


def _log_to_file() -> None:
    """Faults of ours go to a file: the terminal belongs to the screen, and stdout to the result."""
    handler: logging.Handler
    try:
        handler = logging.FileHandler(log_file(), delay=True, encoding="utf-8")
    except OSError:
        # A home that cannot be written must not keep anybody from `--help`.
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger = logging.getLogger("perftui")
    logger.handlers = [handler]
    logger.propagate = False
    # A log that cannot be written, such as on a full disk, is not worth a traceback on the terminal.
    logging.raiseExceptions = False


def _whereabouts() -> str:
    try:
        return f"details in {log_file()}; "
    except OSError:
        return ""
