"""Words to whoever looks at another window: a bell, or a notification of the terminal. Pure."""

from __future__ import annotations

from typing import Literal, get_args

from perftui.text import in_ascii, one_line

Way = Literal["off", "bell", "osc9", "osc777"]
WAYS: tuple[Way, ...] = get_args(Way)
DEFAULT: Way = "bell"

_LONGEST = 200
_BELL = "\a"
_ESCAPE = "\x1b"


def escape_of(way: Way, text: str, *, in_tmux: bool) -> str:
    """What is written to the terminal to tell a text; it commands nothing else, whatever the text holds.

    Args:
        way: how it is told.
        text: may hold words of a model or a file: only printable ASCII of it is written.
        in_tmux: whether tmux stands between, which lets only wrapped sequences through.
    """
    if way == "off":
        return ""
    if way == "bell":
        return _BELL
    # A semicolon would begin another field; a text of a number alone is a command to some terminals.
    told = f"perftui: {in_ascii(one_line(text, _LONGEST))}".replace(";", ",")
    body = f"9;{told}" if way == "osc9" else f"777;notify;perftui;{told}"
    sequence = f"{_ESCAPE}]{body}{_BELL}"
    return f"{_ESCAPE}Ptmux;{sequence.replace(_ESCAPE, _ESCAPE * 2)}{_ESCAPE}\\" if in_tmux else sequence
