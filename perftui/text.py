"""Foreign text made fit to show: no control code, no bidi trick, no endless line."""

from __future__ import annotations

import unicodedata

_KEPT = {"\n", "\t"}
_IN_ASCII = str.maketrans(
    {"–": "-", "·": "-", "…": "...", **dict.fromkeys("█▉▊▋▌", "#"), **dict.fromkeys("▍▎▏", ".")}
)
_HIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def printable(text: str) -> str:
    """Text with each control, format, surrogate or unassigned character shown as its escape.

    Line feeds and tabs stay; carriage returns before a line feed are dropped.
    """
    text = text.replace("\r\n", "\n")
    # Most text is plain, and may be long: the check by the character is a hundred times slower.
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(c if c in _KEPT or is_seen(c) else _escape(c) for c in text)


def is_seen(character: str) -> bool:
    """Whether a character is one that a terminal draws: no control, format, surrogate or unassigned one."""
    return unicodedata.category(character) not in _HIDDEN_CATEGORIES


def one_line(text: str, limit: int = 200) -> str:
    """Printable text on one line of at most `limit` characters; what is cut is told by an ellipsis."""
    limit = max(limit, 1)
    head = text[: limit * 4]
    line = " ".join(printable(head).split())
    if len(line) > limit or len(head) < len(text):
        return line[: limit - 1].rstrip() + "…"
    return line


def in_ascii(text: str) -> str:
    """Text for what shows ASCII alone: marks and bars by their likes, other characters as escapes."""
    return text.translate(_IN_ASCII).encode("ascii", "backslashreplace").decode()


def shorten(text: str, limit: int) -> str:
    """The head and tail of a long text, with the size of what was left out between them."""
    if len(text) <= limit:
        return text
    tail = limit // 4
    head = limit - tail
    return f"{text[:head]} … {len(text) - head - tail:,} more characters … {text[-tail:]}"


def _escape(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
