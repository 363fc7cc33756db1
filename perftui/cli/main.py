"""The command group, and how any error becomes one line and an exit status."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

import click

from perftui import __version__
from perftui.config import ENVIRONMENT_PREFIX, load_settings, settings_path
from perftui.errors import ExitStatus, PerftuiError
from perftui.paths import log_file


class _Entry(NamedTuple):
    """Where a command lives, and what is said of it in the list of commands."""

    module: str
    help: str


# The list is here, and not in the commands' modules, so that `--help` loads none of them.
COMMANDS = {
    "demo": _Entry("run", "Refine the bundled problems with a recorded model: no key, no network."),
    "run": _Entry("run", "Refine a benchmark's problems for speed with a model."),
    "evaluate": _Entry("evaluate", "Judge and time given programs; no model is asked."),
    "resume": _Entry("resume", "Go on with a run where it stopped."),
    "rerun": _Entry("resume", "Solve one problem of a run anew, beside what was there."),
    "watch": _Entry("watch", "Look at a stored run, or at one that runs elsewhere."),
    "report": _Entry("report", "Print the figures of one run or of several."),
    "export": _Entry("report", "Print a run's events, one JSON object a line."),
    "strategies": _Entry("strategies", "List the ways of refining."),
    "problems": _Entry("problems", "List, show and check a benchmark's problems."),
    "sandbox": _Entry("sandbox", "Build, look at and clean the Docker sandbox."),
    "doctor": _Entry("doctor", "Say what is there, what is missing, and its cure."),
}


class _LazyGroup(click.Group):
    """Loads a command's module when the command is used, and no earlier."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = importlib.import_module(f"perftui.cli.{entry.module}")
        command: click.Command = getattr(module, cmd_name)
        ctx.default_map = dict(load_settings(settings_path(), {cmd_name: _flags(command)}))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])


def _flags(command: click.Command) -> list[str]:
    return [param.name for param in command.params if param.name]


@click.group(
    cls=_LazyGroup,
    invoke_without_command=True,
    context_settings={
        "auto_envvar_prefix": ENVIRONMENT_PREFIX,
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
    },
)
@click.version_option(__version__, prog_name="perftui")
@click.pass_context
def perftui(ctx: click.Context) -> None:
    """Refine programs for speed with a language model, and see what happened.

    Without a command, opens the screen on the list of runs.
    """
    if ctx.invoked_subcommand is None:
        from perftui.cli.watch import open_list  # noqa: PLC0415 - the screen is slow to load

        open_list(None)


def run_command_line(arguments: Sequence[str]) -> int:
    """Run the command line.

    Returns:
        The exit status (`perftui.errors.ExitStatus`).
    """
    _log_to_file()
    try:
        result: object = perftui.main(args=list(arguments), prog_name="perftui", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return ExitStatus.BAD_INPUT
    except click.ClickException as error:
        return _complain(error.format_message(), ExitStatus.BAD_INPUT)
    except (click.Abort, KeyboardInterrupt):
        return _complain("interrupted", ExitStatus.INTERRUPTED)
    except PerftuiError as error:
        return _complain(str(error), error.exit_status)
    except BrokenPipeError:
        # Whoever read our output has gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitStatus.DONE
    except Exception as error:
        if f"{ENVIRONMENT_PREFIX}_DEBUG" in os.environ:
            raise
        logging.getLogger(__name__).exception("the command failed")
        return _complain(
            f"internal error: {type(error).__name__}: {error} (details in {log_file()}; please report it)",
            ExitStatus.INFRASTRUCTURE_FAILED,
        )
    return result if isinstance(result, int) else ExitStatus.DONE


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


def _complain(text: str, status: ExitStatus) -> int:
    click.echo(f"perftui: {' '.join(text.split())}", err=True)
    return status
