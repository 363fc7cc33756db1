"""Code that stands among prose without fences."""

from __future__ import annotations

import re

from perftui.refine.extraction.source import parse_or_line

_START = re.compile(
    r"(?:async\s+def|def|class|import|from|if|for|while|try|with)\b|@\w"
    r"|[A-Za-z_][\w.\[\]*, ]*(?::[^=]*)?[-+*/|&^]?=(?!=)"
    r"|print\b|[A-Za-z_][\w.]*\(|\"\"\"|'''"
)
"""How a line begins that may begin code; prose may begin so too."""
_MOST_PARSES = 300
"""Attempts to parse, for one reply: a reply may be long, and hostile."""
_CHARACTERS_PER_STEP = 5_000
"""A longer text that is parsed costs the budget more than one step."""


def regions(text: str) -> list[str]:
    """The stretches of lines that can be parsed, each as long as it can be, in order."""
    return _Search(text.split("\n")).run()


def undented(text: str, name: str) -> str:
    """A text with the lines of an indented block at the margin, where the block defines a name."""
    found = re.search(rf"^([ \t]+)(?:async\s+def|def|class)\s+{re.escape(name)}\b", text, re.MULTILINE)
    if found is None:
        return text
    return "\n".join(line.removeprefix(found[1]) for line in text.split("\n"))


def looks_like_code(line: str) -> bool:
    """Whether a line may begin a statement."""
    return _START.match(line) is not None


def longest_prefix(lines: list[str], start: int, budget: int) -> tuple[int, int]:
    """Where the longest parsable stretch from a line on ends, and what is left of the budget.

    A stretch is cut only at lines that begin at the margin, so no statement is cut in two. It is
    empty (the end is the start) where not even its first statement can be parsed.
    """
    end = len(lines)
    while budget > 0:
        text = "\n".join(lines[start:end])
        budget -= 1 + len(text) // _CHARACTERS_PER_STEP
        result = parse_or_line(text)
        if not isinstance(result, int):
            return end, budget
        end = _margin_before(lines, min(start + result, end), start)
        if end <= start:
            break
    return start, budget


class _Search:
    """Goes over the lines once, within a budget of parses."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._budget = _MOST_PARSES

    def run(self) -> list[str]:
        found: list[str] = []
        at = 0
        while at < len(self._lines) and self._budget > 0:
            end = at
            if looks_like_code(self._lines[at]):
                end, self._budget = longest_prefix(self._lines, at, self._budget)
            if end > at:
                found.append("\n".join(self._lines[at:end]))
            at = max(end, at + 1)
        return found


def _margin_before(lines: list[str], stop: int, start: int) -> int:
    """The last line before `stop` that begins at the margin, at least `start`."""
    at = stop - 1
    while at > start and (not lines[at].strip() or lines[at][0] in {" ", "\t"}):
        at -= 1
    return max(at, start)
