"""Where a user's strategies and prompt templates are, and what comes of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, TypeVar

import click

from perftui.own.kit import Kit, load_kit, using
from perftui.paths import prompts_dir, strategies_dir

F = TypeVar("F", bound=Callable[..., object])


class Folders(NamedTuple):
    """The folders that are looked into; None where there is none."""

    strategies: str | None
    prompts: str | None


def with_own(command: F) -> F:
    """`--strategies DIR` and `--prompts DIR`."""
    command = click.option(
        "--prompts",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        metavar="DIR",
        help="Prompt templates that take the place of those of the same name.  [default: prompts in the "
        "user's settings folder]",
    )(command)
    return click.option(
        "--strategies",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        metavar="DIR",
        help="Python files with strategies of your own.  [default: strategies in the user's settings folder]",
    )(command)


def folders(strategies: Path | None, prompts: Path | None) -> Folders:
    """The folders that the flags name, or those in the user's settings folder where they are there."""
    return Folders(_chosen(strategies, strategies_dir()), _chosen(prompts, prompts_dir()))


def own_in_use(
    strategies: str | None, prompts: str | None, *, tell: bool = False
) -> AbstractContextManager[Kit]:
    """Load what a user added, to be in use until the context is left.

    Args:
        strategies: folder with strategies, or None.
        prompts: folder with templates, or None.
        tell: say on stderr what could not be used.

    Raises:
        BadInputError: a file in them cannot be used; the message says where and why.
    """
    kit = load_kit(Path(strategies) if strategies else None, Path(prompts) if prompts else None)
    for note in kit.notes if tell else ():
        click.echo(f"perftui: left out: {note}", err=True)
    return using(kit)


def _chosen(named: Path | None, default: Path) -> str | None:
    if named is not None:
        return str(named.resolve())
    return str(default) if default.is_dir() else None
