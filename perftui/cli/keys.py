"""`perftui keys`: the keys of the screen, as a table for the settings file."""

from __future__ import annotations

import os
from typing import Literal

import click

from perftui.cli.options import with_format
from perftui.config import keys_in, read_file, settings_path


@click.command()
@with_format
def keys(format_: Literal["md", "json", "csv"]) -> None:
    """Print every key of the screen with its id, to be changed in the settings file.

    The output is a table for that file: keep the lines that you want to be different. Several keys have
    commas between them.
    """
    from perftui.report.render import csv_text, json_text  # noqa: PLC0415 - slow to load
    from perftui.tui.keymap import bindings  # noqa: PLC0415 - likewise

    rows = [bound._asdict() for bound in bindings()]
    if format_ == "json":
        click.echo(json_text(rows), nl=False)
    elif format_ == "csv":
        click.echo(csv_text(rows), nl=False)
    else:
        click.echo("[keys]")
        for bound in bindings():
            line = f'"{bound.id}" = "{bound.keys}"'
            click.echo(f"{line:<44} # {bound.words}")


def chosen_keymap() -> dict[str, str]:
    """The keys that the settings file changes.

    Raises:
        BadInputError: it names a binding or a key that there is not.
    """
    path = settings_path(os.environ)
    keymap = keys_in(path, read_file(path))
    if keymap:
        from perftui.tui.keymap import check_keymap  # noqa: PLC0415 - slow to load

        check_keymap(keymap, f"{path}: [keys]")
    return keymap
