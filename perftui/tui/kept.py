"""What the screen keeps between starts: how it looks, never what it shows."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec

VERSION = 1


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept.

    Attributes:
        version: of this shape; another one is not read.
        theme: by name, empty for the default.
        sort: of the list of problems.
    """

    version: int = VERSION
    theme: str = ""
    sort: str = ""


class Keeper:
    """Keeps it in a file; one that cannot be read or written is no reason to fail.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.kept = _read(path)

    def keep(self, **changes: str) -> None:
        """Change something, and write it down."""
        changed = msgspec.structs.replace(self.kept, **changes)
        if changed == self.kept:
            return
        self.kept = changed
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft = self._path.with_suffix(".new")
            draft.write_bytes(msgspec.json.encode(changed))
            draft.replace(self._path)


def _read(path: Path) -> Kept:
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=Kept)
    except (OSError, msgspec.MsgspecError):
        return Kept()
    return kept if kept.version == VERSION else Kept()
