"""The terminal under the screen, which may be closed on us at any time."""

from __future__ import annotations

from contextlib import suppress
from typing import IO

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver


class HardyDriver(LinuxDriver):
    """Textual's driver, which outlives its terminal.

    Where a window is closed, Textual's writer thread dies of the failed write; the queue to it fills,
    and whoever writes next, such as the clean-up at the end, waits for ever.
    """

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        """Drive the terminal of this process; as Textual's own."""
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._away = False
        if self._file is not None:
            # Of the stream, Textual uses these four methods and nothing else.
            self._file = _Unfailing(self._file)  # type: ignore[assignment]

    def suspend_application_mode(self) -> None:
        """Leave the terminal to another program; what is drawn meanwhile is dropped."""
        super().suspend_application_mode()
        self._away = True

    def resume_application_mode(self) -> None:
        """Take it back."""
        self._away = False
        super().resume_application_mode()

    def write(self, data: str) -> None:
        """Write, unless another program has the terminal."""
        if not self._away:
            super().write(data)

    def run_input_thread(self) -> None:
        """Read keys until the end, or until there is no terminal; a signal tells of that."""
        with suppress(OSError):
            super().run_input_thread()


class _Unfailing:
    """A stream that drops what cannot be written."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()

    def fileno(self) -> int:
        return self._stream.fileno()

    def isatty(self) -> bool:
        return self._stream.isatty()
