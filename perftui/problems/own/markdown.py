"""A problem as a Markdown page: TOML between `+++` lines, the task, and blocks of Python with a word.

The word after `python` says what a block is: `program`, `reference`, `tests` or `generator`. Blocks without
one belong to the task.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec

from perftui.problems.own.assemble import Material
from perftui.problems.own.fields import FileTable, WrongError
from perftui.problems.own.heads import located, read_head
from perftui.problems.own.texts import Text
from perftui.text import one_line

RULE = "+++"
ROLES = ("program", "reference", "tests", "generator")
_FENCE = re.compile(r"(?P<indent> {0,3})(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)")
_HEADING = re.compile(r"#{1,6}\s+(?P<text>.*?)\s*#*\s*")


@dataclass(frozen=True)
class Page:
    """A page, taken apart.

    Attributes:
        head: its TOML.
        head_text: where that stands.
        task: what is left without the blocks that have a word.
        blocks: those, each with its word.
    """

    head: FileTable
    head_text: Text
    task: str
    blocks: tuple[tuple[str, Text], ...]

    def block(self, role: str) -> Text | None:
        """The one block of a word, None where there is none.

        Raises:
            BadInputError: there are several.
        """
        found = self.all(role)
        if len(found) > 1:
            raise found[1].wrong(0, f"a second block `python {role}`")
        return found[0] if found else None

    def all(self, role: str) -> tuple[Text, ...]:
        """All blocks of a word."""
        return tuple(text for word, text in self.blocks if word == role)


def has_head(text: str) -> bool:
    """Whether a page begins as one of a problem does."""
    return text.split("\n", 1)[0].rstrip() == RULE


def markdown_material(text: Text) -> Material:
    """What a page says of a problem.

    Raises:
        BadInputError: what is wrong, in one line with the file and the line.
    """
    page = read_page(text)
    if page.head.program is not None:
        raise located(page.head_text, WrongError("only in the folder of a problem", "program"))
    return Material(
        name=text.path.stem,
        head=page.head,
        head_text=page.head_text,
        statement=page.task,
        program=page.block("program"),
        references=page.all("reference"),
        generator=page.block("generator"),
        modules=page.all("tests"),
    )


def read_page(text: Text) -> Page:
    """Take a page apart.

    Raises:
        BadInputError: what is wrong, in one line with the file and the line.
    """
    lines = text.text.split("\n")
    head_text, start = Text(text.path, "", text.first), 0
    if lines[0].rstrip() == "---":
        raise text.wrong(1, "YAML front matter is not read: write TOML between two lines of +++")
    if has_head(text.text):
        ends = [place for place, line in enumerate(lines) if place and line.rstrip() == RULE]
        if not ends:
            raise text.wrong(1, "the front matter is never closed: a line of +++ is wanted after it")
        head_text, start = Text(text.path, "\n".join(lines[1 : ends[0]]), text.first + 1), ends[0] + 1
    head = read_head(head_text)
    task, blocks = _taken_apart(text, lines, start)
    if head.statement is not None and task.strip():
        raise located(head_text, WrongError("the page has a text already", "statement"))
    if head.title is None:
        head = msgspec.structs.replace(head, title=_title(task))
    return Page(head, head_text, task, tuple(blocks))


def _taken_apart(text: Text, lines: list[str], start: int) -> tuple[str, list[tuple[str, Text]]]:
    """The task, and the blocks that have a word."""
    task: list[str] = []
    blocks: list[tuple[str, Text]] = []
    place = start
    while place < len(lines):
        opening = _FENCE.fullmatch(lines[place].rstrip())
        if opening is None:
            task.append(lines[place])
            place += 1
            continue
        end = _end(text, lines, place, opening)
        role = _role(text, place, opening["info"])
        if role is None:
            task += lines[place : end + 1]
        else:
            indent = len(opening["indent"])
            code = [line[min(indent, len(line) - len(line.lstrip(" "))) :] for line in lines[place + 1 : end]]
            blocks.append((role, Text(text.path, "\n".join(code) + "\n", text.first + place + 1)))
        place = end + 1
    return "\n".join(task).strip("\n"), blocks


def _end(text: Text, lines: list[str], place: int, opening: re.Match[str]) -> int:
    """The place of the line that closes a block."""
    fence = opening["fence"]
    for end in range(place + 1, len(lines)):
        line = lines[end].strip()
        if line and set(line) == {fence[0]} and len(line) >= len(fence):
            return end
    raise text.wrong(place + 1, "a block that is never closed")


def _role(text: Text, place: int, info: str) -> str | None:
    words = info.split()
    if len(words) < 2 or words[0].lower() not in {"python", "py"}:
        return None
    if len(words) > 2 or words[1] not in ROLES:
        raise text.wrong(
            place + 1,
            f"a block `{one_line(info.strip(), 40)}`: after python, {', '.join(ROLES)} or nothing is wanted",
        )
    return words[1]


def _title(task: str) -> str | None:
    """The heading with which a task begins."""
    first = task.lstrip().split("\n", 1)[0]
    heading = _HEADING.fullmatch(first)
    return one_line(heading["text"], 100) or None if heading else None
