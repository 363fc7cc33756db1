"""Which database a command uses."""

from __future__ import annotations

from pathlib import Path

from perftui.errors import EnvironmentLacksError
from perftui.paths import default_database
from perftui.text import one_line


def chosen_database(named: Path | None) -> Path:
    """The database that `--db` names, or the one in the user's data folder, which is made.

    Raises:
        EnvironmentLacksError: that folder cannot be made.
    """
    if named is not None:
        return named
    try:
        return default_database()
    except OSError as error:
        reason = one_line(error.strerror or str(error))
        folder = f" {one_line(error.filename)}" if isinstance(error.filename, str) else ""
        raise EnvironmentLacksError(
            f"the data folder{folder} cannot be made ({reason}): make it writable, "
            "or name a database with --db FILE"
        ) from error
