"""Programs as highlighted lines, whole or as a unified diff. Pure, and slow enough to run in a thread."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from textual.content import Content
from textual.highlight import HighlightTheme, highlight

from perftui.tui import styles
from perftui.tui.text import Line, Tone, plain_lines

CONTEXT = 4
"""Unchanged lines that are shown around a change."""

_AUTOJUNK_LINES = 2000
_SIGNS: dict[Tone, str] = {"added": "+", "removed": "-", "": " ", "skipped": " "}
_SIGN_STYLES: dict[Tone, str] = {"added": styles.GOOD, "removed": styles.BAD, "": "", "skipped": ""}


_STYLES: dict[tuple[str, ...], str] = {
    ("Comment",): "$text-muted italic",
    ("Keyword",): "$text-accent",
    (
        "Keyword",
        "Constant",
    ): "$text-accent",
    (
        "Operator",
        "Word",
    ): "$text-accent",
    (
        "Literal",
        "String",
    ): "$text-success",
    (
        "Literal",
        "String",
        "Doc",
    ): "$text-muted",
    (
        "Literal",
        "Number",
    ): "$text-warning",
    (
        "Name",
        "Builtin",
    ): "$text-primary",
    (
        "Name",
        "Function",
    ): "bold",
    (
        "Name",
        "Class",
    ): "bold",
    (
        "Name",
        "Decorator",
    ): "$text-primary",
}
"""By kind of token, as pygments names them: few hues, nothing underlined; it is read for its changes."""


class _Calm(HighlightTheme):
    """The styles above, as textual wants them."""

    STYLES = _STYLES


def program_lines(code: str) -> list[Line]:
    """A whole program, with line numbers."""
    highlighted = _highlighted(code)
    width = len(str(len(highlighted)))
    return [_line(content, "", f"{number:>{width}}") for number, content in enumerate(highlighted, 1)]


def diff_lines(old: str, new: str) -> list[Line]:
    """What changed from one program to another: unified, with both line numbers and a sign for each line."""
    before, after = _highlighted(old), _highlighted(new)
    a, b = [line.plain for line in before], [line.plain for line in after]
    matcher = SequenceMatcher(None, a, b, autojunk=len(a) + len(b) > _AUTOJUNK_LINES)
    width = len(str(max(len(a), len(b))))
    lines: list[Line] = []
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            pairs = zip(range(old_start, old_end), range(new_start, new_end), strict=True)
            same = [_line(after[j], "", f"{i + 1:>{width}} {j + 1:>{width}}") for i, j in pairs]
            lines += _folded(same, first=old_start == 0, last=old_end == len(a))
            continue
        blank = " " * width
        lines += [_line(before[i], "removed", f"{i + 1:>{width}} {blank}") for i in range(old_start, old_end)]
        lines += [_line(after[j], "added", f"{blank} {j + 1:>{width}}") for j in range(new_start, new_end)]
    return lines


def change_count(lines: list[Line]) -> tuple[int, int]:
    """How many lines were added and removed."""
    tones = [line.tone for line in lines]
    return tones.count("added"), tones.count("removed")


def _folded(same: list[Line], *, first: bool, last: bool) -> Iterator[Line]:
    head, tail = (0 if first else CONTEXT), (0 if last else CONTEXT)
    hidden = len(same) - head - tail
    if hidden <= CONTEXT or (first and last):
        yield from same
        return
    yield from same[:head]
    yield Line(Content.styled(f"  … {hidden} unchanged lines", styles.DIM), "skipped")
    yield from same[len(same) - tail :]


def _line(content: Content, tone: Tone, numbers: str) -> Line:
    sign = (f" {_SIGNS[tone]} ", _SIGN_STYLES[tone])
    return Line(Content.assemble((numbers, styles.DIM), sign, content), tone)


def _highlighted(code: str) -> list[Content]:
    text = "\n".join(plain_lines(code)).rstrip("\n")
    return highlight(text, language="python", theme=_Calm).split("\n", allow_blank=True) if text else []
