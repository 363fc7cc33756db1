"""Where a key stands in a TOML file: tomllib tells lines only for what it cannot parse."""

from __future__ import annotations

import re
from collections.abc import Iterator

_HEADER = re.compile(r"\s*\[\[\s*([A-Za-z0-9_-]+)\s*\]\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_QUOTES = re.compile(r'"""|\'\'\'')
_STEP = re.compile(r"\.([A-Za-z0-9_-]+)|\[(\d+)\]")

Place = tuple[str, int] | None
"""A table of an array, such as `("tests", 2)`, counted from 0; None is the top of the file."""


def line_of(text: str, table: Place, key: str | None) -> int:
    """The line (1-based) of a key of a table, else of the table's header, else 1."""
    found = 1
    for number, place, name in _lines(text):
        if place == table and name is None:
            found = number
        if place == table and name is not None and name == key:
            return number
    return found


def place_of(path: str) -> tuple[Place, str | None]:
    """The table and the key that a msgspec path such as `$.tests[2].input` names."""
    steps = [match.group(1) or int(match.group(2)) for match in _STEP.finditer(path)]
    match steps:
        case [str() as array, int() as index, str() as key, *_]:
            return (array, index), key
        case [str() as array, int() as index]:
            return (array, index), None
        case [str() as key, *_]:
            return None, key
    return None, None


def _lines(text: str) -> Iterator[tuple[int, Place, str | None]]:
    """Each header (with no key) and each key of the file, outside multi-line strings."""
    counts: dict[str, int] = {}
    place: Place = None
    closing: str | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        if closing is None:
            header, key = _HEADER.match(line), _KEY.match(line)
            if header:
                name = header.group(1)
                place = (name, counts.get(name, 0))
                counts[name] = place[1] + 1
                yield number, place, None
            elif key:
                yield number, place, key.group(1)
        closing = _open_string(line, closing)


def _open_string(line: str, closing: str | None) -> str | None:
    """The quotes that end the multi-line string that is open after this line, if one is."""
    for quotes in _QUOTES.findall(line):
        if closing is None:
            closing = quotes
        elif quotes == closing:
            closing = None
    return closing
