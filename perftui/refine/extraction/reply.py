"""A reply without what is not said to anyone: chat-template tokens and thinking aloud."""

from __future__ import annotations

import re

_THINKING_TAG = re.compile(
    r"<(?P<end>/?)(?:think|thinking|thought|reasoning|scratchpad)>"
    r"|\[(?P<end_bracket>/?)THINK\]"
    r"|<\|(?:begin_of_thought|(?P<end_bar>end_of_thought))\|>",
    re.IGNORECASE,
)
_FINAL_CHANNEL = re.compile(r"<\|channel\|>final[^<\n]{0,80}<\|message\|>")

_HEADER = re.compile(
    r"<\|begin_of_text\|>"
    r"|<\|start_header_id\|>[ ]?assistant[ ]?<\|end_header_id\|>"
    r"|<\|im_start\|>[ ]?assistant"
    r"|<start_of_turn>[ ]?model"
    r"|<\|assistant\|>"
    r"|\[/INST\]"
    r"|<\|begin_of_solution\|>"
    r"|<s>"
)
_END_OF_TURN = re.compile(
    r"<\|(?:eot_id|eom_id|im_end|end|endoftext|end_of_text|start_header_id|im_start|user|EOT|return"
    r"|end_of_solution|file_separator)\|>"
    r"|<end_of_turn>|<start_of_turn>|\[INST\]|<｜end▁of▁sentence｜>|^\[DONE\]",
    re.MULTILINE,
)
_MOST_HEADERS = 4


def cleaned(reply: str) -> str:
    """The words that a reply is made of, with line feeds as line ends.

    The header of a chat template, what follows the end of the turn, and thinking that models put
    between tags are left out. A reply that was cut off while it thought has no words.
    """
    text = reply.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    final = _FINAL_CHANNEL.search(text)
    text = _without_header(text if final is None else text[final.end() :])
    text = _END_OF_TURN.split(text, maxsplit=1)[0]
    if text.rstrip().endswith("</s>"):
        text = text.rstrip().removesuffix("</s>")
    return _without_thinking(text)


def _without_header(text: str) -> str:
    for _ in range(_MOST_HEADERS):
        rest = text.lstrip()
        match = _HEADER.match(rest)
        if match is None:
            break
        text = rest[match.end() :].lstrip("\n")
    return text


def _without_thinking(text: str) -> str:
    """A text without what stands between thinking tags.

    A closing tag that none opened ends thinking that the prompt began. An opening tag that none
    closes is thinking to the end, unless something was said before it.
    """
    said: list[str] = []
    at = 0
    opened: int | None = None
    for tag in _THINKING_TAG.finditer(text):
        if tag["end"] or tag["end_bracket"] or tag["end_bar"]:
            if opened is None:
                said = []
            opened, at = None, tag.end()
        elif opened is None:
            said.append(text[at : tag.start()])
            opened = tag.start()
    if opened is None:
        said.append(text[at:])
    elif any(piece.strip() for piece in said):
        said.append(text[opened:])
    return "".join(said)
