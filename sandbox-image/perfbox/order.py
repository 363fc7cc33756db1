"""What a child is asked to be, and what all its duties share."""

from __future__ import annotations

import sys
import types
from dataclasses import dataclass
from typing import Any

from perfbox.failures import PROGRAM_FILE


@dataclass(frozen=True)
class Order:
    """What a child is asked to be.

    Attributes:
        duty: `calls`, `stdin`, `trial`, `check` or `profile`.
        entry_point: the function to call, or None.
        output_bytes: how long a coded output may be.
        source: the program's text, coded.
        options: what the duty needs besides.
    """

    duty: str
    entry_point: str | None
    output_bytes: int
    source: bytes
    options: dict[str, Any]

    def compile(self, file: str = PROGRAM_FILE) -> types.CodeType:
        """The program's code; raises whatever the compiler does."""
        text = self.source.decode("utf-8")
        return compile(text, file, "exec", dont_inherit=True)


def new_module(name: str) -> types.ModuleType:
    """A fresh module that the program's own imports can find."""
    module = types.ModuleType(name)
    sys.modules[name] = module
    return module


def flush_printed() -> None:
    """Hand over what was printed before the answer goes out."""
    for stream in (sys.stdout, sys.__stdout__, sys.stderr):
        try:
            stream.flush()  # type: ignore[union-attr]
        except BaseException:  # noqa: S112
            continue
