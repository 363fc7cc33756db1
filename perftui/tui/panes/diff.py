"""Programs as highlighted lines, whole or as a unified diff. Pure, and slow enough to run in a thread."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content
from textual.highlight import HighlightTheme, highlight

from perftui.tui import styles
from perftui.tui.panes.aligning import Block, blocks, changed_words
from perftui.tui.text import Line, Tone, plain_lines

CONTEXT = 4
"""Unchanged lines that are shown around a change."""

_CHANGED = "bold underline"
"""Words that differ within a line: told by more than a colour."""
_SIGNS: dict[Tone, str] = {"added": "+", "removed": "-", "": " ", "skipped": " ", "changed": " "}
_SIGN_STYLES: dict[Tone, str] = {
    "added": styles.GOOD,
    "removed": styles.BAD,
    "": "",
    "skipped": "",
    "changed": "",
}


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


def program_lines(code: str, *, colours: bool = True) -> list[Line]:
    """A whole program, with line numbers."""
    highlighted = _highlighted(code, colours=colours)
    width = len(str(len(highlighted)))
    return [_line(content, "", f"{number:>{width}}") for number, content in enumerate(highlighted, 1)]


def diff_lines(old: str, new: str, *, colours: bool = True) -> list[Line]:
    """What changed from one program to another: unified, with both line numbers and a sign for each line."""
    before, after = _highlighted(old, colours=colours), _highlighted(new, colours=colours)
    width = len(str(max(len(before), len(after))))
    blank = " " * width
    lines: list[Line] = []
    for block in _compared(before, after):
        if block.tag == "equal":
            pairs = zip(block.a, block.b, strict=True)
            same = [_line(after[j], "", f"{i + 1:>{width}} {j + 1:>{width}}") for i, j in pairs]
            lines += _folded(same, first=block.a.start == 0, last=block.a.stop == len(before))
            continue
        old_lines, new_lines = _with_words(before, after, block)
        numbered = zip(block.a, old_lines, strict=True)
        lines += [_line(content, "removed", f"{i + 1:>{width}} {blank}") for i, content in numbered]
        numbered = zip(block.b, new_lines, strict=True)
        lines += [_line(content, "added", f"{blank} {j + 1:>{width}}") for j, content in numbered]
    return lines


def split_lines(old: str, new: str, width: int, *, colours: bool = True) -> list[Line]:
    """What changed, the old program at the left and the new one at the right, in so many cells."""
    before, after = _highlighted(old, colours=colours), _highlighted(new, colours=colours)
    digits = len(str(max(len(before), len(after))))
    half = (width - 3) // 2
    lines: list[Line] = []
    for block in _compared(before, after):
        if block.tag == "equal":
            pairs = zip(block.a, block.b, strict=True)
            same = [
                Line(_pair(_side(before[i], i, "", digits, half), _side(after[j], j, "", digits, half)))
                for i, j in pairs
            ]
            lines += _folded(same, first=block.a.start == 0, last=block.a.stop == len(before))
            continue
        old_lines, new_lines = _with_words(before, after, block)
        for at in range(max(len(block.a), len(block.b))):
            left = right = Content(" " * half)
            if at < len(block.a):
                left = _side(old_lines[at], block.a[at], "removed", digits, half)
            if at < len(block.b):
                right = _side(new_lines[at], block.b[at], "added", digits, half)
            lines.append(Line(_pair(left, right), "changed"))
    return lines


def _compared(before: list[Content], after: list[Content]) -> list[Block]:
    return blocks([line.plain for line in before], [line.plain for line in after])


def _with_words(
    before: list[Content], after: list[Content], block: Block
) -> tuple[list[Content], list[Content]]:
    """The lines of a change, with the words marked in which two forms of a line differ."""
    old_lines, new_lines = [before[i] for i in block.a], [after[j] for j in block.b]
    for at, (old, new) in enumerate(zip(old_lines, new_lines, strict=False)):
        of_old, of_new = changed_words(old.plain, new.plain)
        for span in of_old:
            old_lines[at] = old_lines[at].stylize(_CHANGED, span.start, span.stop)
        for span in of_new:
            new_lines[at] = new_lines[at].stylize(_CHANGED, span.start, span.stop)
    return old_lines, new_lines


def _side(content: Content, index: int, tone: Tone, digits: int, width: int) -> Content:
    sign = (f" {_SIGNS[tone]} ", _SIGN_STYLES[tone])
    whole = Content.assemble((f"{index + 1:>{digits}}", styles.DIM), sign, content)
    return whole.truncate(width, ellipsis=True).pad_right(max(0, width - whole.cell_length))


def _pair(left: Content, right: Content) -> Content:
    return Content.assemble(left, (" │ ", styles.DIM), right)


def change_count(lines: list[Line]) -> tuple[int, int]:
    """How many lines were added and removed."""
    signs = [line.content.plain for line in lines if line.tone == "changed"]
    if signs:
        halves = [text.split(" │ ", 1) for text in signs]
        return sum(bool(new.strip()) for _, new in halves), sum(bool(old.strip()) for old, _ in halves)
    tones = [line.tone for line in lines]
    return tones.count("added"), tones.count("removed")


def hunks(lines: list[Line]) -> list[int]:
    """Where each change begins, by the index of its first line."""
    changed = [line.tone in {"added", "removed", "changed"} for line in lines]
    return [at for at, now in enumerate(changed) if now and not (at and changed[at - 1])]


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


def _highlighted(code: str, *, colours: bool) -> list[Content]:
    text = "\n".join(plain_lines(code)).rstrip("\n")
    if not colours:
        return [Content(line) for line in text.split("\n")] if text else []
    return highlight(text, language="python", theme=_Calm).split("\n", allow_blank=True) if text else []
