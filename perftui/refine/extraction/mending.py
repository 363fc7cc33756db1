"""Ways to read a text that is no program as it stands: what came between the program and its page."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Callable, Iterator

_PROMPT = re.compile(r"[ \t]*(?:>>>|\.\.\.)(?: |$)")
_CELL = re.compile(r"[ \t]*(?:In ?\[\d*\]:|\.\.\.+:)[ ]?")
_NUMBER = re.compile(r"[ \t]*(\d{1,4})(?:[ \t]*[:|.)]|(?=[ \t]|$))[ \t]?")
_MAGIC = re.compile(r"[ \t]*(?:%{1,2}[a-z]|!\w|\?\w)")
_LABEL = re.compile(
    r"\s*(?:python3?|py|code|copy code|python copy code|solution)[ \t]*+:?[ \t]*+\n", re.IGNORECASE
)
_ESCAPED = re.compile(r"\\([_*\[\]<>#{}()])")
_HUNK = re.compile(r"(?:@@|--- |\+\+\+ |diff |index )")
_ODD = {
    **dict.fromkeys(map(ord, "\u00a0\u2007\u202f\u3000"), " "),
    **dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"), None),
}
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'"})


def readings(text: str) -> Iterator[str]:
    """A text as it stands, dedented, and with each of the known marks of a page left out.

    A first line that only names the language, which is a program too, is left out of all.
    """
    text = _LABEL.sub("", text, count=1) if _LABEL.match(text) else text
    yield text
    plain = textwrap.dedent(text.translate(_ODD))
    if plain != text:
        yield textwrap.dedent(text)
        yield plain
    for mend in _MENDS:
        changed = mend(plain)
        if changed != plain:
            yield textwrap.dedent(changed)


def unmarked(text: str) -> str:
    """A page with prose and code, without odd spaces and line numbers."""
    return _without_numbers(text.translate(_ODD))


def new_side(text: str) -> str:
    """What a patch makes of the lines that it shows; unchanged where it is none."""
    lines = text.split("\n")
    if not any(line.startswith("+") for line in lines):
        return text
    kept = [line for line in lines if not line.startswith("-") and not _HUNK.match(line)]
    shown = all(line[:1] in {"", "+", " "} for line in kept)
    return "\n".join(line[1:] if shown or line.startswith("+") else line for line in kept)


def _without_prompts(text: str) -> str:
    """What was typed in a session with an interpreter."""
    return _typed(text, _PROMPT, lambda line: line.lstrip().startswith(">>>"), lambda line: line.lstrip()[4:])


def _without_cells(text: str) -> str:
    """What was typed in the cells of a notebook."""
    return _typed(
        text, _CELL, lambda line: line.lstrip().startswith("In"), lambda line: _CELL.sub("", line, 1)
    )


def _typed(
    text: str, mark: re.Pattern[str], begins: Callable[[str], bool], bare: Callable[[str], str]
) -> str:
    typed = [line for line in text.split("\n") if mark.match(line)]
    return "\n".join(map(bare, typed)) if any(map(begins, typed)) else text


def _without_numbers(text: str) -> str:
    """Lines without their numbers, where at least two that follow each other have such."""
    lines = text.split("\n")
    numbers = [int(found[1]) if (found := _NUMBER.match(line)) else None for line in lines]
    numbered = {
        place
        for first in range(len(lines) - 1)
        if (one := numbers[first]) is not None and numbers[first + 1] == one + 1
        for place in (first, first + 1)
    }
    if not numbered:
        return text
    return "\n".join(_NUMBER.sub("", line, 1) if at in numbered else line for at, line in enumerate(lines))


def _without_magics(text: str) -> str:
    """Lines that a notebook reads and Python does not left out."""
    return "\n".join(line for line in text.split("\n") if not _MAGIC.match(line))


def _straight_quotes(text: str) -> str:
    return text.translate(_QUOTES)


def _spaces_for_tabs(text: str) -> str:
    return text.expandtabs(4)


def unescaped(text: str) -> str:
    """A text without the signs by which Markdown is told that others are none of its own."""
    return _ESCAPED.sub(r"\1", text)


_MENDS: tuple[Callable[[str], str], ...] = (
    _without_prompts,
    _without_cells,
    _without_magics,
    _without_numbers,
    new_side,
    _straight_quotes,
    _spaces_for_tabs,
    html.unescape,
    unescaped,
)
