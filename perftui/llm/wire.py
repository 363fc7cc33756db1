"""The JSON of OpenAI's chat completions, as far as it is written and read here.

Servers differ in what they leave out or set to null: every field that is read has a default.
"""

from __future__ import annotations

import msgspec

from perftui.llm.model import Message, Usage


class StreamOptions(msgspec.Struct, frozen=True):
    """Asks for the usage in the last chunk."""

    include_usage: bool = True


class ChatBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is sent."""

    model: str
    messages: tuple[Message, ...]
    temperature: float | None = None
    stream: bool
    stream_options: StreamOptions | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None


class ContentPart(msgspec.Struct, frozen=True):
    """A piece of a content that is a list; thinking has another type than `text`."""

    type: str = "text"
    text: str | None = None


class Delta(msgspec.Struct, frozen=True):
    """Text that a chunk adds; also the message of a reply that is not streamed."""

    content: str | list[ContentPart] | None = None

    @property
    def text(self) -> str:
        """What belongs to the reply: reasoning is left out."""
        if isinstance(self.content, list):
            return "".join(part.text or "" for part in self.content if part.type == "text")
        return self.content or ""


class Choice(msgspec.Struct, frozen=True):
    """One of the replies; one was asked for."""

    index: int | None = 0
    delta: Delta | None = None
    message: Delta | None = None
    finish_reason: str | None = None


MOST_TOKENS = 1 << 40
"""No call has more; a larger count makes no sense, and would not fit the database's sums."""


class WireUsage(msgspec.Struct, frozen=True):
    """Tokens as the server counted them."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    def known(self) -> Usage:
        """The same with 0 for what was left out or makes no sense."""
        return Usage(
            prompt_tokens=_sensible(self.prompt_tokens), completion_tokens=_sensible(self.completion_tokens)
        )


def _sensible(count: int | None) -> int:
    return count if count is not None and 0 <= count <= MOST_TOKENS else 0


class ErrorBody(msgspec.Struct, frozen=True):
    """What a server says of its error."""

    message: str | None = None
    code: int | str | None = None
    type: str | None = None


class DetailItem(msgspec.Struct, frozen=True):
    """One complaint of a server that checks its input with pydantic."""

    msg: str = ""
    loc: list[int | str] = []


class ErrorReply(msgspec.Struct, frozen=True):
    """The shapes in which servers wrap an error."""

    error: ErrorBody | str | None = None
    message: str | None = None
    detail: str | list[DetailItem] | None = None
    code: int | str | None = None

    @property
    def text(self) -> str:
        """What was wrong, in the server's words; hostile text, empty where it said nothing."""
        if isinstance(self.error, ErrorBody):
            return self.error.message or self.error.type or ""
        if isinstance(self.detail, list):
            return "; ".join(f"{'.'.join(map(str, item.loc))}: {item.msg}" for item in self.detail)
        return self.error or self.message or self.detail or ""

    @property
    def label(self) -> int | str:
        """The error's code, empty where there is none."""
        inner = self.error.code if isinstance(self.error, ErrorBody) else None
        return inner if inner is not None else self.code if self.code is not None else ""


class Chunk(msgspec.Struct, frozen=True):
    """One event of a stream, or a whole reply that is not streamed."""

    choices: list[Choice] | None = None
    usage: WireUsage | None = None
    model: str | None = None
    error: ErrorBody | str | None = None

    @property
    def choice(self) -> Choice | None:
        """The reply that was asked for; chunks of usage have none."""
        return next((choice for choice in self.choices or () if not choice.index), None)


def read_error(body: bytes) -> ErrorReply:
    """What an error's body says; where it is no JSON of a known shape, its text."""
    try:
        said = msgspec.json.decode(body, type=ErrorReply | list[ErrorReply])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ErrorReply(message=body[:2000].decode("utf-8", "replace"))
    if isinstance(said, list):
        return said[0] if said else ErrorReply()
    return said
