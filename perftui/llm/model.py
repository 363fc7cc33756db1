"""Who writes code: the ChatModel protocol and what goes over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class ChatRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a model.

    Attributes:
        problem: the problem's id.
        chain: 0-based.
        turn: index of the model call in its chain, 0-based.
        messages: the whole conversation.
        temperature: as the strategy wants it.
        max_tokens: bound on the reply, None for the server's own.
    """

    problem: str
    chain: int
    turn: int
    messages: tuple[Message, ...]
    temperature: float
    max_tokens: int | None = None


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens of one call, as the server counted them; 0 where it did not say."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A whole reply: a fact that is stored and never asked for again.

    Attributes:
        text: what the model wrote; hostile text.
        model: the name that the server gave itself.
        usage: tokens.
        finish: why it ended; `length` means that it was cut off.
        seconds: wall time from sending to the last byte, back-off left out.
        attempts: how many times it was sent.
        recorded: True where it was replayed and not asked of a live model.
        reused: True where it is the stored reply of another run to the very same question: nothing was
            sent and nothing paid for; tokens and seconds are what it once took.
    """

    text: str
    model: str
    usage: Usage = Usage()
    finish: str = "stop"
    seconds: float = 0.0
    attempts: int = 1
    recorded: bool = False
    reused: bool = False


class Backoff(msgspec.Struct, frozen=True, kw_only=True):
    """A call waits before it is sent again.

    Attributes:
        seconds: how long.
        attempt: which attempt failed, 1-based.
        reason: one printable line, without secrets.
    """

    seconds: float
    attempt: int
    reason: str


class NoReplyError(Exception):
    """A recording has no reply for this turn: the chain ends, and is reported as such."""


class ModelFailedError(Exception):
    """The server could not be made to answer: infrastructure, never the program's fault.

    The text is one printable line without secrets.
    """


class RequestRefusedError(ModelFailedError):
    """The server answers, and will not have this request, such as one that its filter stops."""


class ModelRefusedError(ModelFailedError):
    """No call can succeed (wrong key, unknown model): the run should stop at once."""


class ModelLostError(ModelRefusedError):
    """The server answers no more: many calls in a row have failed for good."""


class ChatModel(Protocol):
    """A model that answers a conversation."""

    @property
    def name(self) -> str:
        """As shown and stored, such as `openai/gpt-4o` or `recorded:replies.jsonl`."""
        ...

    @property
    def recorded(self) -> bool:
        """Whether replies are replayed."""
        ...

    async def reply(
        self,
        request: ChatRequest,
        *,
        on_text: Callable[[str], None],
        on_backoff: Callable[[Backoff], None],
    ) -> Reply:
        """Ask for one reply, streamed.

        Args:
            request: what is asked.
            on_text: is given each piece of text as it comes; an empty string means that the
                reply starts anew (after a broken stream).
            on_backoff: is told of each wait before another attempt.

        Raises:
            NoReplyError: a recording has nothing for this turn.
            ModelFailedError: after bounded retries.
            ModelRefusedError: where retrying is of no use.
        """
        ...

    def allow(self, calls: int) -> None:
        """Have so many calls in flight at most, where there is a bound."""
        ...

    async def aclose(self) -> None:
        """Give back connections."""
        ...
