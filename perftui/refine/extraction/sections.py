"""A reply cut into sections: what stands between fences, and what stands outside."""

from __future__ import annotations

import re
from dataclasses import dataclass

from perftui.refine.extraction.offers import is_offer

_FENCE = re.compile(r"(?P<lead>[ \t]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?)(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)$")
_PYTHON = frozenset(
    {"", "python", "python3", "py", "py3", "python2", "ipython", "pycon", "cython", "tool_code"}
)
_PYTHON_ISH = re.compile(r"(?:python|py)[\d.]*|[\w./-]+\.py[3w]?")
_CODE_IN_INFO = re.compile(r"(?:def|class|import|from|async|@)\b.*")
_NESTED = 3
"""A fence that is indented by more than this over the opening one stands inside the code."""


@dataclass(frozen=True)
class Section:
    """A part of a reply.

    Attributes:
        text: without the fences, and without the indentation that the opening fence has.
        fenced: whether it stands between fences.
        language: what the opening fence names, in lower case; empty where it names none.
        closed: False where the reply ends before the closing fence.
        offered: whether the words before it offer it beside an earlier one.
    """

    text: str
    fenced: bool = False
    language: str = ""
    closed: bool = True
    offered: bool = False

    @property
    def python(self) -> bool:
        """Whether its language may be Python."""
        return _is_python(self.language)


def sections(text: str) -> list[Section]:
    """Cut a reply at its Markdown fences; sections without text are left out."""
    cutter = _Cutter()
    for line in text.split("\n"):
        cutter.take(line)
    return cutter.finish()


class _Cutter:
    """Walks over the lines of a reply."""

    def __init__(self) -> None:
        self._found: list[Section] = []
        self._lines: list[str] = []
        self._fence = ""
        self._indent = 0
        self._language = ""
        self._words = ""
        self._follows_a_block = False

    def take(self, line: str) -> None:
        match = _FENCE.match(line)
        if match is None:
            self._lines.append(_without_indent(line, self._indent) if self._fence else line)
        elif not self._fence:
            self._open(match)
        elif self._closes(match):
            self._end(closed=True)
        elif self._opens_anew(match):
            self._end(closed=False)
            self._open(match)
        else:
            self._lines.append(_without_indent(line, self._indent))

    def finish(self) -> list[Section]:
        self._end(closed=False)
        return [section for section in self._found if section.text.strip()]

    def _open(self, match: re.Match[str]) -> None:
        self._end(closed=True)
        self._fence = match["fence"]
        self._indent = len(match["lead"].expandtabs(4))
        info = match["info"].strip()
        self._language = re.split(r"[\s:,{}]", info.lstrip("{. "), maxsplit=1)[0].lower()
        rest = info.partition(" ")[2].strip() if _is_python(self._language) else info
        if _CODE_IN_INFO.match(rest):
            self._language = "python"
            self._lines.append(rest)

    def _end(self, *, closed: bool) -> None:
        text = "\n".join(self._lines)
        if self._fence:
            if not closed and text.rstrip().endswith(self._fence):
                text, closed = text.rstrip().removesuffix(self._fence), True
            self._found.append(
                Section(
                    text,
                    fenced=True,
                    language=self._language,
                    closed=closed,
                    offered=self._follows_a_block and is_offer(self._words),
                )
            )
            self._follows_a_block, self._words = True, ""
        else:
            self._found.append(Section(text))
            self._words = text
        self._lines, self._fence, self._indent, self._language = [], "", 0, ""

    def _closes(self, match: re.Match[str]) -> bool:
        return (
            match["fence"].startswith(self._fence)
            and not match["info"].strip()
            and len(match["lead"].expandtabs(4)) <= self._indent + _NESTED
        )

    def _opens_anew(self, match: re.Match[str]) -> bool:
        """A fence with a language, where the last one was never closed."""
        return (
            match["fence"] == self._fence
            and _is_python(match["info"].strip().lower())
            and len(match["lead"].expandtabs(4)) <= self._indent
        )


def _is_python(language: str) -> bool:
    return language in _PYTHON or _PYTHON_ISH.fullmatch(language) is not None


def _without_indent(line: str, width: int) -> str:
    """A line without at most `width` columns of leading white space."""
    while width > 0 and line[:1] in {" ", "\t"} and line:
        width -= 4 if line[0] == "\t" else 1
        line = line[1:]
    return line
