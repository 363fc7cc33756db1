"""A stream that a person or a program reads, and that may be closed on us at any time."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Mapping
from typing import TextIO

_FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


class Output:
    """Writes whole pieces, flushed, and falls silent where the reader has gone.

    Attributes:
        gone: whether nothing more can be written.
        trouble: why, where it is not that the reader has gone.
    """

    def __init__(self, stream: TextIO, environment: Mapping[str, str] | None = None) -> None:
        """Write to a stream.

        Args:
            stream: such as `sys.stderr`.
            environment: where NO_COLOR and TERM are looked up; the process's own by default.
        """
        known = os.environ if environment is None else environment
        self._stream = stream
        self.gone = False
        self.trouble = ""
        self.is_terminal = stream.isatty() and known.get("TERM") != "dumb"
        self.has_colour = self.is_terminal and not known.get("NO_COLOR")
        self.has_unicode = (stream.encoding or "").lower().replace("-", "") == "utf8"

    @property
    def width(self) -> int:
        """Columns, as they are now."""
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or 80
        except (OSError, ValueError):
            return shutil.get_terminal_size().columns

    def write(self, text: str) -> None:
        """Write text as it is; nothing happens where nobody reads."""
        if self.gone:
            return
        try:
            self._stream.write(self._encodable(text))
            self._stream.flush()
        except (OSError, ValueError) as error:
            # A terminal that was closed fails with EIO: it has gone like any other reader.
            self.gone = True
            if isinstance(error, OSError) and error.errno in _FULL:
                self.trouble = error.strerror or str(error)
            self._silence()

    def _encodable(self, text: str) -> str:
        if self.has_unicode:
            return text
        encoding = self._stream.encoding or "ascii"
        return text.encode(encoding, "backslashreplace").decode(encoding)

    def _silence(self) -> None:
        """Let the interpreter's own flush at exit meet no broken pipe."""
        try:
            descriptor = self._stream.fileno()
            sink = os.open(os.devnull, os.O_WRONLY)
        except (OSError, ValueError):
            return
        os.dup2(sink, descriptor)
        os.close(sink)
