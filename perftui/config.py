"""Settings: flags win over the environment, the environment over a TOML file, that over defaults.

The file holds flags by their long names: those at the top hold for every command that has them,
those in a table such as `[run]` for that command alone:

    sandbox = "docker"
    [run]
    chains = 8
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from perftui.errors import BadInputError
from perftui.paths import config_file

ENVIRONMENT_PREFIX = "PERFTUI"


def settings_path() -> Path:
    """The settings file: the one that PERFTUI_CONFIG names, or the user's own."""
    named = os.environ.get(f"{ENVIRONMENT_PREFIX}_CONFIG")
    return Path(named) if named else config_file()


def load_settings(path: Path, flags: Mapping[str, Sequence[str]]) -> dict[str, dict[str, object]]:
    """Defaults for each command, as the file has them.

    Args:
        path: of the TOML file; one that does not exist says nothing.
        flags: the flags of each command, by parameter name (`open_problems`).

    Raises:
        BadInputError: the file cannot be read, or names a flag that no command has.
    """
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInputError(f"{path}: cannot be read as TOML settings: {error}") from error
    everywhere = {key: value for key, value in table.items() if not isinstance(value, dict)}
    known = {flag for command in flags.values() for flag in command}
    for key in everywhere:
        _expect(path, key, known, "no command has this flag")
    merged: dict[str, dict[str, object]] = {}
    for command, names in flags.items():
        own = table.get(command, {})
        for key in own:
            _expect(
                path, f"{command}.{key}", {f"{command}.{n}" for n in names}, "the command has no such flag"
            )
        both = {**everywhere, **own}
        merged[command] = {k.replace("-", "_"): v for k, v in both.items() if k.replace("-", "_") in names}
    for key, value in table.items():
        if isinstance(value, dict):
            _expect(path, key, set(flags), "no such command")
    return merged


def _expect(path: Path, key: str, known: set[str], trouble: str) -> None:
    if key.replace("-", "_") not in {name.replace("-", "_") for name in known}:
        raise BadInputError(f"{path}: {key}: {trouble}")
