"""The examples in the statements of COFFE's stdin problems: what is read and what is printed."""

from __future__ import annotations

import re
from collections.abc import Iterable

Example = tuple[str, str]
"""The text of stdin, and that of stdout."""

_SECTION = re.compile(r"^-----\s*(?P<name>[^\n-]+?)\s*:?\s*-----[ \t]*$", re.MULTILINE)
_PAIR = re.compile(
    r"^(?:Input|Входные данные)[ \t]*\n(?P<given>.*?)\n(?:Output|Выходные данные)[ \t]*\n(?P<wanted>.*?)"
    r"(?=^(?:Input|Входные данные)[ \t]*\n|\Z)",
    re.MULTILINE | re.DOTALL,
)
_SPACED = re.compile(
    r"^Input\n\n\n(?P<given>.*?)\n\n\nOutput\n\n\n(?P<wanted>.*?)(?=\n\n(?:Input\n\n\n|Note\b|Explanation\b|<image>)|\Z)",
    re.MULTILINE | re.DOTALL,
)


def examples_in(statement: str) -> list[Example]:
    """The examples of a statement in one of the three ways in which APPS and CodeContests write them."""
    sections = _sections(statement)
    if not sections:
        return _pairs(_SPACED, statement)
    given = [text for name, text in sections if name.startswith("Sample Input")]
    # What explains an output stands below it, after an empty line.
    wanted = [
        text.strip("\n").partition("\n\n")[0] for name, text in sections if name.startswith("Sample Output")
    ]
    if given:
        return _examples(zip(given, wanted, strict=False)) if len(given) == len(wanted) else []
    return [
        pair
        for name, text in sections
        if name in {"Example", "Examples", "Примеры"}
        for pair in _pairs(_PAIR, text)
    ]


def _sections(statement: str) -> list[tuple[str, str]]:
    heads = list(_SECTION.finditer(statement))
    ends = [*(head.start() for head in heads), len(statement)][1:]
    return [(head["name"], statement[head.end() : end]) for head, end in zip(heads, ends, strict=False)]


def _pairs(pattern: re.Pattern[str], text: str) -> list[Example]:
    return _examples((match["given"], match["wanted"]) for match in pattern.finditer(text))


def _examples(pairs: Iterable[tuple[str, str]]) -> list[Example]:
    return [
        (given.strip("\n") + "\n", wanted.strip("\n") + "\n") for given, wanted in pairs if wanted.strip()
    ]
