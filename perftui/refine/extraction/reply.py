"""A reply without what is not said to anyone: chat-template tokens and thinking aloud."""

from __future__ import annotations

import re

_THINKING = "think|thinking|thought|reasoning"
_CLOSED_THINKING = re.compile(rf"<({_THINKING})>.*?</\1>", re.DOTALL | re.IGNORECASE)
_END_OF_THINKING = re.compile(rf"\A.*^[ \t]*</(?:{_THINKING})>", re.DOTALL | re.IGNORECASE | re.MULTILINE)
_OPEN_THINKING = re.compile(rf"\A\s*<(?:{_THINKING})>.*\Z", re.DOTALL | re.IGNORECASE)

_HEADER = re.compile(
    r"\A\s*(?:"
    r"(?:<\|begin_of_text\|>|<s>)?\s*<\|start_header_id\|>\s*assistant\s*<\|end_header_id\|>"
    r"|<\|im_start\|>\s*assistant"
    r"|<start_of_turn>\s*model"
    r"|<\|assistant\|>"
    r"|\[/INST\]"
    r"|<s>"
    r")[ \t]*\n*"
)
_END_OF_TURN = re.compile(
    r"<\|(?:eot_id|eom_id|im_end|end|endoftext|end_of_text|start_header_id|im_start|user)\|>"
    r"|<end_of_turn>|<start_of_turn>|</s>\s*\Z|\[INST\]"
)


def cleaned(reply: str) -> str:
    """The words that a reply is made of, with line feeds as line ends.

    The header of a chat template, what follows the end of the turn, and thinking that models put
    between tags are left out. A reply that was cut off while it thought has no words.
    """
    text = reply.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    text = _HEADER.sub("", text, count=1)
    text = _END_OF_TURN.split(text, maxsplit=1)[0]
    text = _CLOSED_THINKING.sub("", text)
    text = _END_OF_THINKING.sub("", text)
    return _OPEN_THINKING.sub("", text)
