"""A conversation as a text that a person edits and that is read back.

Each message begins with a line `=== system`, `=== user` or `=== assistant`; its text follows. A line of
the text that looks like one of these, whatever backslashes stand before it, gets one backslash more.
Lines that begin with `#` before the first message are for the person, and are not read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
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


def _escaped(text: str) -> str:
    return "\n".join(f"\\{line}" if _LIKE_HEAD.match(line) else line for line in text.split("\n"))
