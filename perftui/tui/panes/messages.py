"""A conversation, message by message."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from perftui.llm.model import Message
from perftui.tui import styles
from perftui.tui.text import Line, text_lines

_STYLES = {"system": styles.DIM, "user": "", "assistant": styles.DIM}
_ROLES = {"system": "system", "user": "perftui asks", "assistant": "the model answered"}


def message_lines(messages: Sequence[Message]) -> list[Line]:
    """All messages; the last one stands out, as the ones before it were seen already."""
    shown: list[Line] = []
    for index, message in enumerate(messages):
        last = index == len(messages) - 1
        if shown:
            shown.append(Line(Content("")))
        heading = f"{index + 1}/{len(messages)} {_ROLES[message.role]}"
        shown.append(Line(Content.styled(heading, styles.KEY if last else styles.TITLE), "skipped"))
        style = "" if last else _STYLES[message.role]
        shown += text_lines(message.content, style)
    return shown


def tokens_about(messages: Sequence[Message]) -> int:
    """A guess at the number of tokens: four characters each, and a few for each message."""
    return sum(len(message.content) // 4 + 4 for message in messages)
