"""A conversation as a text that a person edits and that is read back; and an editor of the person's choice.

Each message begins with a line `=== system`, `=== user` or `=== assistant`; its text follows. A line of
the text that looks like one of these, whatever backslashes stand before it, gets one backslash more.
Lines that begin with `#` before the first message are for the person, and are not read.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from perftui.errors import BadInputError
from perftui.llm.model import Message

_HEAD = re.compile(r"=== (system|user|assistant)")
_LIKE_HEAD = re.compile(r"\\*=== ")
NOTE = (
    "# A conversation with the model. Each message begins with a line === system, === user or\n"
    "# === assistant. A line of a text that begins so is written with a \\ before it.\n"
)
_ROLES: dict[str, Literal["system", "user", "assistant"]] = {
    "system": "system",
    "user": "user",
    "assistant": "assistant",
}


def written(messages: Sequence[Message]) -> str:
    """A conversation as text; `read` gives it back, unless it has none."""
    return NOTE + "".join(f"=== {m.role}\n{_escaped(m.content)}\n" for m in messages)


def read(text: str) -> tuple[Message, ...]:
    """A conversation from a text.

    Raises:
        BadInputError: something stands before the first message, a head is not one, or there is none.
    """
    found: list[tuple[Literal["system", "user", "assistant"], list[str]]] = []
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    for number, line in enumerate(lines, 1):
        head = _HEAD.fullmatch(line.rstrip())
        if head is not None:
            found.append((_ROLES[head[1]], []))
        elif line.startswith("=== "):
            raise BadInputError(
                f"line {number}: a message begins with === system, === user or === assistant; "
                "write \\=== for a text that begins so"
            )
        elif found:
            found[-1][1].append(line[1:] if _LIKE_HEAD.match(line) else line)
        elif line.strip() and not line.startswith("#"):
            raise BadInputError(f"line {number}: a text stands before the first === line")
    if not found:
        raise BadInputError("no message: each begins with a line === system, === user or === assistant")
    return tuple(Message(role=role, content="\n".join(body)) for role, body in found)


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
            done = subprocess.run([*command, str(self.path)], check=False)  # noqa: S603 - the person's own
            text = self.path.read_bytes().decode("utf-8", "surrogatepass")
        except OSError as error:
            raise BadInputError(f"the editor {command[0]} cannot be run: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise BadInputError("the editor left a file that is not UTF-8") from error
        if done.returncode:
            raise BadInputError(f"the editor {command[0]} ended with status {done.returncode}")
        return text.replace("\r\n", "\n")

    def forget(self) -> None:
        """Remove the file."""
        self.path.unlink(missing_ok=True)


def _escaped(text: str) -> str:
    return "\n".join(f"\\{line}" if _LIKE_HEAD.match(line) else line for line in text.split("\n"))
