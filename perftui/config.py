"""Settings: flags win over the environment, the environment over a TOML file, that over defaults.

A setting is a flag by its long name. At the top of the file, or as `PERFTUI_CHAINS`, it holds for
every command that has the flag; in the table of a command, or as `PERFTUI_RUN_CHAINS`, for that
command alone. A flag that may be given several times takes its values with commas between them, or as
a list:

    sandbox = "docker"
    [run]
    chains = 8
    model = ["openai/gpt-4o", "openai/gpt-4o-mini"]
    [problems.check]
    limit = 20

The table `[keys]` gives the screen other keys; `perftui keys` prints them all. In the table `[screen]`,
`notify` (or PERFTUI_SCREEN_NOTIFY) tells how the screen calls for you while you look at another window:
"bell", "osc9" or "osc777" for a notification of the terminal, "off".
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from perftui.errors import BadInputError
from perftui.paths import config_file
from perftui.text import one_line

ENVIRONMENT_PREFIX = "PERFTUI"
KEYS = "keys"
"""The table with the keys of the screen."""

SCREEN = "screen"
"""The table with what else is set of the screen."""

_NOTIFY = "notify"

BETWEEN = ","
"""Stands between the values of a flag that may be given several times."""


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        text: its value, as it would be written on the command line.
        source: where it was found, as an error names it.
    """

    text: str
    source: str


def settings_path(environment: Mapping[str, str]) -> Path:
    """The settings file: the one that PERFTUI_CONFIG names, or the user's own."""
    named = environment.get(f"{ENVIRONMENT_PREFIX}_CONFIG")
    return Path(named) if named else config_file()


def from_environment(
    environment: Mapping[str, str], command: Sequence[str], flags: Collection[str]
) -> dict[str, Setting]:
    """What the environment says of a command's flags; a variable that is empty says nothing.

    Args:
        environment: such as `os.environ`.
        command: the words of a command, such as `("problems", "check")`.
        flags: the long names of its flags.
    """
    found: dict[str, Setting] = {}
    for words in _scopes(command):
        for flag in flags:
            name = "_".join((ENVIRONMENT_PREFIX, *words, flag)).upper().replace("-", "_")
            if environment.get(name):
                found[flag] = Setting(environment[name], name)
    return found


def read_file(path: Path) -> Mapping[str, object]:
    """The tables of a settings file; a file that does not exist says nothing.

    Raises:
        BadInputError: it cannot be read.
    """
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        what = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise BadInputError(f"{path}: cannot be read as TOML settings: {one_line(what)}") from error


def from_file(
    path: Path,
    tables: Mapping[str, object],
    command: Sequence[str],
    flags: Collection[str],
    *,
    several: Collection[str] = (),
    flags_of_others: Callable[[], Collection[str]],
) -> dict[str, Setting]:
    """What a settings file says of a command's flags. The tables of other commands are passed over.

    Args:
        path: of the file, for errors.
        tables: its content.
        command: the words of a command, such as `("problems", "check")`.
        flags: the long names of its flags.
        several: those that may be given several times.
        flags_of_others: gives those of all commands; asked only where a name is not this command's.

    Raises:
        BadInputError: it names a flag that there is not, or a value that no flag takes.
    """
    known = {_same(flag): flag for flag in flags}
    found: dict[str, Setting] = {}
    for words in _scopes(command):
        for key, value in _table(tables, words).items():
            if isinstance(value, dict):
                continue
            place = ".".join((*words, key))
            flag = known.get(_same(key))
            if flag is not None:
                text = _texts(path, place, value) if flag in several else _text(path, place, value)
                found[flag] = Setting(text, f"{path}: {place}")
            elif len(words) == len(command) or _same(key) not in map(_same, flags_of_others()):
                raise BadInputError(f"{path}: {place}: there is no such flag")
    return found


def keys_in(path: Path, tables: Mapping[str, object]) -> dict[str, str]:
    """The keys that a settings file gives to bindings of the screen, by their ids.

    Raises:
        BadInputError: one is no text.
    """
    table = tables.get(KEYS, {})
    if not isinstance(table, dict):
        raise BadInputError(f"{path}: {KEYS}: must be a table: [keys]")
    return {str(name): _text(path, f"{KEYS}.{name}", value) for name, value in table.items()}


def notify_setting(
    path: Path, tables: Mapping[str, object], environment: Mapping[str, str]
) -> Setting | None:
    """How the screen is to call for a person who looks elsewhere; None where nothing is said.

    Raises:
        BadInputError: the table holds something else, or no text.
    """
    name = f"{ENVIRONMENT_PREFIX}_{SCREEN}_{_NOTIFY}".upper()
    if environment.get(name):
        return Setting(environment[name], name)
    table = tables.get(SCREEN, {})
    if not isinstance(table, dict):
        raise BadInputError(f"{path}: {SCREEN}: must be a table: [screen]")
    unknown = next((key for key in table if key != _NOTIFY), None)
    if unknown is not None:
        raise BadInputError(f"{path}: {SCREEN}.{one_line(str(unknown), 60)}: there is only {_NOTIFY}")
    place = f"{SCREEN}.{_NOTIFY}"
    return Setting(_text(path, place, table[_NOTIFY]), f"{path}: {place}") if _NOTIFY in table else None


def check_tables(path: Path, tables: Mapping[str, object], commands: Collection[str]) -> None:
    """See that every table is that of a command.

    Raises:
        BadInputError: one is not.
    """
    for key, value in tables.items():
        if isinstance(value, dict) and key not in commands and key not in {KEYS, SCREEN}:
            raise BadInputError(f"{path}: [{key}]: there is no such command")


def _scopes(command: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """From what holds for all commands to what holds for this one alone."""
    return (tuple(command[:count]) for count in range(len(command) + 1))


def _table(tables: Mapping[str, object], words: Sequence[str]) -> Mapping[str, object]:
    table: object = tables
    for word in words:
        # A command and a flag may have one name, and `sandbox = "process"` is the flag.
        table = table.get(word) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else {}


def _texts(path: Path, place: str, value: object) -> str:
    values = value if isinstance(value, list) else [value]
    return BETWEEN.join(_text(path, place, one) for one in values)


def _text(path: Path, place: str, value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise BadInputError(f"{path}: {place}: one text, number or truth value is wanted")


def _same(name: str) -> str:
    return name.replace("-", "_")
