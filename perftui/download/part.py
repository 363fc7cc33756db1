"""What is here of a file that is not whole yet, and which version of it that is."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec


class _Version(msgspec.Struct, frozen=True):
    """The version that a part is of, as its server names it."""

    url: str
    validator: str


class Part:
    """`NAME.part` beside the file, with a note of the version that it is of.

    Attributes:
        path: of the bytes.
    """

    def __init__(self, target: Path, url: str) -> None:
        self.path = target.with_name(f"{target.name}.part")
        self._note = target.with_name(f"{target.name}.part.json")
        self._url = url

    @property
    def size(self) -> int:
        """Bytes that are here; 0 where nothing is known of their version."""
        try:
            return self.path.stat().st_size if self.validator is not None else 0
        except FileNotFoundError:
            return 0

    @property
    def validator(self) -> str | None:
        """What `If-Range` is to be sent with; None where a part cannot be gone on with."""
        try:
            version = msgspec.json.decode(self._note.read_bytes(), type=_Version)
        except (OSError, ValueError):
            return None
        return version.validator if version.url == self._url else None

    def begin(self, validator: str | None) -> BinaryIO:
        """Open it empty, for a version that has this validator or none."""
        self._note.unlink(missing_ok=True)
        self.path.write_bytes(b"")
        # Never beside bytes of another version.
        if validator is not None:
            self._note.write_bytes(msgspec.json.encode(_Version(self._url, validator)))
        return self.go_on()

    def go_on(self) -> BinaryIO:
        """Open it at its end."""
        return self.path.open("ab")

    def drop(self) -> None:
        """Remove it."""
        for path in (self.path, self._note):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def become(self, target: Path) -> None:
        """Put it in the place of the file, at once."""
        self.path.replace(target)
        self._note.unlink(missing_ok=True)
