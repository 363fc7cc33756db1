"""Flags that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from perftui.cli.plans import counts, price

DIFFICULTIES = ("introductory", "interview", "competition")
SPLITS = ("train", "test")

F = TypeVar("F", bound=Callable[..., object])


def with_db(command: F) -> F:
    """`--db FILE`, or PERFTUI_DB."""
    return click.option(
        "--db",
        type=click.Path(dir_okay=False, path_type=Path),
        help="The database of runs; or PERFTUI_DB.  [default: in the user's data folder]",
    )(command)


def with_idle_db(command: F) -> F:
    """`--db FILE` for a command that reads none: scripts may give the flag to every command."""
    return click.option(
        "--db",
        type=click.Path(dir_okay=False, path_type=Path),
        expose_value=False,
        help="Taken by every command; this one needs no database.",
    )(command)


def with_sandbox(command: F) -> F:
    """`--sandbox docker|process`."""
    return click.option(
        "--sandbox",
        type=click.Choice(["docker", "process"]),
        help="Where programs run; `process` has no container around them.",
    )(command)


def with_benchmark(command: F) -> F:
    """BENCHMARK, and what `with_problems` has."""
    return click.argument("benchmark")(with_problems(command))


def with_problems(command: F) -> F:
    """`--data`, `--timing-data`, `--problems`, `--difficulty`, `--split`, `--limit`."""
    command = click.option("--limit", type=click.IntRange(min=1), help="Only the first N problems.")(command)
    command = click.option(
        "--split", "splits", multiple=True, type=click.Choice(SPLITS), help="Only this part of APPS."
    )(command)
    command = click.option(
        "--difficulty",
        "difficulties",
        multiple=True,
        type=click.Choice(DIFFICULTIES),
        help="Only these problems of APPS; may be given several times.",
    )(command)
    command = click.option(
        "--problems", "problem_ids", metavar="IDS", help="Only these: ids or numbers, with commas: 0,3,10-19."
    )(command)
    command = click.option(
        "--timing-data",
        type=click.Path(path_type=Path),
        help="Larger inputs to time programs on: a file of COFFE or EvalPlus, as published.",
    )(command)
    return click.option(
        "--data",
        type=click.Path(path_type=Path),
        help="The file of a named benchmark, as its publisher wrote it.  [default: what was fetched]",
    )(command)


def with_models(command: F) -> F:
    """Who is asked, how often and at what price."""
    options = [
        click.option(
            "--model",
            multiple=True,
            required=True,
            help="PROVIDER/NAME, recorded:FILE, or recorded:RUN; several are compared.",
        ),
        click.option("--base-url", help="Of an OpenAI-compatible server, such as http://localhost:8000/v1."),
        click.option(
            "--price",
            type=price,
            multiple=True,
            metavar="[MODEL=]IN/OUT",
            help="What tokens of prompts and of replies cost, in $ a million, such as 0.15/0.60.",
        ),
        click.option(
            "--chains",
            type=counts,
            metavar="K[,K…]",
            default="1",
            show_default=True,
            help="Independent chains a problem; of several numbers the largest is run, and figures are "
            "given for each.",
        ),
        click.option(
            "--at",
            type=counts,
            metavar="K[,K…]",
            help="Give figures for the first K chains, too, such as 1,8,20.",
        ),
        click.option("--max-tokens", type=click.IntRange(min=16), help="Bound on a reply."),
        click.option(
            "--pace",
            type=click.FloatRange(min=1),
            help="Characters a second of recorded replies.  [default: at once]",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def with_limits(command: F) -> F:
    """Bounds on programs, and on timing."""
    options = [
        click.option(
            "--test-factor",
            type=click.FloatRange(min=1),
            default=10.0,
            show_default=True,
            help="A test may take this many times the reference's time …",
        ),
        click.option(
            "--test-least",
            type=click.FloatRange(min=0.01),
            default=1.0,
            show_default=True,
            help="… at least this many seconds …",
        ),
        click.option(
            "--test-most",
            type=click.FloatRange(min=0.01),
            default=10.0,
            show_default=True,
            help="… and at most this many.",
        ),
        click.option(
            "--candidate-seconds",
            type=click.FloatRange(min=0.1),
            default=60.0,
            show_default=True,
            help="All tests of a program together.",
        ),
        click.option(
            "--memory",
            "memory_mib",
            type=click.IntRange(min=64),
            default=1024,
            show_default=True,
            help="MiB that a program may use.",
        ),
        click.option("--all-tests", is_flag=True, help="Judge on after the first failing test."),
        click.option("--no-timing", is_flag=True, help="Judge only."),
        click.option(
            "--measure-seconds",
            type=click.FloatRange(min=0.3),
            default=2.0,
            show_default=True,
            help="Budget of one measurement.",
        ),
        click.option(
            "--timing-budget",
            type=click.FloatRange(min=0),
            help="Seconds for all measurements.  [default: 6 a problem, more for many chains, at least 20]",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def with_output(command: F) -> F:
    """`--headless` and `--json`."""
    command = click.option("--json", "as_json", is_flag=True, help="One JSON object per event on stdout.")(
        command
    )
    return click.option("--headless", is_flag=True, help="No screen: plain progress.")(command)


def with_concurrency(command: F) -> F:
    """How much is done at once."""
    command = click.option(
        "--open-problems",
        type=click.IntRange(min=1),
        default=8,
        show_default=True,
        help="Problems worked on at once.",
    )(command)
    return click.option(
        "--model-calls",
        type=click.IntRange(min=1),
        default=16,
        show_default=True,
        help="Model calls in flight at once.",
    )(command)


def with_patience(command: F) -> F:
    """How long a live model is waited for."""
    command = click.option(
        "--attempts",
        type=click.IntRange(min=1),
        default=10,
        show_default=True,
        help="How often a call of a live model is sent at most.",
    )(command)
    return click.option(
        "--stall-seconds",
        type=click.FloatRange(min=0.1),
        default=60.0,
        show_default=True,
        help="Without a byte from the server, before a call is sent again.",
    )(command)


def with_format(command: F) -> F:
    """`--format md|json|csv`."""
    return _format_option("md", "json", "csv")(command)


def with_page_format(command: F) -> F:
    """`--format md|json|csv|html`; `html` is a page that needs no other file."""
    return _format_option("md", "json", "csv", "html")(command)


def _format_option(*formats: str) -> Callable[[F], F]:
    return click.option(
        "--format",
        "format_",
        type=click.Choice(formats),
        default="md",
        show_default=True,
        help="How figures are printed.",
    )
