"""The person's own editor, on this terminal, while the run goes on behind it."""

from __future__ import annotations

import errno
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import anyio.to_thread
from textual.app import App, SuspendNotSupported

from perftui.errors import BadInputError


def editor(environment: Mapping[str, str]) -> list[str]:
    """The command of the person's editor.

    Raises:
        BadInputError: none is named, or it cannot be read.
    """
    command = environment.get("VISUAL") or environment.get("EDITOR") or ""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise BadInputError(f"$VISUAL or $EDITOR cannot be read: {error}") from error
    if not words:
        raise BadInputError("no editor is named: set $VISUAL or $EDITOR")
    return words


class Draft:
    """A file of a text, kept until it is read back whole, so that nothing is lost."""

    def __init__(self, text: str, suffix: str) -> None:
        handle, name = tempfile.mkstemp(prefix="perftui-", suffix=suffix)
        self.path = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            file.write(text)

    def edit(self) -> str:
        """Run the person's editor on the file, on this terminal; the text that it left.

        Raises:
            BadInputError: there is no editor, it fails, or it left no text.
        """
        command = editor(os.environ)
        try:
            status = _run([*command, str(self.path)])
            text = self.path.read_bytes().decode("utf-8", "surrogatepass")
        except OSError as error:
            raise BadInputError(f"the editor {command[0]} cannot be run: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise BadInputError("the editor left a file that is not UTF-8") from error
        if status:
            raise BadInputError(f"the editor {command[0]} ended with status {status}")
        return text.replace("\r\n", "\n")

    def forget(self) -> None:
        """Remove the file."""
        self.path.unlink(missing_ok=True)


async def edit_outside(app: App[object], draft: Draft) -> str:
    """Hand the terminal to the person's editor; the text that it left. What else goes on, goes on.

    Raises:
        BadInputError: it cannot be, or the editor failed.
    """
    text, trouble = "", None
    try:
        with app.suspend():
            # Textual takes the terminal back only where nothing is raised here.
            try:
                text = await anyio.to_thread.run_sync(draft.edit)
            except BaseException as error:  # noqa: BLE001 - it is raised below
                trouble = error
    except SuspendNotSupported as error:
        raise BadInputError("this terminal cannot be handed to an editor") from error
    if trouble is not None:
        raise trouble
    return text


def _run(command: list[str]) -> int:
    """Run a command that has the terminal to itself: Ctrl-C is its own, and no end of our run.

    Raises:
        OSError: there is no such command.
    """
    found = shutil.which(command[0])
    if found is None:
        raise FileNotFoundError(errno.ENOENT, "there is no such command")
    starter = [sys.executable, "-I", "-S", "-c", _TAKE_TERMINAL, found]
    process = subprocess.Popen([*starter, *command[1:]], process_group=0)  # noqa: S603 - the person's own
    try:
        while True:
            _, status = os.waitpid(process.pid, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                break
            # No shell is there to bring it back: it goes on at once.
            os.killpg(process.pid, signal.SIGCONT)
    finally:
        _take_back()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode


_TAKE_TERMINAL = """
import os, signal, sys
if os.isatty(0):
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
    os.tcsetpgrp(0, os.getpgrp())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTTOU})
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Has the keys of the terminal come to the program before that begins: none is read by two."""


def _take_back() -> None:
    stdin = sys.__stdin__
    if stdin is None or not stdin.isatty():
        return
    # Who has the terminal no longer would be stopped for taking it back, unless the signal is blocked.
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
    try:
        with suppress(OSError):
            os.tcsetpgrp(stdin.fileno(), os.getpgrp())
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
