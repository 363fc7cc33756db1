"""Text of a file of a problem, or of a part of one: read within bounds, with errors at its lines."""

from __future__ import annotations

import ast
import stat
import warnings
from dataclasses import dataclass
from pathlib import Path

from perftui.errors import BadInputError
from perftui.problems.source import bad_line, is_gzip, read_text, shown
from perftui.text import one_line

MAX_BYTES = 32 << 20
"""How large a file of a problem may be."""

_LINED = frozenset({".py", ".md"})


@dataclass(frozen=True)
class Text:
    """Text, and where it stands.

    Attributes:
        path: of its file.
        text: with line feeds at the ends of lines.
        first: the line (1-based) of the file on which it begins.
    """

    path: Path
    text: str
    first: int = 1

    def wrong(self, line: int, what: str) -> BadInputError:
        """An error at a line (1-based) of the text."""
        return bad_line(self.path, self.first + line - 1, what)

    def parse(self) -> ast.Module:
        """The text as Python, parsed and not run.

        Raises:
            BadInputError: it is not Python, at the line where it is not.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(self.text)
        except SyntaxError as error:
            raise self.wrong(max(error.lineno or 1, 1), f"not Python: {error.msg}") from error
        except (ValueError, RecursionError, MemoryError) as error:
            raise self.wrong(1, "not Python: nested too deeply, or not text") from error


def read_own(path: Path, folder: Path | None = None) -> Text:
    """Read a file of a problem.

    Args:
        path: of the file.
        folder: the problem's, where it has one: the file must lie in it, links followed.

    Raises:
        BadInputError: it cannot be read, is no plain file, is too large, lies outside or is not UTF-8.
    """
    try:
        if folder is not None and not path.resolve().is_relative_to(folder.resolve()):
            raise BadInputError(f"{shown(path)}: leads out of the problem's folder, so it is not read")
        facts = path.stat()
    except (OSError, ValueError, RuntimeError) as error:
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        reason = getattr(error, "strerror", None) or str(error)
        why = "no such file" if missing else f"cannot be read: {one_line(reason)}"
        raise BadInputError(f"{shown(path)}: {why}") from error
    if not stat.S_ISREG(facts.st_mode):
        raise BadInputError(f"{shown(path)}: not a plain file")
    if facts.st_size > MAX_BYTES:
        raise BadInputError(f"{shown(path)}: larger than {MAX_BYTES >> 20} MiB")
    if is_gzip(path):
        raise BadInputError(f"{shown(path)}: packed with gzip: unpack it")
    text = read_text(path)
    if path.suffix in _LINED:
        # To Python a carriage return ends a line: lines must be counted alike everywhere.
        text = text.replace("\r", "\n")
    if "\0" in text:
        raise bad_line(path, text.count("\n", 0, text.index("\0")) + 1, "not text: it holds a NUL")
    return Text(path, text)
