"""The defaults of a command's flags, as the environment and the settings file have them."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import click

from perftui.config import BETWEEN, check_tables, from_environment, from_file, read_file, settings_path
from perftui.errors import BadInputError

Defaults = dict[str, object]
"""Texts by parameter name, lists of them where a flag may be given several times; for a group, the
defaults of its commands by their names."""


def defaults_of(
    name: str,
    command: click.Command,
    *,
    commands: Collection[str],
    flags_of_others: Callable[[], Collection[str]],
) -> Defaults:
    """The defaults of a command and, where it is a group, of its commands.

    Args:
        name: of the command.
        command: whose flags are looked up.
        commands: the names of all commands.
        flags_of_others: gives the long names of all commands' flags.

    Raises:
        BadInputError: a setting cannot be used; the text says where it stands.
    """
    path = settings_path(os.environ)
    tables = read_file(path)
    check_tables(path, tables, commands)
    return _defaults((name,), command, path, tables, flags_of_others)


def long_names(command: click.Command) -> set[str]:
    """The long names of a command's flags, and of those of its commands where it is a group."""
    names = set(_options(command))
    if isinstance(command, click.Group):
        names.update(name for inner in command.commands.values() for name in long_names(inner))
    return names


def _defaults(
    words: tuple[str, ...],
    command: click.Command,
    path: Path,
    tables: Mapping[str, object],
    flags_of_others: Callable[[], Collection[str]],
) -> Defaults:
    if isinstance(command, click.Group):
        return {
            name: _defaults((*words, name), inner, path, tables, flags_of_others)
            for name, inner in command.commands.items()
        }
    options = _options(command)
    several = {flag for flag, option in options.items() if option.multiple}
    found = from_file(path, tables, words, options, several=several, flags_of_others=flags_of_others)
    found.update(from_environment(os.environ, words, options))
    defaults: Defaults = {}
    for flag, setting in found.items():
        option = options[flag]
        texts = [text.strip() for text in setting.text.split(BETWEEN)] if option.multiple else [setting.text]
        try:
            for text in texts:
                option.type.convert(text, None, None)
        except click.BadParameter as error:
            raise BadInputError(f"{setting.source}: {error.message}") from error
        defaults[option.name or flag] = texts if option.multiple else setting.text
    return defaults


def _options(command: click.Command) -> dict[str, click.Option]:
    return {
        text.removeprefix("--"): option
        for option in command.params
        if isinstance(option, click.Option)
        for text in option.opts
        if text.startswith("--")
    }
