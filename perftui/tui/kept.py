"""What the screen keeps between starts: how it looks and how its lists are sorted, never what it shows."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol, TypedDict, Unpack, runtime_checkable

import msgspec
from textual.app import App

VERSION = 1
LARGEST = 100_000
"""Bytes of a file that is read; ours has some hundred."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept.

    Attributes:
        version: of this shape; another one is not read.
        theme: by name, empty for the default.
        sort: of the list of problems, empty for the order of the benchmark.
        is_reversed: whether that order is turned round.
        follows: whether the cursor follows what happens.
        sizes: of panes that were resized, as shares of the screen, by name.
        against: what programs are compared with, empty for the parent.
        is_split: whether diffs are side by side, None where the width says so.
        form: what was typed into the form of a new run, by field.
    """

    version: int = VERSION
    theme: str = ""
    sort: str = ""
    is_reversed: bool = False
    follows: bool = False
    sizes: dict[str, float] = {}
    against: str = ""
    is_split: bool | None = None
    form: dict[str, str] = {}


class Changes(TypedDict, total=False):
    """What can be kept; see `Kept`."""

    theme: str
    sort: str
    is_reversed: bool
    follows: bool
    sizes: dict[str, float]
    against: str
    is_split: bool | None
    form: dict[str, str]


class Keeper:
    """Keeps it in a file; one that cannot be read or written is no reason to fail.

    A file that is damaged is set aside, so that nothing of it is lost.

    Args:
        path: of the file; None keeps it for this start alone.

    Attributes:
        kept: as it is now.
        trouble: one line on a file that was set aside, empty where none was.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.trouble = ""
        self.kept = self._read() or Kept()

    def keep(self, **changes: Unpack[Changes]) -> None:
        """Change something, and write it down beside what another process may have changed meanwhile."""
        self.try_out(**changes)
        stored = self._read()
        changed = msgspec.structs.replace(stored or self.kept, **changes)
        if self._path is None or changed == stored:
            return
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = self._path.with_suffix(f".{os.getpid()}.new")
            draft.touch(mode=0o600)
            draft.write_bytes(msgspec.json.encode(changed))
            draft.replace(self._path)

    def try_out(self, **changes: Unpack[Changes]) -> None:
        """Change something for now, such as while a line is dragged."""
        self.kept = msgspec.structs.replace(self.kept, **changes)

    def _read(self) -> Kept | None:
        if self._path is None:
            return None
        try:
            with self._path.open("rb") as file:
                kept = msgspec.json.decode(file.read(LARGEST), type=Kept)
        except OSError:
            return None
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            self._set_aside()
            return None
        return kept if kept.version == VERSION else None

    def _set_aside(self) -> None:
        assert self._path is not None  # noqa: S101 - it was read
        aside = self._path.with_suffix(".bad")
        with suppress(OSError):
            self._path.replace(aside)
            self.trouble = (
                f"{self._path.name} was damaged: it is {aside.name} now, and the screen begins anew"
            )


@runtime_checkable
class Keeping(Protocol):
    """An application that keeps something."""

    @property
    def keeper(self) -> Keeper:
        """Keeps it."""
        ...


def keeper_of(app: App[object]) -> Keeper:
    """Who keeps things for an application; for one that keeps nothing, somebody who forgets at the end."""
    return app.keeper if isinstance(app, Keeping) else Keeper(None)
